"""Sentences -> passages: runs of consecutive sentences, the unit that is embedded and searched."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import Span

PASSAGE_CHARS = 700
"""A passage is closed before it grows beyond this: about 170 tokens, inside the encoder's window of 256."""


def passage_groups(sentences: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Pack sentences, in order, into groups that span at most ``PASSAGE_CHARS`` characters each.

    A sentence is never cut; one that is longer than the limit is a passage of its own.
    """
    groups: list[tuple[Span, ...]] = []
    group: list[Span] = []
    for sentence in sentences:
        if group and sentence.end - group[0].start > PASSAGE_CHARS:
            groups.append(tuple(group))
            group = []
        group.append(sentence)
    if group:
        groups.append(tuple(group))
    return groups
