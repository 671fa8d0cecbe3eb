"""Make the files beside this script, each by a program that people really use, and write down what they say.

    python tests/files/make.py     # needs pandoc, LibreOffice, node with `npm install docx`, and with pip:
                                   # python-docx python-pptx openpyxl xlsxwriter ebooklib odfpy pandas

None of these is needed to run the tests. A file is named after its writer. ``expected.json`` holds the sentences of each
file with the page on which it stands, ``properties.json`` the title, author and date that it carries.
"""

from __future__ import annotations

import csv
import datetime
import json
import shutil
import subprocess
import tempfile
import textwrap
from email.message import EmailMessage
from pathlib import Path

HERE = Path(__file__).parent
DAY = datetime.datetime(2024, 5, 6, 9, 30)
EXPECTED: dict[str, list[dict[str, object]]] = {}
PROPERTIES: dict[str, dict[str, str | None]] = {}

TITLE, AUTHOR = "Harbour Report", "Ida Brandt"
HEADING = "The ferry quay"
PARAGRAPH = [
    "The ferry quay at Lindsund was rebuilt between March and October.",
    "Dr. Åse Holm, the harbour engineer, put the cost at 4.2 million kroner.",
    "“We finished two weeks early,” she said.",
]
ITEMS = ["Two new ramps carry lorries of up to 40 tonnes.", "The waiting room is open from 5 a.m. to midnight."]
NOTE = "The figure leaves out the price of the land."
SECOND = ["Passenger numbers rose by 12 % in the first summer.", "The café on the quay sold 9,000 buns."]
STORY = [*PARAGRAPH, *SECOND, NOTE]  # too long for a row
ROWS = [["Ferry", "Passengers", "Berth"], ["Alma", "12,400", "North"], ["Brage", "8,150", "South"]]
ROW_LINES = ["\t".join(row) for row in ROWS]
LETTER = [
    "Sehr geehrte Frau Böhm, die Straße nach Köln ist wieder frei.",
    "Über die Brücke fährt ab Montag der Bus Nr. 7.",
    "Grüße aus Düren sendet Jörg.",
]


def expect(
    name: str, *pages: list[str], title: str | None = None, author: str | None = None, date: str | None = None
) -> Path:
    """Write down what a file says, page by page, and return where it goes."""
    EXPECTED[name] = [{"sentence": sentence, "page": at} for at, page in enumerate(pages, 1) for sentence in page]
    PROPERTIES[name] = {"title": title, "author": author, "date": date}
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    return path


def run(*command: str | Path, text: str | None = None) -> None:
    subprocess.run([str(part) for part in command], check=True, input=text, text=True, stdout=subprocess.DEVNULL)


def office(source: Path, target: Path, kind: str | None = None) -> None:
    """Let LibreOffice open one file and save it as another."""
    with tempfile.TemporaryDirectory() as folder:
        run("soffice", "--headless", "--convert-to", kind or target.suffix[1:], "--outdir", folder, source)
        shutil.move(Path(folder, source.stem + target.suffix), target)


REPORT = [HEADING, *PARAGRAPH, *ITEMS, *ROW_LINES, *SECOND]
MARKDOWN = f"""---
title: {TITLE}
author: {AUTHOR}
date: 2024-05-06
---

# {HEADING}

{" ".join(PARAGRAPH)}[^1]

[^1]: {NOTE}

- {ITEMS[0]}
- {ITEMS[1]}

| {" | ".join(ROWS[0])} |
|---|---|---|
| {" | ".join(ROWS[1])} |
| {" | ".join(ROWS[2])} |

{" ".join(SECOND)}
"""


def texts() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        expect(f"txt/{encoding}.txt", LETTER).write_bytes("\r\n".join(LETTER).encode(encoding))
    wrapped = textwrap.fill(" ".join(PARAGRAPH + SECOND), 70)
    starts = [" ".join(PARAGRAPH + SECOND).index(sentence) for sentence in PARAGRAPH]
    lines = [wrapped[start : start + len(line)] for start, line in zip(starts, PARAGRAPH, strict=True)]
    expect("txt/wrapped.txt", lines).write_text(wrapped)
    expect(
        "md/front-matter.md", [HEADING, *PARAGRAPH[:2], *ITEMS, *SECOND], title=TITLE, author=AUTHOR, date="2024-05-06"
    ).write_text(MARKDOWN)
    plain = f"{HEADING}\n==============\n\n# {TITLE}\n\n{' '.join(SECOND)}\n"
    expect("md/utf-16.md", SECOND, title=TITLE).write_bytes(plain.encode("utf-16"))


def pages() -> None:
    meta = f'<meta name="author" content="{AUTHOR}"><meta property="article:published_time" content="2024-05-06T09:30:00Z">'
    rows = "".join("<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in row) + "</tr>" for row in ROWS)
    body = (
        f"<h1>{HEADING}</h1><p>{' '.join(PARAGRAPH)}</p><ul><li>{ITEMS[0]}<li>{ITEMS[1]}</ul>"
        f"<table>{rows}</table><p>{SECOND[0]}<br>{SECOND[1]}</p>"
    )
    path = expect("html/article.html", REPORT, title=TITLE, author=AUTHOR, date="2024-05-06T09:30:00Z")
    path.write_text(
        f"<!doctype html><html><head><meta charset=utf-8><title>{TITLE}</title>{meta}</head><body>{body}</body></html>"
    )
    letter = "".join(f"<div>{line}</div>" for line in LETTER)
    path = expect("html/cp1252.htm", LETTER, title="Brief", date="2023-11-02")
    path.write_bytes(
        f'<html><head><meta charset="windows-1252"><title>Brief</title><meta name="dc.date" content="2023-11-02">'
        f"</head><body>{letter}</body></html>".encode("cp1252")
    )
    path = expect("html/self-closing.xhtml", [HEADING, *SECOND])
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/>'
        f'</head><body><h1><a id="top"/>{HEADING}</h1><p/><p>{" ".join(SECOND)}</p></body></html>'
    )
    path = expect("html/pandoc.html", REPORT, title=TITLE, author=AUTHOR, date="2024-05-06")
    run("pandoc", "-s", "-f", "markdown-smart", "-o", path, "--metadata", "lang=en", text=MARKDOWN)


def word() -> None:
    import docx

    document = docx.Document()
    document.core_properties.title, document.core_properties.author = TITLE, AUTHOR
    document.core_properties.modified = DAY
    document.add_heading(HEADING)
    document.add_paragraph(" ".join(PARAGRAPH))
    for item in ITEMS:
        document.add_paragraph(item, style="List Bullet")
    table = document.add_table(0, 3)
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph(SECOND[0]).add_run().add_break()
    document.paragraphs[-1].add_run(SECOND[1])
    document.sections[0].header.paragraphs[0].text = "Page header, not part of the text"
    path = expect("docx/python-docx.docx", REPORT, title=TITLE, author=AUTHOR, date="2024-05-06T09:30:00Z")
    document.save(str(path))

    path = expect("docx/pandoc.docx", [*REPORT, NOTE], title=TITLE, author=AUTHOR)
    run("pandoc", "-f", "markdown-smart", "-o", path, text=MARKDOWN)
    path = expect("odt/pandoc.odt", [*REPORT, NOTE], title=TITLE, author=AUTHOR)
    run("pandoc", "-f", "markdown-smart", "-o", path, text=MARKDOWN)
    office(path, expect("docx/libreoffice.docx", [*REPORT, NOTE], title=TITLE, author=AUTHOR))
    office(path, expect("rtf/libreoffice.rtf", [*REPORT, NOTE], title=TITLE, author=AUTHOR))
    office(HERE / "docx/python-docx.docx", expect("odt/libreoffice.odt", REPORT, title=TITLE, author=AUTHOR))
    path = expect("rtf/pandoc.rtf", [TITLE, *REPORT, NOTE])
    run("pandoc", "-s", "-f", "markdown-smart", "-o", path, text=MARKDOWN)

    script = f"""
    const {{Document, Packer, Paragraph, FootnoteReferenceRun, TextRun, Table, TableRow, TableCell}} = require("docx");
    const paragraph = {json.dumps(" ".join(PARAGRAPH))}, rows = {json.dumps(ROWS)};
    const cell = text => new TableCell({{children: [new Paragraph(text)]}});
    const document = new Document({{
      title: {json.dumps(TITLE)}, creator: {json.dumps(AUTHOR)},
      footnotes: {{1: {{children: [new Paragraph({json.dumps(NOTE)})]}}}},
      sections: [{{children: [
        new Paragraph({{text: {json.dumps(HEADING)}, heading: "Heading1"}}),
        new Paragraph({{children: [new TextRun(paragraph), new FootnoteReferenceRun(1)]}}),
        ...{json.dumps(ITEMS)}.map(text => new Paragraph({{text, bullet: {{level: 0}}}})),
        new Table({{rows: rows.map(row => new TableRow({{children: row.map(cell)}}))}}),
        new Paragraph({json.dumps(" ".join(SECOND))}),
      ]}}],
    }});
    Packer.toBuffer(document).then(data => require("fs").writeFileSync(process.argv[1], data));
    """
    run("node", "-e", script, expect("docx/docx-js.docx", [*REPORT, NOTE], title=TITLE, author=AUTHOR))

    from odf import opendocument, teletype
    from odf import table as odf_table
    from odf import text as odf_text

    written = opendocument.OpenDocumentText()
    heading = odf_text.H(outlinelevel=1, text=HEADING)
    written.text.addElement(heading)
    for group in (PARAGRAPH, SECOND):
        paragraph = odf_text.P()
        teletype.addTextToElement(paragraph, " ".join(group))
        written.text.addElement(paragraph)
    listed = odf_text.List()
    for text in ITEMS:
        item = odf_text.ListItem()
        item.addElement(odf_text.P(text=text))
        listed.addElement(item)
    written.text.addElement(listed)
    made = odf_table.Table(name="Ferries")
    for row in ROWS:
        made_row = odf_table.TableRow()
        for text in row:
            made_cell = odf_table.TableCell()
            made_cell.addElement(odf_text.P(text=text))
            made_row.addElement(made_cell)
        made.addElement(made_row)
    written.text.addElement(made)
    written.save(str(expect("odt/odfpy.odt", REPORT, title=HEADING)))

    rich = (
        rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fswiss\fcharset204 Arial Cyr;}}"
        rb"{\info{\title Brief}{\author J\'f6rg}{\revtim\yr2024\mo5\dy6\hr9\min30}}{\header\pard Kopfzeile\par}"
        rb"\pard Sehr geehrte Frau B\'f6hm, die Stra\u223\'dfe nach K\'f6ln ist wieder frei. \'dcber die Br\'fccke f\'e4hrt ab "
        rb"Montag der Bus Nr.\~7.{\deleted  Gel\'f6scht.}\par{\f1 \'cc\'ee\'f1\'ea\'e2\'e0 \'e2\'e5\'eb\'e8\'ea\'e0.}\par}"
    )
    sentences = [LETTER[0], LETTER[1].replace(". 7", ".\N{NO-BREAK SPACE}7"), "Москва велика."]
    expect("rtf/word.rtf", sentences, title="Brief", author="Jörg", date="2024-05-06T09:30").write_bytes(rich)


def books() -> None:
    markdown = (
        MARKDOWN.replace("date: 2024-05-06", "date: 2024-05-06\nlang: en") + f"\n# Second chapter\n\n{LETTER[0]}\n"
    )
    chapters = [[TITLE], [HEADING, *PARAGRAPH[:2], *ITEMS, *ROW_LINES, *SECOND], ["Second chapter", LETTER[0]]]
    for version in ("epub2", "epub3"):
        path = expect(f"epub/pandoc-{version}.epub", *chapters, title=TITLE, author=AUTHOR, date="2024-05-06")
        run("pandoc", "-f", "markdown-smart", "-t", version, "-o", path, text=markdown)

    from ebooklib import epub

    book = epub.EpubBook()
    book.set_identifier("harbour")
    book.set_title(TITLE)
    book.add_author(AUTHOR)
    book.add_metadata("DC", "date", "2024")
    made = []
    for number, lines in enumerate((PARAGRAPH, LETTER), start=1):
        chapter = epub.EpubHtml(title=f"Chapter {number}", file_name=f"part {number}.xhtml")
        chapter.content = f"<h1>Chapter {number}</h1><p>{' '.join(lines)}</p>"
        book.add_item(chapter)
        made.append(chapter)
    book.spine = made
    book.add_item(epub.EpubNcx())
    path = expect(
        "epub/ebooklib.epub", ["Chapter 1", *PARAGRAPH], ["Chapter 2", *LETTER], title=TITLE, author=AUTHOR, date="2024"
    )
    epub.write_epub(str(path), book)


def slides() -> None:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.core_properties.author, deck.core_properties.modified = AUTHOR, DAY
    deck.core_properties.title = ""
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = HEADING
    first.placeholders[1].text = "\n".join(ITEMS)
    first.notes_slide.notes_text_frame.text = NOTE
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Numbers"
    grid = second.shapes.add_table(3, 3, Inches(1), Inches(2), Inches(6), Inches(2)).table
    for at, row in enumerate(ROWS):
        for column, text in enumerate(row):
            grid.cell(at, column).text = text
    group = second.shapes.add_group_shape()
    box = group.shapes.add_textbox(Inches(1), Inches(5), Inches(6), Inches(1))
    box.text_frame.text = " ".join(SECOND)
    said = [[HEADING, *ITEMS, NOTE], ["Numbers", *ROW_LINES, *SECOND]]
    path = expect("pptx/python-pptx.pptx", *said, title=HEADING, author=AUTHOR, date="2024-05-06T09:30:00Z")
    deck.save(str(path))
    office(path, expect("odp/libreoffice.odp", *said, author=AUTHOR))
    office(HERE / "odp/libreoffice.odp", expect("pptx/libreoffice.pptx", *said, title=HEADING, author=AUTHOR))
    markdown = f"---\ntitle: {TITLE}\nauthor: {AUTHOR}\n---\n\n# {HEADING}\n\n- {ITEMS[0]}\n- {ITEMS[1]}\n\n# Numbers\n\n{' '.join(SECOND)}\n"
    path = expect("pptx/pandoc.pptx", [TITLE], [HEADING, *ITEMS], ["Numbers", *SECOND], title=TITLE, author=AUTHOR)
    run("pandoc", "-f", "markdown-smart", "-o", path, text=markdown)

    from odf import draw, opendocument
    from odf import style as odf_style
    from odf import text as odf_text

    written = opendocument.OpenDocumentPresentation()
    layout = odf_style.PageLayout(name="L")
    written.automaticstyles.addElement(layout)
    master = odf_style.MasterPage(name="M", pagelayoutname=layout)
    written.masterstyles.addElement(master)
    for lines in (PARAGRAPH, LETTER):
        page = draw.Page(masterpagename=master)
        frame = draw.Frame(width="20cm", height="10cm")
        text_box = draw.TextBox()
        text_box.addElement(odf_text.P(text=" ".join(lines)))
        frame.addElement(text_box)
        page.addElement(frame)
        written.presentation.addElement(page)
    written.save(str(expect("odp/odfpy.odp", PARAGRAPH, LETTER)))


SALES = [
    ("Alma", 12400, 0.615, datetime.date(2019, 5, 1), "Runs all year."),
    ("Brage", 8150, 0.385, datetime.date(2021, 11, 20), None),
]
COLUMNS = ("Ferry", "Passengers", "Share", "Since", "Remark")
SHOWN = [
    "Ferry: Alma; Passengers: 12,400; Share: 61.5%; Since: 2019-05-01; Remark: Runs all year.",
    "Ferry: Brage; Passengers: 8,150; Share: 38.5%; Since: 2021-11-20",
]
RAW = [line.replace(",", "").replace("61.5%", "0.615").replace("38.5%", "0.385") for line in SHOWN]
STAFF = ["Name: Jörg; Town: Düren", "Name: Åse; Town: Lindsund"]


def sheets() -> None:
    import openpyxl
    import pandas
    import xlsxwriter

    book = openpyxl.Workbook()
    book.properties.title, book.properties.creator = TITLE, AUTHOR
    sheet = book.active
    sheet.title = "Ferries"
    sheet.append(["Passengers of both ferries"])
    sheet.append([])
    sheet.append(COLUMNS)
    for row in SALES:
        sheet.append(row)
        sheet.cell(sheet.max_row, 2).number_format = "#,##0"
        sheet.cell(sheet.max_row, 3).number_format = "0.0%"
    staff = book.create_sheet("Staff")
    for row in (("Name", "Town"), ("Jörg", "Düren"), ("Åse", "Lindsund")):
        staff.append(row)
    hidden = book.create_sheet("Secret")
    hidden.append(["Not shown", "at all"])
    hidden.sheet_state = "hidden"
    said = [["Ferries", "Passengers of both ferries", "; ".join(COLUMNS), *SHOWN], ["Staff", *STAFF]]
    path = expect("xlsx/openpyxl.xlsx", *said, title=TITLE, author=AUTHOR)
    book.save(path)
    office(path, expect("ods/libreoffice.ods", *said, title=TITLE, author=AUTHOR))
    office(HERE / "ods/libreoffice.ods", expect("xlsx/libreoffice.xlsx", *said, title=TITLE, author=AUTHOR))

    path = expect("xlsx/xlsxwriter.xlsx", ["; ".join(COLUMNS), *SHOWN, "Total: €20,550.00"], title=TITLE, author=AUTHOR)
    written = xlsxwriter.Workbook(str(path))
    written.set_properties({"title": TITLE, "author": AUTHOR, "created": DAY})
    ferries = written.add_worksheet()
    forms = [written.add_format({"num_format": form}) for form in ("@", "#,##0", "0.0%", "yyyy-mm-dd", "@")]
    ferries.write_row(0, 0, COLUMNS)
    for at, row in enumerate(SALES, start=1):
        for column, (value, form) in enumerate(zip(row, forms, strict=True)):
            if value is not None:
                ferries.write(at, column, value, form)
    ferries.write(4, 0, "Total: €20,550.00")
    written.close()

    frame = pandas.DataFrame(SALES, columns=COLUMNS)
    frame["Since"] = frame["Since"].astype(str)
    frame.to_excel(expect("xlsx/pandas.xlsx", RAW), index=False)
    frame.to_excel(expect("ods/pandas.ods", RAW), index=False, engine="odf")
    frame.to_csv(expect("csv/pandas.csv", RAW), index=False)
    german = [line.replace("Ferry", "Fähre").replace("0.", "0,") for line in RAW]
    frame = frame.rename(columns={"Ferry": "Fähre"})
    frame.to_csv(expect("csv/semicolon-cp1252.csv", german), index=False, sep=";", decimal=",", encoding="cp1252")
    office(
        HERE / "xlsx/xlsxwriter.xlsx",
        expect("csv/libreoffice.csv", ["; ".join(COLUMNS), SHOWN[0].replace("12,400", "12400")]),
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",
    )

    from odf import opendocument, table
    from odf import text as odf_text

    sheet_file = opendocument.OpenDocumentSpreadsheet()
    grid = table.Table(name="Staff")
    for cells in (("Name", "Town"), ("Jörg", "Düren"), ("Åse", "Lindsund")):
        grid_row = table.TableRow()
        for text in cells:
            cell = table.TableCell(valuetype="string")
            cell.addElement(odf_text.P(text=text))
            grid_row.addElement(cell)
        grid.addElement(grid_row)
    sheet_file.spreadsheet.addElement(grid)
    sheet_file.save(str(expect("ods/odfpy.ods", STAFF)))

    with expect("csv/quoted.csv", ["Name: Åse; Says: “Yes, of course”", "Name: Jörg; Says: No, thanks"]).open(
        "w", newline=""
    ) as file:
        csv.writer(file).writerows([("Name", "Says"), ("Åse", "“Yes, of course”"), ("Jörg", "No,\nthanks")])
    expect("csv/excel.tsv", STAFF).write_bytes("Name\tTown\r\nJörg\tDüren\r\nÅse\tLindsund\r\n".encode("utf-16"))
    prose = ["Name: Alma", "Alma – Story:", *STORY]
    with expect("csv/prose.csv", prose).open("w", newline="") as file:
        csv.writer(file, delimiter="|").writerows([("Name", "Story"), ("Alma", " ".join(STORY))])


def mails() -> None:
    def message(subject: str) -> EmailMessage:
        made = EmailMessage()
        made["From"], made["To"] = f"{AUTHOR} <ida@harbour.example>", "Jörg <joerg@harbour.example>"
        made["Date"], made["Subject"] = "Mon, 06 May 2024 09:30:00 +0200", subject
        return made

    fields = {"author": AUTHOR, "date": "2024-05-06T09:30:00+02:00"}
    heads = [
        f"From: {AUTHOR} <ida@harbour.example>",
        "To: Jörg <joerg@harbour.example>",
        "Date: Mon, 06 May 2024 09:30:00 +0200",
    ]
    plain = message("Die Brücke")
    plain.set_content("\n\n".join(LETTER), charset="iso-8859-1", cte="quoted-printable")
    expect("eml/latin-1.eml", [*heads, "Subject: Die Brücke", *LETTER], title="Die Brücke", **fields).write_bytes(
        plain.as_bytes()
    )

    both = message(TITLE)
    both.set_content("\n\n".join(SECOND))
    both.add_alternative(f"<p>{'</p><p>'.join(SECOND)}</p><p>Only in HTML.</p>", subtype="html")
    both.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Plan Süd.pdf")
    expect("eml/attached.eml", [*heads, *SECOND, "Attachment: Plan Süd.pdf"], title=TITLE, **fields).write_bytes(
        both.as_bytes()
    )

    rich = message(TITLE)
    rich.set_content(f"<html><body><h1>{HEADING}</h1><p>{' '.join(PARAGRAPH)}</p></body></html>", subtype="html")
    expect("eml/html.eml", [HEADING, *PARAGRAPH], title=TITLE, **fields).write_bytes(rich.as_bytes())

    outer = message("Forwarded")
    outer.set_content("See the letter below.")
    outer.add_attachment(plain)
    expect(
        "eml/nested.eml", ["See the letter below.", "Subject: Die Brücke", *LETTER], title="Forwarded", **fields
    ).write_bytes(outer.as_bytes())

    quoted = message("Re: Quay")
    quoted.set_content(
        "Yes, the ramps are in use since the first of May, and lorries wait no\nlonger than ten minutes there. I will call.\n\n"
        "> Are the ramps in use?\n",
        cte="8bit",
    )
    lines = [
        "Yes, the ramps are in use since the first of May, and lorries wait no\nlonger than ten minutes there.",
        "I will call.",
        "> Are the ramps in use?",
    ]
    expect("eml/wrapped.eml", lines, title="Re: Quay", **fields).write_bytes(quoted.as_bytes())


def data() -> None:
    import pandas

    nested = {
        "name": "Lindsund",
        "harbour": {"ramps": 2, "depth": 7.50, "open": True, "closed": None},
        "ferries": [{"name": "Alma", "berth": "North"}, {"name": "Brage", "berth": "South"}],
        "story": " ".join(STORY),
        "tags": ["quay", "ferry"],
    }
    said = [
        "name: Lindsund; tags: quay, ferry",
        "Lindsund – story:",
        *STORY,
        "harbour.ramps: 2; harbour.depth: 7.5; harbour.open: true",
    ]
    ferries = ["ferries.name: Alma; ferries.berth: North", "ferries.name: Brage; ferries.berth: South"]
    expect("json/nested.json", [*said, *ferries]).write_text(json.dumps(nested, indent=2))
    records = ["Name: Jörg; Town: Düren", "Name: Åse; Town: Lindsund"]
    frame = pandas.DataFrame([("Jörg", "Düren"), ("Åse", "Lindsund")], columns=["Name", "Town"])
    frame.to_json(expect("json/pandas.json", records), orient="records")
    frame.to_json(expect("json/pandas.jsonl", records), orient="records", lines=True)
    lines = [{"id": 1, "text": " ".join(STORY)}, {"id": 2, "text": " ".join(SECOND)}]
    path = expect("json/texts.jsonl", ["id: 1", "1 – text:", *STORY, f"id: 2; text: {' '.join(SECOND)}"])
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n")


def by_second(said: dict[int, list[str]]) -> list[list[str]]:
    """Return what is said second by second, each a page."""
    return [said.get(second, []) for second in range(max(said) + 1)]


def subtitles() -> None:
    said = {1: PARAGRAPH[:1], 5: PARAGRAPH[1:], 20: ["- Is the café open?", "- It is."]}
    path = expect("srt/cues.srt", *by_second(said))
    path.write_text(
        f"1\n00:00:01,000 --> 00:00:03,000\nThe ferry quay at Lindsund\nwas rebuilt\n\n2\n00:00:03,100 --> 00:00:05,000\n"
        f"<i>between March and October.</i>\n\n3\n00:00:05,200 --> 00:00:09,000\n{{\\an8}}{PARAGRAPH[1]} “We finished\n\n"
        "4\n00:00:09,000 --> 00:00:11,000\ntwo weeks early,” she said.\n\n5\n00:00:20,000 --> 00:00:22,000\n"
        "- Is the café open?\n- It is.\n"
    )
    path = expect("srt/cp1252.srt", *by_second({at: [line] for at, line in enumerate(LETTER, 1)}))
    cues = "\r\n\r\n".join(
        f"{at}\r\n00:00:0{at},000 --> 00:00:0{at},900\r\n{line}" for at, line in enumerate(LETTER, 1)
    )
    path.write_bytes(cues.encode("cp1252"))
    said = {1: ["Ida: The ramps are new, and they are in use."], 4: ["Jörg: Since when?"], 5: ["Ida: Since May."]}
    path = expect("vtt/voices.vtt", *by_second(said))
    path.write_text(
        "WEBVTT - Talk\n\nNOTE not shown\n\nSTYLE\n::cue { color: white }\n\nintro\n00:01.000 --> 00:03.000 align:start\n"
        "<v Ida>The ramps are new,</v>\n\n00:03.000 --> 00:04.000\n<v Ida>and they are <b>in use</b>.\n\n"
        "00:04.000 --> 00:05.000\n<v Jörg>Since when?\n\n00:05.000 --> 00:06.000\n<v Ida>Since May.\n"
    )
    path = expect("vtt/rolling.vtt", *by_second({1: ["the ramps are new and they are in use since may"]}))
    path.write_text(
        "WEBVTT\nKind: captions\n\n00:00:01.000 --> 00:00:02.000\n \nthe<00:00:01.300><c> ramps</c><00:00:01.600><c> are new</c>\n\n"
        "00:00:02.000 --> 00:00:02.010\nthe ramps are new\n \n\n00:00:02.010 --> 00:00:04.000\nthe ramps are new\n"
        "and<00:00:02.300><c> they are in use</c>\n\n00:00:04.000 --> 00:00:04.010\nand they are in use\n \n\n"
        "00:00:04.010 --> 00:00:06.000\nand they are in use\nsince<00:00:04.300><c> may</c>\n"
    )


def main() -> None:
    for make in (texts, pages, word, books, slides, sheets, mails, data, subtitles):
        make()
    for name, facts in (("expected.json", EXPECTED), ("properties.json", PROPERTIES)):
        (HERE / name).write_text(json.dumps(facts, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
