"""Some three hundred files that are broken, odd or made to harm, all made here: the same each time, none kept on disk.

Each has what must become of it: ``REFUSED`` (one row of ``Changes.failed``), ``WHOLE`` (it is only odd, and goes in) or
``EITHER`` (where that is up to the format's reader; it must still be one of the two, in time). Files of kinds that this
version does not read at all are refused by their name.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

REFUSED, WHOLE, EITHER = "refused", "whole", "either"
MEGABYTE = 1_000_000
PROSE = "The committee met on 5 May in Łódź. It chose Dr. Ada Moss as chair. “She was ready,” he said.\n"


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file's name, what makes its bytes (so that not all are in memory at once), and what must become of it."""

    name: str
    make: Callable[[], bytes]
    outcome: str


def bad_files() -> Iterator[BadFile]:
    """All of them, each name once."""
    for family in (_of_any_kind, _texts, _markdown, _pages, _packages, _portable, _rich, _data, _mails, _subtitles):
        for name, made, outcome in family():
            yield BadFile(name, made if callable(made) else lambda made=made: made, outcome)  # type: ignore[misc]


Made = Iterator[tuple[str, bytes | Callable[[], bytes], str]]

GOOD: dict[str, Callable[[], bytes]] = {
    "txt": lambda: PROSE.encode() * 20,
    "md": lambda: b"# A title\n\n" + PROSE.encode() + b"\n- item\n- item\n",
    "html": lambda: f"<!doctype html><title>T</title><h1>H</h1><p>{PROSE}</p>".encode() * 5,
    "pdf": lambda: pdf([b"BT /F1 12 Tf 72 700 Td (The committee met.) Tj ET"]),
    "docx": lambda: docx(f"<w:p><w:r><w:t>{PROSE}</w:t></w:r></w:p>"),
    "odt": lambda: odt(f"<text:p>{PROSE}</text:p>"),
    "rtf": lambda: b"{\\rtf1\\ansi The committee met.\\par It chose.}",
    "epub": lambda: epub(f"<p>{PROSE}</p>"),
    "pptx": lambda: pptx(f"<a:p><a:r><a:t>{PROSE}</a:t></a:r></a:p>"),
    "xlsx": lambda: xlsx("<row r='1'><c r='A1' t='inlineStr'><is><t>Some words</t></is></c></row>"),
    "csv": lambda: b"name,age\nAda,12\nBob,13\n" * 20,
    "eml": lambda: b"From: a@example.org\nSubject: S\nContent-Type: text/plain; charset=utf-8\n\n" + PROSE.encode(),
    "json": lambda: json.dumps({"title": "T", "text": PROSE, "list": [PROSE] * 3}).encode(),
    "jsonl": lambda: b"\n".join([json.dumps({"text": PROSE}).encode()] * 5),
    "srt": lambda: (
        b"1\n00:00:01,000 --> 00:00:02,000\nThe committee met.\n\n2\n00:00:03,000 --> 00:00:04,000\nIt chose.\n"
    ),
    "vtt": lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\nThe committee met.\n",
}
"""A small good file of each kind: what the others are broken copies of."""

PACKAGED = ("docx", "odt", "epub", "pptx", "xlsx")
BINARY = ("pdf", *PACKAGED)


# ---- of any kind --------------------------------------------------------------------------------------------------


def _of_any_kind() -> Made:
    for number, (suffix, good) in enumerate(GOOD.items()):
        chance = random.Random(number)
        data = good()
        refused_if_binary = REFUSED if suffix in BINARY else EITHER
        yield f"empty.{suffix}", b"", REFUSED
        yield f"blank.{suffix}", b" \n\t\r\n " * 50, REFUSED
        yield f"zeros.{suffix}", bytes(4_000), REFUSED
        yield f"noise.{suffix}", chance.randbytes(20_000), REFUSED
        yield f"picture.{suffix}", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + chance.randbytes(5_000), REFUSED
        yield f"program.{suffix}", b"\x7fELF\x02\x01\x01\0" + bytes(200) + chance.randbytes(5_000), REFUSED
        yield f"cut-in-half.{suffix}", data[: len(data) // 2], refused_if_binary
        yield f"cut-at-its-head.{suffix}", data[len(data) // 2 :], EITHER
        yield f"torn.{suffix}", data[: len(data) // 3] + bytes(64) + data[len(data) // 3 :], EITHER
        for copy in range(2):
            yield f"bits-flipped-{copy}.{suffix}", _flipped(data, chance), EITHER
        yield f"gzipped.{suffix}", gzip.compress(data, mtime=0), REFUSED
        other = "pdf" if suffix != "pdf" else "docx"
        yield f"really-{other}.{suffix}", GOOD[other](), EITHER
    for name in ("no_suffix", "dot.", "archive.zip", "film.mp4", "old.doc", "x.txt.exe", "table.xls", "mail.msg"):
        yield name, PROSE.encode(), REFUSED
    yield "CAPITALS.TXT", PROSE.encode(), WHOLE


def _flipped(data: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(max(8, len(data) // 200)):
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


# ---- text ---------------------------------------------------------------------------------------------------------


def _texts() -> Made:
    yield "one-letter.txt", b"a", WHOLE
    yield "only-a-mark.txt", b"\xef\xbb\xbf", REFUSED
    yield "odd-utf16.txt", b"\xff\xfe" + PROSE.encode("utf-16-le") + b"\0", REFUSED
    yield "half-a-pair-utf16.txt", b"\xff\xfe" + "A \ud800 here.".encode("utf-16-le", "surrogatepass"), REFUSED
    yield "beyond-unicode-utf32.txt", b"\xff\xfe\0\0" + b"\xff\xff\xff\x7f" * 9, REFUSED
    yield "marked-utf8-but-latin.txt", b"\xef\xbb\xbf" + "Café crème".encode("latin-1"), REFUSED
    yield "half-a-pair-utf8.txt", b"A sentence. \xed\xa0\x80 Another. " * 9, EITHER
    yield "overlong-utf8.txt", b"A sentence \xc0\xaf\xe0\x80\xaf with it. " * 9, EITHER
    yield "two-encodings.txt", "Straße nach Köln. ".encode() * 9 + "Straße nach Köln. ".encode("cp1252") * 9, EITHER
    yield "cp1252.txt", ("Die Straße nach Köln ist schön. Über die Brücke fährt niemand. " * 9).encode("cp1252"), WHOLE
    yield "nul-between.txt", b"A sentence.\0Another sentence.\0" * 9, REFUSED
    yield "controls.txt", bytes(range(1, 32)) * 40, EITHER
    yield "only-marks.txt", "\u202e\u200f\u2066\ufeff".encode() * 200, WHOLE
    yield "right-to-left.txt", "\u202eHe said so. \u202cשלום לך. ".encode() * 200, WHOLE
    yield "combining.txt", ("a" + "\u0301" * 20_000 + ". Next one.").encode(), WHOLE
    yield "one-word.txt", lambda: b"a" * (2 * MEGABYTE), WHOLE
    yield "only-dots.txt", lambda: b". " * MEGABYTE, WHOLE
    yield "only-line-breaks.txt", lambda: b"a\n" + b"\n" * (20 * MEGABYTE) + b"b", REFUSED
    yield "too-long.txt", lambda: PROSE.encode() * (21 * MEGABYTE // 90), REFUSED
    yield "too-long-in-one-line.txt", lambda: b"abc " * (5 * MEGABYTE + 1_000), REFUSED
    yield "too-large.txt", lambda: b"a" * (50 * MEGABYTE + 1), REFUSED
    yield "large-noise.txt", lambda: random.Random(1).randbytes(30 * MEGABYTE), REFUSED
    yield "large-latin.txt", lambda: ("Die Straße nach Köln. " * 120_000).encode("cp1252"), EITHER
    yield "terminal-codes.txt", b"\x1b[31mRed words.\x1b[0m \x1b]0;title\x07 More words. " * 9, EITHER


def _markdown() -> Made:
    yield "no-words.md", b"#\n\n---\n\n***\n", EITHER
    yield "deep-quotes.md", lambda: b">" * 100_000 + b" words", WHOLE
    yield "deep-lists.md", "".join(f"{'  ' * depth}- item\n" for depth in range(800)).encode(), WHOLE
    yield "endless-heading.md", lambda: b"# a" + b" #" * 500_000 + b"b", WHOLE
    yield "brackets.md", lambda: b"[" * 200_000 + b"words", WHOLE
    yield "stars.md", lambda: b"*a **b " * 50_000, WHOLE
    yield "fence-without-end.md", b"```\n" + PROSE.encode() * 50, WHOLE
    yield "wide-table.md", lambda: (b"|a" * 3_000 + b"|\n" + b"|-" * 3_000 + b"|\n") * 2, WHOLE
    yield "odd-quotes.md", "\u2028>0\n\u00a0>1 word.\n".encode(), WHOLE
    yield "links.md", lambda: b"".join(b"[r%d]: http://example.org/%d\n" % (n, n) for n in range(20_000)), WHOLE


# ---- pages --------------------------------------------------------------------------------------------------------


def _pages() -> Made:
    yield "only-script.html", b"<html><script>alert(1)</script><style>p{}</style></html>", REFUSED
    yield "all-hidden.html", b"<body hidden><p>Words nobody sees.</p></body>", REFUSED
    yield "only-comment.html", b"<!-- words -->" * 50, REFUSED
    yield "deep-div.html", lambda: b"<div>" * 30_000 + b"words", EITHER
    yield "deep-b.html", lambda: b"<b>" * 100_000 + b"words", EITHER
    yield "deep-table.html", lambda: b"<table><tr><td>" * 30_000 + b"words", EITHER
    yield "deep-svg.html", lambda: b"<svg>" * 50_000 + b"words", EITHER
    yield "deep-font.html", lambda: b"<p><font><a>" * 20_000 + b"words", EITHER
    yield "attributes.html", lambda: b"<p " + b" ".join(b"a%d=x" % n for n in range(15_000)) + b">words</p>", EITHER
    yield "long-attribute.html", lambda: b'<p title="' + b"x" * (5 * MEGABYTE) + b'">words</p>', WHOLE
    yield "tag-without-end.html", lambda: b"words <p " + b"a" * MEGABYTE, EITHER
    yield "comment-without-end.html", lambda: b"words <!-- " + b"a" * MEGABYTE, WHOLE
    yield "many-elements.html", lambda: b"<p>ab cd</p>\n" * 3_700_000, EITHER
    yield "many-cells.html", lambda: b"<table><tr>" + b"<td>a" * 60_000, EITHER
    yield "entities.html", lambda: b"&amp;&#x10FFFF;&#xD800;&#0;&nosuch;&" * 20_000 + b"words", WHOLE
    yield "huge-entity.html", b"<p>words &#" + b"9" * 100_000 + b"; more</p>", WHOLE
    for encoding in ("utf-16", "utf-7", "unicode_escape", "undefined", "zlib", "idna"):
        yield f"says-{encoding}.html", f"<meta charset={encoding}><p>Café \\u0041 +AEE- words.</p>".encode(), WHOLE
    yield "external.html", b'<iframe src="file:///etc/passwd"></iframe><img src="http://example.org/x"><p>words', WHOLE
    yield "doctype-bomb.html", b"<!DOCTYPE html [" + _ENTITIES + b"]><p>&j; words</p>", EITHER
    yield "binary-inside.html", b"<p>words</p>" + random.Random(2).randbytes(3_000), REFUSED


# ---- packages: docx odt epub pptx xlsx ------------------------------------------------------------------------------

_ENTITIES = b"".join(b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10 if n else b"lol" * 10) for n in range(10))
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_MAIN = {
    "docx": "word/document.xml",
    "odt": "content.xml",
    "epub": "OEBPS/a.xhtml",
    "pptx": "ppt/slides/slide1.xml",
    "xlsx": "xl/worksheets/sheet1.xml",
}
_OFFICE = "http://schemas.openxmlformats.org"


def zipped(parts: dict[str, bytes | str], *, stored: tuple[str, ...] = ()) -> bytes:
    """A zip file, the same each time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in parts.items():
            member = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(member, data, compresslevel=1)
    return target.getvalue()


def _types(main: str, kind: str) -> str:
    return (
        f'{_HEAD}<Types xmlns="{_OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>'
        "</Types>"
    )


def _relations(*targets: tuple[str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_OFFICE}/package/2006/relationships">{inside}</Relationships>'


def docx_parts(body: str) -> dict[str, bytes | str]:
    """The parts of a Word document."""
    return {
        "[Content_Types].xml": _types("word/document.xml", "wordprocessingml.document"),
        "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f'{_HEAD}<w:document xmlns:w="{_OFFICE}/wordprocessingml/2006/main">'
        f"<w:body>{body}</w:body></w:document>",
    }


def odt_parts(body: str) -> dict[str, bytes | str]:
    """The parts of an OpenDocument text."""
    name = "urn:oasis:names:tc:opendocument:xmlns"
    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f'{_HEAD}<office:document-content xmlns:office="{name}:office:1.0" xmlns:text="{name}:text:1.0"'
        f' xmlns:table="{name}:table:1.0"><office:body><office:text>{body}</office:text></office:body>'
        "</office:document-content>",
        "META-INF/manifest.xml": f'{_HEAD}<manifest:manifest xmlns:manifest="{name}:manifest:1.0"/>',
    }


def epub_parts(body: str) -> dict[str, bytes | str]:
    """The parts of a book."""
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": f'{_HEAD}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"'
        ' version="1.0"><rootfiles><rootfile full-path="OEBPS/content.opf"'
        ' media-type="application/oebps-package+xml"/></rootfiles></container>',
        "OEBPS/content.opf": f'{_HEAD}<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/>'
        '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>',
        "OEBPS/a.xhtml": f'{_HEAD}<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>',
    }


def pptx_parts(body: str) -> dict[str, bytes | str]:
    """The parts of a presentation."""
    names = f'xmlns:p="{_OFFICE}/presentationml/2006/main" xmlns:a="{_OFFICE}/drawingml/2006/main"'
    relation = f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships"'
    return {
        "[Content_Types].xml": _types("ppt/presentation.xml", "presentationml.presentation"),
        "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'{_HEAD}<p:presentation {names} {relation}><p:sldIdLst><p:sldId id="256" r:id="rId1"/>'
        "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relations(("slide", "slides/slide1.xml")),
        "ppt/slides/slide1.xml": f"{_HEAD}<p:sld {names}><p:cSld><p:spTree><p:sp><p:txBody>{body}</p:txBody></p:sp>"
        "</p:spTree></p:cSld></p:sld>",
    }


def xlsx_parts(body: str) -> dict[str, bytes | str]:
    """The parts of a workbook."""
    names = f'xmlns="{_OFFICE}/spreadsheetml/2006/main"'
    relation = f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships"'
    return {
        "[Content_Types].xml": _types("xl/workbook.xml", "spreadsheetml.sheet"),
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{_HEAD}<workbook {names} {relation}><sheets><sheet name="S" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(("worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f"{_HEAD}<worksheet {names}><sheetData>{body}</sheetData></worksheet>",
    }


PARTS = {"docx": docx_parts, "odt": odt_parts, "epub": epub_parts, "pptx": pptx_parts, "xlsx": xlsx_parts}
PARAGRAPH = {
    "docx": "<w:p><w:r><w:t>{}</w:t></w:r></w:p>",
    "odt": "<text:p>{}</text:p>",
    "epub": "<p>{}</p>",
    "pptx": "<a:p><a:r><a:t>{}</a:t></a:r></a:p>",
    "xlsx": "<row><c t='inlineStr'><is><t>{}</t></is></c></row>",
}


def docx(body: str) -> bytes:
    """A Word document."""
    return zipped(docx_parts(body))


def odt(body: str) -> bytes:
    """An OpenDocument text."""
    return zipped(odt_parts(body), stored=("mimetype",))


def epub(body: str) -> bytes:
    """A book."""
    return zipped(epub_parts(body), stored=("mimetype",))


def pptx(body: str) -> bytes:
    """A presentation."""
    return zipped(pptx_parts(body))


def xlsx(body: str) -> bytes:
    """A workbook."""
    return zipped(xlsx_parts(body))


def _packages() -> Made:
    for suffix in PACKAGED:
        parts, main, paragraph = PARTS[suffix], _MAIN[suffix], PARAGRAPH[suffix]
        good = parts(paragraph.format("Words."))
        document = str(good[main])

        def with_main(data: bytes | str, good: dict[str, bytes | str] = good, main: str = main) -> bytes:
            return zipped(good | {main: data}, stored=("mimetype",))

        def with_doctype(doctype: bytes, inside: str, document: str = document) -> bytes:
            return document.replace(_HEAD, _HEAD + doctype.decode()).replace("Words.", f"Words. {inside}").encode()

        yield f"without-text.{suffix}", zipped(parts("")), REFUSED
        yield f"without-its-main-part.{suffix}", zipped({k: v for k, v in good.items() if k != main}), REFUSED
        yield f"no-parts-at-all.{suffix}", zipped({}), REFUSED
        yield f"another-zip.{suffix}", zipped({"a.txt": PROSE}), REFUSED
        yield f"no-xml.{suffix}", with_main(b"\0\1\2 this is no XML"), REFUSED
        yield f"xml-cut.{suffix}", with_main(document[: document.index("Words.") + 3]), EITHER
        yield f"xml-mixed-up.{suffix}", with_main(document.replace("Words.", "Words.</x><y>")), EITHER
        yield f"wrong-encoding.{suffix}", with_main(document.replace("Words.", "Café").encode("latin-1")), EITHER
        yield f"utf16-parts.{suffix}", with_main(document.replace("UTF-8", "UTF-16").encode("utf-16")), EITHER
        yield f"control-characters.{suffix}", with_main(document.replace("Words.", "Words \x01\x0b.")), EITHER
        yield f"surrogates.{suffix}", with_main(document.replace("Words.", "Words &#xD800; &#0;.")), EITHER
        yield (
            f"external-entity.{suffix}",
            with_main(with_doctype(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e; secret")),
            EITHER,
        )
        yield (
            f"external-doctype.{suffix}",
            with_main(with_doctype(b'<!DOCTYPE x SYSTEM "http://example.org/x.dtd">', "")),
            EITHER,
        )
        yield (
            f"entity-bomb.{suffix}",
            with_main(with_doctype(b"<!DOCTYPE x [" + _ENTITIES + b"]>", "&j;")),
            EITHER,
        )
        yield (
            f"entity-bomb-flat.{suffix}",
            lambda with_main=with_main, with_doctype=with_doctype: with_main(
                with_doctype(b'<!DOCTYPE x [<!ENTITY e "' + b"x" * 100_000 + b'">]>', "&e;" * 20_000)
            ),
            EITHER,
        )
        yield (
            f"deep-xml.{suffix}",
            lambda with_main=with_main, document=document: with_main(
                document.replace("Words.", "<a>" * 100_000 + "Words." + "</a>" * 100_000)
            ),
            EITHER,
        )
        yield (
            f"zip-bomb.{suffix}",
            lambda parts=parts, paragraph=paragraph: zipped(
                parts(paragraph.format("All work and no play. " * 1_000_000))
            ),
            REFUSED,
        )
        yield (
            f"zip-bomb-nested.{suffix}",
            lambda good=good: zipped(good | {"inner.zip": zipped({f"{n}.zip": bytes(2_000_000) for n in range(10)})}),
            EITHER,
        )
        yield f"zip-slip.{suffix}", zipped(good | {"../../../tmp/outside.txt": "x", "/etc/outside": "x"}), EITHER
        yield f"part-twice.{suffix}", _twice(good, main), EITHER
        yield f"size-lied.{suffix}", _size_lied(zipped(good)), EITHER
        yield f"encrypted.{suffix}", _encrypted(zipped(good)), REFUSED
        yield f"junk-before.{suffix}", random.Random(3).randbytes(2_000) + zipped(good), EITHER
        yield f"junk-after.{suffix}", zipped(good) + random.Random(4).randbytes(2_000), EITHER
        yield f"many-paragraphs.{suffix}", lambda p=parts, g=paragraph: zipped(p(g.format("A word.") * 20_000)), EITHER
    # All packages are opened in one way, and tests/index/test_formats.py has such of each.
    yield "zip-bomb-of-spaces.docx", lambda: docx(" " * 220_000_000), REFUSED
    extra = {f"extra/{n}.xml": b"<a/>" for n in range(25_000)}
    yield "many-parts.docx", lambda: zipped(docx_parts(PARAGRAPH["docx"].format("Words.")) | extra), EITHER
    yield "encrypted-office.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_096), REFUSED
    columns = "".join(f"<c t='inlineStr'><is><t>{n}</t></is></c>" for n in range(16_384))
    yield "wide.xlsx", lambda: xlsx(f"<row r='1'>{columns}</row>" * 5), EITHER
    yield (
        "far-cell.xlsx",
        xlsx("<row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>far</t></is></c></row>"),
        EITHER,
    )
    yield "impossible-cell.xlsx", xlsx("<row r='99999999999'><c r='ZZZZZZZZ9' t='s'><v>-7</v></c></row>"), EITHER
    yield "string-out-of-range.xlsx", xlsx("<row r='1'><c r='A1' t='s'><v>99999999</v></c></row>"), EITHER
    yield (
        "huge-span.docx",
        docx("<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='999999999'/></w:tcPr></w:tc></w:tr></w:tbl>"),
        REFUSED,
    )
    repeat = "table:number-columns-repeated='2000000000' table:number-rows-repeated='2000000000'"
    cell = f"<table:table-cell {repeat}><text:p>a</text:p></table:table-cell>"
    table = f"<table:table><table:table-row {repeat}>{cell}</table:table-row></table:table>"
    yield "repeated-cells.odt", odt(table), EITHER
    yield "repeated-spaces.odt", odt("<text:p>a<text:s text:c='2000000000'/>b</text:p>"), EITHER
    spine = str(epub_parts("")["OEBPS/content.opf"]).replace('<itemref idref="a"/>', '<itemref idref="a"/>' * 2_000)
    yield "chapter-many-times.epub", zipped(epub_parts(f"<p>{PROSE * 50}</p>") | {"OEBPS/content.opf": spine}), EITHER
    outside = str(epub_parts("")["OEBPS/content.opf"]).replace("a.xhtml", "../../../../etc/passwd")
    yield "chapter-outside.epub", zipped(epub_parts("") | {"OEBPS/content.opf": outside}), REFUSED


def _twice(parts: dict[str, bytes | str], main: str) -> bytes:
    target = io.BytesIO(zipped(parts))
    with zipfile.ZipFile(target, "a") as archive:
        member = zipfile.ZipInfo(main + " ", (2024, 1, 1, 0, 0, 0))
        archive.writestr(member, b"<a/>")
    return target.getvalue().replace(main.encode() + b" ", main.encode() + b"\0")


def _size_lied(data: bytes) -> bytes:
    lied = bytearray(data)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        lied[at + 24 : at + 28] = (7).to_bytes(4, "little")
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(lied)


def _encrypted(data: bytes) -> bytes:
    marked = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            marked[at + offset] |= 1
            at = data.find(signature, at + 4)
    return bytes(marked)


# ---- portable documents -------------------------------------------------------------------------------------------


def pdf(streams: list[bytes], *, pages: bytes = b"", more: bytes = b"", header: bytes = b"") -> bytes:
    """A PDF with a page for each content stream, with a true cross-reference table."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % more,
        pages or b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, stream in enumerate(streams):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        objects.append(b"<< %s /Length %d >>\nstream\n%s\nendstream" % (header, len(stream), stream))
    data, offsets = b"%PDF-1.7\n", []
    for number, inside in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, inside)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


_SHOWN = b"BT /F1 12 Tf 72 700 Td (The committee met.) Tj ET"


def _flated(data: bytes, times: int = 1) -> tuple[bytes, bytes]:
    for _ in range(times):
        data = zlib.compress(data, 1)
    return data, b"/Filter [%s]" % b" ".join([b"/FlateDecode"] * times)


def _portable() -> Made:
    good = pdf([_SHOWN])
    yield "header-only.pdf", b"%PDF-1.7\n", REFUSED
    yield "no-pages.pdf", pdf([]), REFUSED
    yield "no-text.pdf", pdf([b"0 0 100 100 re f"]), REFUSED
    yield "page-tree-loop.pdf", pdf([_SHOWN], pages=b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), REFUSED
    yield "page-tree-loop-of-two.pdf", pdf([_SHOWN], pages=b"<< /Type /Pages /Kids [1 0 R 2 0 R] /Count 9 >>"), REFUSED
    yield "page-a-million-times.pdf", pdf([_SHOWN], pages=b"<< /Type /Pages /Kids [4 0 R] /Count 1000000 >>"), EITHER
    yield (
        "one-page-many-times.pdf",
        lambda: pdf([_SHOWN], pages=b"<< /Type /Pages /Kids [%s] /Count 50000 >>" % (b"4 0 R " * 50_000)),
        EITHER,
    )
    yield "negative-count.pdf", pdf([_SHOWN], pages=b"<< /Type /Pages /Kids [4 0 R] /Count -5 >>"), EITHER
    yield "no-xref.pdf", good[: good.index(b"xref")], EITHER
    yield "xref-garbage.pdf", good.replace(b"0000000000 65535 f", b"99999999999999999f"), EITHER
    yield "xref-loop.pdf", good.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % good.index(b"xref")), EITHER
    yield "xref-far-away.pdf", good.replace(b"startxref\n", b"startxref\n9999999999"), EITHER
    yield "huge-size.pdf", good.replace(b"/Size 6", b"/Size 2147483647"), EITHER
    yield "huge-length.pdf", good.replace(b"/Length 49", b"/Length 4999999999"), EITHER
    yield "length-refers-to-itself.pdf", good.replace(b"/Length 49", b"/Length 5 0 R"), EITHER
    yield "huge-page.pdf", good.replace(b"[0 0 612 792]", b"[-1e38 -1e38 1e38 1e38]"), EITHER
    yield "no-page-at-all.pdf", good.replace(b"[0 0 612 792]", b"[0 0 0 0]"), EITHER
    yield (
        "encrypted.pdf",
        good.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Standard /V 4 /R 4 >>"),
        REFUSED,
    )
    yield "odd-encryption.pdf", good.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 99 0 R"), EITHER
    yield "flate-garbage.pdf", pdf([random.Random(5).randbytes(3_000)], header=b"/Filter /FlateDecode"), REFUSED
    for name, times in (("flate-bomb.pdf", 1), ("flate-bomb-nested.pdf", 3)):
        yield name, lambda times=times: _with_stream(*_flated(b" " * 500_000_000, times)), EITHER
    many = b"BT /F1 12 Tf " + b"(a) Tj " * 4_000_000 + b"ET"
    yield "four-million-operators.pdf", lambda: _with_stream(*_flated(many)), EITHER
    yield "deep-states.pdf", lambda: _with_stream(*_flated(b"q " * 500_000 + _SHOWN)), EITHER
    yield "deep-arrays.pdf", lambda: pdf([_SHOWN], more=b"/X " + b"[" * 200_000 + b"]" * 200_000), EITHER
    yield (
        "deep-dictionaries.pdf",
        lambda: pdf([_SHOWN], more=b"/X " + b"<</X " * 50_000 + b"1" + b">>" * 50_000),
        EITHER,
    )
    yield "deep-strings.pdf", lambda: pdf([b"BT /F1 12 Tf " + b"(" * 500_000 + b" Tj ET"]), EITHER
    yield "script.pdf", pdf([_SHOWN], more=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), EITHER
    yield "launch.pdf", pdf([_SHOWN], more=b"/OpenAction << /S /Launch /F (/bin/sh) >>"), EITHER
    yield "no-end.pdf", good.replace(b"%%EOF", b""), EITHER
    yield "two-in-one.pdf", good + good, EITHER
    yield "html-in-disguise.pdf", b"<html><p>404 not found</p></html>", REFUSED
    yield (
        "many-objects.pdf",
        lambda: b"%PDF-1.7\n" + b"".join(b"%d 0 obj\nnull\nendobj\n" % n for n in range(200_000)),
        REFUSED,
    )


def _with_stream(stream: bytes, header: bytes) -> bytes:
    return pdf([stream], header=header)


def _rich() -> Made:
    yield "not-rich.rtf", b"These are only words.", EITHER
    yield "header-only.rtf", b"{\\rtf1}", REFUSED
    yield "endless-groups.rtf", lambda: b"{\\rtf1 words " + b"{" * 1_000_000, EITHER
    yield "closed-too-often.rtf", b"{\\rtf1 words" + b"}" * 10_000, EITHER
    yield "deep-groups.rtf", lambda: b"{\\rtf1 " + b"{\\b " * 100_000 + b"words" + b"}" * 100_000 + b"}", EITHER
    yield "huge-numbers.rtf", b"{\\rtf1\\uc999999999\\u99999999999 words \\u-99999 \\bin999999999 more}", EITHER
    yield "binary-without-end.rtf", b"{\\rtf1 words \\bin1000000 ab", EITHER
    yield "half-pairs.rtf", b"{\\rtf1 words \\u-10240? \\u-9216? \\u55296? more}", EITHER
    yield "odd-escapes.rtf", b"{\\rtf1\\ansicpg99999 words \\'zz \\'8 \\' more\\", EITHER
    yield "long-control-word.rtf", lambda: b"{\\rtf1 words \\" + b"a" * MEGABYTE + b" more}", EITHER
    yield "only-a-picture.rtf", lambda: b"{\\rtf1{\\pict " + b"ff" * MEGABYTE + b"}}", REFUSED
    yield "only-ignored.rtf", b"{\\rtf1{\\*\\generator words}}", REFUSED
    yield "many-unicode-skips.rtf", lambda: b"{\\rtf1 words" + b"\\uc500 \\u233" * 100_000 + b"}", EITHER


# ---- data ---------------------------------------------------------------------------------------------------------


def _data() -> Made:
    yield "huge-cell.csv", lambda: b'a,b\n1,"' + b"x" * (49 * MEGABYTE) + b'"\n', REFUSED
    yield "quote-without-end.csv", lambda: b'a,b\n1,"' + b"words, more\n" * 50_000, EITHER
    yield "many-columns.csv", lambda: b"a," * 300_000 + b"\n" + b"1," * 300_000 + b"\n", EITHER
    yield "many-rows.csv", lambda: b"a,b\n" + b"1,2\n" * 100_000, EITHER
    yield "no-rows.csv", b"name,age\n", EITHER
    yield "only-commas.csv", b",,,,\n" * 1_000, EITHER
    yield "only-quotes.csv", lambda: b'"' * 2_000_001, EITHER
    yield "ragged.csv", b"a,b\n1\n1,2,3,4,5\n\n,\n", EITHER
    yield "formulas.csv", b"name,age\n=cmd|'/c calc'!A1,@SUM(1)\n", EITHER
    yield "nul-inside.csv", b"name,age\nA\0da,12\n" * 9, EITHER
    yield "line-breaks.csv", b"name,age\rAda,12\rBob,13\r\r\n\n", EITHER
    for name, opening, closing in (("arrays", b"[", b"]"), ("objects", b'{"a":', b"}"), ("unclosed", b"[{", b"")):
        inside = b'"words"' if name != "unclosed" else b""
        deep = lambda o=opening, i=inside, c=closing: o * 100_000 + i + c * 100_000  # noqa: E731
        yield f"deep-{name}.json", deep, REFUSED if name == "unclosed" else EITHER
        yield f"deep-{name}.jsonl", deep, EITHER
    yield "lone-surrogates.json", b'{"title": "\\ud800", "text": "A \\udfff here."}', EITHER
    yield "lone-surrogates.jsonl", b'{"text": "A \\udfff here."}\n' * 3, EITHER
    yield "not-a-number.json", b'{"text": "words", "a": NaN, "b": Infinity, "c": 1e99999}', EITHER
    yield "huge-number.json", lambda: b'{"text": "words", "a": ' + b"9" * 1_000_000 + b"}", EITHER
    yield "same-key.json", b"{" + b", ".join([b'"text": "words"'] * 10_000) + b"}", EITHER
    yield "many-keys.json", lambda: json.dumps({f"key {n}": f"value {n}" for n in range(300_000)}).encode(), EITHER
    yield "only-numbers.json", b"[1, 2, 3]", EITHER
    yield "null.json", b"null", EITHER
    yield "trailing.json", b'{"text": "words"} {"text": "more"}', EITHER
    yield "comments.json", b'{"text": "words", /* no */ }', EITHER
    yield "utf16.json", '{"text": "words"}'.encode("utf-16"), EITHER
    yield "latin.json", '{"text": "Café crème à la carte, déjà vu"}'.encode("latin-1"), EITHER
    yield "nul-escaped.json", b'{"text": "words \\u0000 more"}', EITHER
    yield "many-arrays.json", lambda: b"[" + b"[]," * 500_000 + b"[]]", EITHER
    yield "one-bad-line.jsonl", b'{"text": "words"}\n{"text": \n{"text": "more"}\n', EITHER
    yield "empty-lines.jsonl", b"\n\n\n{}\n\n", EITHER
    yield "one-long-line.jsonl", lambda: b'{"text": "' + b"words " * 3_000_000 + b'"}', EITHER


def _mails() -> Made:
    def nested(depth: int) -> bytes:
        opening = b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
        )
        return b"From: a@example.org\n" + opening + b"Content-Type: text/plain\n\nWords inside.\n"

    yield "ten-thousand-nested.eml", lambda: nested(10_000), EITHER
    yield "two-hundred-nested.eml", lambda: nested(200), EITHER
    messages = b"Content-Type: message/rfc822\n\n" * 5_000 + b"Subject: inside\n\nWords.\n"
    yield "messages-in-messages.eml", lambda: messages, EITHER
    many = b"".join(b"--b\nContent-Type: text/plain\n\nWords %d.\n" % number for number in range(3_000))
    yield "many-parts.eml", lambda: b"Content-Type: multipart/mixed; boundary=b\n\n" + many + b"--b--\n", EITHER
    yield "headers-only.eml", b"From: a@example.org\nSubject: S\n\n", EITHER
    yield "no-headers.eml", b"\nJust words here.\n", EITHER
    yield "only-an-attachment.eml", b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0K\n", EITHER
    for name, encoding, body in (
        ("base64-junk", "base64", b"!!!\xff\xfe not base64 at all ===\n" * 50),
        ("base64-of-noise", "base64", base64.b64encode(random.Random(6).randbytes(9_000))),
        ("quoted-junk", "quoted-printable", b"Words =ZZ =\n== =F caf=E9\n" * 50),
        ("uuencode-junk", "x-uuencode", b"begin 644 a\nM!!!!\n`\n"),
        ("no-such-transfer", "no-such-encoding", b"Words.\n"),
    ):
        head = (
            f"From: a@example.org\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"
        )
        yield f"{name}.eml", head.encode() + body, EITHER
    for charset in ("utf-7", "undefined", "no-such", "utf-16", "unicode_escape", "no\0one", "zlib"):
        head = f"From: a@example.org\nContent-Type: text/plain; charset={charset}\n\n"
        yield (
            f"says-{charset[:2]}{len(charset)}.eml".replace("\0", ""),
            head.encode() + b"Words here, and some more.\n",
            EITHER,
        )
    yield "long-header.eml", lambda: b"Subject: " + b"word " * 50_000 + b"\n\nWords.\n", EITHER
    yield "many-headers.eml", lambda: b"X-A: b\n" * 200_000 + b"\nWords.\n", EITHER
    yield (
        "odd-header-words.eml",
        b"Subject: =?utf-8?b?!!!?= =?no-such?q?=ZZ?= =?utf-8?q?=ED=A0=80?=\n\nWords.\n",
        EITHER,
    )
    yield "odd-date.eml", b"Date: 99 Foo 99999 99:99:99 +9999\nFrom: <<>>@@\n\nWords.\n", EITHER
    yield "encoded-words-bomb.eml", lambda: b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nWords.\n", EITHER
    addresses = b"To: " + b"(" * 50_000 + b"a@example.org" + b",a@example.org" * 20_000
    yield "address-bomb.eml", lambda: addresses + b"\n\nWords.\n", EITHER
    yield "html-bomb.eml", lambda: b"Content-Type: text/html\n\n" + b"<div>" * 20_000 + b"words", EITHER
    yield "boundary-empty.eml", b'Content-Type: multipart/mixed; boundary=""\n\n--\n\nWords.\n----\n', EITHER
    yield "encrypted.eml", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIAGCSq\n", EITHER


def _subtitles() -> Made:
    yield "no-cues.srt", b"1\n2\n3\n", EITHER
    yield "no-header.vtt", b"00:01.000 --> 00:02.000\nWords.\n", EITHER
    yield "only-header.vtt", b"WEBVTT\n\n", REFUSED
    yield "only-notes.vtt", b"WEBVTT\n\nNOTE nothing is said\n\nSTYLE\n::cue {}\n", REFUSED
    yield "times-only.srt", b"1\n00:00:01,000 --> 00:00:02,000\n\n" * 20, REFUSED
    yield "times-backwards.srt", b"1\n99:99:99,999 --> 00:00:00,000\nWords.\n\n", EITHER
    yield "huge-time.srt", b"1\n" + b"9" * 50_000 + b":00:01,000 --> 00:00:02,000\nWords.\n\n", EITHER
    yield "many-cues.srt", lambda: b"1\n00:00:01,000 --> 00:00:02,000\nWords.\n\n" * 30_000, EITHER
    yield "deep-tags.vtt", lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<b>" * 300_000 + b"Words.\n", EITHER
    yield "arrows.vtt", lambda: b"WEBVTT\n\n" + b"--> " * 500_000, EITHER
    yield "tag-without-end.vtt", lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\nWords <" + b"a" * MEGABYTE, EITHER
