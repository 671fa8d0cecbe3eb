"""Who may come in from other machines: names with passwords in a file, and sessions kept by a cookie.

The file holds a salted scrypt hash for each name, never a password. Sessions live in the memory of the server: a cookie
holds a random token, of which the server keeps only a digest, and which is worth nothing after a log-out or a restart.
Whoever gets in sees every document of the store and may remove any; only conversations are one's own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
import time
from collections.abc import Sequence
from functools import partial
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from index import disk
from index.errors import VerbatimError
from qa.address import Address, AddressError
from ui.chat import OPEN, USER
from ui.desk import BusyError, Desk
from ui.server.guard import Allowance, headers_of, sender

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

LEAST_CHARS = 10
"""Shorter passwords are refused. Nothing else is asked of one."""

SESSION_SECONDS = 12 * 3600.0
"""A session ends when it was not used for so long."""

MAX_SESSIONS = 1_000
"""With more, the one that was used least lately ends."""

FAILURES, FAILURE_SECONDS = 10, 600.0
"""So many failures within so many seconds, by name and by address, before nobody is let in there for a while."""

COOKIE = "verbatim-session"
FOR_ALL = ("/verbatim/login.css", "/verbatim/favicon.png", "/favicon.ico")
"""What the page to log in on consists of."""

_COST = {"n": 2**15, "r": 8, "p": 1}
_MAX_FORM_BYTES = 10_000


class LoginError(VerbatimError):
    """The file of logins cannot be used, or a name or password cannot be taken; the message says why."""


class Logins:
    """The names that may log in, in a file that only its owner may read. It is read anew each time."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def names(self) -> list[str]:
        """Return the names."""
        return sorted(self._read())

    def add(self, name: str, password: str) -> None:
        """Let a name in with this password from now on."""
        if not name.strip() or len(name) > 100 or not name.isprintable():
            raise LoginError("a name has between 1 and 100 characters that can be printed")
        if len(password) < LEAST_CHARS:
            raise LoginError(f"this password is too short: take {LEAST_CHARS} characters or more")
        salt = secrets.token_bytes(16)
        entry = {**_COST, "salt": _text(salt), "hash": _text(_hashed(password, salt, **_COST))}
        self._write({**self._read(), name: entry})

    def remove(self, name: str) -> None:
        """Let a name in no more."""
        entries = self._read()
        if entries.pop(name, None) is None:
            raise LoginError(f"{self.file} does not name {name}; it names {', '.join(sorted(entries)) or 'nobody'}")
        self._write(entries)

    def check(self, name: str, password: str) -> bool:
        """Return whether a name may come in with this password. An unknown name takes as long as a known one."""
        entry = self._read().get(name)
        known = entry or {**_COST, "salt": _text(b"nobody"), "hash": ""}
        cost = {part: int(known[part]) for part in _COST}
        given = _text(_hashed(password, base64.b64decode(known["salt"]), **cost))
        return hmac.compare_digest(given, str(known["hash"])) and entry is not None

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            entries = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise LoginError(f"{self.file} cannot be read as a file of logins: {error}") from error
        fields = {*_COST, "salt", "hash"}
        if not (isinstance(entries, dict) and all(isinstance(e, dict) and fields <= {*e} for e in entries.values())):
            raise LoginError(f"{self.file} is no file of logins; make one with `verbatim login add {self.file} NAME`")
        return dict(entries)

    def _write(self, entries: dict[str, dict[str, Any]]) -> None:
        disk.write_whole(self.file, json.dumps(entries, indent=1), mode=0o600)


def _hashed(password: str, salt: bytes, *, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Sessions:
    """Who is logged in: a name for each token, by the token's digest."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, float]] = {}

    def begin(self, name: str) -> str:
        """Return the token of a new session."""
        token = secrets.token_urlsafe(32)
        self._open[_digest(token)] = (name, time.monotonic())
        while len(self._open) > MAX_SESSIONS:
            del self._open[next(iter(self._open))]
        return token

    def name(self, token: str) -> str | None:
        """Return whose session it is, or None; it was used now."""
        name, used = self._open.pop(_digest(token), ("", -SESSION_SECONDS))
        if not name or time.monotonic() - used > SESSION_SECONDS:
            return None
        self._open[_digest(token)] = (name, time.monotonic())
        return name

    def end(self, token: str) -> None:
        """End a session."""
        self._open.pop(_digest(token), None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Door:
    """ASGI middleware behind the guard: lets in who is logged in, and logs in and out."""

    def __init__(self, app: ASGIApp, logins: Logins, beside: Sequence[str] = ()) -> None:
        self.app = app
        self.logins = logins
        self.beside = tuple(beside)
        self.sessions = Sessions()
        self.failures = Allowance(FAILURES, FAILURE_SECONDS)
        self.desk = Desk(at_once=1, in_line=8)  # a check takes 32 MB and a tenth of a second

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with the name of who sent it, or ask who it is."""
        if scope["type"] == "lifespan" or scope["path"] in FOR_ALL or scope["path"].startswith(self.beside):
            await self.app(scope, receive, send)
            return
        from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse

        token = _token(scope)
        name = self.sessions.name(token)
        if name not in self.logins.names():  # it may have been removed since
            name = None
        asked = scope["method"], scope["path"]
        opens = _fields(scope["query_string"]).get(OPEN, "")
        response: Response
        if asked == ("POST", "/login"):
            response = await self._log_in(scope, receive)
        elif asked == ("POST", "/logout"):
            self.sessions.end(token)
            response = RedirectResponse("/login", 303)
            response.delete_cookie(COOKIE)
        elif name is not None and asked[1] != "/login":
            scope[USER] = name
            await self.app(scope, receive, send)
            return
        elif asked == ("GET", "/login"):
            response = HTMLResponse(_page(opens))
        elif asked == ("GET", "/"):
            response = RedirectResponse(_opening("/login", opens), 303)
        else:
            response = PlainTextResponse("Log in first.", 401)
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    async def _log_in(self, scope: Scope, receive: Receive) -> Response:
        """Check a name and a password, and begin a session or say why not."""
        from starlette.responses import HTMLResponse, RedirectResponse

        fields = await _form(receive)
        name, password, opens = (fields.get(field, "") for field in ("name", "password", OPEN))
        page = partial(_page, opens)
        keys = f"name {name}", f"address {sender(scope)}"
        if min(map(self.failures.left, keys)) < 1:
            return HTMLResponse(page("Too many attempts have failed. Try again in ten minutes."), 429)
        try:
            known = await self.desk.work_out(lambda: self.logins.check(name, password))
        except BusyError as error:
            return HTMLResponse(page(str(error)), 503)
        if not known:
            for key in keys:
                self.failures.take(key)
            return HTMLResponse(page("This name and this password do not belong together."), 401)
        response = RedirectResponse(_opening("/", opens), 303)
        secure = scope.get("scheme") == "https"
        # A link in a mail leads to us logged in; what another site's page sends is refused by the guard.
        response.set_cookie(COOKIE, self.sessions.begin(name), httponly=True, samesite="lax", secure=secure)
        return response


def _token(scope: Scope) -> str:
    """Return the token that a request brings, if any."""
    try:
        cookies = SimpleCookie(headers_of(scope).get("cookie", ""))
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""


async def _form(receive: Receive) -> dict[str, str]:
    """Return the fields of a form that was sent; nothing if it is too long. The guard has it all here already."""
    body, more = b"", True
    while more and len(body) <= _MAX_FORM_BYTES:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    if len(body) > _MAX_FORM_BYTES:
        return {}
    return _fields(body)


def _fields(data: bytes) -> dict[str, str]:
    """Return the fields of a form or a query, of each the first value."""
    fields = parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True)
    return {field: values[0] for field, values in fields.items()}


def _opening(path: str, address: str) -> str:
    """Return where to go, with the address of a sentence to open there, if it is one: nothing else is carried on."""
    try:
        return f"{path}?{OPEN}={quote(str(Address.parse(address)), safe='')}"
    except AddressError:
        return path


def _page(opens: str, trouble: str = "") -> str:
    """Return the page to log in on, which keeps what address was to be opened."""
    kept = f'<input type="hidden" name="{OPEN}" value="{html.escape(opens)}">' if opens else ""
    said = f'<p role="alert">{html.escape(trouble)}</p>' if trouble else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Log in to Verbatim</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/verbatim/favicon.png"><link rel="stylesheet" href="/verbatim/login.css"></head>'
        f'<body class="login"><main><h1>Verbatim</h1>{said}<form method="post" action="/login">{kept}'
        '<label>Name <input name="name" autocomplete="username" required autofocus maxlength="100"></label>'
        '<label>Password <input name="password" type="password" autocomplete="current-password" required></label>'
        "<button>Log in</button></form></main></body></html>"
    )
