"""Makes the PDFs of ``tests/files/pdf`` and ``expected.json`` beside them: ``python tests/files/make_pdf.py``.

Real files by real programs: ReportLab, fpdf2 and WeasyPrint (``pip install reportlab fpdf2 weasyprint pypdf``),
LibreOffice and pandoc, Chromium, groff, pdfTeX. None of them is a dependency; where a program is missing, its file is
left as it is. All words are our own.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from reportlab.lib.enums import TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4, A5, LETTER, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

FOLDER = Path(__file__).parent / "pdf"
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")

Expected = list[tuple[str, int]]
"""Sentences, and the page on which each begins."""

WORDS = """\
The lighthouse at Skerry Point was lit for the first time in October 1871. Its keeper lived in two rooms below \
the lamp, together with a clerk who wrote down every ship. Oil came by boat once a month, provided that the sea \
allowed it. In the winter of 1884 no boat could land for eleven weeks, and the lamp was fed with seal fat. The \
tower is thirty-four metres high and has 189 steps, which visitors may climb between April and September. A \
storm broke the northern window in 1902, but the lens, which had been made in Paris, was not harmed. Electric \
light arrived in 1931. Since then the rhythm of the lamp has been two short flashes and a long one every fifteen \
seconds. The last keeper, Mrs. Ada Thorne, left the island on 3 March 1988 after the light had been made \
automatic. Her diaries, forty volumes in all, are kept in the county archive and may be read there on request. \
The harbour office pays for the repair of the roof, whereas the council is responsible for the path. Anyone who \
finds a fault should call the office at once and must not try to mend it. Keys are held by the warden and by the \
baker. A deposit of 20 pounds is asked for each key and is given back on its return. Dogs are welcome on the \
path but not in the tower. The museum beside it opens at ten and shows the old machinery, a model of the reef \
and the bell that was rung in fog. Children under six pay nothing. School classes should write two weeks ahead, \
because the stairs hold no more than fifteen people at a time. Boats to the island leave the pier at nine, at \
noon and at half past three. In a swell of more than two metres the crossing is cancelled and tickets remain \
valid for a year. The warden keeps a list of the birds that were seen, among them the storm petrel and the \
arctic tern. Nests are marked with yellow poles from May on. Nobody may go nearer than ten metres to a marked \
nest. Photographs are allowed without a flash."""


def sentences() -> list[str]:
    """Return the sentences of `WORDS`."""
    return [part.replace("|", " ") + "." for part in WORDS.replace("Mrs. ", "Mrs.|").rstrip(".").split(". ")]


ALL = sentences()
SAID = [f"It is said that {sentence[0].lower()}{sentence[1:]}" for sentence in ALL]
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=13.5, spaceAfter=6, alignment=TA_JUSTIFY)
RAGGED = ParagraphStyle("ragged", parent=BODY, alignment=0)
INDENTED = ParagraphStyle("indented", parent=BODY, firstLineIndent=14, spaceAfter=0)
HEADING = ParagraphStyle("heading", fontName="Times-Bold", fontSize=15, leading=18, spaceBefore=8, spaceAfter=6)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8.5, leading=10)


def flow(story: list, **options) -> bytes:
    """Set a story in one column."""
    out = BytesIO()
    document = SimpleDocTemplate(out, pagesize=options.pop("pagesize", A4), invariant=1, **options)
    document.build(story)
    return out.getvalue()


def edged(header: str, footer: str) -> Callable[[Canvas, object], None]:
    """Return what draws a running header and a footer with the page's number."""

    def draw(canvas: Canvas, document: BaseDocTemplate) -> None:
        width, height = canvas._pagesize
        canvas.setFont("Times-Italic", 9)
        canvas.drawString(60, height - 40, header)
        canvas.drawCentredString(width / 2, 32, footer.format(page=document.page))

    return draw


def one_column() -> tuple[bytes, Expected]:
    """Two paragraphs below a heading, with a title, an author and a date."""
    story = [Paragraph("The light at Skerry Point", HEADING)]
    story += [Paragraph(" ".join(ALL[:6]), BODY), Paragraph(" ".join(ALL[6:12]), BODY)]
    data = flow(story, title="The light at Skerry Point", author="Ada Thorne")
    return data, [("The light at Skerry Point", 1), *((sentence, 1) for sentence in ALL[:12])]


def ragged_indents() -> tuple[bytes, Expected]:
    """Paragraphs that only an indent tells apart, flush left."""
    style = ParagraphStyle("x", parent=INDENTED, alignment=0)
    story = [Paragraph(" ".join(ALL[start : start + 3]), style) for start in range(0, 15, 3)]
    return flow(story), [(sentence, 1) for sentence in ALL[:15]]


def two_columns() -> tuple[bytes, Expected]:
    """A heading across the page, two columns below it, and a sentence that goes on in the second."""
    out = BytesIO()
    document = BaseDocTemplate(out, pagesize=A4, invariant=1)
    height = 250
    frames = [
        Frame(60, 780 - 50, 475, 50, id="head"),
        Frame(60, 720 - height, 230, height, id="left"),
        Frame(305, 720 - height, 230, height, id="right"),
    ]
    document.addPageTemplates([PageTemplate("page", frames)])
    story = [Paragraph("Two columns below one heading across the page", HEADING)]
    story += [Paragraph(" ".join(ALL[start : start + 8]), BODY) for start in (0, 8, 16)]
    document.build(story)
    return out.getvalue(), [("Two columns below one heading across the page", 1), *((s, 0) for s in ALL[:24])]


def three_columns() -> tuple[bytes, Expected]:
    """Three narrow columns, flush left, on a page that lies."""
    out = BytesIO()
    document = BaseDocTemplate(out, pagesize=landscape(A4), invariant=1)
    frames = [Frame(40 + 262 * index, 330, 240, 200, id=f"c{index}") for index in range(3)]
    document.addPageTemplates([PageTemplate("page", frames)])
    document.build([Paragraph(" ".join(ALL[start : start + 6]), RAGGED) for start in range(0, 24, 6)])
    return out.getvalue(), [(sentence, 1) for sentence in ALL[:24]]


def columns_line_by_line() -> tuple[bytes, Expected]:
    """Two columns whose lines a program wrote across the page, as some old ones do."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont("Times-Roman", 11)
    sides = [_wrapped(" ".join(ALL[start : start + 9]), 215) for start in (0, 9)]
    for index in range(max(map(len, sides))):
        for side, x in zip(sides, (60, 310), strict=True):
            if index < len(side):
                canvas.drawString(x, 760 - 13 * index, side[index])
    canvas.save()
    return out.getvalue(), [(sentence, 1) for sentence in ALL[:18]]


def _wrapped(text: str, width: float, font: str = "Times-Roman", size: float = 11) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pdfmetrics.stringWidth(longer, font, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def headers_and_pages() -> tuple[bytes, Expected]:
    """Four pages with running headers, footers and numbers, and sentences over every page break."""
    draw = edged("Skerry Point Trust: handbook for visitors", "Page {page}")
    out = BytesIO()
    document = SimpleDocTemplate(out, pagesize=A5, invariant=1, topMargin=60, bottomMargin=60)
    story = [Paragraph(" ".join(ALL[start : start + 12]), BODY) for start in (0, 12)]
    extra = [f"Rule {number} was agreed at the meeting of the trustees and {END}." for number in range(1, 25)]
    story += [Paragraph(" ".join(extra), BODY)]
    document.build(story, onFirstPage=draw, onLaterPages=draw)
    expected = [(sentence, 0) for sentence in (*ALL, *extra)]
    return out.getvalue(), [*expected, ("Skerry Point Trust: handbook for visitors", 1)]


END = "holds for members, for guests and for everyone else who sets foot on the island"


def table() -> tuple[bytes, Expected]:
    """A table between two paragraphs; a cell has two lines."""
    rows = [
        ["Boat", "Leaves the pier", "Seats"],
        ["Petrel", "9.00 a.m. daily", "24"],
        ["Tern", "12.00 noon, but not on Sundays", "18"],
        ["Old Ada", Paragraph("3.30 p.m., from May to September and on request", RAGGED), "11"],
    ]
    grid = Table(
        rows,
        colWidths=[90, 190, 60],
        style=[("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")],
    )
    story = [Paragraph(" ".join(ALL[18:20]), BODY), grid, Spacer(1, 12), Paragraph(" ".join(ALL[12:15]), BODY)]
    expected = [
        *((sentence, 1) for sentence in (*ALL[18:20], *ALL[12:15])),
        ("Boat\tLeaves the pier\tSeats", 1),
        ("Petrel\t9.00 a.m. daily\t24", 1),
        ("Tern\t12.00 noon, but not on Sundays\t18", 1),
        ("Old Ada\t3.30 p.m., from May to September and on request\t11", 1),
    ]
    return flow(story), expected


def wide_table() -> tuple[bytes, Expected]:
    """A table with few words far apart, whose first column is as wide as one of a page, and whose lines are full."""
    rows = [
        ["Service", "Core", "Comfort", "Plus"],
        ["Your monthly contribution", "€0", "€38", "€74"],
        ["Nights in the keeper's cottage per year", "9", "18", "30"],
        ["Crossings in winter, yearly maximum", "€250", "€500", "€1,000"],
        ["Lamp oil for members of the household", "none", "€1,200", "€2,000"],
        ["Spectacles or a telescope, every two years", "€100", "€200", "€350"],
        ["Room on the mainland", "shared room", "room for two", "single room"],
        ["Tides and charts, reimbursed share", "50 per cent", "80 per cent", "100 per cent"],
    ]
    small = ParagraphStyle("small", fontName="Helvetica", fontSize=8.5, leading=11)
    grid = Table(
        [[Paragraph(cell, small) for cell in row] for row in rows],
        colWidths=[184, 95, 95, 80],
        style=[("GRID", (0, 0), (-1, -1), 0.4, "grey"), ("VALIGN", (0, 0), (-1, -1), "TOP")],
    )
    story = [Paragraph(" ".join(ALL[18:20]), BODY), Spacer(1, 6), grid, Spacer(1, 8), Paragraph(ALL[12], BODY)]
    return flow(story), [(text, 1) for text in (*ALL[18:20], ALL[12], *("\t".join(row) for row in rows))]


def counts() -> tuple[bytes, Expected]:
    """Tables of small numbers, one with numbered rows, and steps whose numbers are those of a list."""
    lines = [("LINEBELOW", (0, 0), (-1, 0), 0.5, "black"), ("ALIGN", (1, 0), (-1, -1), "RIGHT")]
    votes = [["Parish", "For", "Against", "Away"], ["Northend", "62", "41", "7"], ["Skerry", "118", "9", "(12)"]]
    rates = [["Boat", "2019", "2020"], ["Petrel", "4.1", "5.2"], ["Tern", "-", "1 (0.5)"]]
    ranks = [["", "Keeper", "Years"], ["1", "Ada Thorne", "41"], ["2", "Ivo Brandt", ""], ["3", "Emil Roos", "12"]]
    steps = [["1", "Fill the lamp with oil."], ["2", "Light the wick at dusk."]]
    story = [
        Table(votes, colWidths=[120, 60, 60, 60], style=lines),
        Paragraph("Passengers fell ill as follows.", BODY),
        Table(rates, colWidths=[120, 60, 60], style=lines),
        Paragraph("These kept the light for longest.", BODY),
        Table(ranks, colWidths=[24, 120, 60]),
        Paragraph("Each evening:", BODY),
        Table(steps, colWidths=[24, 200], hAlign="LEFT"),
    ]
    sentences = ["Passengers fell ill as follows.", "These kept the light for longest.", "Each evening:"]
    rows = ["\t".join(filter(None, row)) for row in (*votes, *rates, *ranks)]
    return flow(story), [(sentence, 1) for sentence in (*sentences, *rows, *map(" ".join, steps))]


def lists() -> tuple[bytes, Expected]:
    """A list with bullets, a numbered one, and items that wrap."""
    items = [ALL[0], ALL[3], ALL[6], ALL[8]]
    bullets = ListFlowable([ListItem(Paragraph(text, RAGGED)) for text in items], bulletType="bullet", start="•")
    steps = [ALL[11], ALL[13], ALL[14], ALL[17]]
    numbers = ListFlowable([ListItem(Paragraph(text, RAGGED)) for text in steps], bulletType="1", bulletFormat="%s.")
    story = [Paragraph("What happened", HEADING), bullets, Paragraph("What to do", HEADING), numbers]
    expected = [("What happened", 1), ("What to do", 1)]
    expected += [(f"• {text}", 1) for text in items]
    expected += [(f"{number}. {text}", 1) for number, text in enumerate(steps, start=1)]
    return flow(story), expected


def hyphens() -> tuple[bytes, Expected]:
    """Words broken at the ends of lines, and hyphens that belong to their words."""
    lines = [
        "The examiner found that the north-facing window was dam-",
        "aged by salt, and that the well-",
        "known lamp of the light-",
        "house needs re-",
        "pair. A long- and a short-",
        "term plan exist. The Anglo-",
        "Norse society pays for the self-",
        "winding clock. A lighthouse is not cheap.",
    ]
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont("Times-Roman", 11)
    for index, line in enumerate(lines):
        canvas.drawString(60, 760 - 13 * index, line)
    canvas.save()
    return out.getvalue(), [
        (
            "The examiner found that the north-facing window was damaged by salt, and that the well-known lamp of the "
            "lighthouse needs repair.",
            1,
        ),
        ("A long- and a short-term plan exist.", 1),
        ("The Anglo-Norse society pays for the self-winding clock.", 1),
        ("A lighthouse is not cheap.", 1),
    ]


def footnotes() -> tuple[bytes, Expected]:
    """Notes at the foot of the first page, between the two halves of a sentence; marks are raised."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A5, invariant=1)
    text = " ".join(ALL[:14])
    lines = _wrapped(text, 300)
    y = 540.0
    for index, line in enumerate(lines):
        if index == 17:
            _notes(canvas)
            canvas.showPage()
            y = 540
        canvas.setFont("Times-Roman", 11)
        canvas.drawString(60, y, line)
        y -= 13.5
    canvas.save()
    notes = [
        ("1 The date is that of the harbour book, which is often a day late.", 1),
        ("2 Seal fat burns with a yellow flame.", 1),
    ]
    return out.getvalue(), [*((sentence, 0) for sentence in ALL[:14]), *notes]


def _notes(canvas: Canvas) -> None:
    canvas.line(60, 300, 140, 300)
    for index, note in enumerate(
        ["The date is that of the harbour book, which is often a day late.", "Seal fat burns with a yellow flame."]
    ):
        canvas.setFont("Times-Roman", 5.5)
        canvas.drawString(60, 290 - 11 * index, str(index + 1))
        canvas.setFont("Times-Roman", 8.5)
        canvas.drawString(66, 287 - 11 * index, note)


def raised_marks() -> tuple[bytes, Expected]:
    """Raised marks of notes after full stops, and raised and lowered digits in formulas."""
    text = (
        "The lamp was lit in October.<super size=7>1</super> Its keeper had two rooms.<super size=7>2,3</super> The "
        "floor is 40 m<super size=7>2</super> wide, and water is H<sub size=7>2</sub>O. Nothing else is known of it. "
        "It was lit again in the spring<super size=7>1</super>, for a while."
    )
    return flow([Paragraph(text, BODY)]), [
        ("The lamp was lit in October.1", 1),
        ("Its keeper had two rooms.2,3", 1),
        ("The floor is 40 m2 wide, and water is H2O.", 1),
        ("Nothing else is known of it.", 1),
        ("It was lit again in the spring1, for a while.", 1),
    ]


def rotated() -> tuple[bytes, Expected]:
    """A page that is shown turned by a quarter, one upside down, and one on which a text lies turned."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A5, invariant=1)
    for turn, start in ((90, 0), (180, 4), (270, 8)):
        canvas.setPageRotation(turn)
        canvas.setFont("Times-Roman", 11)
        canvas.saveState()
        if turn == 90:
            canvas.rotate(90)
            canvas.translate(0, -A5[1])
        elif turn == 180:
            canvas.translate(*A5)
            canvas.rotate(180)
        else:
            canvas.translate(0, A5[0])
            canvas.rotate(-90)
        for index, line in enumerate(_wrapped(" ".join(ALL[start : start + 4]), 300)):
            canvas.drawString(50, 340 - 13 * index, line)
        canvas.restoreState()
        canvas.showPage()
    canvas.setPageRotation(0)
    canvas.setFont("Times-Roman", 11)
    for index, line in enumerate(_wrapped(" ".join(ALL[12:15]), 280)):
        canvas.drawString(60, 540 - 13 * index, line)
    canvas.rotate(90)
    for index, line in enumerate(_wrapped(" ".join(ALL[15:17]), 300)):
        canvas.drawString(60, -320 - 13 * index, line)
    canvas.save()
    expected = [(sentence, 1 + index // 4) for index, sentence in enumerate(ALL[:12])]
    return out.getvalue(), [*expected, *((sentence, 4) for sentence in ALL[12:17])]


def cropped() -> tuple[bytes, Expected]:
    """Pages of three sizes; on the second only a part is shown, and the rest is not text that anyone sees."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=LETTER, invariant=1)
    canvas.setFont("Times-Roman", 11)
    for index, line in enumerate(_wrapped(" ".join(ALL[:3]), 400)):
        canvas.drawString(72, 700 - 13 * index, line)
    canvas.showPage()
    canvas.setPageSize((500, 700))
    canvas.setCropBox((100, 300, 450, 600))
    canvas.setFont("Times-Roman", 11)
    canvas.drawString(120, 650, "Printers see this line above the page.")
    for index, line in enumerate(_wrapped(" ".join(ALL[3:6]), 300)):
        canvas.drawString(120, 570 - 13 * index, line)
    canvas.showPage()
    canvas.setPageSize(landscape(A5))
    canvas.setCropBox((0, 0, *landscape(A5)))
    canvas.setFont("Helvetica", 9)
    for index, line in enumerate(_wrapped(" ".join(ALL[6:10]), 400, "Helvetica", 9)):
        canvas.drawString(50, 350 - 11 * index, line)
    canvas.save()
    pages = [1] * 3 + [2] * 3 + [3] * 4
    return out.getvalue(), list(zip(ALL[:10], pages, strict=True))


HEBREW = [
    "המגדלור נבנה בשנת 1871 על ידי תושבי האי.",
    "השומר גר בשני חדרים מתחת למנורה עם פקיד אחד.",
    "בחורף לא הגיעה שום סירה במשך שבועות רבים.",
]
ARABIC = [
    "بنى سكان الجزيرة المنارة في عام 1871.",
    "عاش الحارس في غرفتين تحت المصباح مع كاتب واحد.",
    "لم يصل أي قارب في الشتاء لأسابيع كثيرة.",
]
JAPANESE = [
    "灯台は一八七一年に初めて点灯された。",
    "灯台守は灯の下の二つの部屋に住んでいた。",
    "冬には十一週間も船が着かなかった。",
    "塔の高さは三十四メートルである。",
]


def japanese() -> tuple[bytes, Expected]:
    """Japanese, without spaces, in a font that is not in the file."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    out = BytesIO()
    canvas = Canvas(out, pagesize=A5, invariant=1)
    canvas.setFont("HeiseiMin-W3", 12)
    text = "".join(JAPANESE)
    for index in range(0, len(text), 22):
        canvas.drawString(60, 500 - 18 * index / 22, text[index : index + 22])
    canvas.save()
    return out.getvalue(), [(sentence, 1) for sentence in JAPANESE]


def ligatures() -> tuple[bytes, Expected]:
    """Words with ligatures as single characters, dashes, quotation marks and accents."""
    pdfmetrics.registerFont(TTFont("DejaVu", DEJAVU))
    style = ParagraphStyle("x", fontName="DejaVu", fontSize=11, leading=14)
    text = "The oﬃce ﬁrst ﬁled “the ﬂag” — naïve, but eﬀective. Größe, Œuvre and Ålesund cost 5 € each."
    return flow([Paragraph(text, style)]), [
        ("The office first filed “the flag” — naïve, but effective.", 1),
        ("Größe, Œuvre and Ålesund cost 5 € each.", 1),
    ]


def line_numbers() -> tuple[bytes, Expected]:
    """A pleading: the lines of each page are counted in the margin, also those without words, and sentences go on."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=LETTER, invariant=1)
    lines = ["STATEMENT OF THE HARBOUR OFFICE", ""]
    for number, start in enumerate(range(0, 24, 4), start=1):
        wrapped = _wrapped(f"{number}. {' '.join(ALL[start : start + 4])}", 430, size=12)
        lines += [*wrapped, ""] if number == 3 else wrapped
    for page, start in enumerate(range(0, len(lines), 25), start=1):
        canvas.setFont("Times-Roman", 12)
        for number in range(1, 26):
            canvas.drawRightString(88, 760 - 26 * number, str(number))
            if start + number <= len(lines):
                canvas.drawString(104, 760 - 26 * number, lines[start + number - 1])
        canvas.drawCentredString(306, 40, f"- {page} -")
        canvas.showPage()
    canvas.save()
    known = [f"{index // 4 + 1}. {text}" if index % 4 == 0 else text for index, text in enumerate(ALL[:24])]
    pages = [_letters("".join(lines[start : start + 25])) for start in range(0, len(lines), 25)]
    return out.getvalue(), [(lines[0], 1), *((sentence, _page_of(sentence, pages)) for sentence in known)]


def watermark() -> tuple[bytes, Expected]:
    """A word that lies askew across the text of each of two pages; a sentence goes on overleaf."""

    def draw(canvas: Canvas, _document: object) -> None:
        canvas.saveState()
        canvas.translate(200, 250)
        canvas.rotate(52)
        canvas.setFont("Helvetica-Bold", 60)
        canvas.setFillGray(0.85)
        canvas.drawCentredString(0, 0, "DRAFT")
        canvas.restoreState()

    out = BytesIO()
    document = SimpleDocTemplate(out, pagesize=A5, invariant=1)
    document.build([Paragraph(" ".join(ALL), BODY)], onFirstPage=draw, onLaterPages=draw)
    return out.getvalue(), [(sentence, 0) for sentence in ALL]


def locked() -> tuple[bytes, Expected]:
    """A page that only opens with a password."""
    return flow([Paragraph(ALL[0], BODY)], encrypt="secret"), []


def scanned() -> tuple[bytes, Expected]:
    """A page without a text layer."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A5, invariant=1)
    canvas.rect(60, 60, 200, 300, fill=1)
    canvas.save()
    return out.getvalue(), []


def letter() -> tuple[bytes, Expected]:
    """A letter: an address and a date whose lines are short, and a signature."""
    right = ParagraphStyle("right", parent=BODY, alignment=TA_RIGHT)
    story = [
        Paragraph("Skerry Point Trust<br/>12 Harbour Street<br/>Northhaven", RAGGED),
        Paragraph("14 May 2024", right),
        Paragraph("Dear Dr. Lang,", RAGGED),
        Paragraph(" ".join(ALL[9:12]), RAGGED),
        Paragraph(" ".join(ALL[12:14]), RAGGED),
        Paragraph("Yours sincerely,<br/>Ada Thorne", RAGGED),
    ]
    lines = ["Skerry Point Trust", "12 Harbour Street", "Northhaven", "14 May 2024", "Dear Dr. Lang,"]
    return flow(story), [*((line, 1) for line in lines), *((sentence, 1) for sentence in ALL[9:14])]


def fpdf_report() -> tuple[bytes, Expected]:
    """By fpdf2: an embedded font, headings in bold, numbers of pages."""
    from fpdf import FPDF

    class Report(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("helvetica", size=8)
            self.cell(0, 10, f"- {self.page_no()} -", align="C")

    pdf = Report(format="A5")
    pdf.set_title("untitled")
    pdf.set_creation_date(datetime(2024, 8, 31, 10, 30, tzinfo=UTC))
    pdf.add_page()
    expected: Expected = []
    for number, start in enumerate(range(0, 24, 6), start=1):
        pdf.set_font("helvetica", "B", 11)
        pdf.multi_cell(0, 8, f"{number}. Section of the report", new_x="LMARGIN", new_y="NEXT")
        expected.append((f"{number}. Section of the report", 0))
        pdf.set_font("helvetica", size=11)
        pdf.multi_cell(0, 6, " ".join(ALL[start : start + 6]), new_x="LMARGIN", new_y="NEXT")
        expected += [(sentence, 0) for sentence in ALL[start : start + 6]]
    return bytes(pdf.output()), expected


STYLE = (
    "body {{ font-family: '{font}'; font-size: 11pt; line-height: 1.3; {more} }} "
    "@page {{ size: {size}; margin: 18mm; {page} }}"
)


def html(body: str, *, font: str = "DejaVu Serif", size: str = "A5", more: str = "", page: str = "") -> str:
    """Return a page of HTML in one style."""
    style = STYLE.format(font=font, size=size, more=more, page=page)
    return f"<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Guide</title><style>{style}</style>{body}</html>"


def weasyprint_guide() -> tuple[bytes, Expected]:
    """By WeasyPrint: hyphenated and justified, two columns, running header and numbers."""
    from weasyprint import HTML

    paragraphs = "".join(f"<p>{' '.join(ALL[start : start + 6])}</p>" for start in range(0, 24, 6))
    said = "".join(f"<p>{' '.join(SAID[start : start + 6])}</p>" for start in range(0, 24, 6))
    page = "@top-center { content: 'Guide to the island'; font-size: 8pt } "
    page += "@bottom-right { content: counter(page); font-size: 8pt }"
    source = html(
        f"<h1>Guide to the tower</h1><div>{paragraphs}{said}</div>",
        page=page,
        more="hyphens: auto; text-align: justify } div { columns: 2; column-gap: 8mm } p { margin: 0; text-indent: 1em",
    )
    return HTML(string=source).write_pdf(), [("Guide to the tower", 1), *((s, 0) for s in (*ALL[:24], *SAID[:24]))]


def chromium_right_to_left() -> tuple[bytes, Expected]:
    """By Chromium: Hebrew and Arabic, from right to left."""
    body = f"<div dir=rtl lang=he><p>{' '.join(HEBREW)}</p></div><div dir=rtl lang=ar><p>{' '.join(ARABIC)}</p></div>"
    return chromium(html(body, font="DejaVu Sans")), [(sentence, 1) for sentence in (*HEBREW, *ARABIC)]


def chromium_article() -> tuple[bytes, Expected]:
    """By Chromium: headings, a list, a table and a quotation, over two pages."""
    rows = "".join(
        f"<tr><td>{a}<td>{b}<td>{c}</tr>" for a, b, c in [("Petrel", "daily", 24), ("Tern", "on request", 18)]
    )
    body = (
        f"<h1>The tower</h1><p>{' '.join(ALL[:7])}<h2>The boats</h2>"
        f"<table><tr><th>Boat<th>Runs<th>Seats</tr>{rows}</table>"
        f"<ul><li>{ALL[14]}<li>{ALL[17]}</ul><blockquote>{' '.join(ALL[19:21])}</blockquote><p>{' '.join(ALL[7:14])}"
    )
    expected = [(sentence, 0) for sentence in (*ALL[:14], ALL[19], ALL[20])]
    expected += [(row, 0) for row in ("Boat\tRuns\tSeats", "Petrel\tdaily\t24", "Tern\ton request\t18")]
    expected += [("The tower", 1), ("The boats", 0), (ALL[14], 0), (ALL[17], 0)]
    return chromium(html(body, more="} td, th { padding: 2pt 20pt")), expected


def chromium_table() -> tuple[bytes, Expected]:
    """A table whose cells are hardly farther apart than words; its rows are counted, and numbers end at one edge."""
    rows = [
        ("#", "Parish", "Yes", "No"),
        ("1", "Northend", "62", "41"),
        ("2", "Skerry", "118", "90"),
        ("3", "Old harbour and the quay of the fishermen", "7", "5"),
        ("4", "Upper Mill", "3", "(1)"),
    ]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    style = "<style>td { padding: 2px 5px; text-align: right }</style>"
    body = f"<p>{ALL[3]}</p><table>{cells}</table><p>{ALL[4]}</p>"
    known = [(ALL[3], 1), (ALL[4], 1), *(("\t".join(row), 1) for row in rows)]
    return chromium(html(style + body)), known


def chromium(source: str) -> bytes:
    """Print a page with Chromium."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise FileNotFoundError("chromium")
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(source)
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={out}"]
        subprocess.run([program, *options, page.as_uri()], check=True, capture_output=True, timeout=120)
        return out.read_bytes()


def libreoffice_report() -> tuple[bytes, Expected]:
    """By LibreOffice, of a Word file: headings, a table, a list, a note, several pages."""
    body = "\n\n".join(
        [
            f"# Report of the trustees\n\n{' '.join(ALL[:8])}\n\n## Boats",
            "| Boat | Runs | Seats |\n|---|---|---|\n| Petrel | daily | 24 |\n| Tern | on request | 18 |",
            f"{' '.join(ALL[8:16])}[^1]\n\n- {ALL[18]}\n- {ALL[22]}",
            "[^1]: This note was added by the harbour office.",
            *(" ".join(SAID[start : start + 8]) for start in (0, 8, 16)),
            " ".join(ALL[19:22]),
        ]
    )
    expected = [("Report of the trustees", 1), ("Boats", 0), *((s, 0) for s in (*ALL[:14], *SAID[:24], *ALL[19:22]))]
    expected += [(row, 0) for row in ("Boat\tRuns\tSeats", "Petrel\tdaily\t24", "Tern\ton request\t18")]
    expected += [(f"• {ALL[18]}", 0), (f"• {ALL[22]}", 0), ("1 This note was added by the harbour office.", 0)]
    return libreoffice(body), expected


def libreoffice(markdown: str) -> bytes:
    """Make a Word file of a text with pandoc, and print it with LibreOffice."""
    pandoc, office = shutil.which("pandoc"), shutil.which("soffice")
    if pandoc is None or office is None:
        raise FileNotFoundError("pandoc or soffice")
    with tempfile.TemporaryDirectory() as folder:
        word = f"{folder}/report.docx"
        subprocess.run([pandoc, "-o", word], input=markdown.encode(), check=True)
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        convert = ["--headless", "--convert-to", "pdf", "--outdir", folder, word]
        subprocess.run([office, profile, *convert], check=True, capture_output=True, timeout=180)
        return Path(folder, "report.pdf").read_bytes()


def groff_manual() -> tuple[bytes, Expected]:
    """By groff: hyphenated, justified, with numbered headings."""
    if shutil.which("groff") is None:
        raise FileNotFoundError("groff")
    source = f".nr PS 11\n.nr LL 4.2i\n.NH\nThe tower\n.PP\n{' '.join(ALL[:8])}\n"
    source += f".NH\nThe island\n.PP\n{' '.join(ALL[8:16])}\n"
    source = source.replace(". ", ".\n").replace("Mrs.\n", "Mrs. ")
    result = subprocess.run(["groff", "-ms", "-Tpdf"], input=source.encode(), check=True, capture_output=True)
    return result.stdout, [("1. The tower", 1), ("2. The island", 1), *((sentence, 1) for sentence in ALL[:16])]


LATEX = r"""
\documentclass[10pt,twocolumn]{article}
\title{Seal Fat and Other Oils:\\ A Study of the Lamps at Malm\"o}
\author{Zo\"e M\"uller \and \'Emile Dvo\v{r}\'ak}
\date{14 May 2021}
\begin{document}
\maketitle
\section{Oils}
Lamps were fed with seal fat in \"Osterby, and with rape oil in \r{A}ngstad, S\~ao Jo\~ao, \c{S}i\c{s}li
and Erd\H{o}falva.
The office's officials found the oil difficult, and the flow ``insufficient'' for a first-class
lamp.\footnote{Na\"{\i}ve fa\c{c}ades were no \'etudes of \v{C}apek's.} It was weighed with the formula
\begin{equation}
m = \rho V \left(1 - \frac{w}{100}\right),
\end{equation}
where $w$ is the share of water.
\begin{itemize}
\item Rape oil freezes at six degrees below zero.
\item Seal fat smokes.
\end{itemize}
\section{Lamps}
LAMPS
\begin{thebibliography}{9}
\bibitem{p} P.~Garc\'{\i}a. \emph{L'\'Et\'e \`a \'Evian}. Gen\`eve, 1998.
\end{thebibliography}
\end{document}
"""


def latex(source: str, *commands: str) -> bytes:
    """Return the PDF ``article.pdf`` that these commands make of ``article.tex``."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "article.tex").write_text(source)
        for command in commands:
            subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
        return Path(folder, "article.pdf").read_bytes()


def latex_article() -> tuple[bytes, Expected]:
    """By pdfTeX with its own fonts, which have no letters with accents: two columns, a formula, a note, a list."""
    typeset = "pdflatex -interaction=batchmode article.tex"
    return latex(LATEX.replace("LAMPS", " ".join(ALL[:14])), typeset, typeset), latex_sentences(14)


def latex_bitmaps() -> tuple[bytes, Expected]:
    """By TeX, dvips and Ghostscript with the same fonts as bitmaps, as articles of before 2000 are."""
    typeset = "latex -interaction=batchmode article.tex"
    source = LATEX.replace("LAMPS", " ".join(ALL[:4]))
    return latex(
        source, typeset, typeset, "dvips -q -V article.dvi -o article.ps", "ps2pdf article.ps"
    ), latex_sentences(4)


def latex_cork() -> tuple[bytes, Expected]:
    """By pdfTeX with the fonts of Cork, which are bitmaps unless cm-super is installed."""
    typeset = "pdflatex -interaction=batchmode article.tex"
    source = LATEX.replace("LAMPS", " ".join(ALL[:4])).replace("\\title", "\\usepackage[T1]{fontenc}\n\\title", 1)
    return latex(source, typeset, typeset), latex_sentences(4)


def latex_sentences(count: int) -> Expected:
    """Return those of the article with so many of the usual ones."""
    own = [
        "Zoë Müller\tÉmile Dvořák",
        "Lamps were fed with seal fat in Österby, and with rape oil in Ångstad, São João, Şişli and Erdőfalva.",
        "The office’s officials found the oil difficult, and the flow “insufficient” for a first-class lamp.1",
        "1Naïve façades were no études of Čapek’s.",
        "It was weighed with the formula",
        "where w is the share of water.",
        "Rape oil freezes at six degrees below zero.",
        "Seal fat smokes.",
        "[1] P. García.",
        "L’Été à Évian.",
        "Genève, 1998.",
        *ALL[:count],
    ]
    return [(words, 1) for words in own]


MAKERS: list[Callable[[], tuple[bytes, Expected]]] = [
    one_column,
    ragged_indents,
    two_columns,
    three_columns,
    columns_line_by_line,
    headers_and_pages,
    table,
    wide_table,
    counts,
    lists,
    hyphens,
    footnotes,
    raised_marks,
    rotated,
    cropped,
    japanese,
    ligatures,
    letter,
    line_numbers,
    watermark,
    locked,
    scanned,
    fpdf_report,
    weasyprint_guide,
    chromium_right_to_left,
    chromium_article,
    chromium_table,
    libreoffice_report,
    groff_manual,
    latex_article,
    latex_bitmaps,
    latex_cork,
]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))


def _page_of(sentence: str, pages: list[str]) -> int:
    """Return the page on which another library finds the beginning of a sentence."""
    for length in (60, 40, 24, 16, 10):
        found = [number for number, page in enumerate(pages, start=1) if _letters(sentence)[:length] in page]
        if found:
            return found[0]
    raise LookupError(sentence)


def main() -> None:
    """Make every file, and what is expected of each."""
    FOLDER.mkdir(exist_ok=True)
    listed = FOLDER / "expected.json"
    expected = json.loads(listed.read_text()) if listed.exists() else {}
    for make in MAKERS:
        name = f"{make.__name__.replace('_', '-')}.pdf"
        try:
            data, known = make()
        except (FileNotFoundError, ImportError) as error:
            print(f"{name}: left as it is, for {error} is missing")
            continue
        (FOLDER / name).write_bytes(data)
        pages = [_letters(page.extract_text()) for page in PdfReader(BytesIO(data)).pages] if known else []
        expected[name] = [{"sentence": sentence, "page": page or _page_of(sentence, pages)} for sentence, page in known]
        print(f"{name}: {len(data) / 1000:.0f} kB, {len(known)} sentences")
    listed.write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
