"""What is looked at before a request is read: its key, and its size, announced or not."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.errors import VerbatimError
from ui.api.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHORTEST_KEY: Final = 24
"""Characters. A key that `secrets.token_urlsafe` makes has 43."""

MAX_BODY_BYTES: Final = 1_000_000
MAX_UPLOAD_BYTES: Final = 50_000_000
UPLOADS: Final = frozenset({("POST", "/v1/documents")})
"""Where a request may hold files."""


class KeyFileError(VerbatimError):
    """The keys cannot be used; the message says why and what to do."""


class TooLargeError(Exception):
    """A body turned out to be larger than it may be."""


def read_keys(file: Path) -> frozenset[str]:
    """Read API keys from a file, one a line; lines that begin with # are left out."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"the keys in {file} cannot be read ({error}); write one a line") from error
    keys = frozenset(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))
    if not keys:
        raise KeyFileError(f'{file} holds no key; make one: python -c "import secrets; print(secrets.token_urlsafe())"')
    if any(len(key) < SHORTEST_KEY or not key.isascii() for key in keys):
        raise KeyFileError(f"a key in {file} is shorter than {SHORTEST_KEY} characters or not ASCII; make a longer one")
    return keys


class Gate:
    """ASGI middleware: asks for a key where there are any, and reads no more of a body than it may hold."""

    def __init__(self, app: ASGIApp, keys: Collection[str] = ()) -> None:
        self.app = app
        self._digests = [_digest(key) for key in keys]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if self._digests and not self._opens(headers.get(b"authorization", b"")):
            refusal = problem(401, "This needs a key: Authorization: Bearer KEY.", {"www-authenticate": "Bearer"})
            await refusal(scope, receive, send)
            return
        limit = MAX_UPLOAD_BYTES if (scope["method"], scope["path"]) in UPLOADS else MAX_BODY_BYTES
        too_large = problem(413, f"A request may hold at most {limit:,} bytes here.", {"connection": "close"})
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await too_large(scope, receive, send)
            return
        await self._measured(limit, scope, receive, send, too_large)

    async def _measured(self, limit: int, scope: Scope, receive: Receive, send: Send, too_large: ASGIApp) -> None:
        """Pass a request on, and cut it off once its body is larger than allowed."""
        read, begun, cut = 0, False, False

        async def measured() -> Message:
            nonlocal read, cut
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                cut = True
                raise TooLargeError
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            if not cut:  # what is said of a body that was cut off is not true
                begun = True
                await send(message)

        with suppress(TooLargeError):
            await self.app(scope, measured, noted)
        if cut and not begun:
            await too_large(scope, receive, send)

    def _opens(self, authorization: bytes) -> bool:
        """Whether a request brings one of the keys; it takes as long whichever it is, and however wrong."""
        scheme, _, key = authorization.partition(b" ")
        given = _digest(key.strip().decode("latin-1"))
        found = [hmac.compare_digest(given, digest) for digest in self._digests]
        return scheme.lower() == b"bearer" and any(found)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
