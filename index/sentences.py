"""Text becomes sentences: exact spans of the text as it is, in order, so that each can be quoted word for word.

First the text falls into blocks (paragraphs, headings, list items, table rows), then each block into sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.types import Span

LONGEST_SENTENCE_CHARS = 1_200
LONGEST_ROW_CHARS = 300  # a longer row holds prose, which is worth splitting
LONGEST_WINDOW_CHARS = 20_000  # what the library is handed at once: bounds its time and memory on hostile text

# The columns at which people and programs wrap text. A line beyond the widest was not wrapped at all.
NARROWEST_WRAP, WIDEST_WRAP = 60, 120

SplitBlock = Callable[[str], Iterable[int]]
"""Takes the text of one block, without line breaks, and gives the offsets at which its sentences end, in order."""


def sentence_spans(text: str, *, markdown: bool = False) -> list[Span]:
    return spans_with(text, library_ends, markdown=markdown)


def spans_with(text: str, split_block: SplitBlock, *, markdown: bool = False) -> list[Span]:
    safe = _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)
    blocks = _markdown_blocks(safe) if markdown else _plain_blocks(safe)
    return [piece for block in blocks for span in _split(safe, block, split_block) for piece in _cut(text, span)]


# A NUL or a lone surrogate has no place in UTF-8 text, and libraries that work on UTF-8 stumble over them.
_UNSAFE = re.compile("[\0\ud800-\udfff]")


# ── blocks of plain text ──────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Block:
    """What holds whole sentences: ``text[start:end]``; its words begin at ``body``, after a bullet or a number."""

    start: int
    body: int
    end: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its edge whitespace. ``column`` is where it ends on the page, ``quote`` its ``>`` signs."""

    start: int
    body: int
    end: int
    column: int
    quote: int
    text: str


_QUOTE = re.compile(r"(?:>[ \t]*)*")
_MARKER = re.compile(
    r"""(?: [-*+•‣◦▪●·–] | \d{1,3}[.)] | \d{1,3}(?:\.\d{1,3})+\.? | \((?:[a-zA-Z]{1,4}|\d{1,3})\) | [a-z]\) )[ \t]+""",
    re.VERBOSE,
)
_OWN_LINE = re.compile(r"[—–―]\s?[^\W\d_a-z]|[A-Z][\w-]{1,20}:\s")
_GAP = re.compile(r"\t+|\s{3,}|\s\|\s")
_FINISHED = re.compile(r"""[.!?…:;。！？][\W_]*$""")


def _plain_blocks(text: str) -> Iterator[_Block]:
    lines = _lines(text, 0, text.splitlines(keepends=True))
    for blank, run in groupby(lines, key=lambda line: line.start == line.end):
        if not blank:
            yield from _paragraphs(list(run))


def _lines(text: str, offset: int, raw_lines: Iterable[str]) -> Iterator[_Line]:
    for raw in raw_lines:
        stripped = raw.strip()
        start = offset + len(raw) - len(raw.lstrip())
        end = start + len(stripped)
        quote = _QUOTE.match(stripped)
        words = quote.end() if quote else 0
        depth = stripped.count(">", 0, words)
        marker = _MARKER.match(stripped, words)
        body = start + (marker.end() if marker else words)
        yield _Line(start, body, end, end - offset, depth, stripped)
        offset += len(raw)


def _paragraphs(lines: list[_Line]) -> Iterator[_Block]:
    widest = max((line.column for line in lines if line.column <= WIDEST_WRAP), default=0)
    width = max(NARROWEST_WRAP, widest)
    first = last = lines[0]
    for line in lines[1:]:
        if not _continues(last, line, width):
            yield _Block(first.start, first.body, last.end, _is_row(first))
            first = line
        last = line
    yield _Block(first.start, first.body, last.end, _is_row(first))


def _continues(line: _Line, following: _Line, width: int) -> bool:
    if line.quote != following.quote or max(line.column, following.column) > WIDEST_WRAP:
        return False
    words = following.text[following.body - following.start :] if following.quote else following.text
    if _is_row(line) or _is_row(following) or _OWN_LINE.match(words):
        return False
    if _MARKER.match(following.text.lstrip("> \t")):
        return False
    first_word = words.split(maxsplit=1)[0] if words.strip() else ""
    filled = line.column + 1 + len(first_word) > width
    unfinished = line.column > NARROWEST_WRAP // 2 and words[:1].islower() and not _FINISHED.search(line.text)
    return filled or unfinished


def _is_row(line: _Line) -> bool:
    words = line.text[line.body - line.start :]
    return len(words) <= LONGEST_ROW_CHARS and sum(1 for _ in _GAP.finditer(words)) >= 2


# ── blocks of markdown ────────────────────────────────────────────────────────


def _markdown_blocks(text: str) -> Iterator[_Block]:
    return _plain_blocks(text)


# ── sentences of a block ──────────────────────────────────────────────────────

_BREAK = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*(?:>[ \t]*)*")


def _split(text: str, block: _Block, split_block: SplitBlock) -> Iterator[Span]:
    if block.whole or block.body >= block.end:
        yield Span(block.start, block.end)
        return
    words = _BREAK.sub(lambda found: " " * len(found.group()), text[block.body : block.end])
    start = block.start
    for end in split_block(words):
        yield Span(start, block.body + end)
        start = block.body + end
    if start < block.end:
        yield Span(start, block.end)


def library_ends(words: str) -> Iterable[int]:
    import sentencex

    return (b["end_index"] for b in sentencex.get_sentence_boundaries("en", words))


def _cut(text: str, span: Span) -> Iterator[Span]:
    start, end = _strip(text, span.start, span.end)
    while end - start > LONGEST_SENTENCE_CHARS:
        limit = start + LONGEST_SENTENCE_CHARS
        space = next((at for at in range(limit, start, -1) if text[at].isspace()), limit)
        yield Span(*_strip(text, start, space))
        start, end = _strip(text, space, end)
    if start < end:
        yield Span(start, end)


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
