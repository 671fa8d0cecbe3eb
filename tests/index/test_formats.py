"""Files that real programs wrote are read word for word, on the right page; what is unsafe or damaged is refused."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from openpyxl import Workbook

from index import Document, Index, Source
from index.errors import SourceError
from index.formats import FORMATS, read
from index.formats.content import Builder, Content, checked, iso_date
from index.formats.kinds import REFUSED
from index.formats.sheets import displayed
from index.recognition import IMAGES
from tests.support.bad_files import pptx

FILES = Path(__file__).parents[1] / "files"
EXPECTED: dict[str, list[dict[str, object]]] = json.loads((FILES / "expected.json").read_text())
PROPERTIES: dict[str, dict[str, str | None]] = json.loads((FILES / "properties.json").read_text())


def content_of(name: str) -> Content:
    return read(Path(name).suffix, (FILES / name).read_bytes())


def said(content: Content) -> list[str]:
    return [span.of(content.text) for span in content.sentences()]


def page_of(content: Content, offset: int) -> int:
    return Document("", "", "", content.text, content.page_starts, "", "").page(offset)


# ---- files of real programs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_known_sentence_is_one_sentence_on_its_page(name: str) -> None:
    content = content_of(name)
    found = [(span.of(content.text), page_of(content, span.start)) for span in content.sentences()]
    for known in EXPECTED[name]:
        assert found.count((str(known["sentence"]), int(str(known["page"])))) == 1, (known, found)


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_a_file_says_its_title_author_and_date(name: str) -> None:
    content = content_of(name)
    known = PROPERTIES[name]
    assert (content.title, content.author) == (known["title"], known["author"])
    if known["date"]:
        assert content.date == known["date"]


@pytest.mark.parametrize(
    ("name", "author", "date", "known"),
    [
        ("docx/python-docx.docx", "python-docx", "2013-12-23T23:15:00Z", (None, None)),
        ("docx/python-docx.docx", "Unknown Author", "2024-05", (None, "2024-05")),
        ("pptx/python-pptx.pptx", "Ida Frey", "2013-01-27T09:15:58Z", ("Ida Frey", None)),
        ("xlsx/openpyxl.xlsx", "openpyxl", "2024-05-06T09:30:00Z", (None, "2024-05-06T09:30:00Z")),
    ],
)
def test_what_a_library_writes_into_every_file_is_no_author_and_no_date(
    name: str, author: str, date: str, known: tuple[str | None, str | None]
) -> None:
    core = "docProps/core.xml"
    with zipfile.ZipFile(FILES / name) as file:
        members = {member: file.read(member) for member in file.namelist()}
    words = members[core].decode()
    words = re.sub(r"(<dc:creator[^>]*>)[^<]*", rf"\g<1>{author}", words)
    members[core] = re.sub(r"(W3CDTF\">)[^<]*", rf"\g<1>{date}", words).encode()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for member, held in members.items():
            file.writestr(member, held)
    content = read(Path(name).suffix, data.getvalue())
    assert (content.author, content.date) == known


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_nothing_but_white_space_stands_between_sentences(name: str) -> None:
    content = content_of(name)
    if content.blocks is not None:
        covered = "".join("".join(said(content)).split())
        assert covered == "".join(content.text.split())


def test_every_format_has_files_of_at_least_one_program() -> None:
    assert {path.partition("/")[0] for path in EXPECTED} >= {suffix[1:] for suffix in FORMATS} - {
        *("text", "markdown", "htm", "xhtml", "docm", "pptm", "xlsm", "tab", "tsv", "ndjson", "jsonl", "pdf")
    }


def test_what_a_reader_does_not_see_is_left_out() -> None:
    assert "Page header" not in content_of("docx/python-docx.docx").text
    assert "Secret" not in content_of("xlsx/openpyxl.xlsx").text
    assert "Gelöscht" not in content_of("rtf/word.rtf").text
    assert "Only in HTML" not in content_of("eml/attached.eml").text
    assert "00:" not in content_of("srt/cues.srt").text
    assert "<number>" not in content_of("odp/libreoffice.odp").text


# ---- tricky documents ---------------------------------------------------------------------------------------------


def zipped(parts: dict[str, str | bytes], *, into: Path | bytes = b"", after: bytes = b"") -> bytes:
    """A zip file: of the parts of another and these, behind those of the zip file ``after``."""
    file = io.BytesIO(into.read_bytes() if isinstance(into, Path) else into)
    old = zipfile.ZipFile(file).infolist() if into else []
    kept = {item.filename: zipfile.ZipFile(file).read(item) for item in old}
    made = io.BytesIO(after)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (kept | parts).items():
            archive.writestr(name, data)
    return made.getvalue()


def word(body: str, **parts: str) -> bytes:
    """A Word document with this body; other ``parts`` are those of another document, unless they are given."""
    spaces = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in ("w", "m", "mc", "v", "wps"))
    made = {"document": f"<w:body>{body}</w:body>"} | parts
    return zipped(
        {f"word/{name}.xml": f"<w:{name}{spaces}>{inside}</w:{name}>" for name, inside in made.items()},
        into=FILES / "docx/pandoc.docx",
    )


WORD = {
    "changes tracked": (
        "<w:p><w:r><w:t>Kept</w:t></w:r><w:ins><w:r><w:t> and added</w:t></w:r></w:ins><w:del><w:r><w:delText>gone"
        "</w:delText></w:r></w:del><w:moveTo><w:r><w:t> and moved</w:t></w:r></w:moveTo><w:moveFrom><w:r><w:t>away"
        "</w:t></w:r></w:moveFrom><w:r><w:t>.</w:t></w:r></w:p>",
        "Kept and added and moved.",
    ),
    "formula": (
        "<w:p><w:r><w:t>So </w:t></w:r><m:oMath><m:r><m:t>x=</m:t></m:r><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath><w:r><w:t> holds.</w:t></w:r></w:p>",
        "So x=1/2 holds.",
    ),
    "hidden text and field codes": (
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden.</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:rPr>"
        '<w:vanish w:val="0"/></w:rPr><w:t>Shown.</w:t></w:r></w:p>',
        "Shown.",
    ),
    "text box, once": (
        "<w:p><w:r><w:t>Before.</w:t><mc:AlternateContent><mc:Choice><wps:txbx><w:txbxContent><w:p><w:r><w:t>In the "
        "box.</w:t></w:r></w:p></w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><v:textbox><w:txbxContent><w:p><w:r>"
        "<w:t>In the box.</w:t></w:r></w:p></w:txbxContent></v:textbox></mc:Fallback></mc:AlternateContent>"
        "</w:r></w:p>",
        "Before.\n\nIn the box.",
    ),
    "content controls, symbols and breaks": (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>One</w:t><w:tab/><w:t>two</w:t><w:noBreakHyphen/><w:sym "
        "w:font='Wingdings' w:char='F0E0'/><w:br/><w:t>Three.</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        "One\ttwo\N{NON-BREAKING HYPHEN}→\nThree.",
    ),
    "a table in a table, and a cell of prose": (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc><w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>B</w:t></w:r>"
        "</w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>C</w:t></w:r></w:p></w:tc><w:tc><w:p>"
        "<w:r><w:t>It rains. We stay.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
        "A\tB\nC\tIt rains. We stay.",
    ),
    "a paragraph whose end was deleted, with its note": (
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>She pays </w:t></w:r><w:del><w:r><w:delText>on Friday."
        "</w:delText></w:r></w:del><w:r><w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p></w:txbxContent></w:r>"
        "</w:p><w:p><w:r><w:t>the rent.</w:t></w:r></w:p><w:p><w:pPr><w:rPr><w:moveFrom/></w:rPr></w:pPr><w:r>"
        "<w:t>Left over.</w:t></w:r></w:p>",
        "She pays the rent.\n\nBoxed.\n\nLeft over.",
    ),
    "a field in the code of a field": (
        "<w:p><w:r><w:t>Dear </w:t></w:r><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> IF "
        "</w:instrText></w:r><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>MERGEFIELD Sex"
        "</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>male</w:t></w:r><w:r><w:rPr>"
        "<w:vanish/></w:rPr><w:fldChar w:fldCharType='end'/></w:r><w:r><w:fldChar "
        "w:fldCharType='separate'/></w:r><w:r><w:t>Mr</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r><w:r>"
        "<w:t> Hale.</w:t></w:r></w:p>",
        "Dear Mr Hale.",
    ),
    "a cell of two lines, and one that holds rows": (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Term</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>30 days</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>at most</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>B</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Pool</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>$9</w:t></w:r></w:p>"
        "</w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>",
        "Term\t30 days\nat most\n\nB\n\nPool\t$9",
    ),
}


@pytest.mark.parametrize("name", WORD)
def test_word_shows(name: str) -> None:
    body, text = WORD[name]
    assert read(".docx", word(body)).text == text


def level(number: int, text: str, form: str = "decimal", more: str = "") -> str:
    marks = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{number}">{marks}</w:lvl>'


LEGAL = "".join(
    [
        level(0, "%1", more='<w:pStyle w:val="Clause"/>'),
        level(1, "%1.%2", more='<w:pStyle w:val="Part"/>'),
        level(2, "(%3)", "lowerLetter"),
        level(3, "(%4)", "lowerRoman"),
        level(4, "Note %5:", "upperLetter", '<w:lvlRestart w:val="0"/>'),
        level(5, "%1.%6", "upperRoman", "<w:isLgl/>"),
    ]
)
NUMBERING = (
    f'<w:abstractNum w:abstractNumId="1">{LEGAL}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="2">{level(0, "•", "bullet")}{level(1, "%2", "thaiCounting")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="1"/>'
    '<w:lvlOverride w:ilvl="2"><w:startOverride w:val="26"/></w:lvlOverride>'
    f'<w:lvlOverride w:ilvl="3">{level(3, "%4)", "upperRoman")}</w:lvlOverride></w:num>'
)
STYLES = (
    '<w:style w:type="paragraph" w:styleId="Clause"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Part"><w:basedOn w:val="Clause"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
)


def numbered(text: str, at: str = "", style: str = "", more: str = "") -> str:
    """A paragraph of a style, or of a list and level: "1 2"."""
    marks = f'<w:pStyle w:val="{style}"/>' if style else ""
    if at:
        list_id, ilvl = at.split()
        marks += f'<w:numPr><w:ilvl w:val="{ilvl}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return f"<w:p><w:pPr>{marks}{more}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_the_numbers_that_word_makes_up_are_read() -> None:
    body = [
        (numbered("Repairs", style="Clause"), "1 Repairs"),
        (numbered("The tenant must not:", style="Part"), "1.1 The tenant must not:"),
        (numbered("keep geese;", "1 2"), "(a) keep geese;"),
        (numbered("burn", "1 3"), "(i) burn"),
        (numbered("gone", "1 2").replace("w:t>", "w:delText>"), None),
        (numbered("", "1 2", more="<w:rPr><w:del/></w:rPr>"), None),
        (numbered("dig a well.", "1 2"), "(c) dig a well."),
        (numbered("See above", "1 4"), "Note A: See above"),
        (numbered("The landlord pays.", style="Part"), "1.2 The landlord pays."),
        (numbered("It rains", "3 2"), "(z) It rains"),
        (numbered("or snows", "3 2"), "(aa) or snows"),
        (numbered("or hails", "3 3"), "I) or hails"),
        (numbered("Rent", style="Clause"), "2 Rent"),
        (numbered("Not a clause", "0 0", style="Clause"), "Not a clause"),
        (numbered("It is due in May.", style="Part"), "2.1 It is due in May."),
        (numbered("It may rise.", "3 2"), "(z) It may rise."),
        (numbered("See below", "1 4"), "Note B: See below"),
        (numbered("In figures", "1 5"), "2.1 In figures"),
        (numbered("A bullet", "2 0"), "A bullet"),
        (numbered("Beyond us", "2 1"), "Beyond us"),
        (numbered("No such list", "9 0", style="Loop"), "No such list"),
        (f"<w:tbl><w:tr><w:tc>{numbered('', '1 0')}</w:tc><w:tc>{numbered('Fence')}</w:tc></w:tr></w:tbl>", "3\tFence"),
    ]
    content = read(".docx", word("".join(one for one, _ in body), numbering=NUMBERING, styles=STYLES))
    assert content.text.replace("\n\n", "\n").split("\n") == [text for _, text in body if text]


BREAK = "<w:r><w:lastRenderedPageBreak/></w:r>"


def paged_word(pages: int, *paragraphs: str, body: str = "") -> bytes:
    """A Word document that Word laid out on so many pages."""
    made = "".join(f"<w:p>{text}</w:p>" for text in paragraphs)
    app = f'<Properties xmlns="urn:a"><Pages>{pages}</Pages></Properties>'
    return zipped({"docProps/app.xml": app}, into=word(made + body))


def test_pages_of_word_are_those_that_it_laid_out() -> None:
    run = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>".format
    cells = f"<w:tc><w:p>{run('Fee')}</w:p></w:tc><w:tc><w:p>{BREAK}{run('5 pounds')}</w:p></w:tc>"
    row = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    paragraphs = (
        run("One. ") + run("It goes on ") + BREAK + run("here. Two."),
        BREAK + run("Three."),
        BREAK,
        BREAK + BREAK + run("Six."),
    )
    content = read(".docx", paged_word(7, *paragraphs, body=row))
    found = {span.of(content.text): page_of(content, span.start) for span in content.sentences()}
    assert found == {"One.": 1, "It goes on here.": 1, "Two.": 2, "Three.": 3, "Six.": 6, "Fee\t5 pounds": 7}
    assert read(".docx", paged_word(6, *paragraphs, body=row)).page_starts == (0,)  # it counted others
    assert "\0" not in content.text
    assert content.text == read(".docx", word("".join(f"<w:p>{text}</w:p>" for text in paragraphs) + row)).text


def test_pages_of_an_open_document_are_those_that_were_laid_out() -> None:
    style = (
        '<style:style style:name="P1" style:master-page-name="Standard"/>'
        '<style:style style:name="P2"><style:paragraph-properties style:break-before="page"/></style:style>'
    )
    body = (
        '<text:p text:style-name="P1">One. It goes on <text:soft-page-break/>here. Two.</text:p>'
        '<text:p text:style-name="P2">Three.</text:p><text:soft-page-break/><text:p>Four.</text:p>'
        "<table:table><table:table-row><table:table-cell><text:p>Fee</text:p></table:table-cell><table:table-cell>"
        "<text:p>5 pounds</text:p></table:table-cell></table:table-row><text:soft-page-break/><table:table-row>"
        "<table:table-cell><text:p>Rent</text:p></table:table-cell><table:table-cell><text:p>9 pounds</text:p>"
        "</table:table-cell></table:table-row></table:table>"
    )

    def laid_out(pages: int) -> Content:
        meta = f'<m xmlns:meta="urn:meta"><meta:document-statistic meta:page-count="{pages}"/></m>'
        return read(".odt", zipped({"meta.xml": meta}, into=open_text(body, style)))

    content = laid_out(5)
    found = {span.of(content.text): page_of(content, span.start) for span in content.sentences()}
    assert found == {
        "One.": 1, "It goes on here.": 1, "Two.": 2, "Three.": 3, "Four.": 4, "Fee\t5 pounds": 4, "Rent\t9 pounds": 5,
    }  # fmt: skip
    assert laid_out(4).page_starts == (0,)


def test_it_is_told_at_which_second_something_was_said() -> None:
    cues = "1\n00:00:01,500 --> 00:00:04,000\nThe council\n\n2\n00:00:04,000 --> 00:00:05,000\nmet. It agreed.\n\n"
    content = read(".srt", f"{cues}3\n01:00:00,000 --> 01:00:02,000\nNobody came.\n".encode())
    found = {span.of(content.text): page_of(content, span.start) for span in content.sentences()}
    assert found == {"The council met.": 2, "It agreed.": 5, "Nobody came.": 3601}
    assert read(".srt", f"{cues}3\n99:00:00,000 --> 99:00:02,000\nNobody came.\n".encode()).page_starts == (0,)


def test_the_numbers_of_rich_text_are_read_and_bullets_are_not() -> None:
    def item(label: str, text: str) -> str:
        return f"{{\\listtext\\pard\\plain {label}\\tab}}\\ls1 {text}\\par\\pard "

    labels = ["6.2", "(a)", "7.", "\\'b7", "o", "\\u-3913 ?", "q"]
    body = "".join(item(label, "It rains.") for label in labels) + item("8.", "")
    row = "\\trowd\\intbl {\\pntext 1.\\tab}\\cell\\intbl Fence\\cell\\row\\pard End.\\par"
    assert read(".rtf", f"{{\\rtf1 {body}{row}}}".encode()).text.replace("\n\n", "\n").split("\n") == [
        *("6.2 It rains.", "(a) It rains.", "7. It rains.", *["It rains."] * 4, "1.\tFence", "End.")
    ]


@pytest.mark.parametrize("suffix", [".html", ".docx", ".rtf", ".odt", ".pptx"])
def test_a_raised_number_is_a_sign_of_its_own_and_a_note_after_a_stop_is_none(suffix: str) -> None:
    marked = (
        "She won.^1^ It rose to 5.^2, 3^ The 1^st^ of May, 10^-6^ m^2^, for $19.^99^ or more.^4^ “Yes.”^12^ He fled."
    )
    pieces = list(enumerate(marked.split("^")))
    html = "".join(f"<sup>{piece}</sup>" if number % 2 else piece for number, piece in pieces)
    run = "<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>"
    runs = "".join(
        run.format('<w:vertAlign w:val="superscript"/>' if number % 2 else "", text) for number, text in pieces
    )
    rich = "".join(f"{{\\super {piece}}}" if number % 2 else piece for number, piece in pieces)
    rich = rich.replace("“", "\\ldblquote ").replace("”", "\\rdblquote ")
    spans = "".join(
        f'<text:span text:style-name="T1">{piece}</text:span>' if number % 2 else piece for number, piece in pieces
    )
    up = '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
    high = ' baseline="30000"'
    slide = "".join(f"<a:r><a:rPr{high if number % 2 else ''}/><a:t>{piece}</a:t></a:r>" for number, piece in pieces)
    data = {
        ".html": html.encode(),
        ".docx": word(f"<w:p>{runs}</w:p>"),
        ".rtf": f"{{\\rtf1 {rich}\\par}}".encode(),
        ".odt": open_text(f"<text:p>{spans}</text:p>", up),
        ".pptx": pptx(f"<a:p>{slide}</a:p>"),
    }
    assert said(read(suffix, data[suffix])) == [
        "She won.",
        "It rose to 5.",
        "The 1st of May, 10^-6 m2, for $19.99 or more.",
        "“Yes.”",
        "He fled.",
    ]


def test_a_hidden_slide_is_an_empty_page() -> None:
    path, name = FILES / "pptx/python-pptx.pptx", "ppt/slides/slide1.xml"
    slide = zipfile.ZipFile(path).read(name).decode().replace("<p:sld ", '<p:sld show="0" ', 1)
    shown, content = content_of("pptx/python-pptx.pptx"), read(".pptx", zipped({name: slide}, into=path))
    assert content.text == shown.text[shown.page_starts[1] :]
    assert page_of(content, 0) == 2


def open_text(body: str, styles: str = "") -> bytes:
    """An OpenDocument text with this body."""
    spaces = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in ("office", "text", "draw", "table", "style"))
    content = f"{styles}<office:body><office:text>{body}</office:text></office:body>"
    return zipped(
        {"content.xml": f"<office:document{spaces}>{content}</office:document>"}, into=FILES / "odt/odfpy.odt"
    )


LISTS = """
    <text:outline-style style:name="Outline">
    <text:outline-level-style text:level="1" style:num-format="1"/>
    <text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2" style:num-suffix="."/>
    <text:outline-level-style text:level="3" style:num-format=""/></text:outline-style>
    <text:list-style style:name="L">
    <text:list-level-style-number
        text:level="1" style:num-format="a" style:num-prefix="(" style:num-suffix=")" text:start-value="2"/>
    <text:list-level-style-number text:level="2" style:num-format="I" style:num-list-format="%1%-%2%:"/>
    </text:list-style>
    <text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/></text:list-style>"""
LISTED = """
    <text:h text:outline-level="1">Rent</text:h><text:h text:outline-level="2">Due</text:h>
    <text:h text:outline-level="2"><text:number>1.2.</text:number>Late</text:h>
    <text:h text:outline-level="3">No number</text:h>
    <text:h text:outline-level="1" text:is-list-header="true">Nor here</text:h>
    <text:h text:outline-level="1">Repairs</text:h>
    <text:list text:style-name="L"><text:list-item><text:p>in May</text:p><text:p>or later</text:p></text:list-item>
    <text:list-item><text:p>in June</text:p>
    <text:list><text:list-item><text:p>early</text:p></text:list-item></text:list></text:list-item></text:list>
    <text:p>Between.</text:p>
    <text:list text:style-name="L" text:continue-numbering="true"><text:list-item>
    <text:list><text:list-item><text:p>late</text:p></text:list-item></text:list></text:list-item>
    <text:list-item><text:p>in July</text:p></text:list-item></text:list>
    <text:list text:style-name="L"><text:list-header><text:p>Head</text:p></text:list-header>
    <text:list-item><text:p>anew</text:p></text:list-item>
    <text:list-item text:start-value="26"><text:p>far on</text:p></text:list-item>
    <text:list-item><text:p>at the end</text:p></text:list-item></text:list>
    <text:list text:style-name="B"><text:list-item><text:p>a bullet</text:p></text:list-item></text:list>
    <text:list><text:list-item><text:p>no style</text:p></text:list-item></text:list>"""


def test_the_numbers_that_open_document_makes_up_are_read() -> None:
    text = read(".odt", open_text(LISTED, LISTS)).text
    assert text.replace("\n\n", "\n").split("\n") == [
        *("1 Rent", "1.1. Due", "1.2. Late", "No number", "Nor here", "2 Repairs"),
        *("(b) in May", "or later", "(c) in June", "c-I: early", "Between.", "c-II: late", "(d) in July"),
        *("Head", "(b) anew", "(z) far on", "(aa) at the end", "a bullet", "no style"),
    ]


@pytest.mark.parametrize("suffix", [".docx", ".odt"])
def test_the_only_heading_of_its_level_is_the_title_of_what_it_begins(suffix: str, tmp_path: Path) -> None:
    def titled(*lines: str) -> str | None:
        if suffix == ".odt":
            made = [f'<text:h text:outline-level="{line[0]}">{line[2:]}</text:h>' for line in lines]
            return read(suffix, open_text("".join(made))).title
        made = [numbered(line[2:], style=f"H{line[0]}") for line in lines]
        levels = "".join(
            f'<w:style w:styleId="H{at}"><w:pPr><w:outlineLvl w:val="{at - 1}"/></w:pPr></w:style>' for at in (1, 2)
        )
        (tmp_path / "made.docx").write_bytes(word("".join(made), styles=levels))
        return read(suffix, zipped({"docProps/core.xml": "<none/>"}, into=tmp_path / "made.docx")).title

    assert titled("1 The mill", "2 Its age", "2 Its wheel") == "The mill"
    assert titled("1 The mill", "1 The barn") is None
    assert titled("2 Its age", "1 The mill") is None


def slide(body: str) -> bytes:
    """A presentation whose first slide holds this."""
    path = FILES / "pptx/python-pptx.pptx"
    return zipped({"ppt/slides/slide1.xml": f'<p:sld xmlns:p="p" xmlns:a="a">{body}</p:sld>'}, into=path)


GRID: dict[
    str, tuple[str, str, Callable[[str, int], str]]
] = {  # a cell as each format writes it, by how many columns it is spread over
    ".html": ("<table>{}</table>", "<tr>{}</tr>", lambda text, width: f"<td colspan={width}>{text}</td>"),
    ".docx": (
        "<w:tbl>{}</w:tbl>",
        "<w:tr>{}</w:tr>",
        lambda text, width: (
            f'<w:tc><w:tcPr><w:gridSpan w:val="{width}"/></w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>'
        ),
    ),
    ".odt": (
        "<table:table>{}</table:table>",
        "<table:table-row>{}</table:table-row>",
        lambda text, width: (
            f"<table:table-cell><text:p>{text}</text:p></table:table-cell>{'<table:covered-table-cell/>' * (width - 1)}"
        ),
    ),
    ".rtf": ("{}", "\\trowd {}\\row ", lambda text, width: f"\\intbl {text}\\cell " + "\\cell " * (width - 1)),
    ".pptx": (
        "<a:tbl>{}</a:tbl>",
        "<a:tr>{}</a:tr>",
        lambda text, width: (
            f"<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>{'<a:tc/>' * (width - 1)}"
        ),
    ),
}
FILE: dict[str, Callable[[str], bytes]] = {
    ".html": str.encode,
    ".docx": word,
    ".odt": open_text,
    ".rtf": lambda body: f"{{\\rtf1 {body}}}".encode(),
    ".pptx": slide,
}


@pytest.mark.parametrize("suffix", GRID)
def test_a_value_stays_in_its_column_where_cells_before_it_are_empty(suffix: str) -> None:
    table, row, cell = GRID[suffix]
    rows = [[("", 1), ("Small", 1), ("Large", 1)], [("Spare key", 1), ("", 1), ("yes", 1)]]
    rows += [[("Both gates", 2), ("two", 1)], [("", 3)], [("", 1), ("A note.", 2)], [("Bell", 1), ("one", 1), ("", 1)]]
    body = table.format("".join(row.format("".join(cell(*one) for one in cells)) for cells in rows))
    content = read(suffix, FILE[suffix](body))
    assert content.text[: content.text.find("A note.")].split("\n")[:3] == [
        "\tSmall\tLarge",
        "Spare key\t\tyes",
        "Both gates\t\ttwo",
    ]
    assert said(content)[:5] == ["Small\tLarge", "Spare key\t\tyes", "Both gates\t\ttwo", "A note.", "Bell\tone"]


def test_a_cell_of_a_page_that_reaches_into_the_rows_below_is_no_value_there() -> None:
    page = (
        "<table><tbody><tr><td rowspan=2>North<td hidden>x<td>Q1<td>5<tr><script></script><td>Q2<td>6<tr><td>South"
        "<td>Q1<td>7<tr><td rowspan=9>West<td>Q1<td>8<tbody><tr><td>East<td>Q1<td>9</table>"
    )
    assert read(".html", page.encode()).text.split("\n") == [
        *("North\tQ1\t5", "\tQ2\t6", "South\tQ1\t7", "West\tQ1\t8", "East\tQ1\t9")
    ]


def test_open_document_collapses_white_space_and_leaves_out_what_is_gone() -> None:
    body = """
        <text:tracked-changes><text:changed-region><text:p>Deleted.</text:p></text:changed-region></text:tracked-changes>
        <text:p>One
            <text:span>two</text:span><text:s text:c="2"/>three<text:tab/>four<office:annotation><text:p>Comment
            </text:p></office:annotation><draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame>.</text:p>"""
    assert read(".odt", open_text(body)).text == "One two  three\tfour.\n\nBoxed."


def test_a_repeated_cell_of_a_sheet_is_repeated_but_not_a_million_times() -> None:
    body = """<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="tb"><office:body>
        <office:spreadsheet>
        <table:table><table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p>
        </table:table-cell><table:table-cell table:number-columns-repeated="1000000"/></table:table-row>
        <table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row></table:table>
        </office:spreadsheet></office:body></office:document-content>"""
    assert read(".ods", zipped({"content.xml": body}, into=FILES / "ods/odfpy.ods")).text == "x; x"


ACCOUNTING = '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)'
PHONE = "[<=9999999]###-####;(###) ###-####"
SCALED = '[<1000]0;[<1000000]0.0,"K";0.0,,"M"'


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.1234, "0.0%", "12.3%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (-5, "0", "-5"),
        (2.5, "0", "3"),
        (1200, '#,##0 "kg"', "1,200 kg"),
        (1200, "[$€-407]#,##0.00", "€1,200.00"),
        (1200, "_-* #,##0.00\\ [$€-1]_-", "1,200.00 €"),
        (7, "000", "007"),
        (0.5, "0.##", "0.5"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1500000, '0.0,,"M"', "1.5M"),
        (0.00012, "0.0E+00", "1.2E-4"),
        (123456789, "000-00-0000", "123-45-6789"),
        (5551234, PHONE, "555-1234"),
        (2125551234, PHONE, "(212) 555-1234"),
        (1234, PHONE, "1234"),
        (1234567812345678, "0000 0000 0000 0000", "1234 5678 1234 5678"),
        (12, "0\\.0", "1.2"),
        (1234567.5, "#\\ ##0.00", "1234 567.50"),
        (5, "#\\ ##0.00", "5.00"),
        (5, "0,000", "0,005"),
        (1234.5, ACCOUNTING, "$1,234.50"),
        (-1234.5, ACCOUNTING, "$(1,234.50)"),
        (0, ACCOUNTING, "$-"),
        (0, '#,##0;-#,##0;"none"', "none"),
        (0, "0;-0;;@", ""),
        (-5, '"$"#,##0.00', "-$5.00"),
        (-5, "General;[Red]-General", "-5"),
        (12.5, 'General" kg"', "12.5 kg"),
        (3, '0.0"*"', "3.0*"),
        (5_000_000, SCALED, "5.0M"),
        (5_000, SCALED, "5.0K"),
        (-5_000, SCALED, "-5000"),
        (1, '[=1]"Yes";[=0]"No";General', "Yes"),
        (0.25, "# ?/?", "0.25"),
        (7, "[Red]", "7"),
        (7, "0;@", "7"),
        (0.5, ".00", ".50"),
        (1e300, "0.00", "1E+300"),
        (timedelta(hours=37, minutes=30), "[h]:mm", "37:30"),
        (timedelta(hours=7, seconds=5), "[h]:mm:ss", "7:00:05"),
        (timedelta(minutes=-90), "[h]:mm", "-1:30"),
        (True, "General", "TRUE"),
        (None, "General", ""),
        ("text", "@", "text"),
    ],
)
def test_a_number_of_a_sheet_is_shown_as_the_sheet_shows_it(value: object, form: str, shown: str) -> None:
    assert displayed(value, form) == shown


def test_a_formula_that_was_saved_without_its_value_stands_for_itself() -> None:
    workbook, file = Workbook(), io.BytesIO()
    for row in (["Item", "Count", "Double"], ["Bun", 2, "=B2*2"], ["Tea", 3, 6]):
        workbook.active.append(row)
    workbook.save(file)
    assert said(read(".xlsx", file.getvalue()))[1:] == [
        "Item: Bun; Count: 2; Double: =B2*2",
        "Item: Tea; Count: 3; Double: 6",
    ]


def test_a_merged_label_is_said_of_each_of_its_rows_and_a_merged_name_of_a_column_once() -> None:
    workbook, file = Workbook(), io.BytesIO()
    for row in [
        ["Supplier", "Contract", "2023", None, "Paid by"],
        [None, None, "H1", "H2", None],
        ["Baltic Steel", "Storage", 56, 60, "bank"],
        [None, "Freight", 7, 8, None],
        [None, "Wire", 5, 6, None],
        ["Orion", "Rail", 1, 2, "cash"],
        [None, None, None, None, None],
        ["Seen by the board", None, None, None, None],
    ]:
        workbook.active.append(row)
    for cells in ("A1:A2", "B1:B2", "C1:D1", "E1:E2", "A3:A5", "E3:E4", "A8:A9"):
        workbook.active.merge_cells(cells)
    workbook.save(file)
    assert said(read(".xlsx", file.getvalue())) == [
        "Supplier; Contract; 2023 H1; 2023 H2; Paid by",
        "Supplier: Baltic Steel; Contract: Storage; 2023 H1: 56; 2023 H2: 60; Paid by: bank",
        "Supplier: Baltic Steel; Contract: Freight; 2023 H1: 7; 2023 H2: 8; Paid by: bank",
        "Supplier: Baltic Steel; Contract: Wire; 2023 H1: 5; 2023 H2: 6",
        "Supplier: Orion; Contract: Rail; 2023 H1: 1; 2023 H2: 2; Paid by: cash",
        "Seen by the board",
    ]


def test_a_formula_that_gave_an_empty_text_shows_nothing_and_an_escaped_line_break_is_one() -> None:
    workbook, file = Workbook(), io.BytesIO()
    for row in (["Item", "Count", "Note"], ["Bun X_5", 2, '=IF(B2>9,"dear","")'], ["Tea", 3, "=B3*2"]):
        workbook.active.append(row)
    workbook.save(file)
    name = "xl/worksheets/sheet1.xml"
    sheet = zipfile.ZipFile(file).read(name).decode().replace("X_", "_x000D_\n")
    sheet = re.sub(r'<c r="C2"[^>]*>(<f>.*?</f>)<v */?>(</v>)?', r'<c r="C2" t="str">\1<v/>', sheet, count=1)
    data = zipped(
        {member: zipfile.ZipFile(file).read(member) for member in zipfile.ZipFile(file).namelist()} | {name: sheet}
    )
    assert said(read(".xlsx", data))[1:] == ["Item: Bun 5; Count: 2", "Item: Tea; Count: 3; Note: =B3*2"]


@pytest.mark.parametrize("between", ["\r\r\n", "\n\n", "\n\n\n"])
def test_blank_lines_between_all_rows_say_nothing(between: str) -> None:
    table = between.join(["Name,Town", "Ann,Bath", "Bob,Hull", "Cid,York"])
    assert said(read(".csv", table.encode()))[1:] == [
        *("Name: Ann; Town: Bath", "Name: Bob; Town: Hull", "Name: Cid; Town: York")
    ]


def test_a_group_after_an_empty_row_keeps_the_names_of_its_columns_and_none_is_named_by_a_person() -> None:
    fees = "Name,Town,Fee\nAnn,Bath,5\n,,\nBob,Hull,6\nCid,York,7\n,,\nName,Town,Fee\nEva,Ely,8\n"
    assert said(read(".csv", fees.encode()))[2:] == [
        *("Name: Bob; Town: Hull; Fee: 6", "Name: Cid; Town: York; Fee: 7"),
        *("Name; Town; Fee", "Name: Eva; Town: Ely; Fee: 8"),
    ]
    words = "Name,Town\nAnn,Bath\nEva,Ely\n,\nBob,Hull\nCid,York\n,\nDan,Rye\nIda,Wells\n"
    assert said(read(".csv", words.encode()))[3:] == ["Bob; Hull", "Cid; York", "Dan; Rye", "Ida; Wells"]


def test_quotation_marks_of_what_is_said_hold_no_rows_together() -> None:
    talk = 'id\ttext\n1\t"Yes, he said\n2\tNo, she said\n3\t"Well" is a word\n'
    assert said(read(".tsv", talk.encode()))[1:] == [
        *('id: 1; text: "Yes, he said', "id: 2; text: No, she said", 'id: 3; text: "Well" is a word')
    ]
    assert said(read(".csv", b'id,text\n1,"Yes" she said\n2,a 5" pipe\n'))[1] == 'id: 1; text: "Yes" she said'
    assert said(read(".csv", b'id,text\n1,"Yes, I" said she\n2,No\n'))[1] == "id: 1; text: Yes, I said she"
    assert said(read(".tsv", b'id\ttext\n1\t"a\tb ""c"""\n2\tNo\n'))[1] == 'id: 1; text: a\tb "c"'


def test_a_comma_is_the_delimiter_only_where_no_other_does_as_well() -> None:
    assert said(read(".csv", b"Berlin;12,5\nHamburg;13,5\n")) == ["Berlin; 12,5", "Hamburg; 13,5"]
    net = b"Month;Revenue (EUR, net)\nJan;1200,50\nFeb;1300,75\n"
    assert said(read(".csv", net))[1] == "Month: Jan; Revenue (EUR, net): 1200,50"
    tags = said(read(".csv", b"Name,Tags\nAnn,a;b\nBob,c;d\n"))
    assert tags[1] == "Name: Ann; Tags: a;b"


def test_rows_without_a_header_and_two_tables_in_a_sheet() -> None:
    assert said(read(".csv", b"Bob,42,London\nAnn,43,Bath\n")) == ["Bob; 42; London", "Ann; 43; Bath"]
    two = said(read(".csv", b"Region,2023,2024\nNorth,1,2\n,,\nTown,Mayor\nBath,Ann\n"))
    assert two[1] == "Region: North; 2023: 1; 2024: 2"
    assert two[-1] == "Town: Bath; Mayor: Ann"


SHEETS = {
    "a form": (
        'Client,Acme Ltd|Contract no.,A-17|Fee,"1,200 EUR"|Start,2024-05-01',
        ["Client: Acme Ltd", "Contract no.: A-17", "Fee: 1,200 EUR", "Start: 2024-05-01"],
    ),
    "a form with colons": ("Client:,Acme Ltd|Town:,Bath", ["Client: Acme Ltd", "Town: Bath"]),
    "two columns with a header": ("Month,Sales|Jan,5|Feb,6|Mar,7", ["Month; Sales", "Month: Jan; Sales: 5"]),
    "a title": (
        "Sales report,,Printed 3 May|All in euro|Region,Units,Value|North,1,2|South,3,4",
        ["Sales report; Printed 3 May", "All in euro", "Region; Units; Value", "Region: North; Units: 1; Value: 2"],
    ),
    "a title, and no telling whether there is a header": (
        "Staff list,,May|Name,Role,Town|Ann,Cook,Bath",
        ["Staff list; May", "Name; Role; Town", "Ann; Cook; Bath"],
    ),
    "dates": (
        "Account,2024-01-01,2024-02-01|Rent,1200,1250",
        ["Account; 2024-01-01; 2024-02-01", "Account: Rent; 2024-01-01: 1200; 2024-02-01: 1250"],
    ),
    "dates below each other": ("Ann,2024-01-01,paid|Bob,2024-02-01,open", ["Ann; 2024-01-01; paid"]),
    "years below each other": ("Ann,1985,Bath|Bob,1990,Hull", ["Ann; 1985; Bath"]),
    "months": ("Account,1,2,3|Rent,80,75,60", ["Account; 1; 2; 3", "Account: Rent; 1: 80; 2: 75; 3: 60"]),
    "names that come twice": (
        "Region,Plan,Real,Plan,Real|North,1,2,3,4",
        ["Region; Plan; Real; Plan; Real", "Region: North; Plan: 1; Real: 2; Plan: 3; Real: 4"],
    ),
    "values that come twice": ("Ann,yes,no,yes|Bob,no,no,yes", ["Ann; yes; no; yes", "Bob; no; no; yes"]),
    "two levels": (
        "Region,2022,,2023,|,H1,H2,H1,H2|North,1,2,3,4",
        ["Region; 2022 H1; 2022 H2; 2023 H1; 2023 H2", "Region: North; 2022 H1: 1; 2022 H2: 2; 2023 H1: 3; 2023 H2: 4"],
    ),
    "two levels, the first without a corner": (
        ",2022,,2023|Region,H1,H2,H1|North,1,2,3",
        ["Region; 2022 H1; 2022 H2; 2023 H1", "Region: North; 2022 H1: 1; 2022 H2: 2; 2023 H1: 3"],
    ),
    "a column without a name": (
        "Item,Weight,,Price|Pen,10,g,2|Ink,50,ml,3",
        ["Item; Weight; Price", "Item: Pen; Weight: 10; g; Price: 2"],
    ),
    "a table right below another": (
        "Shop,Sales 2023|Lyon,10|Nice,20|Shop,Costs 2023|Lyon,7|Nice,15",
        [
            *("Shop; Sales 2023", "Shop: Lyon; Sales 2023: 10", "Shop: Nice; Sales 2023: 20"),
            *("Shop; Costs 2023", "Shop: Lyon; Costs 2023: 7", "Shop: Nice; Costs 2023: 15"),
        ],
    ),
    "names that are said again": (
        "Shop,2022,2023|Lyon,10,7|Shop,2022,2023|Nice,20,15",
        ["Shop; 2022; 2023", "Shop: Lyon; 2022: 10; 2023: 7", "Shop; 2022; 2023", "Shop: Nice; 2022: 20; 2023: 15"],
    ),
    "a zero as accounts have it": (
        "Item,Paid|Rent,300 €|Fees,- €|Fuel,20 €",
        ["Item; Paid", "Item: Rent; Paid: 300 €"],
    ),
    "rows' names without one": (",Units,Value|North,1,2", ["Units; Value", "North; Units: 1; Value: 2"]),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_row_is_told_by_the_names_of_its_columns_where_these_are_sure(name: str) -> None:
    rows, sentences = SHEETS[name]
    assert said(read(".csv", rows.replace("|", "\n").encode()))[: len(sentences)] == sentences


def test_a_short_record_keeps_its_sentences_and_a_long_one_names_what_its_prose_is_about() -> None:
    remedy = "Pull the lever. Wait until the lamp is green."
    short = f"Code,Fault,Remedy\nK-7,Belt stuck,{remedy}\nK-8,Lamp dark,Call us.\n"
    assert said(read(".csv", short.encode()))[1] == f"Code: K-7; Fault: Belt stuck; Remedy: {remedy}"
    story = [f"Step {number} takes as long as the one before it, or longer." for number in range(1, 7)]
    long = f"Code,Remedy,Story\nK-7,{remedy},{' '.join(story).replace(',', ' -')}\n"
    story = [sentence.replace(",", " -") for sentence in story]
    assert said(read(".csv", long.encode()))[1:] == [f"Code: K-7; Remedy: {remedy}", "K-7 – Story:", *story]
    assert said(read(".json", b'{"text": "It rains. We stay."}')) == ["text:", "It rains.", "We stay."]


def test_a_very_wide_row_becomes_lines_that_hold_whole_cells() -> None:
    header = ",".join(f"column{number}" for number in range(200))
    values = ",".join(f"value{number}" for number in range(200))
    rows = said(read(".csv", f"{header}\n{values}\n".encode()))
    assert "column199: value199" in rows[-1]
    assert all(row.count(": ") == row.count("; ") + 1 for row in rows if row.startswith("column") and ": " in row)


def test_json_keeps_digits_names_that_come_twice_and_what_is_nested() -> None:
    text = read(".json", b'{"a": 1.50, "a": 12345678901234567890, "b": {"c": [1, 2, {"d": "x"}]}, "e": null}').text
    assert text == "a: 1.50; a: 12345678901234567890\n\nb.c: 1\nb.c: 2\nb.c.d: x"


def test_json_lists_sentences_apart_and_short_values_together() -> None:
    data = b'{"tags": ["old", "dry"], "text": ["The mill is empty.", "It was sold."], "all": ["a", "It fell."]}'
    assert said(read(".json", data)) == [
        "tags: old, dry",
        "text: The mill is empty.",
        "text: It was sold.",
        "all: a",
        "all: It fell.",
    ]


def test_html_names_its_day_and_author() -> None:
    page = (
        b'<script type="application/ld+json">{"datePublished": "2024-05-06"}</script><meta name=Author content=Ann>Hi'
    )
    content = read(".html", page)
    assert (content.author, content.date) == ("Ann", "2024-05-06")


@pytest.mark.parametrize("suffix", [".vtt", ".srt"])
def test_a_name_before_what_is_said_begins_a_sentence(suffix: str) -> None:
    def of_cues(*lines: str) -> list[str]:
        cues = [f"00:00:0{at}.000 --> 00:00:0{at + 1}.000\n{line}\n\n" for at, line in enumerate(lines)]
        return said(read(suffix, f"WEBVTT\n\n{''.join(cues)}".encode()))

    talk = ["Eva Roth: We could sell them", "tom (Host): no, never", "Eva Roth: The barn", "and the mill, too."]
    assert of_cues(*talk) == [*talk[:2], "Eva Roth: The barn and the mill, too."]
    twice = ["So it went on.", "Eva: Sell them", "he said.", "Eva: No", "and that was", "all."]
    assert of_cues(*twice) == ["So it went on.", "Eva: Sell them he said.", "Eva: No and that was all."]
    assert of_cues("On the way he saw", "Bath: the old town", "and the river.") == [
        "On the way he saw Bath: the old town and the river."
    ]


def of_srt(*cues: str) -> list[str]:
    return said(
        read(
            ".srt",
            "".join(f"{at}\n00:00:{at:02} --> 00:00:{at + 1:02}\n{cue}\n\n" for at, cue in enumerate(cues)).encode(),
        )
    )


def test_captions_that_roll_say_each_line_once_and_others_what_they_repeat() -> None:
    rolling = ["today we look", "today we look\nat the mill", "at the mill", "at the mill\nand its fees."]
    assert of_srt(*rolling) == ["today we look at the mill and its fees."]
    assert of_srt("Sing: No.", "Sing: No.", "So she sang.", "And went.") == [
        "Sing: No.",
        "Sing: No.",
        "So she sang.",
        "And went.",
    ]


def test_each_who_speaks_begins_a_sentence_and_a_break_divides_words() -> None:
    assert of_srt(">> I think", ">> Never.", "Call<br>us\\Nnow.") == [">> I think", ">> Never.", "Call us now."]


def test_html_lines_of_a_paragraph_are_judged_as_plain_text_is() -> None:
    wrapped = "This line was broken only because the program that wrote this page<br>breaks every line. So it goes on."
    assert said(read(".html", f"<p>{wrapped}</p>".encode()))[-1] == "So it goes on."
    assert said(read(".html", b"<p>12 Elm Street<br>Bath</p>")) == ["12 Elm Street", "Bath"]


def test_what_stands_around_the_content_of_a_page_is_left_out() -> None:
    frame = (
        "<header>Mill News</header><nav><ul><li><a href=/>Shop</a></ul></nav><div role=navigation>Jobs</div>{}"
        "<footer>All rights reserved</footer><dialog>Sign up!</dialog><div role=dialog id=cookie-box>We use them.</div>"
    )
    article = "<article><header><h1>The mill</h1></header><p>It is old.</p><footer>By Ann.</footer></article>"
    seen = "Mill News\n\nThe mill\n\nIt is old.\n\nBy Ann."
    assert read(".html", frame.format(f"<main>{article}</main>").encode()).text == seen
    assert read(".html", frame.format(article).encode()).text == seen
    handmade = "<h1>The mill</h1>It is<nav>Jobs</nav>old.<footer>Call 555-1234.</footer><div role=dialog>Hi.</div>"
    assert said(read(".html", handmade.encode())) == ["The mill", "It is", "old.", "Call 555-1234.", "Hi."]
    left_open = "<nav><ul><li>Shop</ul><h1>The mill</h1><p>It is old.</p>"
    assert said(read(".html", left_open.encode())) == ["Shop", "The mill", "It is old."]


def test_a_table_that_lays_out_a_page_is_not_one_sentence() -> None:
    page = b"<table><tr><td>Menu</td><td><p>It rains.</p><p>We stay.</p></td></tr></table>"
    assert said(read(".html", page)) == ["Menu", "It rains.", "We stay."]


def test_a_remedy_of_two_sentences_stays_beside_its_code_and_a_story_does_not() -> None:
    remedy, story = "Pull the lever. Wait until it is green.", "It rains on the mill. We stay at home all day. " * 5
    rows = [["K-7", remedy], [remedy, "We go. We stay."], ["K-8", story.strip()]]
    page = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    assert said(read(".html", f"<table>{page}</table>".encode()))[:6] == [
        f"K-7\t{remedy}",
        *("Pull the lever.", "Wait until it is green.", "We go.", "We stay."),
        "K-8",
    ]


def test_a_row_stays_one_though_a_cell_has_two_lines() -> None:
    rows = [["Eva Roth<br>Harbour master", "$120,000"], ["<p>Dr. Tom Hill</p><p>Mayor</p>", "$90,000"]]
    beside = ["Mill<br>$20", "Barn<br>$30"]
    page = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [*rows, beside])
    assert said(read(".html", f"<table>{page}</table>".encode())) == [
        "Eva Roth\nHarbour master\t$120,000",
        "Dr. Tom Hill\nMayor\t$90,000",
        *("Mill", "$20", "Barn", "$30"),
    ]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024", "2024"),
        ("2024-05", "2024-05"),
        ("2024-05-06", "2024-05-06"),
        ("2024-05-06 09:30", "2024-05-06T09:30"),
        ("2024-05-06T09:30:00.000000000", "2024-05-06T09:30:00"),
        ("2024-05-06T09:30:00.5Z", "2024-05-06T09:30:00Z"),
        ("Mon, 06 May 2024 09:30:00 +0200", "2024-05-06T09:30:00+02:00"),
        ("May 6, 2024", "2024-05-06"),
        ("6 May 2024", "2024-05-06"),
        ("2024-02-31", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_date_is_as_precise_as_it_is_written(text: str | None, date: str | None) -> None:
    assert iso_date(text) == date


def test_an_attached_message_without_text_and_a_wrong_charset_are_read() -> None:
    message = EmailMessage()
    message["Subject"] = "Empty"
    message.set_content("Grüße.")
    raw = message.as_bytes().replace(b'charset="utf-8"', b'charset="no-such-thing"')
    assert read(".eml", raw).text == "Subject: Empty\n\nGrüße."


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_headers_of_a_mail_that_hold_raw_letters_are_read(encoding: str) -> None:
    raw = (
        "From: Jörg Größer <j@example.org>\nSubject: Grüße – an alle\nContent-Type: multipart/mixed; boundary=b\n\n"
        '--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="Plan Süd.pdf"\n\n-\n--b--\n'
    )
    content = checked(read(".eml", raw.encode(encoding)))
    assert (content.title, content.author) == ("Grüße – an alle", "Jörg Größer")
    assert said(content)[0] == "From: Jörg Größer <j@example.org>"
    assert said(content)[-1] == "Attachment: Plan Süd.pdf"


@pytest.mark.parametrize(
    ("header", "author"),
    [
        ("From: Ann Lee (Harbour Office) <ann@example.org>", "Ann Lee"),
        ("From: Ann Lee [mailto:ann@example.org]", "Ann Lee"),
        ("From: <", None),
        ("From: a@[", None),
        ("To: a@example.org; b@example.org; c@example.org", None),
        ("Date: Mon, 6 May 2024 09:30:00 GMT", None),
    ],
)
def test_a_header_of_a_mail_stays_as_it_was_written(header: str, author: str | None) -> None:
    content = read(".eml", f"{header}\nSubject: Fees\n\nIt rains.\n".encode())
    assert (said(content), content.author) == ([header, "Subject: Fees", "It rains."], author)


def test_the_encoded_words_of_a_header_are_decoded_though_one_letter_is_in_two() -> None:
    raw = b"Subject: =?utf-8?Q?Gr=C3?=\n =?utf-8?Q?=BC=C3=9Fe?= to =?utf-8?B?QW5u?= \xe2\x80\x93 5\n\nIt rains.\n"
    assert said(read(".eml", raw)) == ["Subject: Grüße to Ann – 5", "It rains."]


def test_what_is_attached_to_another_form_of_a_mail_and_a_mail_in_base64_are_read() -> None:
    page = "--c\nContent-Type: text/html\n\n<p>It rains.</p>\n"
    plan = '--c\nContent-Type: application/pdf; name="plan.pdf"\n\n-\n'
    forms = f"--b\n\nIt rains.\n--b\nContent-Type: multipart/mixed; boundary=c\n\n{page}{plan}{page}--c--\n--b--\n"
    head = "Subject: Fees\nContent-Type: multipart/{}; boundary=b\n\n"
    content = read(".eml", (head.format("alternative") + forms).encode())
    assert said(content) == ["Subject: Fees", "It rains.", "Attachment: plan.pdf"]
    letter = base64.b64encode(b"Subject: Old\n\nIt snows.\n").decode()
    attached = f"--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{letter}\n--b--\n"
    assert said(read(".eml", (head.format("mixed") + attached).encode())) == [
        "Subject: Fees",
        "Subject: Old",
        "It snows.",
    ]
    assert said(read(".eml", (head.format("alternative") + "--b--\n").encode())) == ["Subject: Fees"]


def test_a_mail_whose_headers_cannot_be_decoded_is_read() -> None:
    raw = (
        b"From: =?us-ascii?Q?J=F6rg?= <j@example.org>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nIt rains.\n"
        b"--b\nContent-Type: application/pdf; name*=utf-8''S%FCd.pdf\n\n-\n--b--\n"
    )
    content = checked(read(".eml", raw))
    assert content.author == "J\ufffdrg"
    assert "It rains." in said(content)


def test_the_html_of_a_mail_is_read_where_its_text_is_a_stub() -> None:
    def shown(plain: str, html: str) -> str:
        message = EmailMessage()
        message["Subject"] = "News"
        message.set_content(plain)
        message.add_alternative(html, subtype="html")
        return read(".eml", message.as_bytes()).text.removeprefix("Subject: News\n\n")

    story = "The ferry to Lindsund sails at nine. A ticket costs 12 euro."
    assert shown("Your program cannot show HTML.", f"<p>{story}</p>") == story
    assert shown("Read on.", f"<p>{story} Read on.</p>") == f"{story} Read on."
    assert shown(story, f"<p>{story}</p><p>Sent from a phone.</p>") == story
    assert shown(story, "<img src=x><p>Look online.</p>") == story


def test_the_builder_sets_blocks_apart_and_counts_empty_pages() -> None:
    builder = Builder()
    builder.page()
    builder.page()
    builder.text("One line\nAnother line")
    builder.apart()
    builder.line("A: 1. B: 2.", whole=True)
    content = builder.content()
    assert content.text == "One line\nAnother line\n\nA: 1. B: 2."
    assert said(content) == ["One line", "Another line", "A: 1. B: 2."]
    assert page_of(content, 0) == 2


# ---- what is refused ----------------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GOOD = {
    ".docx": FILES / "docx/pandoc.docx",
    ".odt": FILES / "odt/odfpy.odt",
    ".ods": FILES / "ods/odfpy.ods",
    ".odp": FILES / "odp/odfpy.odp",
    ".pptx": FILES / "pptx/pandoc.pptx",
    ".xlsx": FILES / "xlsx/pandas.xlsx",
    ".epub": FILES / "epub/ebooklib.epub",
}
MAIN = {
    ".docx": "word/document.xml",
    ".odt": "content.xml",
    ".ods": "content.xml",
    ".odp": "content.xml",
    ".pptx": "ppt/presentation.xml",
    ".xlsx": "xl/worksheets/sheet1.xml",
    ".epub": "META-INF/container.xml",
}


def refused(suffix: str, data: bytes) -> str:
    with pytest.raises(SourceError) as error:
        read(suffix, data)
    return str(error.value)


@pytest.mark.parametrize("suffix", GOOD)
def test_a_package_that_is_something_else_says_what_it_is(suffix: str) -> None:
    assert "it is a PDF and not" in refused(suffix, b"%PDF-1.7 and more")
    assert "plain text" in refused(suffix, b"Just a few words that somebody wrote.")
    assert "remove its password" in refused(suffix, OLE + "EncryptedPackage".encode("utf-16-le"))
    assert f"save it as {suffix}" in refused(suffix, OLE + b"\0" * 600)
    assert "HTML" in refused(suffix, b"<!DOCTYPE html><html><body>Exported</body></html>")
    assert "damaged" in refused(suffix, b"\0\1\2\3" * 99)
    assert "damaged" in refused(suffix, GOOD[suffix].read_bytes()[:-200])
    assert "suffix .xlsx" in refused(suffix, GOOD[".xlsx"].read_bytes()) if suffix != ".xlsx" else True
    assert refused(suffix, zipped({"readme.txt": "Some files."}))


@pytest.mark.parametrize("suffix", GOOD)
def test_a_document_type_is_refused(suffix: str) -> None:
    main = zipfile.ZipFile(GOOD[suffix]).read(MAIN[suffix]).decode()
    at = main.index("?>") + 2 if main.startswith("<?xml") else 0
    for data in (main[:at] + BOMB + main[at:], main[:at] + "<!--" + "x" * 5_000 + "-->" + BOMB + main[at:]):
        assert "DTD" in refused(suffix, zipped({MAIN[suffix]: data}, into=GOOD[suffix]))
    utf16 = (main[:at].replace("UTF-8", "UTF-16").replace("utf-8", "utf-16") + BOMB + main[at:]).encode("utf-16")
    assert "DTD" in refused(suffix, zipped({MAIN[suffix]: utf16}, into=GOOD[suffix]))


def test_a_chapter_with_entities_is_refused() -> None:
    path = GOOD[".epub"]
    name = next(name for name in zipfile.ZipFile(path).namelist() if "part" in name)
    assert "entities" in refused(
        ".epub", zipped({name: f"<?xml version='1.0'?>{BOMB}<html><p>&b;</p></html>"}, into=path)
    )


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    """By what is said of them, zip files that each hold too much of something."""
    return {
        "unpack to": zipped({"filling.bin": b"\0" * 201_000_000}),
        "zip bomb": zipped({"filling.bin": b"\0" * 30_000_000}),
        "parts": zipped({f"x/{number}": "" for number in range(20_001)}),
        "unsafe": zipped({"../../evil": "x"}),
    }


@pytest.mark.parametrize("suffix", GOOD)
def test_a_zip_bomb_is_refused_before_it_is_unpacked(suffix: str, bombs: dict[str, bytes]) -> None:
    for said, bomb in bombs.items():
        assert said in refused(suffix, zipped({}, into=GOOD[suffix], after=bomb))


def book(about: str = "", **chapters: str) -> bytes:
    """A book with these chapters and one that is missing."""
    items = "".join(
        f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in [*chapters, "lost"]
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in [*chapters, "lost"])
    parts = {
        "META-INF/container.xml": '<container><rootfile full-path="b.opf"/></container>',
        "b.opf": f"<package><metadata>{about}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    return zipped(parts | {f"{name}.xhtml": f"<html><body>{text}</body></html>" for name, text in chapters.items()})


def test_a_book_is_read_without_the_chapter_that_is_missing_and_no_date_is_none() -> None:
    marks = '<span epub:type="pagebreak">12</span>pe.<i role="doc-pagebreak">13</i><div class="pagebreak">End.</div>'
    content = read(".epub", book("<date>0101-01-01T00:00:00+00:00</date>", one=f"<p>Ro{marks}</p>"))
    assert (content.text, content.date) == ("Rope.\n\nEnd.", None)
    assert "lost.xhtml is missing" in refused(".epub", book())


def test_what_the_style_of_an_open_document_hides_is_left_out() -> None:
    hides = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    body = (
        '<text:p text:style-name="H">Hidden.</text:p><text:section text:display="none"><text:p>Gone.</text:p>'
        '</text:section><text:p>Shown<text:span text:style-name="H"> not</text:span>.</text:p>'
    )
    assert read(".odt", open_text(body, hides)).text == "Shown."


def test_a_table_in_a_cell_of_an_open_document_keeps_its_rows() -> None:
    def table(*cells: str) -> str:
        row = "".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in cells)
        return f"<table:table><table:table-row>{row}</table:table-row></table:table>"

    pool, fee, name = (f"<text:p>{text}</text:p>" for text in ("Pool", "$9", "B"))
    assert said(read(".odt", open_text(table(name, table(pool, fee))))) == ["B", "Pool\t$9"]
    assert said(read(".odt", open_text(table(name, table(pool))))) == ["B\tPool"]


def test_a_row_of_a_sheet_is_hidden_only_if_it_says_so() -> None:
    rows = "".join(
        f"<table:table-row{seen and f' table:visibility={seen!r}'}><table:table-cell><text:p>{seen or 'plain'}</text:p>"
        "</table:table-cell></table:table-row>"
        for seen in ("", "visible", "collapse", "filter")
    )
    body = f"""<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="tb"><office:body>
        <office:spreadsheet><table:table>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""
    assert said(read(".ods", zipped({"content.xml": body}, into=FILES / "ods/odfpy.ods"))) == ["plain", "visible"]


def test_json_with_a_value_a_line_and_with_half_an_emoji_is_read() -> None:
    assert said(read(".json", b'{"a": 1}\n\n{"a": 2}\n')) == ["a: 1", "a: 2"]
    assert "Extra data" in refused(".json", b'{"a": 1} and more')
    halves = checked(read(".json", rb'[{"a\ud83d": "cut \ud83d"}, {"a": ["whole \ud83d\ude00"]}]'))
    assert said(halves) == ["a\ufffd: cut \ufffd", "a: whole \U0001f600"]


def test_a_locked_book_or_document_says_so() -> None:
    locked = '<e xmlns="x"><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/></e>'
    assert "DRM" in refused(".epub", zipped({"META-INF/encryption.xml": locked}, into=GOOD[".epub"]))
    manifest = '<manifest xmlns="m"><file-entry full-path="content.xml"><encryption-data/></file-entry></manifest>'
    assert "password" in refused(".odt", zipped({"META-INF/manifest.xml": manifest}, into=GOOD[".odt"]))


BAD = {
    "deep.json": (b"[" * 100_000, "nested|valid JSON"),
    "broken.json": (b'{"a": 1,}', "valid JSON"),
    "broken.jsonl": (b'{"a": 1}\n{"b"\n', "line 2"),
    "words.eml": (b"These are only words.\n\nAnd more.", "no header"),
    "words.srt": (b"These are only words.", "no cue"),
    "words.vtt": (b"1\n00:00:01,000 --> 00:00:02,000\nHi.", "WEBVTT"),
    "words.rtf": (b"These are only words.", "plain text"),
    "half.rtf": (b"{\\rtf1 The first half", "ends in the middle"),
    "deep.rtf": (b"{\\rtf1 " + b"{" * 5_000, "nested"),
    "pages.csv": (b"%PDF-1.7 \x00\x01", "PDF"),
    "nothing.json": (b"null", "holds no text"),
    "letter.doc": (OLE, "save it as .docx"),
    "song.mp3": (b"ID3", "transcri"),
    "photo.HEIC": (b"\0\0\0\x18ftypheic", "recognised"),
    "all.zip": (b"PK", "unpack it"),
}


def test_a_bad_file_says_why_and_what_to_do(tmp_path: Path, index: Index) -> None:
    for name, (data, _) in BAD.items():
        (tmp_path / name).write_bytes(data)
    reasons = {Path(failure.source).name: failure.reason for failure in index.add(tmp_path).failed}
    for name, (_, reason) in BAD.items():
        assert any(part in reasons[name] for part in reason.split("|")), (name, reasons[name])


def test_no_suffix_is_both_read_and_refused() -> None:
    assert not (FORMATS.keys() | IMAGES) & REFUSED.keys()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_damage_is_refused_or_read_but_never_crashes(name: str) -> None:
    data = (FILES / name).read_bytes()
    draw = random.Random(name)
    hurt: list[Callable[[], bytes]] = [
        lambda: data[: draw.randrange(len(data))],
        lambda: bytes(byte if draw.random() > 0.002 else draw.randrange(256) for byte in data),
        lambda: data[draw.randrange(len(data)) :],
    ]
    for damaged in (change() for change in hurt for _ in range(3)):
        try:
            content = read(Path(name).suffix, damaged)
        except SourceError:
            continue
        content.sentences()


def test_data_with_a_name_is_read_by_its_suffix_and_a_text_by_none(index: Index) -> None:
    index.add([Source("a.csv", b"Name,Town\nBob,Bath\n"), Source("a note", "The text of a note.")])
    texts = {document.text for document in index.documents()}
    assert texts == {"Name; Town\nName: Bob; Town: Bath", "The text of a note."}


def test_a_presentation_with_sections_is_read() -> None:
    path, name = FILES / "pptx/python-pptx.pptx", "ppt/presentation.xml"
    listed = (
        '<s:sectionLst xmlns:s="s"><s:section><s:sldIdLst><s:sldId id="256"/></s:sldIdLst></s:section></s:sectionLst>'
    )
    presentation = zipfile.ZipFile(path).read(name).decode().replace("</p:presentation>", f"{listed}</p:presentation>")
    content, plain = read(".pptx", zipped({name: presentation}, into=path)), content_of("pptx/python-pptx.pptx")
    assert (content.text, content.page_starts) == (plain.text, plain.page_starts)


def test_the_items_of_a_list_on_a_slide_have_their_numbers() -> None:
    def item(text: str, level: int = 0, marks: str = "") -> str:
        return f'<a:p><a:pPr lvl="{level}">{marks}</a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'

    letter, roman = '<a:buFont/><a:buAutoNum type="alphaLcParenR"/>', '<a:buAutoNum type="romanUcPeriod" startAt="5"/>'
    items = [
        (item("How to:", marks="<a:buNone/>"), "How to:"),
        (item("Open it."), "1. Open it."),
        (item("Turn", 1, letter), "a) Turn"),
        (item("Pull", 1, letter), "b) Pull"),
        ("<a:p/>", None),
        (item("Close it."), "2. Close it."),
        (item("Push", 1, letter), "a) Push"),
        (item("In winter:", marks='<a:buChar char="-"/>'), "In winter:"),
        (item("Heat it."), "1. Heat it."),
        (item("Five", marks=roman), "V. Five"),
        (item("Six", marks=roman), "VI. Six"),
        (item("Beyond us", marks='<a:buAutoNum type="thaiNumPeriod"/>'), "Beyond us"),
    ]
    style = '<a:lstStyle><a:lvl1pPr><a:buAutoNum type="arabicPeriod"/></a:lvl1pPr></a:lstStyle>'
    box = f"<p:sp><p:txBody>{style}{''.join(one for one, _ in items)}</p:txBody></p:sp>"
    assert said(read(".pptx", slide(box)))[:11] == [text for _, text in items if text]


def test_a_newer_slide_says_by_how_many_percent_a_run_is_raised() -> None:
    runs = "<a:r><a:t>10</a:t></a:r><a:r><a:rPr baseline='30%'/><a:t>6</a:t></a:r><a:r><a:rPr baseline='-25%'/></a:r>"
    assert said(read(".pptx", pptx(f"<a:p>{runs}</a:p>"))) == ["10^6"]


FORMULAS = {  # as a web page and an Office file write them
    "1/2": (
        "<mfrac><mn>1</mn> <!-- below --> <mn>2</mn></mfrac>",
        "<m:f><m:num>1</m:num><m:den>2</m:den></m:f>",
    ),
    "2 1/2": (
        "<mn>2</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>",
        "2<m:f><m:num>1</m:num><m:den>2</m:den></m:f>",
    ),
    "(a+b)/(c-1)": (
        "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mrow><mi>c</mi><mo>-</mo><mn>1</mn></mrow></mfrac>",
        "<m:f><m:num>a+b</m:num><m:den>c-1</m:den></m:f>",
    ),
    "10^-6": (
        "<msup><mn>10</mn><mrow><mo>-</mo><mn>6</mn></mrow></msup>",
        "<m:sSup><m:e>10</m:e><m:sup>-6</m:sup></m:sSup>",
    ),
    "√2": ("<msqrt><mn>2</mn></msqrt>", "<m:rad><m:radPr/><m:deg/><m:e>2</m:e></m:rad>"),
    "∛(8+x)": (
        "<mroot><mrow><mn>8</mn><mo>+</mo><mi>x</mi></mrow><mn>3</mn></mroot>",
        "<m:rad><m:deg>3</m:deg><m:e>8+x</m:e></m:rad>",
    ),
    "∑_(i=1)^n i": (
        "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi>",
        '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>i=1</m:sub><m:sup>n</m:sup><m:e>i</m:e></m:nary>',
    ),
    "2(a+b)^2": (
        "<mn>2</mn><msup><mfenced><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></mfenced><mn>2</mn></msup>",
        "2<m:sSup><m:e><m:d><m:e>a+b</m:e></m:d></m:e><m:sup>2</m:sup></m:sSup>",
    ),
    "[1 2; 3 4]": (
        "<mo>[</mo><mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr><mtr><mtd>3</mtd><mtd>4</mtd></mtr></mtable><mo>]</mo>",
        '<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e><m:m><m:mr><m:e>1</m:e><m:e>2</m:e></m:mr>'
        "<m:mr><m:e>3</m:e><m:e>4</m:e></m:mr></m:m></m:e></m:d>",
    ),
    "lim_(n=0) x": (
        "<munder><mi>lim</mi><mrow><mi>n</mi><mo>=</mo><mn>0</mn></mrow></munder><mo>\u2061</mo><mi>x</mi>",
        "<m:func><m:fName><m:limLow><m:e>lim</m:e><m:lim>n=0</m:lim></m:limLow></m:fName><m:e>x</m:e></m:func>",
    ),
}


@pytest.mark.parametrize("line", FORMULAS)
def test_a_formula_on_a_line_is_the_same_formula(line: str) -> None:
    page, office = FORMULAS[line]
    office = re.sub(r"(?<=>)[^<>]+|^[^<]+", lambda text: f"<m:r><m:t>{text[0]}</m:t></m:r>", office)
    mathml = f"<math><semantics><mrow>{page}</mrow><annotation>\\frac</annotation></semantics></math>"
    assert said(read(".html", f"<p>It is {mathml} here.".encode())) == [f"It is {line} here."]
    formula = f"<w:r><w:t>It is </w:t></w:r><m:oMath>{office}</m:oMath><w:r><w:t> here.</w:t></w:r>"
    assert said(read(".docx", word(f"<w:p>{formula}</w:p>"))) == [f"It is {line} here."]
    shape = f'<p:sp><p:txBody><a:p><m:oMath xmlns:m="m">{office}</m:oMath></a:p></p:txBody></p:sp>'
    assert said(read(".pptx", slide(shape)))[0] == line


def test_rich_text_of_word_is_in_no_table_and_keeps_its_notes() -> None:
    marks = "\\pard\\plain \\ltrpar\\itap0 "
    note = "{\\super\\chftn{\\footnote\\pard\\plain \\itap0 {\\super\\chftn} But on Sundays.}}"
    body = f"{marks}{{Opening hours\\par}}{marks}{{It opens at seven{note}.\\par}}{marks}{{Ships pay.\\par}}"
    assert said(read(".rtf", f"{{\\rtf1 {body}}}".encode())) == [
        *("Opening hours", "It opens at seven.", "But on Sundays.", "Ships pay.")
    ]
    row = f"\\trowd\\pard\\intbl\\itap1 Fee\\cell 20 euros{note}\\cell\\row"
    assert said(read(".rtf", f"{{\\rtf1 {row}}}".encode())) == ["Fee\t20 euros", "But on Sundays."]


def test_a_font_of_rich_text_has_an_alphabet_of_its_own() -> None:
    fonts = "{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset204 B;}}"
    assert read(".rtf", f"{{\\rtf1\\ansi\\ansicpg1251{fonts}\\f0 caf\\'e9 \\f1 \\'e9}}".encode()).text == "café й"


def test_a_quoted_comma_after_a_space_divides_nothing() -> None:
    table = 'Name, City, Age\n"Smith, John", "Paris, France", 5\n"Doe, Jane", "Rome, Italy", 6\n'
    assert read(".csv", table.encode()).text.split("\n")[1] == "Name: Smith, John; City: Paris, France; Age: 5"


def test_the_items_of_an_ordered_list_have_their_numbers() -> None:
    items = "<li>Call us.</li><li><p>Pay the <b>fee</b>.</p><p>At once.</p></li><li>Else go to step 1.</li>"
    assert said(read(".html", f"<p>How to:</p><ol>{items}</ol>".encode())) == [
        *("How to:", "1. Call us.", "2. Pay the fee.", "At once.", "3. Else go to step 1.")
    ]
    page = "<ol start=3 type=a><li>x</li><li value=7>y</li></ol><ol><li>one<ol><li>deep</li></ol></li><li>two</li></ol>"
    assert said(read(".html", page.encode())) == ["c. x", "g. y", "1. one", "1. deep", "2. two"]


def test_a_list_is_numbered_as_its_style_says() -> None:
    sheet = "<style>@media print{ol.a{list-style-type:upper-roman}} .k{list-style:none} .k>li:before{content:counter(x,"
    sheet += "lower-latin) '. '} .d{list-style: inside decimal} li.e, .g{list-style:square}</style>"
    lists = [
        ("style='List-Style-Type: lower-alpha'", "a. "),
        ("style='list-style: upper-roman inside'", "I. "),
        ("style='list-style-position: inside' type=A", "A. "),
        ("style='list-style: none'", ""),
        ("style='list-style-type: georgian'", ""),
        ("class=a", "I. "),
        ("class='b k'", "a. "),
        ("class=d", "1. "),
        ("class=g", ""),
    ]
    for marks, label in lists:
        page = f"{sheet}<ol {marks}><li>A word.</li></ol>"
        assert read(".html", page.encode()).text == f"{label}A word.", marks


def test_a_page_that_a_dialog_lies_over_is_read_and_ruby_is_not() -> None:
    page = (
        "<div aria-hidden=true><main><p>The <ruby>漢<rt>kan</rt></ruby> gate.</p><i aria-hidden=true>x</i></main></div>"
    )
    picture = "<svg><title>Menu</title></svg>"
    content = read(
        ".html", f"<meta charset=utf-8><body>{picture}{page}<div role=dialog id=cookies>We use them.".encode()
    )
    assert (content.text, content.title) == ("The 漢 gate.", None)


@pytest.mark.parametrize(
    "page",
    [
        "<section role=doc-endnotes><ol><li>A word.</li></ol></section>",
        "<ol class=breadcrumb><li>A word.</li></ol>",
        "<ol style='list-style: none'><li>A word.</li></ol>",
        "<ol reversed><li>A word.</li></ol>",
        "<ol><li><div>A word.</div></li></ol>",
        "<ul><li>A word.</li></ul>",
    ],
)
def test_what_no_reader_counts_by_has_no_number(page: str) -> None:
    assert said(read(".html", page.encode())) == ["A word."]


def test_old_elements_and_buttons_glue_no_words() -> None:
    page = b"<p>The fee<center>Our Offer</center>Call us</p><button>Yes</button><button>No</button>"
    assert read(".html", page).text.split() == ["The", "fee", "Our", "Offer", "Call", "us", "Yes", "No"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("La quota è di 25 euro. La città non è responsabile perché la società è privata.", "cp1252"),
        ("Le prix est élevé à Genève.", "cp1252"),
        ("He said “yes” and left. It’s late – very late…", "cp1252"),
        ("Section § 5 applies. ½ cup of milk.", "cp1252"),
        ("Привет, как дела? Это обычный русский текст о погоде.", "cp1251"),
        ("Zażółć gęślą jaźń i pójdź do domu.", "cp1250"),
        ("Η γρήγορη αλεπού πηδά πάνω από τον σκύλο.", "cp1253"),
        ("Das ist schön und größer als früher, sagte Müller über die Straße.", "cp437"),
    ],
)
def test_a_few_accents_make_no_other_alphabet(text: str, encoding: str) -> None:
    assert read(".txt", text.encode(encoding)).text == text
