"""A document's text as it is set: in paragraphs, lines that were only wrapped joined, the sentence marked.

Every character is there in its order; where a line was broken inside a sentence, the break is shown as a space.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.sentences import sentence_spans
from qa.types import Citation
from ui.render.text import escape, several, with_answer

MARK_ID = "cited"
"""The id of the element that holds exactly the cited sentence in the source pane."""

WINDOW_CHARS = 60_000
"""Longer documents are shown as this many characters around the sentence."""

_BREAK = re.compile(r"\r\n|\r|\n")
_BLANK_LINES = re.compile(r"(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))+")
_SPELLED_BREAK = re.compile("&#1[03];")  # as `escape` writes it


def mark(citation: Citation) -> str:
    """Return the mark: its text content is exactly the sentence."""
    words = _SPELLED_BREAK.sub(lambda found: _joined(found[0]), with_answer(citation, "b"))
    return f'<mark id="{MARK_ID}" tabindex="-1">{words}</mark>'


def marked_text(text: str, citation: Citation) -> str:
    """Return the text in paragraphs, whole or (a long one) around the sentence, with the sentence marked."""
    first, last = _window(text, citation)
    return "".join(
        (
            left_out(first, "character", "before this"),
            *_paragraphs(text, first, last, citation),
            left_out(len(text) - last, "character", "after this"),
        )
    )


def left_out(count: int, what: str, where: str) -> str:
    """Return an honest note on what is not shown."""
    return f'<p class="left-out">… {several(count, what)} {where}</p>' if count else ""


def _window(text: str, citation: Citation) -> tuple[int, int]:
    """Return the part of the text to show: all of it, or a window around the sentence."""
    if len(text) <= WINDOW_CHARS:
        return 0, len(text)
    margin = WINDOW_CHARS // 2
    return max(0, citation.start - margin), min(len(text), citation.end + margin)


def _paragraphs(text: str, first: int, last: int, citation: Citation) -> Iterator[str]:
    """Give the paragraphs of ``text[first:last]``; those that the sentence touches become one.

    They are parted by blank lines or, in a text without any, by line breaks that are not inside a sentence.
    """
    wraps = _wraps(text, first, last)
    ends = [found.end() for found in _BLANK_LINES.finditer(text, first, last)]
    css = ' class="spaced"' if ends else ""
    if not ends:
        inside = set(wraps)
        ends = [found.end() for found in _BREAK.finditer(text, first, last) if found.start() not in inside]
    ends = [end for end in ends if not citation.start < end < citation.end]
    for start, end in pairwise([first, *ends, last]):
        if start <= citation.start < end:
            before, after = _set(text, start, citation.start, wraps), _set(text, citation.end, end, wraps)
            yield f'<p dir="auto"{css}>{before}{mark(citation)}{after}</p>'
        elif start < end:
            yield f'<p dir="auto"{css}>{_set(text, start, end, wraps)}</p>'


def _wraps(text: str, first: int, last: int) -> list[int]:
    """Return where lines break inside a sentence."""
    return [
        place
        for span in sentence_spans(text[first:last])
        for place in range(first + span.start, first + span.end)
        if text[place] in "\r\n"
    ]


def _set(text: str, start: int, end: int, wraps: Sequence[int]) -> str:
    """Return a part of the text in which the breaks at ``wraps`` are shown as spaces."""
    parts, at = [], start
    for wrap in wraps[bisect_left(wraps, start) : bisect_left(wraps, end)]:
        parts += [escape(text[at:wrap]), _joined(escape(text[wrap]))]
        at = wrap + 1
    return "".join([*parts, escape(text[at:end])])


def _joined(spelled_break: str) -> str:
    """Return a line break that is there and is shown as a space."""
    return f'<span class="wrap">{spelled_break}</span>'
