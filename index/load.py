"""Sources -> content: which files there are, which of them can be read, and what they hold (see `index.formats`).

A source that cannot be read raises `SourceError`, which names the cause and what to do.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from index import recognition, sandbox
from index.errors import SourceError
from index.formats import FORMATS
from index.formats.content import Content, checked
from index.formats.kinds import REFUSED
from index.types import Source, TextDocument

MAX_FILE_BYTES = 50_000_000
"""Larger files are refused: they would hold a laptop's memory several times over while they are read."""

NOTE_NAMES = frozenset({"SOURCES"})
"""Files that say where a folder's documents come from are not among them."""

_PASSED_OVER = (".", "~$")
"""How the names of files begin that are hidden, or only say that Office has another one open."""

STORE_NAME = "catalog.sqlite3"
"""The file by which a folder is known to be a store."""

Say = Callable[[str], None]
"""Told what is being done, in a few words."""

AnySource = str | Path | Source | TextDocument
"""What can be added: the path of a file or folder, data with a name, or a LlamaIndex ``Document``."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A source that has not been read yet. ``load`` reads it, and raises `SourceError` if that fails."""

    name: str
    load: Callable[[], Loaded]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source whose bytes are there: its name, a fingerprint of them, and how to get its content.

    ``read`` also returns the file as a PDF, if it has pages that can be shown. It tells how far it is, where it takes
    long, and raises `SourceError`.
    """

    name: str
    fingerprint: str
    read: Callable[[Say], tuple[Content, bytes | None]]


@contextmanager
def reading() -> Iterator[None]:
    """Read sources inside: the workers that serve them end with it. Elsewhere they end with the interpreter."""
    try:
        yield
    finally:
        sandbox.close()
        recognition.close()


def say_nothing(_stage: str) -> None:
    """Take what would be told."""


# ---- sources ------------------------------------------------------------------------------------------------------


def expand(sources: Iterable[AnySource]) -> Iterator[Listed]:
    """List every source without reading it, folders in depth and in order of name.

    Inside a folder, hidden files and folders, lock files of Office and `NOTE_NAMES` are passed over. A folder in it
    that cannot be read is listed itself, and so is a link to a folder elsewhere, which is not followed. LlamaIndex
    documents that share a file name are the pages of one document.
    """
    pages: dict[str, list[TextDocument]] = {}
    for source in sources:
        if source == "":
            yield Listed("''", _refuse_empty)
        elif isinstance(source, str | Path):
            for path in _files(Path(source)):
                yield Listed(_printable(str(path)), partial(_load_path, path))
        elif isinstance(source, Source):
            yield Listed(_printable(source.name), partial(_load_data, source))
        elif isinstance(source, TextDocument):
            pages.setdefault(_text_document_name(source), []).append(source)
        else:
            yield Listed(repr(source)[:80], partial(_refuse, source))
    for name, documents in pages.items():
        yield Listed(_printable(name), partial(_load_pages, name, documents))


def absolute(path: str | Path) -> Path:
    """Return an absolute path without ``..``: a file that goes by two names is two documents. Links stay as given.

    ``~`` is the home of a user that there is; else it is a name like any other, as Word calls its own files.
    """
    return Path(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111 (`Path.expanduser` raises for others)


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _check_name(name: str) -> None:
    if name != _printable(name):
        raise SourceError(
            "its name is not valid Unicode, so that no citation could give it; rename it and add it again"
        )


def _refuse(source: object) -> Loaded:
    raise SourceError(f"cannot add a {type(source).__name__}; give a path or a Source")


def _refuse_empty() -> Loaded:
    """Refuse what `Path` would take for the folder that one is in."""
    raise SourceError("an empty path names nothing; give that of a file or folder")


def _files(path: Path) -> Iterator[Path]:
    path = absolute(path)
    if not os.path.isdir(path):  # noqa: PTH112 (`Path.is_dir` raises where a folder above may not be entered)
        yield path
        return
    unread: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=unread.append):
        if STORE_NAME in names:  # a store among the documents is not one of them
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        read = [name for name in names if not name.startswith(_PASSED_OVER) and name not in NOTE_NAMES]
        yield from (Path(folder, name) for name in sorted(read))
        yield from (link for name in folders if _leads_away(link := Path(folder, name), path))
    yield from (Path(error.filename) for error in unread)


def _leads_away(folder: Path, root: Path) -> bool:
    """Whether it is a link whose files are not found under ``root`` by their own paths."""
    return folder.is_symlink() and not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root))


def _load_path(path: Path) -> Loaded:
    _check_name(str(path))
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            _refuse_folder(path)
        if not stat.S_ISREG(status.st_mode):
            raise SourceError("it is not a regular file")
        _check_size(status.st_size)
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)  # it may have grown
        _check_size(len(data))
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        raise SourceError(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return _loaded(str(path), data)


def _refuse_folder(path: Path) -> NoReturn:
    """Say why a folder is listed itself, and not its files."""
    if path.is_symlink():
        target = _printable(os.path.realpath(path))
        raise SourceError(f"it is a link to a folder, and those are not followed; add {target} itself")
    try:
        os.scandir(path).close()
    except OSError as error:
        reason = f"the folder cannot be read: {error.strerror or error}; allow it to be read and add it again"
        raise SourceError(reason) from error
    raise SourceError("the folder could not be read a moment ago; add it again")


def _load_data(source: Source) -> Loaded:
    _check_name(source.name)
    if isinstance(source.data, str):
        return _loaded_text(source.name, Content(source.data, title=source.title))
    _check_size(len(source.data))
    return _loaded(source.name, source.data)


def _load_pages(name: str, documents: list[TextDocument]) -> Loaded:
    _check_name(name)
    texts, starts, length = [], [], 0
    for document in documents:
        starts.append(length)
        texts.append(document.text)
        length += len(document.text) + 1
    title = documents[0].metadata.get("title")
    return _loaded_text(name, Content("\n".join(texts), str(title) if title else None, page_starts=tuple(starts)))


def _text_document_name(document: TextDocument) -> str:
    metadata = document.metadata
    name = metadata.get("file_path") or metadata.get("file_name") or getattr(document, "id_", None)
    return str(name or hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()[:16])


def _check_size(size_bytes: int) -> None:
    if size_bytes > MAX_FILE_BYTES:
        raise SourceError(
            f"it has {size_bytes / 1e6:.0f} MB and the limit is {MAX_FILE_BYTES / 1e6:.0f}; split it and add the parts"
        )


def _loaded(name: str, data: bytes) -> Loaded:
    suffix = Path(name).suffix.lower()
    if suffix in recognition.IMAGES and not recognition.is_installed():
        raise SourceError(f"an image has no text to copy, but that can be recognised; {recognition.INSTALL}")
    if suffix not in FORMATS and suffix not in recognition.IMAGES:
        kinds = ", ".join(sorted({*FORMATS, *recognition.IMAGES}))
        advice = REFUSED.get(suffix) or f"save it as .txt if it is plain text, or give one of {kinds}"
        raise SourceError(f"files of kind {suffix or '(no suffix)'} cannot be read; {advice}")
    return Loaded(name, hashlib.sha256(data).hexdigest(), partial(_read, suffix, data))


def _read(suffix: str, data: bytes, say: Say) -> tuple[Content, bytes | None]:
    if suffix in recognition.IMAGES:
        suffix, data = ".pdf", recognition.as_pdf(data)
    content = sandbox.read_safely(suffix, data)
    if content.unread and recognition.is_installed():
        content = recognition.recognised(data, content.unread, say)
    if not content.text.strip():
        raise SourceError(
            "it has no text layer: its pages are pictures, as of a scan, or their fonts do not say which characters "
            f"they show. Such pages can be recognised; {recognition.advice()}"
        )
    return content, data if content.layout else None


def _loaded_text(name: str, content: Content) -> Loaded:
    fingerprint = hashlib.sha256(repr((content.text, content.title)).encode()).hexdigest()
    return Loaded(name, fingerprint, lambda _say: (checked(content), None))


def title_of(name: str, content: Content | None = None) -> str:
    """Return the title that the content carries, or its file name in plain words."""
    if content and content.title and content.title.strip():
        return " ".join(content.title.split())
    # A date or a span of years keeps its hyphens: "minutes-2024-03-12" is "minutes 2024-03-12".
    return re.sub(r"(?:(?<!\d)-|-(?!\d)|[_\s])+", " ", Path(name).stem).strip() or name
