"""A question beside a passage, as the model reads it, and which sentence each of its tokens lies in."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Encoding

from index.types import Span

MAX_TOKENS = 384
QUESTION_CHARS, TITLE_CHARS, HEADING_CHARS = 400, 100, 90
START, END, EVIDENCE = range(3)
"""The scores that the model gives each token: an answer starts here, ends here, this is part of the evidence. Those of
the first token say that the passage holds no answer (start and end), or that it does (evidence)."""


def first_text(question: str, title: str, heading: str = "") -> str:
    """Return the first text of the pair: the question, the document's title, and the heading above the passage.

    The second is the passage. A title without a letter says nothing and is left out.
    """
    asked = question[:QUESTION_CHARS]
    above = [part for part in (title[:TITLE_CHARS], heading[:HEADING_CHARS]) if any(map(str.isalpha, part))]
    return f"{asked} | {': '.join(above)}" if above else asked


def token_sentences(item: Encoding, text: str, sentences: Sequence[Span]) -> list[int]:
    """Return the sentence of the passage ``text`` that each token starts in, -1 for those in none."""
    numbers = [-1] * len(text)
    for number, sentence in enumerate(sentences):
        numbers[sentence.start : sentence.end] = [number] * (sentence.end - sentence.start)
    return [
        numbers[start] if part == 1 and end > start else -1
        for part, (start, end) in zip(item.sequence_ids, item.offsets, strict=True)
    ]
