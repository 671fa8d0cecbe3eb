"""The HTTP API: what it describes is what it answers, and what is wrong is refused cleanly."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from mcp import Client, MCPError
from openai import AuthenticationError, OpenAI
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.applications import Starlette

from index import Index, Source
from qa.types import UNANSWERED, Answer, Citation
from tests.support.fakes import HashEncoder
from tests.support.serving import served
from ui.api import KeyFileError, create_api, mounted, read_keys
from ui.api.forms import AnswerForm, CitationForm
from ui.api.prose import Prose
from ui.api.routes import file_name
from ui.desk import BusyError, Desk, Lane
from ui.questions import QuestionError
from ui.server import service
from ui.server.guard import MAX_BODY_BYTES
from ui.server.login import Logins
from ui.server.web import ServeError

ROOT = Path(__file__).parents[2]
KEY = "a-key-of-quite-some-length-0123456789"
TEXT = "The mill opened in 1901. It burned down in 1955. It was built again in 1960."
PROBLEM = "application/problem+json"
EXAMPLES = 300 if os.environ.get("VERBATIM_TRIALS") == "long" else 12


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index.open(tmp_path_factory.mktemp("api"), encoder=HashEncoder()) as opened:
        opened.add(Source("mill.txt", TEXT))
        yield opened


@pytest.fixture(scope="module")
def client(shared: Index) -> Iterator[TestClient]:
    app = service.create_service(shared, chat=False)
    with TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def locked(shared: Index) -> Iterator[str]:
    with served(shared, keys=[KEY, "another-key-of-some-length-987"]) as at:
        yield at


def is_problem(response: httpx.Response, status: int) -> bool:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    body = response.json()
    assert (body["status"], body["type"]) == (status, "about:blank")
    assert body["detail"] == body["error"]["message"] != ""
    assert "Traceback" not in response.text
    return True


# ---- the description ----


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.name.lower())
def test_it_answers_as_it_is_described(index: Index, mode: schemathesis.GenerationMode) -> None:
    index.add(Source("mill.txt", TEXT))
    app = Starlette(routes=[mounted(create_api(index))])
    described = schemathesis.openapi.from_asgi("/v1/openapi.json", app)
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) == 10
    for operation in operations:
        with suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
            check(operation, mode)


def check(operation: schemathesis.schemas.APIOperation, mode: schemathesis.GenerationMode) -> None:
    # A description cannot say that an address has to end after it starts, or a conversation to hold a question; and
    # whatever is sent as a file is one.
    unchecked = [positive_data_acceptance]
    if operation.path == "/documents":
        unchecked.append(negative_data_rejection)

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_described(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=unchecked)

    answers_as_described()


def test_every_field_of_an_answer_is_described(client: TestClient):
    body = client.post("/v1/answer", json={"question": "When did the mill open?"}).json()
    assert set(AnswerForm.model_json_schema()["properties"]) == set(body)
    citation = (body["citations"] or [body["nearest"]])[0]
    assert set(CitationForm.model_json_schema()["properties"]) == set(citation)


# ---- documents ----


def test_documents_go_in_are_read_and_go_out(client: TestClient):
    files = [("files", ("a.txt", "The harbour opened in 1901.")), ("files", ("b.bin", b"\x00\x01"))]
    added = client.post("/v1/documents", files=files).json()
    (document_id,) = added["added"]
    assert [failure["source"] for failure in added["failed"]] == ["b.bin"]
    told = client.get(f"/v1/documents/{document_id}").json()
    listed = {one["id"]: one for one in client.get("/v1/documents").json()["documents"]}
    assert listed[document_id]["address"] == told["address"]
    assert listed[document_id]["source"] == told["source"] == "a.txt"
    updated = client.post("/v1/documents", files=[("files", ("a.txt", "The harbour opened in 1902."))]).json()
    assert updated["updated"] == [document_id]
    old = client.get(f"/v1/documents/{document_id}/text", params={"revision": told["revision"]})
    assert (old.text, old.headers["etag"]) == ("The harbour opened in 1901.", f'"{told["sha256"]}"')
    assert client.get(f"/v1/documents/{document_id}/text").text == "The harbour opened in 1902."
    place = client.get("/v1/open", params={"address": f"{told['address']}#char=4,11"}).json()
    assert (place["text"], place["document"]["revision"]) == ("harbour", told["revision"])
    assert place["document"]["latest"] != told["revision"]
    assert client.delete(f"/v1/documents/{document_id}").json()["removed"] == [document_id]
    assert is_problem(client.get(f"/v1/documents/{document_id}"), 404)
    assert is_problem(client.delete(f"/v1/documents/{document_id}"), 404)


def test_of_two_files_of_one_name_the_second_is_refused_and_not_taken_for_an_update(client: TestClient):
    texts = ("The quay opened in 1901.", "The quay has two berths.", "The quay opened in 1901.")
    done = client.post("/v1/documents", files=[("files", ("quay.txt", text)) for text in texts]).json()
    (document_id,) = done["added"]
    assert done["updated"] == []
    assert [(one["source"], "rename" in one["reason"]) for one in done["failed"]] == [("quay.txt", True)]
    assert client.get(f"/v1/documents/{document_id}/text").text == texts[0]
    client.delete(f"/v1/documents/{document_id}")


def test_a_source_is_no_id(client: TestClient):
    assert is_problem(client.delete("/v1/documents/mill.txt"), 404), "a name is not what is removed here"
    assert client.get("/v1/documents").json()["documents"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("../../etc/cron.d/x.txt", "x.txt"), ("C:\\Windows\\y.txt", "y.txt"), ("/etc/z.txt", "z.txt"), ("a/b/", "b")],
)
def test_a_file_keeps_nothing_of_the_folders_it_claims(client: TestClient, shared: Index, sent: str, kept: str):
    added = client.post("/v1/documents", files=[("files", (sent, f"This is {kept} and nothing else."))]).json()
    done = [*added["added"], *added["failed"]]
    assert len(done) == 1
    sources = {shared.document(one).source for one in added["added"]} | {one["source"] for one in added["failed"]}
    assert sources == {kept}
    shared.remove(added["added"])


@pytest.mark.parametrize("name", ["..", "/", "a" * 300])
def test_a_name_that_no_file_has_is_refused(client: TestClient, name: str):
    assert is_problem(client.post("/v1/documents", files=[("files", (name, "Text."))]), 422)
    with pytest.raises(QuestionError):
        file_name("a\x07b.txt")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/documents/..%2f..%2fetc%2fpasswd/text",
        "/v1/documents/%2e%2e/text",
        "/v1/documents/%00",
        "/v1/../etc/passwd",
        "/v1//documents",
        "/v1/documents/" + "a" * 2_000,
        "/v1/documents/x/text?revision=../../x",
        "/v1/models/..%2f",
    ],
)
def test_tricks_with_paths_lead_nowhere(client: TestClient, path: str):
    response = client.get(path)
    assert response.status_code in {404, 422}
    assert "root:" not in response.text


# ---- refusals ----


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"", "application/json"),
        (b"[" * 50_000, "application/json"),
        (b'{"question": "\\ud800"}', "application/json"),
        (b'{"question": "\xff"}', "application/json"),
        (b'{"question": null}', "application/json"),
        (b'{"question": "a", "max_error": NaN}', "application/json"),
        (b'{"question": "a", "max_error": 1e999}', "application/json"),
        (json.dumps({"question": "x" * 8_001}).encode(), "application/json"),
        (json.dumps({"question": "x", "history": ["y"] * 201}).encode(), "application/json"),
        (b"question=a", "application/x-www-form-urlencoded"),
        (b'{"question": "a"}', "text/plain"),
    ],
)
def test_what_is_no_question_is_a_problem(client: TestClient, body: bytes, kind: str):
    unreadable = b"\xff" in body or body.startswith(b"[[")
    response = client.post("/v1/answer", content=body, headers={"content-type": kind})
    assert is_problem(response, 415 if "json" not in kind else 400 if unreadable else 422)


@pytest.mark.parametrize(
    "body",
    [
        {"model": "verbatim", "messages": []},
        {"model": "verbatim", "messages": [{"role": "system", "content": "Hello"}]},
        {"model": "verbatim", "messages": [{"role": "user", "content": "x" * 9_000}]},
        {"model": "verbatim", "messages": [{"role": "pirate", "content": "x"}]},
        {"model": "verbatim", "messages": [{"role": "user", "content": "x"}], "n": 2},
        {"messages": [{"role": "user", "content": "x"}]},
    ],
)
def test_what_is_no_conversation_is_a_problem(client: TestClient, body: dict[str, object]):
    assert is_problem(client.post("/v1/chat/completions", json=body), 422)


def test_a_conversation_goes_on_after_what_could_be_no_question_and_for_any_length(client: TestClient):
    earlier = ["word " * 2_000, *["When did the mill open?"] * 250]
    messages = [
        message
        for question in earlier
        for message in ({"role": "user", "content": question}, {"role": "assistant", "content": "It did."})
    ]
    body = {"model": "verbatim", "messages": [*messages, {"role": "user", "content": "When did the mill open?"}]}
    assert client.post("/v1/chat/completions", json=body).status_code == 200


def test_json_without_its_header_is_told(client):
    for path in ("/v1/answer", "/v1/chat/completions"):
        response = client.post(path, content=b'{"question": "Who?"}')
        assert is_problem(response, 415)
        assert "Content-Type: application/json" in response.json()["detail"]


def test_a_client_of_openai_is_told_what_differs_and_what_is_left_unanswered(index: Index, monkeypatch):
    cited = Citation(1, "d", "r", "mill.txt", "Mill", "It opened in 1901.", 0, 18, 1, 0.9)
    other = replace(cited, number=2, title="Other", text="It opened in 1902.")
    result = Answer("?", "?", (cited, other), "found", 0.9, unanswered=("Who built it?",), conflicts=((1, 2),))
    monkeypatch.setattr("ui.api.completions.answer", lambda *_, **__: result)
    body = {"model": "verbatim", "messages": [{"role": "user", "content": "?"}]}
    with TestClient(service.create_service(index, chat=False), base_url="http://127.0.0.1:7860") as opened:
        said = opened.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]
    assert said["content"] == f"{result.quoted}\n\n{result.differences[0]}\n\n{UNANSWERED}: Who built it?"
    for note, citation in zip(said["annotations"], result.citations, strict=True):
        at = note["url_citation"]
        assert said["content"][at["start_index"] : at["end_index"]] == citation.text


def test_what_is_not_written_out_waits_for_nobodys_prose(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Lane, "start", lambda *_: False)  # as when too many wait
    cited = Citation(1, "d", "r", "mill.txt", "Mill", "It opened in 1901.", 0, 18, 1, 0.9)
    unwritten = [Answer("?", "?", (), "No.", 0.1), Answer("Hi", "", (), "", 0.0, reply="Hello.")]

    async def write_all() -> list[Answer]:
        prose = Prose(SimpleNamespace(name="model"), None)
        with pytest.raises(BusyError):
            await prose.write(Answer("?", "?", (cited,), "found", 0.9))
        return [await prose.write(one) for one in unwritten]

    assert asyncio.run(write_all()) == unwritten


def test_a_document_that_there_is_not_cannot_be_asked(client: TestClient):
    body = {"question": "When did the mill open?", "documents": ["mistyped"]}
    response = client.post("/v1/answer", json=body)
    assert is_problem(response, 404)
    assert "'mistyped'" in response.json()["detail"]


def test_a_store_without_documents_says_so(index: Index):
    with TestClient(create_api(index), raise_server_exceptions=False) as empty:
        response = empty.post("/answer", json={"question": "Who?"})
        assert is_problem(response, 409)
        assert "verbatim index add" in response.json()["detail"]


def test_a_fault_of_ours_tells_nothing_but_that(index: Index, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr("ui.api.routes.answer", fail)
    with TestClient(create_api(index), raise_server_exceptions=False) as broken:
        response = broken.post("/answer", json={"question": "Who?"})
        assert is_problem(response, 500)
        assert "secret" not in response.text


def test_too_many_at_once_are_told_to_come_back(index: Index):
    index.add(Source("mill.txt", TEXT))
    with TestClient(create_api(index, desk=Desk(1, 0, 0.0)), raise_server_exceptions=False) as busy:
        response = busy.post("/answer", json={"question": "When did the mill open?"})
        assert is_problem(response, 503)
        assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["/v1/answer", "/v1/chat/completions"])
def test_a_huge_body_is_refused_announced_or_not(client: TestClient, path: str):
    headers = {"content-type": "application/json"}
    assert is_problem(client.post(path, content=b" " * (MAX_BODY_BYTES + 1), headers=headers), 413)
    assert is_problem(client.post(path, content=iter([b"{}"]), headers=headers), 411)
    assert is_problem(client.post(path, content=b"{}", headers={**headers, "content-length": "nonsense"}), 411)


def test_files_have_limits_one_by_one_and_together(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ui.api.routes.MAX_FILE_BYTES", 100)
    assert is_problem(client.post("/v1/documents", files=[("files", ("big.txt", "word " * 50))]), 413)
    monkeypatch.setattr("ui.server.guard.MAX_UPLOAD_BYTES", 1_000)
    assert is_problem(client.post("/v1/documents", files=[("files", ("big.txt", "word " * 500))]), 413)
    assert is_problem(client.post("/v1/documents", files=[("files", (f"{n}.txt", "")) for n in range(101)]), 413)
    assert all(one["source"] != "big.txt" for one in client.get("/v1/documents").json()["documents"])


def test_strangers_are_refused_by_the_guard(client: TestClient):
    asked = {"question": "Who?"}
    assert is_problem(client.post("/v1/answer", json=asked, headers={"host": "evil.example"}), 400)
    assert is_problem(client.post("/v1/answer", json=asked, headers={"origin": "http://evil.example"}), 403)
    assert client.post("/mcp", json={}, headers={"origin": "http://evil.example"}).status_code == 403
    answered = client.get("/v1/documents")
    assert "access-control-allow-origin" not in answered.headers
    assert answered.headers["x-content-type-options"] == "nosniff"


# ---- keys ----


def test_with_keys_every_door_needs_one(locked: str):
    for sent in ({}, {"authorization": "Bearer"}, {"authorization": f"Bearer {KEY}x"}, {"authorization": KEY},
                 {"authorization": f"Basic {KEY}"}, {"authorization": "Bearer \xe9"}):  # fmt: skip
        headers = httpx.Headers(sent, encoding="latin-1")
        for path in ("/v1/documents", "/v1/openapi.json", "/v1/models", "/v1/nothing", "/mcp"):
            response = httpx.get(locked + path, headers=headers)
            assert is_problem(response, 401)
            assert response.headers["www-authenticate"] == "Bearer"
    for key in (KEY, "another-key-of-some-length-987"):
        assert httpx.get(f"{locked}/v1/models", headers={"authorization": f"bearer {key}"}).status_code == 200
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    sent = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    headers = {"authorization": f"Bearer {KEY}", "accept": "application/json, text/event-stream"}
    assert httpx.post(f"{locked}/mcp", json=sent, headers=headers).json()["result"]["serverInfo"]["name"] == "verbatim"
    assert is_problem(httpx.post(f"{locked}/mcp", json=sent), 401)
    with pytest.raises(AuthenticationError):
        OpenAI(base_url=f"{locked}/v1", api_key="wrong", max_retries=0).models.list()
    assert OpenAI(base_url=f"{locked}/v1", api_key=KEY, max_retries=0).models.list().data[0].id == "verbatim"


def test_a_file_of_keys_is_checked(tmp_path: Path):
    file = tmp_path / "keys"
    file.write_text(f"# for the notes\n{KEY}\n\n")
    assert read_keys(file) == {KEY}
    for content in (b"", b"# none\n", b"short\n", b"\xff" * 40, "é".encode() * 30):
        file.write_bytes(content)
        with pytest.raises(KeyFileError, match=str(file)):
            read_keys(file)
    with pytest.raises(KeyFileError, match="missing"):
        read_keys(tmp_path / "missing")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])  # noqa: S104
def test_beyond_this_machine_it_needs_keys(index: Index, host: str):
    with pytest.raises(ServeError, match="--keys"):
        service.serve(index, host=host)


def test_every_address_needs_a_name_even_with_keys(index: Index):
    with pytest.raises(ServeError, match="--allow-host"):
        service.serve(index, host="0.0.0.0", keys=[KEY])  # noqa: S104


def test_a_login_is_for_the_chat_and_a_key_for_programs(shared: Index, tmp_path: Path):
    logins = Logins(tmp_path / "logins")
    logins.add("ann", "a long password")
    bearer = {"authorization": f"Bearer {KEY}"}
    app = service.create_service(shared, keys=[KEY], logins=logins)
    with TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False) as both:
        assert both.get("/").headers["location"] == "/login"
        assert both.get("/", headers=bearer).headers["location"] == "/login", "a key opens no chat"
        assert is_problem(both.get("/v1/models"), 401)
        assert both.get("/v1/models", headers=bearer).status_code == 200
    app = service.create_service(shared, logins=logins)
    with TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False) as no_keys:
        assert no_keys.get("/v1/models", headers=bearer).status_code == 401, "without keys the login is for all"
        assert no_keys.post("/mcp", json={}).status_code == 401


# ---- connections ----


def test_cut_connections_leave_nothing_behind(shared: Index):
    with served(shared) as at:
        host, port = at.removeprefix("http://").split(":")
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        body = json.dumps(
            {"model": "verbatim", "stream": True, "messages": [{"role": "user", "content": "When did the mill open?"}]}
        )
        pieces = [
            "POST /v1/answer HTTP/1.1\r\n",
            head + "Content-Length: 900\r\n\r\n" + body,
            head + f"Content-Length: {len(body)}\r\n\r\n" + body,
            head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{",
            "\x16\x03\x01\x02",
        ]
        threads = threading.active_count()
        for piece in pieces * 4:
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(piece.encode("latin-1"))
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # a hard reset
        time.sleep(0.2)
        assert httpx.get(f"{at}/v1/models", timeout=10).status_code == 200
        assert threading.active_count() <= threads + 8


# ---- assistants ----


def test_an_assistant_can_open_nothing_but_documents(shared: Index):
    async def walk() -> None:
        async with Client(f"{at}/mcp") as assistant:
            listed = (await assistant.list_resources()).resources
            text = (await assistant.read_resource(listed[0].uri)).contents[0].text
            assert text == shared.documents()[0].text
            for uri in ("file:///etc/passwd", "http://127.0.0.1/", "verbatim:../../etc/passwd@x", "verbatim:a@b"):
                with pytest.raises(MCPError, match=r"not an address|no document"):
                    await assistant.read_resource(uri)
                wrong = await assistant.call_tool("read_source", {"address": uri})
                assert wrong.is_error
            for arguments in ({}, {"question": 5}, {"question": "x" * 9_000}, {"question": "a", "history": "b"}):
                assert (await assistant.call_tool("ask", arguments)).is_error
            for documents in (["mistyped"], "mill"):
                arguments = {"question": "When did the mill open?", "documents": documents}
                assert (await assistant.call_tool("ask", arguments)).is_error
            name = "../../etc/secret.txt"
            added = await assistant.call_tool("add_document", {"name": name, "text": "It is a secret."})
            (document_id,) = added.structured_content["added"]
            assert shared.document(document_id).source == "secret.txt"
            found = await assistant.call_tool("search", {"query": "secret", "limit": 3})
            assert found.structured_content["passages"][0]["text"] == "It is a secret."
            shared.remove(document_id)

    import asyncio

    with served(shared) as at:
        asyncio.run(walk())


def test_without_the_package_for_assistants_everything_else_is_there(shared: Index, tmp_path: Path):
    code = "import sys; sys.modules['mcp'] = None; from ui.terminal import main; main()"
    command = [sys.executable, "-c", code, "mcp", "--store", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    assert "-m pip install 'mcp>=2.3,<3'" in done.stderr
