"""What strangers try on the running server: other hosts, files, other servers, too much, too slowly. All is refused."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from index import Index, Source
from tests.support.chromium import wait_until
from tests.support.fakes import HashEncoder
from ui.server import guard, web
from ui.server.guard import Allowance

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    """The address of the chat, served as `verbatim chat` serves it, but impatiently."""
    listening, address = threading.Event(), []

    def ready(where: str) -> None:
        address.append(where)
        listening.set()

    with (
        pytest.MonkeyPatch.context() as patch,
        Index.open(tmp_path_factory.mktemp("store"), encoder=HashEncoder()) as index,
    ):
        patch.setattr(web, "HEADER_SECONDS", 0.3)
        patch.setattr(guard, "BODY_SECONDS", 0.5)
        index.add([Source("plain.txt", "A plain sentence.")])
        import uvicorn

        running = []
        original = uvicorn.Server.__init__

        def remember(self, *arguments, **options) -> None:
            original(self, *arguments, **options)
            running.append(self)

        patch.setattr(uvicorn.Server, "__init__", remember)
        thread = threading.Thread(target=web.serve, args=(index,), kwargs={"port": 0, "ready": ready}, daemon=True)
        thread.start()
        assert listening.wait(60)
        yield address[0]
        running[0].should_exit = True
        thread.join(15)


@pytest.fixture
def client(url) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as opened:
        yield opened


def talk(url: str, sent: bytes, *, then: bytes = b"") -> bytes:
    """Send bytes as they are, and return all that comes back until the server hangs up or goes on waiting."""
    parts = httpx.URL(url)
    with socket.create_connection((parts.host, parts.port), timeout=20) as connection:
        connection.sendall(sent)
        if then:
            connection.sendall(then)
        said = b""
        try:
            while chunk := connection.recv(65536):
                said += chunk
        except ConnectionResetError:
            pass
        return said


def request(method: str, path: str, *headers: str, host: str = "127.0.0.1") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


# ---- where a request comes from ----

HOSTS = ["evil.example", "127.0.0.1.evil.example", "127.1", "2130706433", "192.0.2.1", "[::ffff:127.0.0.1]"]
ORIGINS = ["http://evil.example", "null", "https://127.0.0.1.evil.example", "file://", "http://localhost"]


def test_the_page_is_served(client) -> None:
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("host", HOSTS)
def test_a_name_that_was_rebound_to_us_is_refused(client, host) -> None:
    assert client.get("/config", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("origin", ORIGINS)
def test_other_sites_may_not_send(client, origin) -> None:
    for path in ("/gradio_api/run/predict", "/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/cancel"):
        assert client.post(path, json={}, headers={"origin": origin}).status_code == 403
    for method in ("GET", "OPTIONS"):
        answer = client.request(method, "/config", headers={"origin": origin, "access-control-request-method": "GET"})
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


def test_there_are_no_websockets(url) -> None:
    said = talk(url, request(
        "GET", "/gradio_api/queue/join", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ))  # fmt: skip
    assert b" 101 " not in said.split(b"\r\n")[0]
    assert said.split(b" ")[1].startswith(b"4")


# ---- where it goes ----

PATHS = """
/gradio_api/file=/etc/passwd
/file=/etc/passwd
/gradio_api/file=file:///etc/passwd
/gradio_api/file/etc/passwd
/gradio_api/file=../../../../../../etc/passwd
/gradio_api/file=%2e%2e%2f%2e%2e%2fetc%2fpasswd
/gradio_api/file=/proc/self/environ
/gradio_api/file=http://127.0.0.1:1/
/gradio_api/file=//198.51.100.7/x
/gradio_api/proxy=http://127.0.0.1:1/
/proxy=http://127.0.0.1:1/
/gradio_api/proxy=http://[::1]:1/
/gradio_api/proxy=http://169.254.169.254/latest/meta-data
/gradio_api/info
/gradio_api/openapi.json
/info
/gradio_api/monitoring
/monitoring
/monitoring/summary
/docs
/redoc
/openapi.json
/gradio_api/call/add
/gradio_api/call/v2/add
/gradio_api/token
/gradio_api/app_id
/gradio_api/dev/reload
/gradio_api/startup-events
/gradio_api/component_server
/gradio_api/stream/x/y/z/playlist.m3u8
/gradio_api/mcp
/gradio_api/mcp/sse
/gradio_api/deep_link
/gradio_api/custom_component/x/y/z/index.js
/assets/../../../../etc/passwd
/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd
/static/..%2f..%2f..%2fetc%2fpasswd
/verbatim/../server/web.py
/verbatim/%2e%2e/server/web.py
/verbatim/..%2fserver%2fweb.py
/verbatim/..%5cserver%5cweb.py
/verbatim//etc/passwd
/svelte/../../../etc/passwd
/theme.css/../config
/.env
/.git/config
/catalog.sqlite3
""".split()  # noqa: SIM905


@pytest.mark.parametrize("path", [*PATHS, f"/gradio_api/file={web.__file__}"])
def test_no_path_opens_a_file_or_another_server(url, path) -> None:
    said = talk(url, request("GET", path, "Connection: close"))
    assert 400 <= int(said.split(b" ")[1]) < 500, said[:300]
    assert b"root:" not in said
    assert b"def serve" not in said


def test_a_path_of_the_server_is_no_upload(client, tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("A secret sentence.")
    config = client.get("/config").json()
    (added,) = [event for event in config["dependencies"] if event["targets"] and event["targets"][0][1] == "upload"]
    named = {part["props"].get("elem_id"): part["id"] for part in config["components"]}
    for path in (
        str(secret),
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
        f"/gradio_api/file={secret}",
    ):
        file = {"path": path, "url": path, "orig_name": "x.txt", "meta": {"_type": "gradio.FileData"}}
        data = [[file] if part == named["upload"] else None for part in added["inputs"]]
        body = {"data": data, "fn_index": added["id"], "session_hash": "forged"}
        client.post("/gradio_api/queue/join", json=body)
    with client.stream("GET", "/gradio_api/queue/data?session_hash=forged") as events:
        said = "".join(line for line in events.iter_lines())
    assert "secret sentence" not in said
    assert said.count('"success":false') == 5
    assert "added" not in said
    assert secret.exists()


def test_no_function_is_for_anyone_but_the_page(client) -> None:
    events = client.get("/config").json()["dependencies"]
    assert events
    assert {event["api_visibility"] for event in events} == {"private"}


# ---- how much ----


def test_a_message_of_20_mb_is_refused_before_it_is_read(url, monkeypatch) -> None:
    monkeypatch.setattr(guard, "HEARD_OUT_SECONDS", 1.0)  # nothing more is sent
    said = talk(url, request("POST", "/gradio_api/run/predict", "Content-Length: 20000000"))
    assert b" 413 " in said.split(b"\r\n")[0]


@pytest.mark.parametrize("length", ["Transfer-Encoding: chunked", "Content-Length: 99999999999999999999"])
def test_a_body_without_end_is_refused(url, length) -> None:
    for path in ("/gradio_api/run/predict", "/gradio_api/upload"):
        said = talk(url, request("POST", path, length))
        assert said.split(b" ")[1] in {b"411", b"413", b"400"}


def test_uploads_have_a_limit_each_together_and_over_time(client, monkeypatch) -> None:
    def upload(*sizes: int) -> int:
        files = [("files", (f"{number}.txt", b"x" * size)) for number, size in enumerate(sizes)]
        for _ in range(4):
            with suppress(httpx.TransportError):  # cut off while it was sent, the answer may be lost: again
                return client.post("/gradio_api/upload", files=files).status_code
        return 0

    assert upload(1000) == 200
    assert upload(53_000_000) == 413
    monkeypatch.setattr(guard, "MAX_UPLOAD_BYTES", 10_000_000)
    assert upload(*[900_000] * 20) == 413
    monkeypatch.setattr(Allowance, "left", lambda *_: 1_000.0)
    assert upload(2_000) == 429


def test_an_allowance_comes_back_with_time(monkeypatch) -> None:
    now = [0.0]
    monkeypatch.setattr(guard.time, "monotonic", lambda: now[0])
    allowance = Allowance(10, 60)
    assert allowance.take("a", 6)
    assert not allowance.take("a", 6)
    assert allowance.take("b", 6)
    now[0] = 59.0
    assert allowance.take("a", 4)
    now[0] = 60.5
    assert allowance.left("a") == 6
    for number in range(Allowance.KEPT + 5):
        allowance.take(f"key {number}")
    assert len(allowance._taken) <= Allowance.KEPT


# ---- how slowly ----


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "])
def test_who_never_finishes_a_request_is_hung_up_on(url, sent) -> None:
    assert talk(url, sent) == b""


def test_who_never_sends_the_body_is_told(url) -> None:
    said = talk(url, request("POST", "/gradio_api/run/predict", "Content-Length: 100"), then=b'{"data":')
    assert b" 408 " in said.split(b"\r\n")[0]


def test_headers_without_end_are_cut_off(url) -> None:
    assert b" 200 " not in talk(url, request("GET", "/", "X-Long: " + "x" * 2_000_000))


def test_slow_ones_do_not_keep_others_waiting(url, client) -> None:
    parts = httpx.URL(url)
    waiting = [socket.create_connection((parts.host, parts.port)) for _ in range(50)]
    try:
        for connection in waiting:
            connection.sendall(b"POST / HTTP/1.1\r\nHost:")
        assert client.get("/").status_code == 200
    finally:
        for connection in waiting:
            connection.close()


NO_REQUESTS = [b"\x16\x03\x01\x02\x00", b"\x00" * 100, b"GET /\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]


@pytest.mark.parametrize("sent", NO_REQUESTS)
def test_what_is_no_request_is_no_trouble(url, client, sent) -> None:
    talk(url, sent)
    assert client.get("/").status_code == 200


# ---- what it does by itself ----


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace found on PATH: it watches every connection")
def test_the_chat_connects_to_nobody(tmp_path, article) -> None:
    """The real command, real encoder: every connection that any of its processes begins is looked at."""
    trace = tmp_path / "trace"
    main = "import sys; from ui.terminal import main; sys.argv[0] = 'verbatim'; main()"
    arguments = ["chat", str(article), "--store", str(tmp_path / "store"), "--port", "0"]
    watch = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace)]
    process = subprocess.Popen(
        [*watch, sys.executable, "-c", main, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
        start_new_session=True,
    )
    watchdog = threading.Timer(120, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.start()
    try:
        address = next(word for line in process.stdout for word in line.split() if word.startswith("http"))
        with httpx.Client(base_url=address, timeout=60) as client:
            from tests.support.asking import Asker

            assert "2,500" in Asker(client, "traced").ask("How many U.S. troops are still in Iraq?")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
        watchdog.cancel()
    wait_until(trace.exists)
    outside = [line for line in trace.read_text().splitlines() if "AF_INET" in line and "127.0.0.1" not in line]
    assert outside == []
