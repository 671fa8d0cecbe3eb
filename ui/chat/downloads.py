"""Files on their way out: each has an address that nobody can guess, and is gone after a few minutes."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MOST_OFFERED = 32
"""Files that wait to be fetched; of more, the oldest is forgotten."""

KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class _Offered:
    name: str
    data: bytes = field(repr=False)
    since: float


class Downloads:
    """Files in memory by their token. No path of the machine is ever opened for a download."""

    def __init__(self) -> None:
        self._offered: OrderedDict[str, _Offered] = OrderedDict()
        self._lock = threading.Lock()

    def offer(self, name: str, data: bytes) -> str:
        """Keep a file to be fetched by the token that is returned."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._offered[token] = _Offered(name, data, time.monotonic())
            while len(self._offered) > MOST_OFFERED:
                self._offered.popitem(last=False)
        return token

    def fetch(self, token: str) -> tuple[str, bytes] | None:
        """Return the name and the data of a file, or None if there is none by this token any more."""
        with self._lock:
            for stale in [key for key, file in self._offered.items() if time.monotonic() > file.since + KEPT_SECONDS]:
                del self._offered[stale]
            found = self._offered.get(token)
        return (found.name, found.data) if found else None

    async def respond(self, request: Request) -> Response:
        """Answer a request for ``/verbatim/export/{token}``: always a file to save, never a page of this server."""
        from starlette.responses import PlainTextResponse, Response

        found = self.fetch(request.path_params["token"])
        if found is None:
            return PlainTextResponse("There is no such file any more. Save it once more.", status_code=404)
        name, data = found
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "cache-control": "no-store",
        }
        return Response(data, media_type="application/octet-stream", headers=headers)
