"""The names and numbers that a question speaks of, and which of them a text does not mention.

A question about British troops is not answered by how many American ones there are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from index.lexical import STOP_WORDS
from qa.quantities import MONTH, WEEKDAY, codes

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORD = re.compile(r"(?<!\w)[^\W\d_](?:[\w'’.-]*\w)?")
TIME = re.compile(rf"(?:{WEEKDAY}s?|{MONTH})$")
"""A day of the week or a month, whole."""

GRAMMAR = frozenset(STOP_WORDS.split()) | set(
    "yes no well oh please dear hello hi hey thanks thank".split()  # noqa: SIM905
)
TITLES = frozenset(
    """
    Mr Mrs Ms Mx Miss Dr Prof Professor Sir Dame Lord Lady Sen Rep Gov Gen Col Capt Lt Sgt Rev St Jr Sr
    President Minister Chancellor King Queen Prince Princess Mayor Judge Justice General Captain Senator Governor
    """.split()  # noqa: SIM905
)
"""Words with a capital that are said of many and name nobody by themselves."""

NO_NAMES = TITLES | {"The", "A", "An", "I", "OK", "Ok", "OKs"}
"""All words with a capital that name nobody."""

_INITIAL = re.compile(r"[A-Z]\.")
_QUOTED_WORD = re.compile(r"[\w-]+[.,?!]?[”\"’']")
QUOTATION_MARKS = '“"‘'
_ACCENT = re.compile(r"[\u0300-\u036f]")
_DOT = re.compile(r"(?<=\b\w)\.(?=\w\b)")

SPELLED = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
SAME = (
    re.compile(r"\bU\.?S\b|\bU\.?S\.?A\b|\bAmerica|\bUnited States"),
    re.compile(r"\bU\.?K\b|\bBrit(?:ain|ish|on)|\bUnited Kingdom"),
)
"""Names of the same thing that share no beginning."""

SHORTEST_STEM, ENDING_CHARS = 4, 2
"""A name is found by its beginning, all but the last two letters and four at least: "Iraq" mentions what is Iraqi."""

LONG_NAME = 6
"""A name of so many letters may be misspelt by one."""

MOSTLY_CAPITAL = 0.7
"""Where a larger share of the words has a capital, it is a headline, and capitals say nothing."""

_TIMES = (
    ("Mon Tue Wed Thu Fri Sat Sun".split(), WEEKDAY),  # noqa: SIM905
    ("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), MONTH),  # noqa: SIM905
)
_ALWAYS = re.compile(r"\b(?:every day|daily|seven days a week|24/7|all (?:the )?year|year[- ]round)\b", re.IGNORECASE)
_WEEK_PARTS = (re.compile(r"\bweekdays?\b", re.IGNORECASE), re.compile(r"\bweekends?\b", re.IGNORECASE))


def named_terms(question: str) -> list[str]:
    """Return the numbers of a question, its names, and what is both ("LR-500", "COVID-19"), each once.

    The initials of a person are left out: "J. K. Rowling" is mentioned by "Joanne Rowling".
    """
    both = [code for code in codes(question) if re.search("[A-Z]", code)]
    rest = question
    for code in both:
        rest = rest.replace(code, code[0])
    words = [word for word in names(question) if not re.search(r"\d", word) and not _is_initial(word, question)]
    return list(dict.fromkeys([*_NUMBER.findall(rest), *both, *words]))


def names(text: str) -> list[str]:
    """Return the words of a text that are names, months and days among them: those with a capital, but for titles.

    The first word of a sentence has a capital anyway: it is a name only if the next word has one too, or if it has
    further capitals or a possessive ("NATO", "McDonald", "Smith's"). Where nearly all words have a capital, none is.
    """
    words = list(WORD.finditer(text))
    capital = [word[0][0].isupper() for word in words]
    told = [large for word, large in zip(words[1:], capital[1:], strict=True) if len(word[0]) > 1]
    if (len(told) > 2 and sum(told) > MOSTLY_CAPITAL * len(told)) or (len(words) > 1 and all(capital)):
        return []
    found = []
    for place, word in enumerate(words):
        name = bare(word[0])
        if not capital[place] or not name or name.rstrip(".") in NO_NAMES:
            continue
        if _begins(text, word.start()) and not _is_name(place, words, capital):
            continue
        if not _is_grammar(name) or (name.isupper() and len(name) > 1):
            found.append(name)
    return found


def bare(word: str) -> str:
    """Return a word without its possessive."""
    return re.sub(r"['’]s?$", "", word)


def _is_grammar(word: str) -> bool:
    """Whether a word is one of the grammar, also with what is shortened after it: "I'd"."""
    return re.split("['’]", word)[0].lower() in GRAMMAR


def _begins(text: str, start: int) -> bool:
    """Whether a word begins a sentence, a line or a quotation."""
    before = text[:start].rstrip()
    if not before or "\n" in text[len(before) : start]:
        return True
    if before[-1] in QUOTATION_MARKS:
        return not _QUOTED_WORD.match(text, start)
    last = before.split()[-1]
    return last[-1] in ".!?:([)•*-–—;" and not _INITIAL.fullmatch(last) and last[:-1] not in TITLES


def _is_name(place: int, words: Sequence[re.Match[str]], capital: Sequence[bool]) -> bool:
    """Whether a word that begins a sentence is a name all the same."""
    word = words[place][0]
    if _is_grammar(word):
        return False
    if sum(letter.isupper() for letter in word) > 1 or re.search(r"['’]s$", word):
        return True
    after = place + 1
    return (
        after < len(words)
        and capital[after]
        and words[after].start() - words[place].end() == 1
        and not TIME.match(words[after][0])
    )


def _is_initial(word: str, text: str) -> bool:
    """Whether a letter stands for a name beside another: the J of "J. Smith"."""
    return len(word) == 1 and re.search(rf"(?<!\w){word}(?:\.| +[A-Z]\w)", text) is not None


def unmentioned(named: Sequence[str], text: str) -> list[str]:
    """Return the terms that the text does not mention, in order.

    The same name may be spelt with other accents, shortened to its initials, another form of it, or off by a letter.
    """
    if not named:
        return []
    made_plain = plain(text)
    return [term for term in named if not _mentions(made_plain, text, plain(term), term)]


def plain(text: str) -> str:
    """Return the text in lower case, without accents, and without the dots of initials."""
    letters = text if text.isascii() else _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    return _DOT.sub("", letters.lower())


def _mentions(plain: str, text: str, term: str, typed: str) -> bool:
    """Whether a text holds a term; both come as they are and made plain."""
    if re.search(r"\d", term):
        return _mentions_number(plain, term)
    if any(same.match(typed) and same.search(text) for same in SAME) or _lies_between(typed, text):
        return True
    stem = term[: max(SHORTEST_STEM, len(term) - ENDING_CHARS)]
    if re.search(rf"\b{re.escape(stem)}" + (r"(?!\w)" if len(term) < SHORTEST_STEM else ""), plain):
        return True
    if typed.isupper() and re.search(r"\b" + r"\w*[ -]+(?:(?:of|the|and|for) )*".join(typed) + r"\w", text):
        return True  # the words that the initials stand for
    return len(term) >= LONG_NAME and extractOne(
        term, set(re.findall(rf"\b[^\W\d_]{{{LONG_NAME - 1},}}", plain)), scorer=Levenshtein.distance, score_cutoff=1
    ) is not None  # fmt: skip


def _mentions_number(plain: str, term: str) -> bool:
    """Whether a text holds a number, also as a word, or a code such as "lr-500", however it is joined."""
    if re.search(r"[^\W\d_]", term):
        joined = r"[\W_]?".join(re.findall(r"[^\W\d_]+|\d+", term))
        return re.search(rf"(?<![^\W_]){joined}(?![^\W_])", plain) is not None
    spelled = SPELLED[int(term)] if term.isdecimal() and int(term) < len(SPELLED) else None
    found = rf"(?<![\d.,]){re.escape(term)}(?![\d]|[.,]\d)" + (rf"|\b{spelled}\b" if spelled else "")
    return re.search(found, plain) is not None


def _lies_between(time: str, text: str) -> bool:
    """Whether a word is a day or a month between two that a text gives: Friday, of "Tuesday to Sunday"."""
    if not TIME.match(time):
        return False
    if _ALWAYS.search(text):
        return True
    order, pattern = next((order, pattern) for order, pattern in _TIMES if re.match(pattern, time))
    place = order.index(time[:3])
    if pattern is WEEKDAY and _WEEK_PARTS[place > 4].search(text):
        return True
    ranges = re.finditer(rf"\b({pattern})s?\s*(?:to|through|until|till|[-–—])\s*({pattern})", text)
    ends = [(order.index(one[:3]), order.index(other[:3])) for one, other in (match.groups() for match in ranges)]
    return any((place - first) % len(order) <= (last - first) % len(order) for first, last in ends)
