"""EPUB books: the chapters in reading order, each a page, read as any HTML page is.

ebooklib was left for its licence (AGPL). A book is a zip file that lists its chapters; pages are HTML.
"""

from __future__ import annotations

import re

from index.errors import SourceError
from index.formats.content import Builder, Content, iso_date
from index.formats.html import add_page, parse
from index.formats.package import Package, attribute, found, member_name, open_package, text_of

_ENTITY = re.compile(rb"<!ENTITY\s", re.IGNORECASE)
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = ("application/xhtml+xml", "text/html", "text/x-oeb1-document")


def read_epub(data: bytes) -> Content:
    """Read a book, a page a chapter, with the title, first author and date that it gives."""
    package = open_package(data, ".epub")
    _refuse_locked(package)
    rootfile = next(found(package.xml("META-INF/container.xml"), "rootfile"), None)
    if rootfile is None:
        raise SourceError("it is damaged: it does not name its list of chapters; get another copy")
    book_name = member_name("", attribute(rootfile, "full-path") or "")
    book = package.xml(book_name)
    folder = book_name.rpartition("/")[0]
    items = {attribute(item, "id"): item for item in found(book, "item")}
    listed = (items.get(attribute(reference, "idref")) for reference in found(book, "itemref"))
    chapters = [
        member_name(folder, attribute(item, "href") or "")
        for item in listed
        if item is not None and attribute(item, "media-type") in _PAGES  # a picture can be a page of its own
    ]
    builder = Builder()
    for name in [name for name in chapters if name in package.names] or chapters:
        builder.page()
        chapter = package.read(name)
        if _ENTITY.search(chapter[:100_000]):
            raise SourceError("a chapter declares entities of its own, which is unsafe; save it anew")
        add_page(builder, parse(chapter))
    date = iso_date(text_of(book, "date")) or ""
    return builder.content(
        title=text_of(book, "title"),
        author=text_of(book, "creator"),
        date=date if date >= "1000" else None,  # the year 101 stands for none
    )


def _refuse_locked(package: Package) -> None:
    locked = package.xml_or_none("META-INF/encryption.xml")
    if any(attribute(method, "Algorithm") not in _FONT_SCRAMBLING for method in found(locked, "EncryptionMethod")):
        raise SourceError("it is locked by its seller (DRM), and only the seller's programs can open it")
