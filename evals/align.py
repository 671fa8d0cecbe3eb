"""Finds where a quoted text stands in the documents, and whether it is word for word.

A text is read as tokens: words, numbers and signs. White space, soft hyphens and Markdown's emphasis are between them
and belong to none. Two texts say the same word for word if their tokens are equal; each token knows its place, so a
quote that was found among the tokens is known by exact offsets, and none ever begins or ends inside a word or number.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain
from typing import Literal
from unicodedata import category, decomposition, normalize

Fidelity = Literal["verbatim", "reformatted", "altered", "absent"]
"""How true a quote is to the documents: see `Aligner.align`."""

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
told as such, and 19 of 20 paraphrases as absent. Both lists are in ``tests/test_align.py``.
"""

# ---- places --------------------------------------------------------------------------------------


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
        self._read: dict[str, _Text] = {}
        self._encoded: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def align(self, quote: str, *, document: str | None = None) -> tuple[Alignment, ...]:
        """Return the places of a quote, in the documents' order; of the first of these kinds that there is.

        - verbatim: all places with exactly these characters;
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
        quoted = _Quoted.of(quote)
        if not quoted.has_word:
            return ()
        return (
            tuple(self._verbatim(quoted, names))
            or tuple(self._reformatted(quoted, names))
            or self._altered(quoted, names)
        )

    def pieces(self, quote: str, *, document: str | None = None) -> tuple[str, ...]:
        """Return the parts of a quote between its ellipses ("A ... B", "A […] B"), each to be aligned on its own.

        A quote whose ellipsis stands in the documents, too, is left whole, as is one without any.
        """
        parts = split_at_ellipses(quote)
        if parts == (quote,):
            return parts
        whole = self.align(quote, document=document)
        return (quote,) if fidelity(whole) in {"verbatim", "reformatted"} else parts

    def _verbatim(self, quoted: _Quoted, names: Iterable[str]) -> Iterator[Alignment]:
        for name in names:
            if quoted.text in self._documents[name]:
                for start, end in self._text(name).places(quoted.text):
                    yield Alignment(name, start, end, "verbatim")

    def _reformatted(self, quoted: _Quoted, names: Iterable[str]) -> Iterator[Alignment]:
        for name in names:
            text = self._text(name)
            for first, last in text.runs(quoted.core.canonical):
                start, end = text.span(*quoted.with_edges(text, first, last))
                yield Alignment(name, start, end, "reformatted")

    def _altered(self, quoted: _Quoted, names: Iterable[str]) -> tuple[Alignment, ...]:
        quote = quoted.core
        if not FEWEST_ALTERED_WORDS <= quote.count_words() <= MOST_ALTERED_WORDS:
            return ()
        nearest = self._nearest(quote, names)
        if nearest is None:
            return ()
        name, first, last = nearest
        text = self._text(name)
        comparison = _compare(text, *_with_signs(text, first, last, quote), quote)
        if not _is_altered(comparison):
            return ()
        return (Alignment(name, *text.span(comparison.first, comparison.last), "altered", comparison.differences),)

    def _nearest(self, quote: _Text, names: Iterable[str]) -> tuple[str, int, int] | None:
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
        first, last = _fitted(words, documents[name], first, last)
        tokens = self._text(name).words
        return name, tokens[first], tokens[last - 1] + 1

    def _text(self, name: str) -> _Text:
        if name not in self._read:
            self._read[name] = _Text.of(self._documents[name])
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


def split_at_ellipses(quote: str) -> tuple[str, ...]:
    """Return the parts of a quote between its ellipses, bracketed or not, that hold a word; (quote,) if it has none.

    Quotation marks around the quote or around a part are dropped, for else some parts would begin or end with one.
    """
    parts = _ELLIPSIS.split(quote)
    if len(parts) == 1:
        return (quote,)
    inner = (_without_marks_around(part) for part in _ELLIPSIS.split(_without_marks_around(quote)))
    return tuple(part for part in inner if _Text.of(part).has_word) or (quote,)


_UNKNOWN = "\U0010ffff"
_DOTS = r"(?:…|\.(?:[ \u00a0]?\.){2,})"
_ELLIPSIS = re.compile(rf"\[\s*{_DOTS}\s*\]|\(\s*{_DOTS}\s*\)|{_DOTS}")
_MARKS_AROUND = re.compile(r"\s*[\"“„”«»]([^\"“„”«»]*)[\"”“»«]\s*")


def _without_marks_around(quote: str) -> str:
    around = _MARKS_AROUND.fullmatch(quote)
    return (around[1] if around else quote).strip()


# ---- a text as tokens ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Text:
    """A text and its tokens; token ``i`` is ``text[starts[i]:ends[i]]``.

    ``keys`` holds what is compared of each: equal keys say the same. ``kinds`` holds one letter for each, the name of
    its group in ``_TOKEN``. ``canonical`` is the keys with a space around each, ``positions`` where each begins in it.
    """

    text: str
    starts: list[int]
    ends: list[int]
    kinds: str
    keys: list[str]
    canonical: str
    positions: list[int]

    @classmethod
    def of(cls, text: str) -> _Text:
        starts, ends, kinds, keys = [], [], [], []
        for kind, start, end in _tokens(text):
            starts.append(start)
            ends.append(end)
            kinds.append(kind)
            keys.append(_key(kind, text[start:end]))
        return cls._made(text, starts, ends, "".join(kinds), keys)

    @classmethod
    def _made(cls, text: str, starts: list[int], ends: list[int], kinds: str, keys: list[str]) -> _Text:
        positions = [1]
        for key in keys:
            positions.append(positions[-1] + len(key) + 1)
        return cls(text, starts, ends, kinds, keys, f" {' '.join(keys)} ", positions)

    def part(self, first: int, last: int) -> _Text:
        """Return the same text with the tokens ``[first, last)`` alone."""
        piece = slice(first, last)
        return self._made(self.text, self.starts[piece], self.ends[piece], self.kinds[piece], self.keys[piece])

    @property
    def words(self) -> list[int]:
        """The tokens that are words or numbers."""
        return [token for token, kind in enumerate(self.kinds) if kind in _WORDS]

    @property
    def has_word(self) -> bool:
        return any(kind in _WORDS for kind in self.kinds)

    def count_words(self) -> int:
        return len(self.words)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets of the tokens ``[first, last)``, of which there is at least one."""
        return self.starts[first], self.ends[last - 1]

    def shown(self, first: int, last: int) -> str:
        """Return the tokens ``[first, last)`` as they are written, on one line; "" for none."""
        if first == last:
            return ""
        start, end = self.span(first, last)
        return " ".join(self.text[start:end].split())

    def places(self, words: str) -> Iterator[tuple[int, int]]:
        """Yield where exactly these characters stand, apart and not cutting through a word."""
        start = self.text.find(words)
        while start >= 0:
            end = start + len(words)
            if self._is_inside_word(start):
                following = self.ends[bisect_right(self.starts, start) - 1]
            elif self._is_inside_word(end):
                following = start + 1
            else:
                yield start, end
                following = end
            start = self.text.find(words, following)

    def runs(self, canonical: str) -> Iterator[tuple[int, int]]:
        """Yield the runs ``[first, last)`` of tokens with these keys, apart."""
        at = self.canonical.find(canonical)
        while at >= 0:
            end = at + len(canonical)
            first, last = bisect_left(self.positions, at + 1), bisect_left(self.positions, end)
            # A key can hold spaces ("½" is "1 / 2"): what begins or ends inside one is no run.
            is_run = self.positions[first] == at + 1 and self.positions[last] == end
            if is_run:
                yield first, last
            at = self.canonical.find(canonical, end - 1 if is_run else at + 1)

    def _is_inside_word(self, offset: int) -> bool:
        token = bisect_right(self.starts, offset) - 1
        return token >= 0 and self.starts[token] < offset < self.ends[token] and self.kinds[token] not in _CUTTABLE


@dataclass(frozen=True, slots=True)
class _Quoted:
    """A quote: its ``text`` without white space around it, and its ``core``, which must stand in a document.

    ``before`` and ``after`` hold the keys of the signs that were left out of the core, outermost last: they belong to
    the place if they stand in the document, too.
    """

    text: str
    core: _Text
    before: tuple[str, ...]
    after: tuple[str, ...]

    @classmethod
    def of(cls, quote: str) -> _Quoted:
        text = quote.strip()
        tail = max(0, len(text) - _LONGEST_TAIL)
        tokens = _Text.of(text[:tail] + _TRAILING_MARKERS.sub("", text[tail:]))
        first, last, has_stop = 0, len(tokens.keys), False
        while last > 0 and (tokens.kinds[last - 1] == "q" or (tokens.keys[last - 1] in _STOPS and not has_stop)):
            has_stop = has_stop or tokens.kinds[last - 1] != "q"
            last -= 1
        while first < last and tokens.kinds[first] == "q":
            first += 1
        return cls(text, tokens.part(first, last), tuple(reversed(tokens.keys[:first])), tuple(tokens.keys[last:]))

    @property
    def has_word(self) -> bool:
        return self.core.has_word

    def with_edges(self, text: _Text, first: int, last: int) -> tuple[int, int]:
        """Return a run of the core's tokens together with the signs around it that the quote has, too."""
        for key in self.before:
            if first == 0 or text.keys[first - 1] != key or text.ends[first - 1] != text.starts[first]:
                break
            first -= 1
        for key in self.after:
            if last == len(text.keys) or text.keys[last] != key or text.ends[last - 1] != text.starts[last]:
                break
            last += 1
        return first, last


_STOPS = frozenset(".,")
_LONGEST_TAIL = 200  # where markers are looked for, so that a quote of a million spaces takes no time
# A product's own marker after its quote. A raised digit counts only after punctuation: "5 m²" and "10⁶" are words.
_TRAILING_MARKERS = re.compile(
    r"(?:\s*(?:\[\^?\d[\d\s,;–-]*\]|【[^】]*】|(?<=[.,!?\"”»’])[¹²³⁰⁴-⁹]+))+(?=[.,]?\s*[\"”»’]?$)"
)

# Every character is of one class, a letter, and the tokens are found in the classes: so regular expressions can tell
# combining marks from letters, and offsets stay those of the text.
#   w letter   9 decimal digit   m combining mark   c letter of a script without spaces   f other number (½, ①)
#   s space   n line break   z invisible   a apostrophe   q quotation mark   h hyphen or minus   d other dash
#   . , : themselves   e ellipsis   p other punctuation   o opening bracket   k closing bracket   u currency sign
#   t asterisk   b backtick   _ underscore   g hash   v greater-than   x other sign
_TOKEN = re.compile(
    r"""
    (?P<w>  # a word or number, with its sign; "-5", ".5", "3.5", "12:30", "don't", "co*oper*ate", "snake_case"
        (?: (?<![^sno]) h \.? (?=9) | (?<![^snouh]) \. (?=9) )?
        [w9m]
        (?: [w9m]++
          | (?<=9) z* [.,:a] z* (?=9)
          | z* a z* (?=[w9])
          | z+ (?=[w9m])
          | _+ (?=[w9m])
          | (?<=[wm]) [tb]+ (?=[wm])
        )*
    )
  | (?P<c> c (?:z*m)* )
  | (?P<f> f m* )
  | (?P<e> e+ | \.(?:s?\.){2,} )
  | (?P<h> h (?![hd]) )
  | (?P<d> [hd]+ )
  | (?P<q> aa | [aq] )
  | (?P<x> (?<![^sn]) (?:t++|_++) (?![^sn]) | (?<=9) t (?=[w9]) | [xu]m* )  # signs; asterisks and blanks on their own
  | (?P<markup> t+ | b+ | _+ | (?<![^sn]) g{1,6} (?![^sn]) | n (?:s*v)+ )
  | (?P<p> [.,:pok] )
  | (?P<other> [gv] )
    """,
    re.VERBOSE,
)
_WORDS = frozenset("wcf")
_CUTTABLE = frozenset("eqd")  # of several characters, none of which is a word's


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the kind, start and end of each token."""
    for found in _TOKEN.finditer(text.translate(_CLASSES)):
        kind = found.lastgroup
        if kind is not None and kind != "markup":
            yield ("x" if kind == "other" else kind), found.start(), found.end()


class _Classes(dict[int, str]):
    """The class of each character, found when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _class_of(chr(code))
        return found


_NAMED_CLASSES = {
    character: name
    for name, characters in {
        "n": "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029",
        "z": "\u034f\u115f\u1160\u3164\uffa0",
        "a": "'’‘‛ʼ′´׳",
        "q": '"“”„‟«»‹›‚″〝〞〟「」『』״',
        "h": "-‐‑−",
        ".": ".",
        ",": ",",
        ":": ":",
        "e": "…",
        "x": "%&@/\\†‡‰°",
        "t": "*",
        "b": "`",
        "_": "_",
        "g": "#",
        "v": ">",
    }.items()
    for character in characters
}
_CATEGORY_CLASSES = {"Nd": "9", "Nl": "w", "Cc": "s", "Cf": "z", "Pd": "d", "Ps": "o", "Pe": "k", "Sc": "u"}
_MAJOR_CLASSES = {"L": "w", "M": "m", "N": "f", "Z": "s", "P": "p"}
# Thai, Lao, Myanmar, Khmer, kana, Chinese characters: written without spaces, each letter counts as a word.
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def _class_of(character: str) -> str:
    plain = normalize("NFKD", character)
    if character in _NAMED_CLASSES:
        return _NAMED_CLASSES[character]
    if _is_raised(character):
        return "w"
    if len(plain) == 1 and plain.isascii() and plain != character:
        return _class_of(plain)  # full-width forms
    kind = category(character)
    if _VARIATION_SELECTORS.match(character):
        return "z"
    if kind[0] == "L" and _WITHOUT_SPACES.match(character):
        return "c"
    return _CATEGORY_CLASSES.get(kind) or _MAJOR_CLASSES.get(kind[0], "x")


_CLASSES = _Classes()


def _is_raised(character: str) -> bool:
    """Whether it is a superscript or subscript digit, letter or sign, as in CO₂, m² and 10⁻⁶ (™ is none)."""
    return decomposition(character).startswith(("<super>", "<sub>")) and category(character) in {"No", "Sm", "Ll", "Lm"}


# ---- what is compared of a token -----------------------------------------------------------------

_SIGNS = {"q": '"', "e": "…", "h": "-", "d": "-"}
_NOT_IN_WORDS = re.compile(r"[*`]+")
_APOSTROPHES = re.compile("[’‘‛ʼ′´׳＇]")
_MINUSES = re.compile("[‐‑−－﹣]")


@lru_cache(maxsize=100_000)
def _key(kind: str, written: str) -> str:
    """Return what a token says: equal for all its ways of writing. It can hold single spaces, and is never empty."""
    if kind in _SIGNS:
        return _SIGNS[kind]
    if written.isascii():
        key = written.casefold()
    else:
        visible = "".join(character for character in written if _CLASSES[ord(character)] != "z")
        key = normalize("NFD", _decomposed(visible).casefold()).replace("\u2044", "/")
        key = _MINUSES.sub("-", _APOSTROPHES.sub("'", key))
    if kind == "w":
        key = _NOT_IN_WORDS.sub("", key)
    else:
        parts = [_key(part, key[start:end]) for part, start, end in _tokens(key) if end - start < len(key)]
        key = " ".join(parts) if parts else key  # "½" became "1/2", "№" became "No"
    return " ".join(key.split()) or written


def _decomposed(written: str) -> str:
    """Return the compatibility decomposition; but 10⁶ is not 106, so raised digits after a digit stay as they are."""
    parts = []
    for before, character in zip(chain(" ", written), written, strict=False):
        is_power = _is_raised(character) and (before.isdigit() or before in "⁺⁻₊₋")
        parts.append(character if is_power else normalize("NFKD", character))
    return "".join(parts)


# ---- altered quotes ------------------------------------------------------------------------------

FEWEST_TRIED, MOST_TRIED = 8, 40  # how many words a place is made longer or shorter by, to see whether it fits better


def _fitted(quote: str, document: str, first: int, last: int) -> tuple[int, int]:
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


def _with_signs(text: _Text, first: int, last: int, quote: _Text) -> tuple[int, int]:
    """Take in as many signs right before and after the tokens ``[first, last)`` as the quote has at its ends: "$42"."""
    words = quote.words
    for _ in range(words[0]):
        if first > 0 and text.kinds[first - 1] not in _WORDS and text.ends[first - 1] == text.starts[first]:
            first -= 1
    for _ in range(len(quote.keys) - 1 - words[-1]):
        if last < len(text.keys) and text.kinds[last] not in _WORDS and text.ends[last - 1] == text.starts[last]:
            last += 1
    return first, last


@dataclass(frozen=True, slots=True)
class _Comparison:
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


def _is_altered(comparison: _Comparison) -> bool:
    is_stitched = comparison.run >= FEWEST_ALTERED_WORDS and 2 * comparison.run >= comparison.words
    return bool(comparison.differences) and (comparison.share >= SHARE_ALTERED or is_stitched)


_Chunk = tuple[int, int]
"""The tokens ``[first, last)`` that stand together as one word for a reader: $42, 22-year-old."""

_Operation = tuple[str, int, int, int, int]
"""Of difflib: a tag, and the chunks ``[from, to)`` of the document and of the quote."""


def _compare(text: _Text, first: int, last: int, quote: _Text) -> _Comparison:
    theirs, ours = _chunks(text, first, last), _chunks(quote, 0, len(quote.keys))
    said = [" ".join(text.keys[slice(*chunk)]) for chunk in theirs]
    quoted = [" ".join(quote.keys[slice(*chunk)]) for chunk in ours]
    operations: list[_Operation] = list(SequenceMatcher(None, said, quoted, autojunk=False).get_opcodes())
    equal = [range(ours[from_][0], ours[to - 1][1]) for tag, _, _, from_, to in operations if tag == "equal"]
    if not equal:
        return _Comparison(first, last, 0.0, 0, quote.count_words(), ())
    operations = _trimmed(operations, said, quoted)
    return _Comparison(
        theirs[operations[0][1]][0],
        theirs[operations[-1][2] - 1][1],
        sum(_weight(quote, run) for run in equal) / _weight(quote, range(len(quote.keys))),
        max(sum(quote.kinds[token] in _WORDS for token in run) for run in equal),
        quote.count_words(),
        tuple(
            (_shown(text, theirs[from_:to]), _shown(quote, ours[from_quote:to_quote]))
            for tag, from_, to, from_quote, to_quote in _with_words(operations, said, quoted)
            if tag != "equal"
        ),
    )


def _weight(text: _Text, tokens: range) -> int:
    return sum(min(len(text.keys[token]), 8) for token in tokens if text.kinds[token] in _WORDS)


_LEADING_SIGNS = " .,;:!?"  # what belongs to the words before


def _shown(text: _Text, chunks: list[_Chunk]) -> str:
    words = text.shown(chunks[0][0], chunks[-1][1]) if chunks else ""
    return words.lstrip(_LEADING_SIGNS) or words


def _chunks(text: _Text, first: int, last: int) -> list[_Chunk]:
    """Group tokens that stand together with no space, bracket, quotation mark or punctuation between them."""
    chunks: list[_Chunk] = []
    for token in range(first, last):
        if chunks and _stand_together(text, token):
            chunks[-1] = (chunks[-1][0], token + 1)
        else:
            chunks.append((token, token + 1))
    return chunks


def _stand_together(text: _Text, token: int) -> bool:
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


def _trimmed(operations: list[_Operation], said: list[str], quoted: list[str]) -> list[_Operation]:
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
