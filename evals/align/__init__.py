"""Finds where a quoted text stands in the documents, and whether it is word for word.

A text is read as tokens: words, numbers and signs. White space, soft hyphens and Markdown's emphasis are between them
and belong to none. Two texts say the same word for word if their tokens are equal; each token knows its place, so a
quote that was found among the tokens is known by exact offsets. None begins or ends inside a word or number, but for
long ones that are exact: chunks of so many characters do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.align.differences import FEWEST_ALTERED_WORDS, MOST_ALTERED_WORDS, compare, fitted, is_altered, with_signs
from evals.align.tokens import Quoted, Tokens

FEWEST_CHUNK_WORDS = 10
"""A quote of so many words may begin and end inside a word: it is what it is without the pieces at its ends."""

Fidelity = Literal["verbatim", "reformatted", "altered", "absent"]
"""How true a quote is to the documents: see `Aligner.align`."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A place of a quote: ``documents[document][start:end]``.

    ``fidelity`` is never "absent". ``differences`` is for "altered" alone: pairs of what the document says there and
    what the quote says instead, in order; "" where one of them says nothing.
    """

    document: str
    start: int
    end: int
    fidelity: Fidelity
    differences: tuple[tuple[str, str], ...] = ()


class Aligner:
    """Finds quotes in documents, by name. A document is read when it is first searched, and only once."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        self._documents = documents
        self._read: dict[str, Tokens] = {}
        self._encoded: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def align(self, quote: str, *, document: str | None = None) -> tuple[Alignment, ...]:
        """Return the places of a quote, in the documents' order; of the first of these kinds that there is.

        - verbatim: all places with exactly these characters, not cutting through a word if it has fewer than
          `FEWEST_CHUNK_WORDS` words;
        - reformatted: all places with the same words, digits and punctuation, where only these differ: white space,
          kinds of quotation marks, dashes and ellipses, Unicode compatibility forms, invisible characters, letter
          case, Markdown's emphasis, backticks and hashes, and at the quote's edges quotation marks, a final full
          stop or comma and a citation marker like [1];
        - altered: the one place where most of its words stand in order, yet some words or signs differ;
        - absent: ().

        Places of one document do not overlap. White space around the quote is no part of it. A quote without a word or
        digit is absent. ``document`` limits the search to one; `KeyError` if there is none of that name.
        """
        names = self._documents if document is None else (document,)
        quoted = Quoted.of(quote)
        if not quoted.core.has_word:
            return ()
        return (
            tuple(self._verbatim(quoted, names))
            or tuple(self._reformatted(quoted, names))
            or self._altered(quoted, names)
        )

    def pieces(self, quote: str, *, document: str | None = None) -> tuple[str, ...]:
        """Return the parts of a quote between its ellipses ("A ... B", "A […] B"), each to be aligned on its own.

        A quote whose ellipsis stands in the documents, too, is left whole, as is one without any. So is one whose parts
        are all word for word, but in no document in this order, or only where a "not" is left out between them: cut so,
        they say what no document does.
        """
        parts = split_at_ellipses(quote)
        if parts == (quote,):
            return parts
        whole = self.align(quote, document=document)
        if fidelity(whole) in _FAITHFUL:
            return (quote,)
        places = [self.align(part, document=document) for part in parts]
        if any(fidelity(found) not in _FAITHFUL for found in places):
            return parts
        reached = places[0]
        for found in places[1:]:
            reached = tuple(place for place in found if self._follows(place, reached))
        return parts if reached else (quote,)

    def _follows(self, place: Alignment, earlier: Sequence[Alignment]) -> bool:
        """Whether one of the earlier places stands before this one, and no "not" between it and the nearest of them."""
        before = [one for one in earlier if one.document == place.document and one.end <= place.start]
        return bool(before) and not _denies(self._documents[place.document][before[-1].end - 1 : place.start])

    def _verbatim(self, quoted: Quoted, names: Iterable[str]) -> Iterator[Alignment]:
        is_chunk = len(quoted.core.words) >= FEWEST_CHUNK_WORDS
        for name in names:
            if quoted.text in self._documents[name]:
                for start, end in self._text(name).places(quoted.text, cut=is_chunk):
                    yield Alignment(name, start, end, "verbatim")

    def _reformatted(self, quoted: Quoted, names: Iterable[str]) -> Iterator[Alignment]:
        for name in names:
            text = self._text(name)
            for first, last in text.runs(quoted.core.canonical):
                start, end = text.span(*quoted.with_edges(text, first, last))
                yield Alignment(name, start, end, "reformatted")

    def _altered(self, quoted: Quoted, names: Iterable[str]) -> tuple[Alignment, ...]:
        quote = quoted.core
        if not FEWEST_ALTERED_WORDS <= len(quote.words) <= MOST_ALTERED_WORDS:
            return ()
        nearest = self._nearest(quote, names)
        if nearest is None:
            return ()
        name, first, last = nearest
        text = self._text(name)
        comparison = compare(text, *with_signs(text, first, last, quote), quote)
        if not is_altered(comparison):
            return ()
        return (Alignment(name, *text.span(comparison.first, comparison.last), "altered", comparison.differences),)

    def _nearest(self, quote: Tokens, names: Iterable[str]) -> tuple[str, int, int] | None:
        """Return the document, and the run ``[first, last)`` of its tokens, whose words are nearest to the quote's."""
        from rapidfuzz.fuzz import partial_ratio_alignment

        documents = {name: self._encode(name) for name in names}
        words = "".join(self._codes.get(quote.keys[token], _UNKNOWN) for token in quote.words)
        best, best_score = None, 0.0
        for name, document in documents.items():
            found = partial_ratio_alignment(words, document, score_cutoff=best_score)
            if found is not None and found.score > best_score:
                best, best_score = (name, found.dest_start, found.dest_end), found.score
        if best is None:
            return None
        name, first, last = best
        first, last = fitted(words, documents[name], first, last)
        tokens = self._text(name).words
        return name, tokens[first], tokens[last - 1] + 1

    def _text(self, name: str) -> Tokens:
        if name not in self._read:
            self._read[name] = Tokens.of(self._documents[name])
        return self._read[name]

    def _encode(self, name: str) -> str:
        """Return a document's words as one character each, the fastest thing that rapidfuzz can compare."""
        if name not in self._encoded:
            text = self._text(name)
            self._encoded[name] = "".join(self._code(text.keys[token]) for token in text.words)
        return self._encoded[name]

    def _code(self, key: str) -> str:
        if key not in self._codes:
            # After a million different words all others share a code: a place may be chosen less well then, but its
            # differences are always told by the words themselves.
            code = len(self._codes) + 1
            self._codes[key] = chr(min(code if code < 0xD800 else code + 0x800, ord(_UNKNOWN) - 1))
        return self._codes[key]


def fidelity(places: tuple[Alignment, ...]) -> Fidelity:
    """Return the fidelity of what `Aligner.align` found; "absent" for nothing."""
    return places[0].fidelity if places else "absent"


def _denies(gap: str) -> bool:
    """Whether what is left out denies a sentence that is quoted in part; whole sentences between do not matter."""
    pieces = _SENTENCE_END.split(gap)
    return any(_NEGATION.search(piece) for piece in (pieces[0], pieces[-1]))


def split_at_ellipses(quote: str) -> tuple[str, ...]:
    """Return the parts of a quote between its ellipses, bracketed or not, that hold a word; (quote,) if it has none.

    Quotation marks around the quote or around a part are dropped, for else some parts would begin or end with one.
    """
    parts = _ELLIPSIS.split(quote)
    if len(parts) == 1:
        return (quote,)
    inner = (_without_marks_around(part) for part in _ELLIPSIS.split(_without_marks_around(quote)))
    return tuple(part for part in inner if Tokens.of(part).has_word) or (quote,)


_FAITHFUL = frozenset({"verbatim", "reformatted"})
_SENTENCE_END = re.compile(r"[.!?][\"'”’»)]*\s")
_NEGATION = re.compile(r"\b(?:not?|never|nor|cannot|without)\b|n['’]t\b", re.IGNORECASE)
_UNKNOWN = "\U0010ffff"
_DOTS = r"(?:…|\.(?:[ \u00a0]?\.){2,})"
_ELLIPSIS = re.compile(rf"\[\s*{_DOTS}\s*\]|\(\s*{_DOTS}\s*\)|{_DOTS}")
_MARKS_AROUND = re.compile(r"\s*[\"“„”«»]([^\"“„”«»]*)[\"”“»«]\s*")


def _without_marks_around(quote: str) -> str:
    around = _MARKS_AROUND.fullmatch(quote)
    return (around[1] if around else quote).strip()
