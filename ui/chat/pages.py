"""The pictures of pages that the source pane shows, each at an address that nobody can guess.

An address is sealed with a secret of this process, so the server draws only what it has offered: the pages of
documents that a citation was opened in. Nothing else of a request is believed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from index.errors import VerbatimError
from index.pictures import draw

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from index import Index

PATH = "/verbatim/page"

KEPT = 32
"""Pictures (or failures) that are kept, so that what was drawn just now is not drawn again: some ten megabytes."""

WAITING = 24
"""Requests that may wait for a picture; the others are told that the server is busy."""

_SECRET = secrets.token_bytes(32)

log = logging.getLogger(__name__)


def address(document_id: str, revision: str, page: int) -> str:
    """Return where the picture of a page can be fetched while this process runs."""
    place = f"{document_id}/{revision}/{page}"
    return f"{PATH}/{_seal(place)}/{place}.png"


def _seal(place: str) -> str:
    return hmac.new(_SECRET, place.encode(), hashlib.sha256).hexdigest()[:32]


class Pictures:
    """Draws pages of an index's documents for the browser: one at a time, and at most ``WAITING`` wait.

    Waiting costs no thread, and a request that its browser has given up is not drawn.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._kept: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()  # empty: it could not be drawn
        self._drawing = ThreadPoolExecutor(1, thread_name_prefix="verbatim-page")
        self._waiting = 0

    async def answer(self, request: Request) -> Response:
        """Answer a request for an `address`."""
        from starlette.responses import PlainTextResponse, Response

        seal, document_id, revision, page = (
            str(request.path_params[name]) for name in ("seal", "document", "revision", "page")
        )
        if not hmac.compare_digest(seal.encode(), _seal(f"{document_id}/{revision}/{page}").encode()):
            return PlainTextResponse("There is no such page.", status_code=404)
        if self._waiting >= WAITING:
            return PlainTextResponse("Busy.", status_code=503, headers={"retry-after": "2"})
        self._waiting += 1
        drawing = self._drawing.submit(self._picture, document_id, revision, int(page))
        try:
            picture = await asyncio.wrap_future(drawing)
        finally:
            drawing.cancel()
            self._waiting -= 1
        if not picture:
            return PlainTextResponse("This page cannot be shown.", status_code=404)
        return Response(picture, media_type="image/png", headers={"cache-control": "no-store"})

    def _picture(self, document_id: str, revision: str, page: int) -> bytes:
        """Return a page's picture; nothing if it cannot be drawn or its document is no longer there."""
        key = document_id, revision, page
        try:
            data = self._index.original(document_id, revision)  # asked each time: it may have been removed
        except VerbatimError as error:
            log.warning("a page could not be shown: %s", error)
            return b""
        if data is None:
            self._kept.clear()
            return b""
        if key not in self._kept:
            self._kept[key] = _drawn(data, page)
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def _drawn(data: bytes, page: int) -> bytes:
    try:
        return draw(data, page)
    except VerbatimError as error:
        log.warning("a page could not be drawn: %s", error)
        return b""
