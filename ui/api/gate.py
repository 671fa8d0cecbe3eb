"""Keys: who may use the API and assistants where others could. Sizes are looked at by `ui.server.guard`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.errors import VerbatimError
from ui.api.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

SHORTEST_KEY: Final = 24
"""Characters. A key that `secrets.token_urlsafe` makes has 43."""


class KeyFileError(VerbatimError):
    """The keys cannot be used; the message says why and what to do."""


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
    """ASGI middleware: asks for one of the keys, where there are any."""

    def __init__(self, app: ASGIApp, keys: Collection[str] = ()) -> None:
        self.app = app
        self._digests = [_digest(key.encode()) for key in keys]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a problem."""
        if scope["type"] != "http" or not self._digests or self._opens(dict(scope["headers"])):
            await self.app(scope, receive, send)
            return
        refusal = problem(401, "This needs a key: Authorization: Bearer KEY.", {"www-authenticate": "Bearer"})
        await refusal(scope, receive, send)

    def _opens(self, headers: dict[bytes, bytes]) -> bool:
        """Whether a request brings one of the keys; it takes as long whichever it is, and however wrong."""
        scheme, _, key = headers.get(b"authorization", b"").partition(b" ")
        found = [hmac.compare_digest(_digest(key.strip()), digest) for digest in self._digests]
        return scheme.lower() == b"bearer" and any(found)


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
