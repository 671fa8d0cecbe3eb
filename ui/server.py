"""The server of the web chat: the Gradio app behind a guard, on this machine only.

The guard refuses strangers (foreign host names, so that no web page can rebind its own name to us; requests
that another site's page sends; bodies far larger than any question) and gives every response the headers that
keep the browser from asking anyone else for anything. The page is rewritten on its way out, see `_own_page`.
"""

from __future__ import annotations

import atexit
import ipaddress
import math
import os
import re
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import ui  # settles the environment that Gradio reads when it is imported
from index.errors import VerbatimError

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from index import Index

ASSETS = Path(ui.__file__).parent / "assets"
MAX_FILE_SIZE = "50mb"
MAX_BODY_BYTES = 1_000_000
"""Larger bodies are refused, except for uploads: a question has at most some thousand characters."""
QUEUE_SIZE = 64

_MEASURED_THERE = ("/gradio_api/upload", "/v1/", "/mcp")
"""Paths whose bodies are measured where they are read."""

_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Gradio's page starts with inline scripts that hold its settings: they get a nonce. No
        # 'unsafe-inline', and no 'unsafe-eval', which gr.HTML templates and js= listeners would need; the
        # chat uses neither.
        "script-src 'self' 'nonce-{nonce}'",
        # Gradio's components set style attributes as they load; <style> elements need the nonce too. What a
        # style could fetch (images, fonts, other styles) is limited to this server in any case.
        "style-src 'self' 'nonce-{nonce}'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "frame-src 'none'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)

_OUTSIDE_META = re.compile(r'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')
_SHEETS = ("conversation", "source", "documents", "chat")
_OUR_FILES = (
    "".join(f'<link rel="stylesheet" href="/verbatim/{sheet}.css">' for sheet in _SHEETS)
    + '<script type="module" src="/verbatim/chat.js"></script></head>'
)


class ServeError(VerbatimError):
    """The chat cannot be served; the message says why and what to do."""


def create_app(index: Index, *, examples: Sequence[str] = (), host: str = "127.0.0.1", port: int = 7860) -> FastAPI:
    """Return the whole web chat over ``index`` as an ASGI app, with its guard around it."""
    _private_folder()  # before Gradio is imported, since it notes the folder then
    import gradio as gr
    from fastapi import FastAPI
    from starlette.middleware import Middleware
    from starlette.staticfiles import StaticFiles

    from ui.chat import build

    page = build(index, examples=examples)
    page.queue(max_size=QUEUE_SIZE, api_open=False)
    guard = Middleware(Guard, hosts=frozenset({"127.0.0.1", "localhost", "::1", host}))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, middleware=[guard])
    app.mount("/verbatim", StaticFiles(directory=ASSETS))
    served: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=host,
        server_port=port,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        allowed_paths=[],
        blocked_paths=[str(Path(index.path).resolve())] if hasattr(index, "path") else [],
        favicon_path=str(ASSETS / "favicon.png"),
        show_error=False,
        max_file_size=MAX_FILE_SIZE,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        theme=_theme(gr.themes.Base),
    )
    return served


def serve(
    index: Index,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    examples: Sequence[str] = (),
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the chat until it is interrupted; ``ready`` gets the address once the server listens.

    The page is up before the encoder is loaded, which happens meanwhile.
    """
    if not is_loopback(host):
        raise ServeError(
            f"{host} can be reached from other machines, and the chat has no login yet: use 127.0.0.1, and a "
            "tunnel such as `ssh -L 7860:127.0.0.1:7860` to reach it from elsewhere"
        )
    listener = listen(host, port)
    app = create_app(index, examples=examples, host=host, port=listener.getsockname()[1])
    threading.Thread(target=index.warm, name="verbatim-warm", daemon=True).start()
    run(app, listener, host, ready=ready)


def run(app: FastAPI, listener: socket.socket, host: str, *, ready: Callable[[str], None] | None = None) -> None:
    """Run an app on a socket that listens, until it is interrupted."""
    import uvicorn

    port = listener.getsockname()[1]
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=3)
    if ready is not None:
        name = f"[{host}]" if ":" in host else host
        app.router.add_event_handler("startup", lambda: ready(f"http://{name}:{port}"))
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, or say what to do instead."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ServeError(f"{host} is no address of this machine ({error.strerror}): use 127.0.0.1") from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise ServeError(f"port {port} on {host} is taken ({error.strerror}): choose another with --port") from error
    return listener


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def _private_folder() -> Path:
    """Make the folder for uploads on their way in: readable by this user alone, gone with the process."""
    folder = tempfile.mkdtemp(prefix="verbatim-")
    os.environ["GRADIO_TEMP_DIR"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _theme(base: type[gr.themes.Base]) -> gr.themes.Base:
    """Return a theme that loads no font files. Our stylesheet does the rest."""
    return base(
        font=["system-ui", "-apple-system", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        text_size="md",
    )


class Guard:
    """ASGI middleware: refuses strangers and adds the security headers."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a refusal."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        outgoing = _Outgoing(send, nonce=secrets.token_urlsafe(16))
        refusal = _refusal(scope, self.hosts)
        if refusal is None:
            await self.app(scope, receive, outgoing)
            return
        from starlette.responses import PlainTextResponse

        status, reason = refusal
        await PlainTextResponse(reason, status_code=status)(scope, receive, outgoing)


def _refusal(scope: Scope, hosts: frozenset[str]) -> tuple[int, str] | None:
    """Return why a request is refused, as status and reason, or None."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["type"] != "http" or _host_name(headers.get("host", "")) not in hosts:
        return 400, "Unknown host name."
    if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
        return None
    if _is_foreign(headers):
        return 403, "Requests from other sites are refused."
    if not scope["path"].startswith(_MEASURED_THERE) and _body_bytes(headers) > MAX_BODY_BYTES:
        return 413, f"A request may hold at most {MAX_BODY_BYTES:,} bytes."
    return None


def _is_foreign(headers: Mapping[str, str]) -> bool:
    """Whether the browser says that another site's page sent this."""
    own = {f"{scheme}://{headers['host']}" for scheme in ("http", "https")}
    return headers.get("origin", min(own)) not in own or headers.get("sec-fetch-site", "same-origin") not in {
        "same-origin",
        "none",
    }


def _body_bytes(headers: Mapping[str, str]) -> float:
    """Return the size of the body as announced; one that is not announced may be of any size."""
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else math.inf


def _host_name(host: str) -> str | None:
    """Return the name in a Host header, without its port and without an IPv6 address's brackets."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


class _Outgoing:
    """Sends a response on with the security headers; the page itself is collected and rewritten first."""

    def __init__(self, send: Send, nonce: str) -> None:
        self.send = send
        self.nonce = nonce
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Send one ASGI message on."""
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *self._security_headers()]
            if _is_page(message):
                self.start = message
                return
        elif message["type"] == "http.response.body" and self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page()
            return
        await self.send(message)

    def _security_headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers that every response gets."""
        return [
            (b"content-security-policy", _POLICY.format(nonce=self.nonce).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]

    async def _send_page(self) -> None:
        """Send the rewritten page."""
        assert self.start is not None  # noqa: S101 - collected only after a start
        body = _own_page(self.body.decode(), self.nonce).encode()
        kept = [(name, value) for name, value in self.start["headers"] if name.lower() != b"content-length"]
        headers = [*kept, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
        await self.send({**self.start, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    """Whether a response that starts so is an HTML page."""
    return any(name.lower() == b"content-type" and b"text/html" in value for name, value in start["headers"])


def _own_page(page: str, nonce: str) -> str:
    """Return Gradio's page as ours: no links to other hosts, our files, a nonce on each script and style.

    Gradio escapes every ``<`` in the settings it writes into its scripts, so each tag found here is real.
    """
    ours = _OUTSIDE_META.sub("", page).replace("</head>", _OUR_FILES, 1)
    return re.sub("<(script|style)(?=[ >])", rf'<\1 nonce="{nonce}"', ours)
