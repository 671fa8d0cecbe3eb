"""Sentences -> passages: runs of consecutive sentences, the unit that is embedded and searched."""

from __future__ import annotations

from collections.abc import Sequence

from index.shapes import introduces
from index.types import Span

PASSAGE_CHARS = 700
"""A passage is closed before it grows beyond this: about 170 tokens, inside the encoder's window of 256."""

MOST_CARRIED = 3
"""So many headings, one below the other, are carried over to what they head."""

PASSAGES_ABOVE = 3
"""Passages before one that are looked through for the heading that it stands under, or for the line that a sentence of
it cannot be understood without."""


def passage_groups(text: str, sentences: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Pack the sentences of a text, in order, into groups that span at most ``PASSAGE_CHARS`` characters each.

    A sentence is never cut; one that is longer than the limit is a passage of its own. A heading, the head of a list
    or a question does not end a passage, but begins the next.
    """
    groups: list[tuple[Span, ...]] = []
    group: list[Span] = []
    for sentence in sentences:
        if group and sentence.end - group[0].start > PASSAGE_CHARS:
            kept = _without_heads(text, group, sentence)
            groups.append(tuple(group[:kept]))
            group = group[kept:]
        group.append(sentence)
    if group:
        groups.append(tuple(group))
    return groups


def _without_heads(text: str, group: Sequence[Span], following: Span) -> int:
    """Return how many sentences of a group stay in it, and do not only introduce the one that follows."""
    kept = len(group)
    while kept > max(1, len(group) - MOST_CARRIED) and introduces(group[kept - 1].of(text)):
        kept -= 1
    fits = kept < len(group) and following.end - group[kept].start <= PASSAGE_CHARS
    return kept if fits and not introduces(group[kept - 1].of(text)) else len(group)
