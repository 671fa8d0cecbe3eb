"""Who may come in from other machines: passwords, sessions, and everything that tries to go around them."""

from __future__ import annotations

import errno
import itertools
import json
import os
import stat
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from index import Index, Source
from tests.support.chromium import NEEDS_CHROMIUM, chromium, serving
from tests.support.fakes import HashEncoder
from ui.chat import asking
from ui.server import login, web
from ui.server.login import COOKIE, FAILURES, LoginError, Logins, Sessions
from ui.terminal.commands import command

NAME, PASSWORD = "Ada <b>", "correct horse battery"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """A hash that costs little, so that these tests are quick; the real cost has its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(login, "_COST", {"n": 2**4, "r": 8, "p": 1})
        yield


@pytest.fixture(scope="module")
def logins(tmp_path_factory) -> Logins:
    made = Logins(tmp_path_factory.mktemp("logins") / "logins.json")
    made.add(NAME, PASSWORD)
    return made


@pytest.fixture(scope="module")
def app(tmp_path_factory, logins):
    with Index.open(tmp_path_factory.mktemp("store"), encoder=HashEncoder()) as index:
        index.add([Source("plain.txt", "A plain sentence.")])
        served = web.create_app(index, logins=logins, allowed_hosts=["docs.example.org"])
        with TestClient(served):
            yield served


ADDRESSES = itertools.count(1)


@pytest.fixture
def client(app) -> TestClient:
    """A browser that nobody has logged in with yet, on a machine of its own."""
    return TestClient(
        app, base_url="http://docs.example.org", follow_redirects=False, client=(f"192.0.2.{next(ADDRESSES)}", 1)
    )


def log_in(client: TestClient, name: str = NAME, password: str = PASSWORD):
    return client.post(
        "/login", data={"name": name, "password": password}, headers={"origin": "http://docs.example.org"}
    )


# ---- the file ----


def test_the_file_is_for_its_owner_and_holds_no_password(tmp_path) -> None:
    logins = Logins(tmp_path / "new" / "logins.json")
    assert logins.names() == []
    logins.add("ada", PASSWORD)
    logins.add("bob", PASSWORD)
    assert stat.S_IMODE(logins.file.stat().st_mode) == 0o600
    text = logins.file.read_text()
    assert PASSWORD not in text
    entries = json.loads(text)
    assert entries["ada"]["hash"] != entries["bob"]["hash"]
    assert logins.check("ada", PASSWORD)
    assert not logins.check("ada", PASSWORD + "x")
    assert not logins.check("ada", "")
    assert not logins.check("eve", PASSWORD)
    logins.add("ada", "another password")
    assert not logins.check("ada", PASSWORD)
    logins.remove("ada")
    assert logins.names() == ["bob"]


def test_a_full_disk_leaves_the_logins_as_they_were(tmp_path, monkeypatch) -> None:
    logins = Logins(tmp_path / "logins.json")
    logins.add("ada", PASSWORD)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        logins.add("bob", PASSWORD)
    assert logins.names() == ["ada"]
    assert list(tmp_path.iterdir()) == [logins.file]


def test_an_unknown_name_costs_as_much_as_a_known_one(logins, monkeypatch) -> None:
    costs = []
    hashed = login._hashed
    monkeypatch.setattr(login, "_hashed", lambda *given, **cost: costs.append(cost) or hashed(*given, **cost))
    logins.check(NAME, "wrong password")
    logins.check("nobody", "wrong password")
    assert costs[0] == costs[1]


def test_the_real_cost_is_high(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(login, "_COST", {"n": 2**15, "r": 8, "p": 1})
    logins = Logins(tmp_path / "logins.json")
    logins.add("ada", PASSWORD)
    assert json.loads(logins.file.read_text())["ada"]["n"] == 2**15
    assert logins.check("ada", PASSWORD)


@pytest.mark.parametrize(
    ("name", "password", "why"), [("", PASSWORD, "name"), ("a\nb", PASSWORD, "name"), ("ada", "short", "10 characters")]
)
def test_what_cannot_be_taken_is_said(tmp_path, name, password, why) -> None:
    with pytest.raises(LoginError, match=why):
        Logins(tmp_path / "logins.json").add(name, password)


@pytest.mark.parametrize("content", ["{", "[]", '{"ada": {"hash": "x"}}', '"ada"', '{"ada": 1}', "\x00"])
def test_a_damaged_file_lets_nobody_in(tmp_path, content) -> None:
    file = tmp_path / "logins.json"
    file.write_text(content)
    with pytest.raises(LoginError, match=r"logins\.json"):
        Logins(file).check("ada", PASSWORD)


def test_the_commands_add_list_and_remove(tmp_path) -> None:
    file, run = str(tmp_path / "logins.json"), CliRunner().invoke
    assert run(command, ["login", "add", file, "ada"], input=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    assert run(command, ["login", "list", file]).output == "ada\n"
    assert PASSWORD not in run(command, ["login", "add", file, "bob"], input=f"{PASSWORD}\n{PASSWORD}\n").output
    assert run(command, ["login", "remove", file, "ada"]).exit_code == 0
    assert Logins(tmp_path / "logins.json").names() == ["bob"]
    assert isinstance(run(command, ["login", "remove", file, "ada"]).exception, LoginError)


# ---- coming in ----


CLOSED = """
/config
/gradio_api/info
/gradio_api/queue/data?session_hash=x
/gradio_api/heartbeat/x
/gradio_api/file=/etc/passwd
/theme.css
/assets/x.js
/verbatim
/verbatim/chat.js
/verbatim/export/x
/login/
/gradio_api/token
/verbatim/../config
/verbatim/%2e%2e/config
/gradio_api/user
/gradio_api/app_id
""".split()  # noqa: SIM905


@pytest.mark.parametrize("path", CLOSED)
def test_without_a_login_nothing_is_served(client, path) -> None:
    response = client.get(path)
    assert response.status_code in {401, 404}
    assert "components" not in response.text


def test_without_a_login_nothing_is_taken(client) -> None:
    for path in ("/gradio_api/run/predict", "/gradio_api/queue/join", "/gradio_api/upload"):
        assert client.post(path, json={}).status_code == 401, path


def test_the_way_in_and_out(client) -> None:
    assert client.get("/").headers["location"] == "/login"
    page = client.get("/login")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    welcome = log_in(client)
    assert welcome.status_code == 303
    cookie = welcome.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # this is not https
    assert client.get("/").status_code == 200
    assert 'content="Ada &lt;b&gt;"' in client.get("/").text
    kept = client.cookies[COOKIE]
    assert client.post("/logout").headers["location"] == "/login"
    client.cookies.set(COOKIE, kept)
    assert client.get("/config").status_code == 401  # a cookie that was written down is worth nothing now


def test_a_link_to_a_sentence_leads_there_after_the_login(client) -> None:
    address = "verbatim:mill-0123abcd@0123456789ab#char=3,14"
    link = f"open={quote(address, safe='')}"
    assert client.get(f"/?{link}&next=//evil.example").headers["location"] == f"/login?{link}"
    page = client.get(f"/login?{link}").text
    assert f'<input type="hidden" name="open" value="{address}">' in page
    wrong = client.post("/login", data={"name": NAME, "password": "wrong", "open": address})
    assert f'value="{address}"' in wrong.text
    right = client.post("/login", data={"name": NAME, "password": PASSWORD, "open": address})
    assert right.headers["location"] == f"/?{link}"


@pytest.mark.parametrize("strange", ["//evil.example", 'x" onfocus="alert(1)', "verbatim:a@b\r\nset-cookie: a=b", ""])
def test_a_link_to_anything_else_is_dropped(client, strange) -> None:
    assert client.get("/", params={"open": strange}).headers["location"] == "/login"
    assert 'onfocus="' not in client.get("/login", params={"open": strange}).text
    sent = client.post("/login", data={"name": NAME, "password": PASSWORD, "open": strange})
    assert sent.headers["location"] == "/"


def test_over_https_the_cookie_is_for_https_alone(app) -> None:
    client = TestClient(app, base_url="https://docs.example.org", follow_redirects=False)
    sent = client.post("/login", data={"name": NAME, "password": PASSWORD})
    assert "secure" in sent.headers["set-cookie"].lower()


@pytest.mark.parametrize("cookie", ["", "x", "Ada <b>", "a" * 5000, '"', "verbatim-session", "\xff", "../../x", "null"])
def test_a_made_up_cookie_opens_nothing(client, cookie) -> None:
    headers = {b"cookie": f"{COOKIE}={cookie}".encode("latin-1")}
    assert client.get("/config", headers=headers).status_code == 401


def test_a_wrong_password_says_nothing_about_the_name(client) -> None:
    known, unknown = log_in(client, NAME, "wrong password"), log_in(client, "<i>eve</i>", "wrong password")
    assert known.status_code == unknown.status_code == 401
    assert known.text == unknown.text
    assert "set-cookie" not in known.headers


def test_guessing_ends_soon_and_who_is_in_stays_in(client) -> None:
    log_in(client)
    for number in range(FAILURES):
        assert log_in(client, "eve", f"guess number {number}").status_code == 401
    told = log_in(client)
    assert told.status_code == 429  # the right password, too: from here it might be a guess
    assert "ten minutes" in told.text
    assert client.get("/").status_code == 200


def test_another_site_cannot_log_anybody_in_or_out(client) -> None:
    log_in(client)
    for path in ("/login", "/logout"):
        assert client.post(path, data={}, headers={"origin": "http://evil.example"}).status_code == 403
    assert client.get("/logout").status_code != 303
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"name=a", b"\xff\xfe", b"name=" + b"a" * 20_000, b"a=1&" * 50, b"name=\x00&password=%00", b"{}"]
)
def test_a_strange_form_lets_nobody_in_and_breaks_nothing(client, body) -> None:
    response = client.post("/login", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert response.status_code in {400, 401}


def test_who_is_removed_is_out_at_once(logins, client) -> None:
    logins.add("guest", PASSWORD)
    log_in(client, "guest")
    assert client.get("/").status_code == 200
    logins.remove("guest")
    assert client.get("/config").status_code == 401


def test_handlers_know_who_asks(client, monkeypatch) -> None:
    import gradio as gr

    seen = []
    monkeypatch.setattr(gr.Request, "__init__", _remembering(gr.Request.__init__, seen))
    log_in(client)
    config = client.get("/config").json()
    (load,) = [event for event in config["dependencies"] if event["targets"] and event["targets"][0][1] == "load"][:1]
    body = {"data": [None] * len(load["inputs"]), "fn_index": load["id"], "session_hash": "s", "event_data": None}
    assert client.post("/gradio_api/run/predict", json=body).status_code == 200
    assert NAME in seen


def _remembering(original, seen):
    def remember(self, request=None, username=None, **more):
        seen.append(username)
        original(self, request, username, **more)

    return remember


# ---- sessions ----


def test_a_session_ends_when_it_is_not_used(monkeypatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(login.time, "monotonic", lambda: now[0])
    sessions = Sessions()
    token, other = sessions.begin("ada"), sessions.begin("bob")
    now[0] += login.SESSION_SECONDS - 1
    assert sessions.name(token) == "ada"
    now[0] += 2
    assert sessions.name(token) == "ada"
    assert sessions.name(other) is None
    sessions.end(token)
    assert sessions.name(token) is None


def test_there_is_an_end_to_sessions(monkeypatch) -> None:
    monkeypatch.setattr(login, "MAX_SESSIONS", 3)
    sessions = Sessions()
    tokens = [sessions.begin(f"n{number}") for number in range(5)]
    assert [sessions.name(token) for token in tokens] == [None, None, "n2", "n3", "n4"]


# ---- where the chat listens ----


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])  # noqa: S104
def test_others_come_in_only_with_a_login(index, tmp_path, host) -> None:
    with pytest.raises(web.ServeError, match="verbatim login add"):
        web.serve(index, host=host)
    with pytest.raises(web.ServeError, match="verbatim login add"):
        web.serve(index, host="127.0.0.1", allowed_hosts=["docs.example.org"])
    with pytest.raises(web.ServeError, match="names nobody"):
        web.serve(index, host=host, logins=Logins(tmp_path / "none.json"))


def test_every_address_needs_names(index, logins) -> None:
    with pytest.raises(web.ServeError, match="--allow-host"):
        web.serve(index, host="0.0.0.0", logins=logins)  # noqa: S104


def test_an_allowed_name_is_served_and_others_are_not(client) -> None:
    assert client.get("/login", headers={"host": "DOCS.example.org:8080"}).status_code == 200
    assert client.get("/login", headers={"host": "other.example.org"}).status_code == 400


def test_the_chat_asks_as_before_once_logged_in(client, monkeypatch) -> None:
    from qa.types import Answer
    from tests.support.asking import Asker

    monkeypatch.setattr(asking, "answer", lambda question, **_: Answer(question, question, (), "Nothing.", 0.1))
    log_in(client)
    assert "Nothing." in Asker(client, "mine").ask("Who?")


class TestInChromium:
    pytestmark = NEEDS_CHROMIUM

    def test_a_login_that_has_ended_leads_back_in_with_the_question_kept(self, index, logins) -> None:
        index.add([Source("plain.txt", "A plain sentence.")])

        def come_in(page) -> None:
            page.fill("input[name=name]", NAME)
            page.fill("input[name=password]", PASSWORD)
            page.click("button")
            page.wait_for_selector("#conversation[role=log] .welcome")

        with serving(web.create_app(index, logins=logins)) as address, chromium() as browser:
            page = browser.new_page()
            page.set_default_timeout(20_000)
            page.goto(address)
            come_in(page)
            page.fill("#question textarea", "What is plain?")
            page.context.clear_cookies()
            page.press("#question textarea", "Enter")
            page.wait_for_url("**/login")
            come_in(page)
            page.wait_for_function("() => document.querySelector('#question textarea').value === 'What is plain?'")
