"""Zip packages of XML, as Office, OpenDocument and EPUB files are: checked before anything is unpacked.

Nothing is written to disk and no name inside is ever used as a path. XML with a document type is refused, since its
entities could unfold into gigabytes or name files of this machine; none of these formats needs one.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.parsers import expat

from index.errors import SourceError
from index.formats.content import iso_date
from index.formats.kinds import refusal

MAX_UNPACKED_BYTES = 200_000_000
MAX_MEMBERS = 20_000
MAX_RATIO = 200
"""What an honest file unpacks to, measured only where it matters: from ``SMALL_BYTES`` on."""
SMALL_BYTES = 20_000_000

Element = ElementTree.Element

_PACKAGES = (("word/", ".docx"), ("xl/", ".xlsx"), ("ppt/", ".pptx"), ("META-INF/container.xml", ".epub"))
_OPEN_DOCUMENTS = {"text": ".odt", "spreadsheet": ".ods", "presentation": ".odp"}


class Package:
    """A zip file's members by name, read one at a time."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = frozenset(archive.namelist())

    def read(self, name: str) -> bytes:
        """Return a member's bytes. Raises `SourceError` if it is not there or damaged."""
        try:
            return self._archive.read(name)
        except KeyError as error:
            raise SourceError(f"it is damaged: its part {name} is missing; get another copy") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise SourceError(f"it is damaged: its part {name} cannot be unpacked; get another copy") from error

    def xml(self, name: str) -> Element:
        """Return the root of a member that is XML."""
        return parse_xml(self.read(name), name)

    def xml_or_none(self, name: str) -> Element | None:
        """Return the root of a member that need not be there."""
        return self.xml(name) if name in self.names else None


def open_package(data: bytes, suffix: str) -> Package:
    """Open a zip file that should be of the kind ``suffix``, after a look at what it would unpack to."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        if data.startswith(b"PK"):
            raise SourceError("it is damaged: its end is missing or broken; get another copy") from error
        raise refusal(data, suffix) from error
    _check_members(archive.infolist(), len(data))
    package = Package(archive)
    kind = _kind(package)
    if kind != suffix:
        what = (
            f"{kind} and not {suffix}; give it the suffix {kind}" if kind else f"no {suffix}; unpack it if it is a .zip"
        )
        raise SourceError(f"it is {what}")
    return package


def _check_members(members: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    names = [member.filename for member in members]
    if len(names) > MAX_MEMBERS:
        raise SourceError(f"it packs {len(names):,} parts and the limit is {MAX_MEMBERS:,}; split it")
    if len(set(names)) < len(names):
        raise SourceError("it is damaged: two of its parts have the same name; save it anew")
    for name in names:
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
            raise SourceError(f"its part {name[:80]!r} points out of it, which is unsafe; save it anew")
    unpacked_bytes = sum(member.file_size for member in members)
    if unpacked_bytes > MAX_UNPACKED_BYTES:
        megabytes, limit = unpacked_bytes / 1e6, MAX_UNPACKED_BYTES / 1e6
        raise SourceError(f"it would unpack to {megabytes:,.0f} MB and the limit is {limit:.0f}; split it")
    if unpacked_bytes > max(SMALL_BYTES, MAX_RATIO * packed_bytes):
        raise SourceError("it would unpack to over 200 times its size, as only a zip bomb does; save it anew")
    if any(member.flag_bits & 1 for member in members):
        raise SourceError("it is protected by a password; remove its password and add it again")


def _kind(package: Package) -> str | None:
    if "mimetype" in package.names:
        prefix, _, kind = package.read("mimetype")[:200].decode("ascii", "replace").strip().rpartition(".")
        if prefix.endswith("opendocument"):
            return _OPEN_DOCUMENTS.get(kind)
    return next((suffix for start, suffix in _PACKAGES if any(name.startswith(start) for name in package.names)), None)


# ---- XML ----------------------------------------------------------------------------------------------------------


class _RootReached(Exception):  # noqa: N818 - a signal
    pass


def refuse_document_type(data: bytes, name: str) -> None:
    """Raise `SourceError` if the XML ``data`` has a document type. It can only stand before the first element."""

    def refuse(*_: object) -> None:
        raise SourceError(f"its part {name} declares a document type (DTD), which is unsafe; save it anew")

    def stop(*_: object) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        for start in range(0, len(data), 1024):
            parser.Parse(data[start : start + 1024], False)
    except (_RootReached, expat.ExpatError):
        return  # what is not XML is found out by whoever parses it


def parse_xml(data: bytes, name: str) -> Element:
    """Parse XML without a document type. ``name`` is what messages call it."""
    refuse_document_type(data, name)
    try:
        return ElementTree.fromstring(data)  # noqa: S314 - without a document type there are no entities
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise SourceError(f"it is damaged: its part {name} is no valid XML ({error}); get another copy") from error


def local(element: Element) -> str:
    """Return an element's name without its namespace, which differs between editions of the same standard."""
    return element.tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute by its name without namespace."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def found(root: Element | None, name: str) -> Iterator[Element]:
    """Yield every element below ``root`` with this name without namespace, in order."""
    return (element for element in ([] if root is None else root.iter()) if local(element) == name)


def outermost(container: Element, names: Collection[str], unseen: Collection[str]) -> Iterator[Element]:
    """Yield the elements with these names below another one, but none inside one of them or of those ``unseen``."""
    for child in container:
        if local(child) in names:
            yield child
        elif local(child) not in unseen:
            yield from outermost(child, names, unseen)


def text_of(root: Element | None, *names: str) -> str | None:
    """Return the text of the first element below ``root`` with the first of these names that says anything."""
    texts = ("".join(element.itertext()).strip() for name in names for element in found(root, name))
    return next(filter(None, texts), None)


# ---- Office (Open Packaging Conventions) --------------------------------------------------------------------------


UNSEEN = frozenset(["del", "moveFrom", "delText", "instrText", "delInstrText"])
"""The elements for what tracked changes took out, and for the codes of fields."""


def values(element: Element, *path: str) -> dict[str, str | None]:
    """Return what the children of an element each have as their value, by name; or of the one that a path leads to."""
    elements = [element]
    for name in path:
        elements = [child for one in elements for child in one if local(child) == name]
    return {local(child): attribute(child, "val") for one in elements for child in one}


def is_on(marks: dict[str, str | None], name: str) -> bool:
    """Whether a mark that needs no value is among `values`, and is not switched off by the one that it has."""
    return name in marks and marks[name] not in ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class Relation:
    """What one part has to do with another: the last word of the relation's type, and the other part's name."""

    kind: str
    target: str


def relations(package: Package, part: str) -> dict[str, Relation]:
    """Return the parts that ``part`` (or the package as a whole, if "") names, by id."""
    folder, _, file = part.rpartition("/")
    root = package.xml_or_none(posixpath.join(folder, "_rels", f"{file}.rels"))
    return {
        relation.get("Id", ""): Relation(
            relation.get("Type", "").rpartition("/")[2], member_name(folder, relation.get("Target", ""))
        )
        for relation in found(root, "Relationship")
        if relation.get("TargetMode") != "External"
    }


def main_part(package: Package) -> str:
    """Return the name of an Office file's main part."""
    for relation in relations(package, "").values():
        if relation.kind == "officeDocument":
            return relation.target
    raise SourceError("it is damaged: it does not name its main part; get another copy")


def member_name(folder: str, reference: str) -> str:
    """Return the name of the member that ``reference`` means, written in a member of ``folder``."""
    return posixpath.normpath(posixpath.join("/", folder, unquote(reference.partition("#")[0]))).lstrip("/")


_DEFAULT_TITLES = frozenset(["PowerPoint Presentation", "PowerPoint-Präsentation", "Présentation PowerPoint"])
_DEFAULT_DATES = frozenset(["2013-12-23T23:15:00Z", "2013-01-27T09:15:58Z"])
"""Those of the empty files that python-docx and python-pptx begin from; a file that keeps them has none of its own."""


def properties(package: Package) -> dict[str, str | None]:
    """Return the title, author and date that an Office file carries, as `Builder.content` takes them."""
    core = next((item.target for item in relations(package, "").values() if item.kind == "core-properties"), "")
    root = package.xml_or_none(core)
    title = text_of(root, "title")
    date = text_of(root, "modified", "created")
    return {
        "title": None if title in _DEFAULT_TITLES else title,
        "author": text_of(root, "creator"),
        "date": None if date in _DEFAULT_DATES else iso_date(date),
    }
