"""The guard around the chat: it refuses strangers, and gives every response the headers that keep a browser in.

Strangers are foreign host names (so that no web page can rebind its own name to us), requests that another site's page
sends, bodies far larger than any question or sent too slowly, and too much uploaded at once. The headers keep the
browser from asking anyone else for anything. The page is rewritten on its way out, see `_own_page`.
"""

from __future__ import annotations

import asyncio
import html
import re
import secrets
import time
from collections import deque
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ui.chat import USER

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine by which everyone on it may ask for the server."""

MAX_BODY_BYTES = 1_000_000
"""Larger bodies are refused, except for uploads: a question has at most some thousand characters."""

MAX_UPLOAD_BYTES = 200_000_000
"""The most that one upload may hold, all its files together; each file has a limit of its own."""

MAX_UPLOADED_BYTES, UPLOADED_SECONDS = 1_000_000_000, 600.0
"""The most that one person may upload within so many seconds."""

BODY_SECONDS = 30.0
"""How long a body may take to arrive, other than an upload."""

HEARD_OUT_BYTES, HEARD_OUT_SECONDS = 300_000_000, 10.0
"""A request that is refused is heard out, up to so much and so long: most senders read an answer only once they have
sent everything, and a connection that is closed before takes the answer with it."""

_API = "/gradio_api/"
_UPLOAD_PATHS = (f"{_API}upload", "/v1/documents")
_OPEN = re.compile(_API + r"(?:run/predict|queue/(?:join|data)|heartbeat/\w+|upload|upload_progress|cancel|reset)/?")
"""What the page uses of Gradio's interface. The rest (files, other servers' pages, lists of functions) is closed."""

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
_SHEETS = ("conversation", "source", "documents", "history", "chat")
_SCRIPTS = ("chat", "documents", "history", "written")
_OUR_FILES = "".join(f'<link rel="stylesheet" href="/verbatim/{sheet}.css">' for sheet in _SHEETS) + "".join(
    f'<script type="module" src="/verbatim/{script}.js"></script>' for script in _SCRIPTS
)
_A_USERS_FILES = '<meta name="verbatim-user" content="{}"><script type="module" src="/verbatim/account.js"></script>'
_IS_GRADIOS = "window.gradio_config"


class Guard:
    """ASGI middleware: refuses strangers and adds the security headers. ``hosts`` are names besides localhost's."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = frozenset(name.lower() for name in (*LOOPBACK, *hosts))
        self.uploaded = Allowance(MAX_UPLOADED_BYTES, UPLOADED_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a refusal."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        outgoing = _Outgoing(scope, send)
        refusal = self._refusal(scope)
        if refusal is not None:
            await _hear_out(scope, receive)
        elif not _is_upload(scope):
            try:
                receive = await asyncio.wait_for(_arrived(receive), BODY_SECONDS)
            except TimeoutError:
                refusal = 408, "The request did not arrive in time."
        if refusal is None:
            await self.app(scope, receive, outgoing)
            return
        await _said(*refusal, scope)(scope, receive, outgoing)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return why a request is refused, as status and reason, or None."""
        return _strangeness(scope, self.hosts) or self._excess(scope)

    def _excess(self, scope: Scope) -> tuple[int, str] | None:
        """Return why a request is refused for what it carries."""
        headers = headers_of(scope)
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal():
            return 411, "A request has to say how long it is."
        most = MAX_UPLOAD_BYTES if _is_upload(scope) else MAX_BODY_BYTES
        if int(length) > most:
            return 413, f"A request like this may hold at most {most:,} bytes."
        if _is_upload(scope) and not self.uploaded.take(sender(scope), int(length)):
            return 429, "That is more than may be uploaded in so short a time. Go on in some minutes."
        return None


def _strangeness(scope: Scope, hosts: frozenset[str]) -> tuple[int, str] | None:
    """Return why a request is refused for where it comes from or goes to."""
    headers = headers_of(scope)
    if scope["type"] != "http" or _host_name(headers.get("host", "")) not in hosts:
        return 400, "Unknown host name."
    if scope["path"].startswith(_API) and not _OPEN.fullmatch(scope["path"]):
        return 404, "There is nothing here."
    if _is_foreign(headers, changes=scope["method"] not in {"GET", "HEAD", "OPTIONS"}):
        return 403, "Requests from other sites are refused."
    return None


def _said(status: int, reason: str, scope: Scope) -> Response:
    """Return a refusal: in words, or to a program in its own form."""
    closing = {"connection": "close"}
    if str(scope.get("path")).startswith("/v1/"):
        from ui.api.problems import problem

        return problem(status, reason, closing)
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(reason, status_code=status, headers=closing)


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the headers of a request, their names in small letters; of those with one name, the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def sender(scope: Scope) -> str:
    """Return whom a request counts for: the address that it comes from."""
    return str((scope.get("client") or ("",))[0])


def _is_upload(scope: Scope) -> bool:
    return scope["type"] == "http" and str(scope["path"]).startswith(_UPLOAD_PATHS)


async def _arrived(receive: Receive) -> Receive:
    """Return ``receive`` once the whole body is here, so that nothing behind the guard waits for a slow sender."""
    messages: deque[Message] = deque()
    while not messages or messages[-1].get("more_body", False):
        messages.append(await receive())

    async def replay() -> Message:
        return messages.popleft() if messages else await receive()

    return replay


async def _hear_out(scope: Scope, receive: Receive) -> None:
    """Take in the rest of a request that says how long it is, and forget it."""
    length = headers_of(scope).get("content-length", "")
    if not length.isdecimal() or int(length) > HEARD_OUT_BYTES:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(HEARD_OUT_SECONDS):
            while (await receive()).get("more_body", False):
                pass


class Allowance:
    """So much for each within so many seconds, counted over a window that slides."""

    KEPT = 10_000
    """So many are remembered at most; whoever came first is forgotten first."""

    def __init__(self, amount: float, seconds: float) -> None:
        self.amount = amount
        self.seconds = seconds
        self._taken: dict[str, deque[tuple[float, float]]] = {}

    def left(self, key: str) -> float:
        """Return how much of it there is now."""
        taken = self._taken.get(key, deque())
        while taken and taken[0][0] <= time.monotonic() - self.seconds:
            taken.popleft()
        return self.amount - sum(part for _, part in taken)

    def take(self, key: str, part: float = 1) -> bool:
        """Take a part of it, if so much is left; return whether it was."""
        if part > self.left(key):
            return False
        self._taken.setdefault(key, deque()).append((time.monotonic(), part))
        while len(self._taken) > self.KEPT:
            del self._taken[next(iter(self._taken))]
        return True


def _is_foreign(headers: Mapping[str, str], *, changes: bool) -> bool:
    """Whether the browser says that another site's page sent this; a link to us from there may be followed."""
    own = {f"{scheme}://{headers['host']}" for scheme in ("http", "https")}
    if headers.get("origin", min(own)) not in own:
        return True
    return changes and headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


def _host_name(host: str) -> str | None:
    """Return the name in a Host header, without its port and without an IPv6 address's brackets."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


class _Outgoing:
    """Sends a response on with the security headers; the page itself is collected and rewritten first."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.send = send
        self.nonce = secrets.token_urlsafe(16)
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
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]

    async def _send_page(self) -> None:
        """Send the rewritten page."""
        assert self.start is not None  # noqa: S101 - collected only after a start
        body = _own_page(self.body.decode(), self.nonce, self.scope.get(USER, "")).encode()
        kept = [(name, value) for name, value in self.start["headers"] if name.lower() != b"content-length"]
        headers = [*kept, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
        await self.send({**self.start, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    """Whether a response that starts so is an HTML page."""
    return any(name.lower() == b"content-type" and b"text/html" in value for name, value in start["headers"])


def _own_page(page: str, nonce: str, user: str) -> str:
    """Return Gradio's page as ours: no links to other hosts, our files, a nonce on each script and style.

    Gradio escapes every ``<`` in the settings it writes into its scripts, so each tag found here is real.
    """
    files = _OUR_FILES + (_A_USERS_FILES.format(html.escape(user)) if user else "")
    ours = _OUTSIDE_META.sub("", page).replace("</head>", files + "</head>", 1) if _IS_GRADIOS in page else page
    return re.sub("<(script|style)(?=[ >])", rf'<\1 nonce="{nonce}"', ours)
