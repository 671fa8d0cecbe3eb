"""A text as tokens: words, numbers and signs, each with its place and with what is compared of it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from unicodedata import category, decomposition, normalize


@dataclass(frozen=True, slots=True)
class Tokens:
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
    def of(cls, text: str) -> Tokens:
        """Read a text."""
        starts, ends, kinds, keys = [], [], [], []
        for kind, start, end in _tokens(text):
            starts.append(start)
            ends.append(end)
            kinds.append(kind)
            keys.append(_key(kind, text[start:end]))
        return cls._made(text, starts, ends, "".join(kinds), keys)

    @classmethod
    def _made(cls, text: str, starts: list[int], ends: list[int], kinds: str, keys: list[str]) -> Tokens:
        positions = [1]
        for key in keys:
            positions.append(positions[-1] + len(key) + 1)
        return cls(text, starts, ends, kinds, keys, f" {' '.join(keys)} ", positions)

    def part(self, first: int, last: int) -> Tokens:
        """Return the same text with the tokens ``[first, last)`` alone."""
        piece = slice(first, last)
        return self._made(self.text, self.starts[piece], self.ends[piece], self.kinds[piece], self.keys[piece])

    @property
    def words(self) -> list[int]:
        """The tokens that are words or numbers."""
        return [token for token, kind in enumerate(self.kinds) if kind in WORDS]

    @property
    def has_word(self) -> bool:
        """Whether any token is a word or number."""
        return any(kind in WORDS for kind in self.kinds)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets of the tokens ``[first, last)``, of which there is at least one."""
        return self.starts[first], self.ends[last - 1]

    def shown(self, first: int, last: int) -> str:
        """Return the tokens ``[first, last)`` as they are written, on one line; "" for none."""
        if first == last:
            return ""
        start, end = self.span(first, last)
        return " ".join(self.text[start:end].split())

    def places(self, words: str, *, cut: bool = False) -> Iterator[tuple[int, int]]:
        """Yield where exactly these characters stand, apart and not cutting through a word.

        With ``cut`` they may cut through one that says the same when it is cut: not a number, and not "unlikely".
        """
        start = self.text.find(words)
        while start >= 0:
            end = start + len(words)
            if self._is_inside_word(start) and not (cut and self._can_begin(start)):
                following = self.ends[bisect_right(self.starts, start) - 1]
            elif self._is_inside_word(end) and not (cut and self._can_end(end)):
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

    def _can_begin(self, offset: int) -> bool:
        before, after = self._cut(offset)
        return not (_HAS_DIGIT.search(before + after) or _DENYING_PREFIX.fullmatch(before))

    def _can_end(self, offset: int) -> bool:
        before, after = self._cut(offset)
        return not (_HAS_DIGIT.search(before + after) or _DENYING_SUFFIX.fullmatch(after))

    def _cut(self, offset: int) -> tuple[str, str]:
        token = bisect_right(self.starts, offset) - 1
        return self.text[self.starts[token] : offset], self.text[offset : self.ends[token]]

    def _is_inside_word(self, offset: int) -> bool:
        token = bisect_right(self.starts, offset) - 1
        return token >= 0 and self.starts[token] < offset < self.ends[token] and self.kinds[token] not in _CUTTABLE


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote: its ``text`` without white space around it, and its ``core``, which must stand in a document.

    ``before`` and ``after`` hold the keys of the signs that were left out of the core, outermost last: they belong to
    the place if they stand in the document, too.
    """

    text: str
    core: Tokens
    before: tuple[str, ...]
    after: tuple[str, ...]

    @classmethod
    def of(cls, quote: str) -> Quoted:
        """Read a quote: without a citation marker after it, and signs at its ends apart."""
        text = quote.strip()
        tail = max(0, len(text) - _LONGEST_TAIL)
        tokens = Tokens.of(text[:tail] + _TRAILING_MARKERS.sub("", text[tail:]))
        first, last, has_stop = 0, len(tokens.keys), False
        while last > 0 and (tokens.kinds[last - 1] == "q" or (tokens.keys[last - 1] in _STOPS and not has_stop)):
            has_stop = has_stop or tokens.kinds[last - 1] != "q"
            last -= 1
        while first < last and tokens.kinds[first] == "q":
            first += 1
        return cls(text, tokens.part(first, last), tuple(reversed(tokens.keys[:first])), tuple(tokens.keys[last:]))

    def with_edges(self, text: Tokens, first: int, last: int) -> tuple[int, int]:
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


_HAS_DIGIT = re.compile(r"\d")
_DENYING_PREFIX = re.compile(r"un|i[nmlr]|dis|mis|non", re.IGNORECASE)
_DENYING_SUFFIX = re.compile(r"n?['’]t|not|less", re.IGNORECASE)
_STOPS = frozenset(".,")
_LONGEST_TAIL = 200  # where markers are looked for, so that a quote of a million spaces takes no time
# A product's own marker after its quote. A raised digit counts only after punctuation: "5 m²" and "10⁶" are words.
_TRAILING_MARKERS = re.compile(
    r"(?:\s*(?:\[\^?\d[\d\s,;–-]*\]|\[(?i:source|doc|document|ref)\s?\d{1,3}\]|【[^】]*】|(?<=[.,!?\"”»’])[¹²³⁰⁴-⁹]+))+(?=[.,]?\s*[\"”»’]?$)"
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
WORDS = frozenset("wcf")
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
