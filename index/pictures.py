"""A page of a PDF as a picture, drawn where a hostile file can do no harm: see `index.sandbox`."""

from __future__ import annotations

import atexit
import io
import math
import struct
from collections.abc import Callable
from functools import partial

from index.errors import SourceError
from index.sandbox import Sandbox

WIDTH_PIXELS = 1_200
"""How wide a page is drawn: sharp at the width of a column on a dense screen."""

MAX_PIXELS = 4_000_000
"""Long pages are drawn more coarsely, so that no picture has more pixels."""

MAX_BYTES = 16_000_000
"""No picture of so many pixels takes more: what says more is none of ours."""

_PNG = b"\x89PNG\r\n\x1a\n"
_SIZE = struct.Struct(">II")
_SIZE_AT = 16  # after the signature and the head of the first chunk

_sandbox = Sandbox("index.pictures")  # its own worker: a page that is looked at need not wait for a folder that is read
atexit.register(_sandbox.close)


def draw(data: bytes, page: int) -> bytes:
    """Return page ``page`` of a PDF, counted from 1, as it is shown, as a PNG. Raises `SourceError` if it cannot be."""
    picture = _sandbox.make(str(page), data)
    if not _is_picture(picture):
        raise SourceError("what was drawn is no picture; the file may be damaged")
    return picture


def reader(page: str) -> Callable[[bytes], bytes]:
    """Return the function that draws a page. The sandbox asks for it in its worker, which imports what that takes."""
    import PIL.PngImagePlugin  # noqa: F401
    import pypdfium2  # type: ignore[import-untyped]  # noqa: F401

    return partial(_drawn, int(page))


def _is_picture(picture: bytes) -> bool:
    if not picture.startswith(_PNG) or not _SIZE_AT + _SIZE.size <= len(picture) <= MAX_BYTES:
        return False
    width, height = _SIZE.unpack_from(picture, _SIZE_AT)
    return bool(0 < width * height <= 1.1 * MAX_PIXELS)


def _drawn(page: int, data: bytes) -> bytes:
    return png_of(data, page, lambda width: WIDTH_PIXELS / width, MAX_PIXELS)


def png_of(
    data: bytes,
    page: int,
    scale_of: Callable[[float], float],
    most_pixels: int,
    *,
    grey: bool = False,
    effort: int = 4,
) -> bytes:
    """Draw a page in this process: ``scale_of`` gives the pixels a point, by its width. ``effort`` packs (0..9)."""
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(data) as document:
        if not 1 <= page <= len(document):
            raise SourceError(f"it has no page {page}")
        document.init_forms()  # what was filled in is drawn, too
        width, height = document[page - 1].get_size()
        scale = min(scale_of(width), math.sqrt(most_pixels / (width * height)))
        picture = document[page - 1].render(scale=scale, grayscale=grey).to_pil()
    stream = io.BytesIO()
    picture.save(stream, "png", compress_level=effort)
    return stream.getvalue()
