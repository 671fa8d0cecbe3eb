"""How an answer looks outside the chat: in a terminal (by rich) and in a notebook (as HTML).

Whatever comes from a document, a file's name or a question is escaped for the notebook, and rid of the characters that
steer a terminal for the other. The HTML brings its own few styles and nothing else: no script, no link, no image.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import escape
from itertools import count
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.text import Text

from qa.types import COPIES_NAMED, UNANSWERED

if TYPE_CHECKING:
    from qa.types import Answer, Citation, Statement, Written


_INDENT = re.compile(r"^\t+", re.MULTILINE)
BETWEEN_CELLS = "│"
_HARMLESS = (
    "\n\N{SOFT HYPHEN}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
    "\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}"
)
_BREAKS = "\r\f\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"


def printable(text: str) -> str:
    """Replace control characters, which could move the cursor or recolour the terminal, one for one.

    A tab that begins a line is a space, any other divides the cells of a row and is a bar. Spaces of any width are
    spaces, and so are the breaks of lines and pages that are no line feed; what only joins, parts or hyphenates stays
    as it is.
    """
    shown = _INDENT.sub(lambda tabs: " " * len(tabs[0]), text).replace("\t", BETWEEN_CELLS)
    return "".join(map(_printable, shown))


def _printable(character: str) -> str:
    if character.isprintable() or character in _HARMLESS:
        return character
    return " " if character in _BREAKS or unicodedata.category(character) == "Zs" else "\ufffd"


# ---- in a terminal ----

WHOLE = 100_000
"""The width of lines that go into a file or a pipe, where nothing may be wrapped: programs read them line by line."""


def open_console(*, stderr: bool = False) -> Console:
    """Return what prints to the terminal, or into a file or a pipe."""
    console = Console(stderr=stderr, highlight=False)
    if not console.file.isatty():
        console.width, console.soft_wrap = WHOLE, True
    return console


def rich_answer(answer: Answer) -> Group:
    """Return an answer for a terminal: its quotations with their places, or the refusal and the nearest sentence."""
    lines = _rich_lines(answer, count(len(answer.citations) + 1))
    return Group(*lines, *(rich_written(answer.written) if answer.written else ()))


def numbered_sentences(answer: Answer) -> tuple[Citation, ...]:
    """Return the sentences that `rich_answer` shows, in the order of their numbers: the nearest follow the cited."""
    return (*answer.citations, *(near for part in answer.parts or (answer,) for near in part.near))


def rich_written(written: Written) -> Iterator[Text]:
    """Yield what a model wrote for a terminal: its sentences, those that do not hold struck, and the note."""
    yield rich_writer(written)
    yield from map(rich_statement, written.sentences)
    if written.note:
        yield rich_aside(written.note)


def rich_aside(text: str) -> Text:
    """Return what is said beside what a model wrote: why there is no more of it, or how fast it came."""
    return Text(f"    {printable(text)}", style="dim")


def rich_writer(written: Written) -> Text:
    """Return the line above what a model wrote."""
    return Text(f"\nWritten by {printable(written.model)}, each sentence checked:", style="dim")


def rich_statement(sentence: Statement) -> Text:
    """Return a written sentence for a terminal; why it does not hold is said in words, since not all can strike."""
    if sentence.holds:
        return Text(f"  {printable(sentence.cited)}")
    why = printable("; ".join(sentence.reasons))
    return Text.assemble(("  ✗ ", "red"), (printable(sentence.cited), "strike dim"), (f"  (struck: {why})", "red"))


def _rich_lines(answer: Answer, numbers: Iterator[int]) -> Iterator[Text | Group]:
    if answer.reply is not None:
        yield Text(printable(answer.reply))
        return
    if answer.parts:
        for one in answer.parts:
            yield Text(f"\n{printable(one.question)}", style="bold")
            yield from _rich_lines(one, numbers)
        return
    if answer.abstained:
        yield Text(printable(answer.reason), style="yellow")
        if answer.missing:
            yield Text(printable("Nowhere in your documents: " + ", ".join(answer.missing)), style="dim")
        if answer.nearest:
            yield Text(f"\n{answer.near_label}:", style="dim")
        for near in answer.near:
            yield rich_citation(near.numbered(next(numbers)), mark=False)
        return
    if answer.short:
        yield Text(printable(answer.short), style="bold")
    if answer.missing:
        yield Text(printable("Nowhere in your documents: " + ", ".join(answer.missing)), style="yellow")
    for difference in answer.differences:
        yield Text(printable(difference), style="yellow")
    for citation in answer.quotations:
        yield rich_citation(citation)
    for part in answer.unanswered:
        yield Text(f"\n{UNANSWERED}: {printable(part)}", style="yellow")
    yield Text(f"\n{answer.sureness}", style="dim")


def rich_citation(citation: Citation, *, mark: bool = True) -> Group:
    """Return a quotation with its number and its place; with ``mark`` it is evidence, and the short answer marked."""
    quotation = Text(printable(citation.text))
    if mark and citation.answer:
        quotation.stylize(
            "bold underline", citation.answer.start - citation.start, citation.answer.end - citation.start
        )
    number = Text(f"[{citation.number}] ", style="cyan" if mark else "dim")
    place = f"{printable(citation.document)}, {citation.place}"
    context = [Text(f"    “{printable(citation.context.text)}”", style="dim")] if citation.context else []
    copies = [Text(f"    {printable(_copies(citation))}", style="dim")] if citation.copies else []
    return Group(*context, Text.assemble(number, "“", quotation, "”"), Text(f"    {place}", style="dim"), *copies)


def _copies(citation: Citation) -> str:
    """Return where else the sentence stands, in the same words or nearly."""
    named = [", ".join(filter(None, (copy.title, copy.where))) for copy in citation.copies[:COPIES_NAMED]]
    more = len(citation.copies) - len(named)
    return f"also in: {'; '.join(named)}" + (f"; and {more} more" if more else "")


# ---- in a notebook ----

_QUOTE = "margin:.4em 0;padding:.2em .8em;border-left:3px solid #7a9;white-space:pre-wrap;tab-size:4"
_DIM = "opacity:.65;font-size:.9em"


def html_answer(answer: Answer) -> str:
    """Return an answer as HTML, all on its own: quotations with their places, or the refusal and what is nearest."""
    written = html_written(answer.written) if answer.written else ""
    return f'<div class="verbatim" style="max-width:60em">{"".join(_html_parts(answer))}{written}</div>'


def html_written(written: Written) -> str:
    """Return what a model wrote as HTML; sentences that do not hold are struck, with the reason in words."""
    said = "".join(map(_html_statement, written.sentences))
    note = f'<p style="{_DIM}">{escape(written.note)}</p>' if written.note else ""
    return (
        f'<p style="{_DIM}">Written by <bdi>{escape(written.model)}</bdi>, each sentence checked:</p>'
        f'<div dir="auto">{said}</div>{note}'
    )


def _html_statement(sentence: Statement) -> str:
    if sentence.holds:
        return f'<p dir="auto">{escape(sentence.cited)}</p>'
    why = escape("; ".join(sentence.reasons))
    return f'<p dir="auto"><s>{escape(sentence.cited)}</s> <span style="{_DIM}">(struck: {why})</span></p>'


def _html_parts(answer: Answer) -> Iterator[str]:
    if answer.parts:
        for one in answer.parts:
            yield from _html_parts(one)
        return
    yield f'<p dir="auto" style="{_DIM}">{escape(answer.question)}</p>'
    if answer.reply is not None:
        yield f'<p dir="auto">{escape(answer.reply)}</p>'
        return
    if answer.abstained:
        yield f'<p dir="auto"><strong>{escape(answer.reason)}</strong></p>'
        if answer.missing:
            yield f"<p>Nowhere in your documents: <bdi>{escape(', '.join(answer.missing))}</bdi></p>"
        if answer.nearest:
            yield f'<p style="{_DIM}">{answer.near_label}:</p>'
        yield from (html_citation(near, mark=False) for near in answer.near)
        return
    if answer.short:
        yield f'<p dir="auto"><strong>{escape(answer.short)}</strong></p>'
    if answer.missing:
        yield f"<p>Nowhere in your documents: <bdi>{escape(', '.join(answer.missing))}</bdi></p>"
    for difference in answer.differences:
        yield f'<p dir="auto">{escape(difference)}</p>'
    yield from map(html_citation, answer.quotations)
    for part in answer.unanswered:
        yield f'<p dir="auto">{UNANSWERED}: {escape(part)}</p>'
    yield f'<p style="{_DIM}">{answer.sureness}</p>'


def html_citation(citation: Citation, *, mark: bool = True) -> str:
    """Return a quotation and its place as HTML; the text of the ``<blockquote>`` is exactly that of the document."""
    number = f"[{citation.number}] " if mark else ""
    context = f'<p dir="auto" style="{_DIM}">{_exactly(citation.context.text)}</p>' if citation.context else ""
    copies = f"<bdi>{escape(_copies(citation))}</bdi><br>" if citation.copies else ""
    return (
        f'<figure style="margin:0">{context}'
        f'<blockquote dir="auto" style="{_QUOTE}">{_marked(citation, mark)}</blockquote>'
        f'<figcaption style="{_DIM}">{number}<bdi>{escape(citation.document)}</bdi>, {escape(citation.place)}'
        f"<br>{copies}<code>{escape(citation.address)}</code></figcaption></figure>"
    )


def _marked(citation: Citation, mark: bool) -> str:
    if not mark or citation.answer is None:
        return _exactly(citation.text)
    start, end = citation.answer.start - citation.start, citation.answer.end - citation.start
    before, short, after = citation.text[:start], citation.text[start:end], citation.text[end:]
    return f"{_exactly(before)}<strong>{_exactly(short)}</strong>{_exactly(after)}"


def _exactly(text: str) -> str:
    """Escape a text; a carriage return is spelled out, since a browser would turn it into a line feed."""
    return escape(text).replace("\r", "&#13;")
