"""How an answer looks in a notebook and in a terminal, whatever its words are."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html as parser
from rich.console import Console
from rich.text import Text

from index import Index, Span
from qa import Answer, Answerer, Citation, Statement, Written, answer
from qa.display import printable, rich_citation

ROOT = Path(__file__).parents[2]

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</blockquote></div><form action=//evil>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "&lt;b&gt; & <b>",
    "a\r\nb\tc",
    "\u202eevil\u2066",
    "[link](javascript:alert(1)) ![](//evil)",
    "\x1b[31mred\x1b]0;title\x07",
]


def hostile_answers(text: str) -> list[Answer]:
    citation = Citation(
        1, "a-1", "01", text, text, text, 5, 5 + len(text), 1, 0.5, Span(6, 6 + len(text) // 2), (text,)
    )
    said = Written(text, (Statement(text, (1,), True), Statement(text, (1,), False, (text,))), text)
    return [
        Answer(text, text, (citation,), text, 0.5, unanswered=(text,), conflicts=((1, 1),), written=said),
        Answer(text, text, (), text, 0.5, nearest=citation, missing=(text,)),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_notebook_shows_hostile_words_as_words(text: str):
    for one in hostile_answers(text):
        for page in (one._repr_html_(), *(citation._repr_html_() for citation in one.citations)):
            tree = parser.fromstring(page)
            tags = {element.tag for element in tree.iter()}
            assert tags <= {"div", "p", "strong", "bdi", "figure", "blockquote", "figcaption", "code", "br"} | {
                "s",
                "span",
            }
            assert all(name in {"style", "dir", "class"} for element in tree.iter() for name in element.attrib)
            (quotation,) = tree.iter("blockquote")
            assert quotation.text_content() == text.replace("\x1b", "").replace("\x07", "") or "\x1b" in text
            raw = re.search(r"<blockquote[^>]*>(.*?)</blockquote>", page, re.DOTALL)
            assert raw
            assert html.unescape(re.sub(r"</?strong>", "", raw[1])) in {text, html.unescape(html.escape(text))}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_shows_hostile_words_as_words(text: str):
    console = Console(width=200, color_system=None, force_terminal=False)
    for one in hostile_answers(text):
        with console.capture() as shown:
            console.print(one)
        printed = shown.get()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\u2066]", printed)
        words = re.sub(r"[^\w<>/]", "", text)
        assert words in re.sub(r"[^\w<>/]", "", printed)


def test_a_terminal_shows_the_cells_of_a_row_apart():
    text = "Weight\t8.4 kg\t9.7 kg\n\tas delivered"
    assert printable(text) == "Weight│8.4 kg│9.7 kg\n as delivered"
    assert (
        printable("10\u00a0000\u202feuros, 👩\u200d🚀 Donau\u00adkanal\u202e")
        == "10 000 euros, 👩\u200d🚀 Donau\u00adkanal\ufffd"
    )
    assert printable("\ufeffwrap\r\nped\u200b\u2060 li\u2028ne\x0c") == "\ufeffwrap \nped\u200b\u2060 li ne "
    row = Citation(1, "a-1", "01", "Data", text, text, 0, len(text), 1, 0.5, Span(14, 20), ())
    marked = next(line for line in rich_citation(row).renderables if isinstance(line, Text) and line.spans)
    (mark,) = [span for span in marked.spans if "underline" in str(span.style)]
    assert marked.plain[mark.start : mark.end] == "9.7 kg"


def test_it_shows_what_the_answer_says(seed_index: Index):
    result = answer("How many troops remain in Iraq?", index=seed_index)
    page = result._repr_html_()
    for citation in result.citations:
        assert citation.text in parser.fromstring(page).text_content()
        assert html.escape(citation.address) in page
    refusal = answer("Who trains the penguins of Antarctica?", index=seed_index)._repr_html_()
    assert "not an answer" in refusal
    assert "penguins, Antarctica" in refusal


def test_it_says_where_else_a_sentence_stands():
    text = "The ford is closed."
    several = tuple(Citation(n, f"a-{n}", "01", "a", f"Notice {n}", text, 0, len(text), n, 0.5) for n in range(1, 7))
    console = Console(width=200, color_system=None, force_terminal=False)
    for copies, said in (
        (several[1:2], "also in: Notice 2, page 2"),
        (several[1:], "also in: Notice 2, page 2; Notice 3, page 3; Notice 4, page 4; and 2 more"),
    ):
        cited = replace(several[0], copies=copies)
        with console.capture() as shown:
            console.print(cited)
        assert shown.get().splitlines()[-1].strip() == said
        assert said in parser.fromstring(cited._repr_html_()).text_content()
    with console.capture() as shown:
        console.print(several[0])
    assert "also in" not in shown.get()


def test_it_needs_nothing_of_the_chat_and_costs_nothing_until_it_is_shown():
    code = (
        "import sys; from qa import Answer; print([m for m in ('rich', 'pydantic', 'ui') if m in sys.modules]);"
        "Answer('a', 'a', (), 'b', 0.0)._repr_html_(); print('ui' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["[]", "False", ""]


@pytest.mark.parametrize(
    ("file", "question", "where"),
    [
        ("xlsx/openpyxl.xlsx", "What does a sheet of steel cost?", "sheet"),
        ("pptx/python-pptx.pptx", "What is on the second slide?", "slide"),
        ("pdf/two-columns.pdf", "What is on the page?", "page"),
    ],
)
def test_a_place_is_named_as_people_name_it_there(tmp_path: Path, file: str, question: str, where: str):
    with Index.open(tmp_path) as index:
        index.add([ROOT / "tests" / "files" / file])
        shown = Answerer(index, threshold=0).answer(question)
    assert shown.citations
    for citation in shown.citations:
        assert citation.place.startswith(f"{where} {citation.page}, characters {citation.start}–")


def test_what_several_quotations_stand_below_is_shown_once_and_their_places_stay():
    head = Citation(1, "a-1", "01", "guide.md", "guide", "To reset it:", 0, 12, 1, 0.5)
    steps = tuple(
        Citation(number, "a-1", "01", "guide.md", "guide", f"Step {number}.", 20 * number, 20 * number + 7, 1, 0.5)
        for number in (1, 2, 3)
    )
    below = tuple(replace(step, context=head.numbered(step.number)) for step in steps)
    given = Answer("How do I reset it?", "How do I reset it?", below, "", 0.5)
    assert [one.context is not None for one in given.quotations] == [True, False, False]
    assert given.quotations == steps, "with or without its context a quotation is the same, and so is its place"
    alone = Answer("How do I reset it?", "How do I reset it?", (head, below[0], steps[1], below[2]), "", 0.5)
    assert [one.context is not None for one in alone.quotations] == [False, False, False, True]
