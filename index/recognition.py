"""Pages that are pictures, as of a scan, become text: by tesseract, where it is installed.

    product --PDF--> sandbox, which draws a page --picture--> tesseract, limited --hOCR--> sandbox, which reads the PDF

What is recognised is no copy of the document's own characters, since there are none. Documents say which of their pages
were read like this, so that everything quoted from these can say so, too.
"""

from __future__ import annotations

import atexit
import io
import json
import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from itertools import chain
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.formats.content import Content
from index.onnx import cores
from index.pictures import png_of
from index.sandbox import Sandbox

if TYPE_CHECKING:
    from PIL.Image import Image

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif"})
"""Files that are a picture of a page, or several; they are read as a PDF of that picture."""

DOTS_PER_INCH = 300
"""How finely a page is drawn for recognition; what tesseract's authors advise."""

MAX_PIXELS = 25_000_000
"""Large pages are drawn more coarsely: this is an A3 page."""

MOST_PAGES = 200
"""Of a document no more pages are recognised: they take minutes. The others stay unread."""

PAGE_SECONDS = 60
"""A page may take so long, in processor time and by the clock; one of dense type takes two or three."""

MEMORY_BYTES = 2_000_000_000

MOST_LANGUAGES = 3
"""Where more are installed, only English is looked for, unless `LANGUAGES` says otherwise: each takes its time."""

LANGUAGES = "VERBATIM_OCR_LANGUAGES"
"""The environment variable that names the languages, as tesseract does: ``deu+fra``."""

INSTALL = (
    "install tesseract (Debian and Ubuntu: apt install tesseract-ocr; macOS: brew install tesseract) and add it again"
)

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
_OF_SEVERAL_PAGES = ("GIF", "TIFF", "WEBP")
_A4_INCHES = 11.69
_PLAUSIBLE_DOTS = (72, 1200)
_LONGEST_SIDE_INCHES = 40

_log = logging.getLogger(__name__)
_sandbox = Sandbox("index.recognition")  # a worker of its own: readers need not import what drawing takes
atexit.register(_sandbox.close)


# ---- the product's side -------------------------------------------------------------------------------------------


def is_installed() -> bool:
    """Whether there is a tesseract to recognise with."""
    return _program() is not None


def languages() -> str:
    """Return the languages that `LANGUAGES` says are looked for, or "" if that is left to what is installed."""
    return os.environ.get(LANGUAGES, "")


def advice() -> str:
    """Return what to do about pages that were not recognised."""
    program = _program()
    if program is None:
        return INSTALL
    known = _installed(program) if languages() else frozenset()
    if known and (missing := sorted(set(languages().split("+")) - known)):
        return (
            f"{LANGUAGES} names {', '.join(missing)}, and tesseract has {', '.join(sorted(known))}; "
            "name one of these, or install what is missing, and add it again"
        )
    return f"it could not be recognised, or there are more than {MOST_PAGES}: then split it and add the parts"


def as_pdf(data: bytes) -> bytes:
    """Return a PDF whose pages are the pictures of an image file. Raises `SourceError` if it is none."""
    made = _sandbox.make("picture", data)
    if not made.startswith(b"%PDF-"):
        raise SourceError("what was made of it is no page; the picture may be damaged")
    return made


def close() -> None:
    """End the worker that draws pages and reads them. The next scan starts another."""
    _sandbox.close()


def recognised(data: bytes, pages: Iterable[int], say: Callable[[str], None]) -> Content:
    """Return a PDF's content with what is recognised on these of its pages. Of too many, the last stay unread.

    ``say`` is told how far it is. Raises `SourceError` as reading the PDF does.
    """
    pages = list(pages)[:MOST_PAGES]
    found: dict[int, str] = {}
    with ThreadPoolExecutor(cores(), thread_name_prefix="verbatim-recognise") as pool:
        waiting = [(number, pool.submit(_recognised, data, number)) for number in pages]
        try:
            for done, (number, future) in enumerate(waiting, start=1):
                say(f"recognising page {done} of {len(pages)}")
                if (seen := future.result()) is not None:
                    found[number] = seen
        except BaseException:  # an interrupt
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return _sandbox.read("pages", json.dumps(found).encode() + b"\n" + data, has_pages=True)


def _recognised(data: bytes, page: int) -> str | None:
    """Return what is on a page, as hOCR, or None if that cannot be found out."""
    try:
        picture = _sandbox.make(f"page {page}", data)
        return _hocr(picture)
    except (SourceError, OSError, subprocess.SubprocessError) as error:
        _log.warning("page %d is not recognised: %s", page, error)
        return None


def _hocr(picture: bytes) -> str:
    """Let tesseract look at a picture. Raises OSError or `subprocess.SubprocessError`."""
    program = _program()
    if program is None:
        raise FileNotFoundError("there is no tesseract")
    # Where it knows which way up a page is, it also reads those that lie on their side.
    layout = "1" if "osd" in _installed(program) else "3"
    how = {"--dpi": str(DOTS_PER_INCH), "--psm": layout, "-l": _languages(program)}
    command = [program, "stdin", "stdout", *chain.from_iterable(how.items()), "hocr"]
    with subprocess.Popen(  # noqa: S603 - a program of the system, and a picture that we drew
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
    ) as process:
        _limit(process.pid)
        try:
            said, _ = process.communicate(picture, timeout=PAGE_SECONDS)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "tesseract")
    return said.decode("utf-8", "replace")


def _limit(process: int) -> None:
    """Limit what a process may use, where the system lets us; it has read nothing yet."""
    with suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        resource.prlimit(process, resource.RLIMIT_CPU, (PAGE_SECONDS, PAGE_SECONDS))
        resource.prlimit(process, resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _program() -> str | None:
    return shutil.which("tesseract")


def _languages(program: str) -> str:
    if named := languages():
        return named
    found = sorted(_installed(program) - {"osd"}, key=lambda name: (name != "eng", name))
    return "+".join(found if len(found) <= MOST_LANGUAGES else found[:1]) or "eng"


@cache
def _installed(program: str) -> frozenset[str]:
    """Return the languages that tesseract knows, and "osd" if it knows which way up a page is."""
    said = subprocess.run(  # noqa: S603 - a program of the system
        [program, "--list-langs"], capture_output=True, text=True, check=False, timeout=PAGE_SECONDS
    )
    return frozenset(said.stdout.split("\n")[1:]) - {""}


# ---- the worker's side --------------------------------------------------------------------------------------------


def reader(what: str) -> Callable[[bytes], Content | bytes]:
    """Return the function that does a part of the work. The sandbox asks for it in its worker, which imports it."""
    match what.split():
        case ["page", number]:
            import PIL.PngImagePlugin
            import pypdfium2  # type: ignore[import-untyped]  # noqa: F401

            return partial(_drawn, int(number))
        case ["picture"]:
            import PIL.Image

            PIL.Image.init()  # all its formats, imported before the limits hold
            return _pdf_of
        case _:
            import index.formats.pdf  # noqa: F401

            return _read


def _drawn(number: int, data: bytes) -> bytes:
    """Return a page as it is shown, as a PNG in grey."""
    return png_of(data, number, lambda _width: DOTS_PER_INCH / 72, MAX_PIXELS, grey=True, effort=1)


def _pdf_of(data: bytes) -> bytes:
    """Return a PDF with a page for each picture of an image file, the right way up and in a plausible size."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            # A second picture in a photograph is a smaller one of the same, as phones add.
            frames = ImageSequence.Iterator(image) if image.format in _OF_SEVERAL_PAGES else [image]
            pages = [_on_paper(ImageOps.exif_transpose(frame)) for frame in frames]
            named = float(image.info.get("dpi", (0, 0))[0])
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise SourceError("it is damaged, too large, or no picture; open it, save it anew and add it again") from error
    longest = max(max(page.size) for page in pages)
    plausible = _PLAUSIBLE_DOTS[0] < named <= _PLAUSIBLE_DOTS[1] and longest / named <= _LONGEST_SIDE_INCHES
    dots = named if plausible else longest / _A4_INCHES
    stream = io.BytesIO()
    pages[0].save(
        stream, "pdf", resolution=dots, quality=92, save_all=True, append_images=pages[1:],
        creationDate=None, modDate=None,  # it was not made today
    )  # fmt: skip
    return stream.getvalue()


def _on_paper(picture: Image) -> Image:
    """Return a picture as it looks on white, in grey or colour."""
    from PIL import Image

    if picture.mode in ("1", "L"):  # in black and white alone it would be packed in a way that writes a file
        return picture.convert("L")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return picture.convert("RGB")


def _read(data: bytes) -> Content:
    from index.formats.pdf import read_pdf

    head, _, document = data.partition(b"\n")
    return read_pdf(document, {int(number): seen for number, seen in json.loads(head).items()})
