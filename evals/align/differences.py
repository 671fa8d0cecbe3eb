"""What an altered quote has in common with its nearest place, and what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from evals.align.tokens import WORDS, Tokens

FEWEST_ALTERED_WORDS = 4
"""A shorter quote that stands nowhere is absent: three words with one changed could be from anywhere."""

MOST_ALTERED_WORDS = 500
"""A longer quote that stands nowhere is absent: to look for the differences takes time that grows with its square."""

SHARE_ALTERED = 0.65
"""A quote counts as altered if at least this share of its words stands at its best place, in order; else it is absent.

Words are weighed by their letters and digits, up to eight, so that "of the" proves less than a name does. A quote also
counts as altered if one unbroken run of four words or more makes up half of it: two sentences stitched together.

Chosen on 37 altered quotes and 36 paraphrases, written for it: 35 of the altered have shares of 0.73 and more, two are
stitched; 34 of the paraphrases have 0.52 and less, two 0.62 and 0.67. On others, written later, all 20 altered were
told as such, and 19 of 20 paraphrases as absent. Both lists are in ``tests/evals/test_align.py``.
"""

FEWEST_TRIED, MOST_TRIED = 8, 40  # how many words a place is made longer or shorter by, to see whether it fits better


def fitted(quote: str, document: str, first: int, last: int) -> tuple[int, int]:
    """Move the ends of ``document[first:last]`` to where the fewest edits make it the quote.

    rapidfuzz found the best place of the quote's own length; where words were left out or put in it is another one.
    """
    from rapidfuzz.distance import LCSseq, Levenshtein

    reach = max(FEWEST_TRIED, min(len(quote), MOST_TRIED))

    def cost(start: int, end: int) -> tuple[int, int, int]:
        """Count the edits; of as many, those that leave more words and keep the length are the likelier ones."""
        place = document[start:end]
        return Levenshtein.distance(quote, place), -LCSseq.similarity(quote, place), abs(len(place) - len(quote))

    for _ in range(2):  # each end was chosen for the other's old place
        last = min(
            range(max(first + 1, last - reach), min(len(document), last + reach) + 1), key=lambda end: cost(first, end)
        )
        first = min(range(max(0, first - reach), min(last, first + reach + 1)), key=lambda start: cost(start, last))
    return first, last


def with_signs(text: Tokens, first: int, last: int, quote: Tokens) -> tuple[int, int]:
    """Take in as many signs right before and after the tokens ``[first, last)`` as the quote has at its ends: "$42"."""
    words = quote.words
    for _ in range(words[0]):
        if first > 0 and text.kinds[first - 1] not in WORDS and text.ends[first - 1] == text.starts[first]:
            first -= 1
    for _ in range(len(quote.keys) - 1 - words[-1]):
        if last < len(text.keys) and text.kinds[last] not in WORDS and text.ends[last - 1] == text.starts[last]:
            last += 1
    return first, last


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a quote and the tokens ``[first, last)`` of a document have in common.

    ``share`` is that of the quote's weighed words that are equal, ``run`` the most words equal in a row, ``words``
    how many the quote has.
    """

    first: int
    last: int
    share: float
    run: int
    words: int
    differences: tuple[tuple[str, str], ...]


def is_altered(comparison: Comparison) -> bool:
    """Whether a quote is this place with some words changed, by `SHARE_ALTERED`; else it is something else."""
    is_stitched = comparison.run >= FEWEST_ALTERED_WORDS and 2 * comparison.run >= comparison.words
    return bool(comparison.differences) and (comparison.share >= SHARE_ALTERED or is_stitched)


_Chunk = tuple[int, int]
"""The tokens ``[first, last)`` that stand together as one word for a reader: $42, 22-year-old."""

_Operation = tuple[str, int, int, int, int]
"""Of difflib: a tag, and the chunks ``[from, to)`` of the document and of the quote."""


def compare(text: Tokens, first: int, last: int, quote: Tokens) -> Comparison:
    """Compare a quote with the tokens ``[first, last)`` of a document, word by word as a reader sees them."""
    theirs, ours = _chunks(text, first, last), _chunks(quote, 0, len(quote.keys))
    said = [" ".join(text.keys[slice(*chunk)]) for chunk in theirs]
    quoted = [" ".join(quote.keys[slice(*chunk)]) for chunk in ours]
    operations: list[_Operation] = list(SequenceMatcher(None, said, quoted, autojunk=False).get_opcodes())
    equal = [range(ours[from_][0], ours[to - 1][1]) for tag, _, _, from_, to in operations if tag == "equal"]
    if not equal:
        return Comparison(first, last, 0.0, 0, len(quote.words), ())
    operations = _trimmed(operations, said)
    return Comparison(
        theirs[operations[0][1]][0],
        theirs[operations[-1][2] - 1][1],
        sum(_weight(quote, run) for run in equal) / _weight(quote, range(len(quote.keys))),
        max(sum(quote.kinds[token] in WORDS for token in run) for run in equal),
        len(quote.words),
        tuple(
            (_shown(text, theirs[from_:to]), _shown(quote, ours[from_quote:to_quote]))
            for tag, from_, to, from_quote, to_quote in _with_words(operations, said, quoted)
            if tag != "equal"
        ),
    )


def _weight(text: Tokens, tokens: range) -> int:
    return sum(min(len(text.keys[token]), 8) for token in tokens if text.kinds[token] in WORDS)


_LEADING_SIGNS = " .,;:!?"  # what belongs to the words before


def _shown(text: Tokens, chunks: list[_Chunk]) -> str:
    words = text.shown(chunks[0][0], chunks[-1][1]) if chunks else ""
    return words.lstrip(_LEADING_SIGNS) or words


def _chunks(text: Tokens, first: int, last: int) -> list[_Chunk]:
    """Group tokens that stand together with no space, bracket, quotation mark or punctuation between them."""
    chunks: list[_Chunk] = []
    for token in range(first, last):
        if chunks and _stand_together(text, token):
            chunks[-1] = (chunks[-1][0], token + 1)
        else:
            chunks.append((token, token + 1))
    return chunks


def _stand_together(text: Tokens, token: int) -> bool:
    """Whether a token belongs to the one before it. A full stop does if it is inside a word: example.com."""
    if text.starts[token] != text.ends[token - 1]:
        return False
    before, kind = text.kinds[token - 1], text.kinds[token]
    if kind == "p" and text.keys[token] in ".:" and token + 1 < len(text.keys):
        return before == "w" == text.kinds[token + 1] and text.starts[token + 1] == text.ends[token]
    if before == "p" and text.keys[token - 1] in ".:" and token >= 2:
        return kind == "w" == text.kinds[token - 2] and text.starts[token - 1] == text.ends[token - 2]
    return before in _TOGETHER and kind in _TOGETHER


_TOGETHER = frozenset("wfhx")
_SENTENCE_ENDS = frozenset(".!?…")


def _trimmed(operations: list[_Operation], said: list[str]) -> list[_Operation]:
    """Take from the document's side of both ends what the quote has no word for, and other sentences.

    The place was chosen as long as the quote: words that a quote adds at an end lie over what happens to stand there.
    """
    tag, from_, to, from_quote, to_quote = operations[0]
    if tag != "equal":
        ends = [at for at in range(from_, to) if said[at] in _SENTENCE_ENDS]
        start = to if not _has_word(said[from_:to]) or from_quote == to_quote else ends[-1] + 1 if ends else from_
        operations[0] = ("replace", start, to, from_quote, to_quote)
    tag, from_, to, from_quote, to_quote = operations[-1]
    if tag != "equal":
        ends = [at for at in range(from_, to) if said[at] in _SENTENCE_ENDS]
        end = from_ if not _has_word(said[from_:to]) or from_quote == to_quote else ends[0] if ends else to
        operations[-1] = ("replace", from_, end, from_quote, to_quote)
    return [operation for operation in operations if operation[1] < operation[2] or operation[3] < operation[4]]


def _with_words(operations: list[_Operation], said: list[str], quoted: list[str]) -> Iterator[_Operation]:
    """Let each difference that is only punctuation take in the word before it: ("won,", "won")."""
    for number, (tag, from_, to, from_quote, to_quote) in enumerate(operations):
        is_bare = tag != "equal" and number > 0 and not _has_word(said[from_:to] + quoted[from_quote:to_quote])
        yield (tag, from_ - is_bare, to, from_quote - is_bare, to_quote)


def _has_word(chunks: list[str]) -> bool:
    return any(character.isalnum() for chunk in chunks for character in chunk)
