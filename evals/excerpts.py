"""Cuts out of the documents what a person needs to see to judge the judgement: gold and cited sentences, in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from evals.metrics.citations import Place
from evals.results import Excerpt, Segment

CONTEXT_CHARS = 240
"""How much is shown on either side of a marked sentence. Excerpts that touch become one."""

MARKED_CHARS = 3000
"""How much of one marked place is shown at most: a citation can be a whole document."""


def excerpts(gold: Iterable[Place], cited: Sequence[Place | None], documents: Mapping[str, str]) -> tuple[Excerpt, ...]:
    """Return the excerpts that show all gold and all cited places; those in unknown documents are left out.

    ``cited`` holds the citations in order, None where one stands nowhere; a segment names them by number from 1.
    """
    marks = [(place, 0) for place in gold]
    marks += [(place, number) for number, place in enumerate(cited, start=1) if place is not None]
    found = []
    for name in dict.fromkeys(place.document for place, _ in marks):
        text = documents.get(name)
        inside = [(place, number) for place, number in marks if place.document == name]
        if text is not None:
            for start, end in _windows(text, inside):
                found.append(Excerpt(name, _segments(text, (start, end), inside), (start > 0, end < len(text))))
    return tuple(found)


Marks = Sequence[tuple[Place, int]]
"""Places with the number of their citation; 0 is gold."""


def _windows(text: str, marks: Marks) -> list[tuple[int, int]]:
    """Return the ``[start, end)`` to show, each from and to a space, those that touch joined."""
    windows: list[tuple[int, int]] = []
    for place, _ in sorted(marks, key=lambda mark: mark[0].start):
        start = max(0, min(place.start, len(text)) - CONTEXT_CHARS)
        end = min(len(text), min(place.end, place.start + MARKED_CHARS) + CONTEXT_CHARS)
        start = 0 if start == 0 else text.find(" ", start, place.start) + 1 or start
        end = len(text) if end == len(text) else max(end - CONTEXT_CHARS, text.rfind(" ", 0, end))
        if windows and start <= windows[-1][1]:
            windows[-1] = windows[-1][0], max(end, windows[-1][1])
        elif start < end:
            windows.append((start, end))
    return windows


def _segments(text: str, window: tuple[int, int], marks: Marks) -> tuple[Segment, ...]:
    low, high = window
    edges = {low, high}
    for place, _ in marks:
        edges |= {edge for edge in (place.start, place.end) if low < edge < high}
    segments = []
    for start, end in pairwise(sorted(edges)):
        numbers = [number for place, number in marks if place.start <= start and end <= place.end]
        segments.append(Segment(text[start:end], 0 in numbers, tuple(number for number in numbers if number)))
    return tuple(segments)
