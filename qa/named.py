"""The names and numbers that a question speaks of, and which of them a text does not mention.

A question about British troops is not answered by how many American ones there are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, starmap

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from index.lexical import STOP_WORDS, terms
from index.sentences import sentence_spans
from qa.quantities import MONTH, WEEKDAY, YEAR, Amount, Moment, codes, conversion, quantities

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

ALSO_GRAMMAR = frozenset({"May", "Will"})
"""Names that are words of the grammar in small letters."""

NO_NAMES = TITLES | {"The", "A", "An", "I", "OK", "Ok", "OKs"}
"""All words with a capital that name nobody."""

_INITIAL = re.compile(r"[A-Z]\.")
_QUOTED_WORD = re.compile(r"[\w-]+[.,?!]?[”\"’']")
QUOTATION_MARKS = '“"‘'
_ACCENT = re.compile(r"[\u0300-\u036f\u00ad\u200b]")  # and where a word may be broken, unseen
_DOT = re.compile(r"(?<=\b[^\W\d])\.(?=[^\W\d]\b)")

SPELLED = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
SAME = (
    re.compile(r"\bU\.?S\b|\bU\.?S\.?A\b|\bAmerica|\bUnited States"),
    re.compile(r"\bU\.?K\b|\bBrit(?:ain|ish|on)|\bUnited Kingdom"),
)
"""Names of the same thing that share no beginning."""

PERIODS = {
    **{
        f"q{number}": rf"\b{word}[- ]quarter\b" for number, word in enumerate(("first", "second", "third", "fourth"), 1)
    },
    "h1": r"\b(?:first[- ]half|half[- ]year)\b",
    "h2": r"\bsecond[- ]half\b",
}
"""Parts of a year, and how else they are written; "FY24" mentions 2024."""

SHORTEST_STEM, ENDING_CHARS = 4, 2
"""A name is found by its beginning, all but the last two letters and four at least: "Iraq" mentions what is Iraqi."""

LONG_NAME = 6
"""A name of so many letters may be misspelt by one."""

_LETTERED = re.compile(
    r"(?<![\w.,$€£¥₹-])\d{1,4}(?![cfghklmst])[A-Za-z](?!\w)|\b[A-Z] 0\d+\b"
    r"|(?:(?<=error )|(?<=fault )|(?<=code ))[A-Za-z] \d+\b"
)
"""What else joins a letter and a number: "flat 12b", "error E 05"; not "5m", which is a unit."""

_BACK = re.compile(r"\b(?:it|its|he|him|his|she|her|they|them|their|this|that|these|those|there|one)\b", re.IGNORECASE)
_OF_ONESELF = re.compile(r"\b(?:I|I['’]\w+|[Mm]y|me|[Ww]e|[Ww]e['’]\w+|[Oo]ur|us)\b")
_SPACED_CODE = re.compile(r"[A-Za-z] \d")
_COUNTED = re.compile(r" ([a-z]{2,}s|people|persons|men|women|children)\b")
_VALUE = r"(?<![\d.,])[$€£¥₹]?\s?\d[\d.,]*(?:[\s-]?(?:%|[^\W\d_]+))?"
_AFTER = r"(?: [^\W\d_]+){0,2}"
_RANGE = re.compile(
    rf"{_VALUE}\s?(?:to|through|until|[-–—])\s?{_VALUE}{_AFTER}|between {_VALUE} and {_VALUE}{_AFTER}", re.IGNORECASE
)
_LIMIT = re.compile(
    rf"\b(?:(?:no|not) )?(?:\w+ than|under|below|over|above|up to|at (?:most|least)|an? (?:max|min)imum of)"
    rf" {_VALUE}{_AFTER}"
    rf"|{_VALUE} (?:or|and) (?:more|over|older|above|higher|less|fewer|under|younger|below|lower)\b{_AFTER}",
    re.IGNORECASE,
)
"""Where a text may give two ends of a range, or a limit."""

MOST_LIMITS = 300
"""So many of a text are looked at: reading one takes a tenth of a millisecond."""

TELLING_NOTHING = frozenset(
    terms(
        """
        able actually allow answer anybody anyone anything ask bit bring come currently detail every
        everybody everyone everything exactly exist explain find gave get give given go good got happen
        help idea information keep kind know let like look lot made make matter maybe mean
        meant mention need never nothing now occur often ok okay one people perhaps person place possible put question
        really say see seem since show somebody someone something sort still sure take tell thing think today told
        took try type understand use usually want way went wonder
        """
    )
)
"""Words of a question that tell nothing of what is asked about."""

LOOKED_BACK_CHARS = 200
"""Before a word, to see whether it begins a sentence."""

MOSTLY_CAPITAL = 0.7
"""Where a larger share of the words has a capital, it is a headline, and capitals say nothing."""

_MONTH_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"  # also shortened, as in "Mon-Fri"
_TIMES = (
    ("Mon Tue Wed Thu Fri Sat Sun".split(), _DAY),  # noqa: SIM905
    (_MONTH_NAMES, MONTH),
)
_SHORTENED = re.compile(rf"\b(?:{MONTH}|(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri)\b|(?:Sat|Sun)\b(?=\.|\s?[-–—/&,\d]|\s*$))")
"""A day or a month as it may be shortened; "Sat" and "Sun" are words, too."""

_ALWAYS = re.compile(r"\b(?:every day|daily|seven days a week|24/7|all (?:the )?year|year[- ]round)\b", re.IGNORECASE)
_WEEK_PARTS = (re.compile(r"\bweekdays?\b", re.IGNORECASE), re.compile(r"\bweekends?\b", re.IGNORECASE))


def named_terms(question: str) -> list[str]:
    """Return the numbers of a question, its names, and what is both ("LR-500", "12b"), in order, each once.

    A number has its unit, or what it counts, with it: "250 euros". The initials of a person are left out: "J. K.
    Rowling" is mentioned by "Joanne Rowling". Of what is told before the question only codes count: that the machine
    was a gift for Christmas need not be mentioned by what answers why it leaks. If the question leans on it, names
    count, too, but no numbers and times of one's own: "My son is 23 and starts in May. Is he still insured?".
    """
    rest = asked = asking(question)
    both = _codes(asked)
    for code in both:
        rest = rest.replace(code, "¤" * len(code))
    rest = _without_circumstances(rest)
    words = [word for word in names(rest) if not re.search(r"\d", word) and not _is_initial(word, asked)]
    placed = [(asked.find(one), one) for one in (*_with_units(rest), *both, *words)]
    told = _codes(question[: len(question) - len(asked)])
    return list(dict.fromkeys([*told, *(one for _, one in sorted(placed))]))


def asking(question: str) -> str:
    """Return a question from its first sentence that asks; from the one before, if that says little ("When is it?")."""
    sentences = [(span.start, span.of(question)) for span in sentence_spans(question)]
    first = next((place for place, (_, text) in enumerate(sentences) if text.endswith("?")), 0)
    if first and (_BACK.search(sentences[first][1]) or TELLING_NOTHING.issuperset(terms(sentences[first][1]))):
        first -= 1
    return question[sentences[first][0] :] if first else question


def _without_circumstances(asked: str) -> str:
    """Return a question without the numbers and times of what one tells of oneself before it, each sign replaced."""
    told = next(iter(sentence_spans(asked)), None)
    if told is None or told.of(asked).endswith("?") or not _OF_ONESELF.search(told.of(asked)):
        return asked
    hidden = re.sub(rf"\b(?:{WEEKDAY}s?|{MONTH}|\d[\d.,]*)\b", lambda found: "¤" * len(found[0]), asked[: told.end])
    return hidden + asked[told.end :]


def _codes(text: str) -> list[str]:
    """Return what joins letters and digits, also where they are typed apart ("error E 05")."""
    found = [code for code in codes(text) if re.search(r"[^\W\d_]", code)]
    return [*found, *(match[0] for match in _LETTERED.finditer(text))]


def _with_units(text: str) -> list[str]:
    """Return the numbers of a text, each with its unit, or with what it counts: "250 euros", "10 people".

    A date in figures, "2024-03-05", is one.
    """
    amounts, moments = quantities(text)
    with_unit = {amount.start: amount.text for amount in amounts if amount.unit}
    with_unit |= {moment.start: moment.text for moment in moments if _dates([moment])}
    found = []
    for number in _NUMBER.finditer(text):
        whole = next((one for at, one in with_unit.items() if at <= number.start() < at + len(one)), None)
        counted = _COUNTED.match(text, number.end())
        counts = counted and counted[1] not in GRAMMAR and not re.fullmatch(YEAR, number[0])
        found.append(whole or number[0] + (counted[0] if counted and counts else ""))
    return found


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
        if not _is_grammar(name) or name in ALSO_GRAMMAR or (name.isupper() and len(name) > 1):
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
    near = text[max(0, start - LOOKED_BACK_CHARS) : start]
    before = near.rstrip()
    if not before or "\n" in near[len(before) :]:
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
    """Return the text in lower case, without accents and the dots of initials, and with straight apostrophes."""
    letters = text if text.isascii() else _ACCENT.sub("", unicodedata.normalize("NFKD", text)).replace("’", "'")
    return _DOT.sub("", letters.lower())


def _mentions(plain: str, text: str, term: str, typed: str) -> bool:
    """Whether a text holds a term; both come as they are and made plain."""
    if re.search(r"\d", typed):  # made plain, "¼" has digits
        is_code = _codes(typed) == [typed] or _SPACED_CODE.match(typed)
        return mentions_code(plain, term) if is_code else _mentions_number(plain, text, typed)
    as_typed = typed in ALSO_GRAMMAR  # "you may" names no month
    if any(same.match(typed) and same.search(text) for same in SAME) or (
        TIME.match(typed) and _tells_time(typed, text)
    ):
        return True
    parts = typed.split("-")
    if len(parts) > 1 and all(part[:1].isupper() for part in parts) and not unmentioned(parts, text):
        return True  # "Orbis-Kestrel" of Orbis and Kestrel
    stem = term[: max(SHORTEST_STEM, len(term) - ENDING_CHARS)]
    word = rf"\b{typed if as_typed else re.escape(stem)}" + (r"(?!\w)" if len(term) < SHORTEST_STEM else "")
    if re.search(word, text if as_typed else plain):
        return True
    if typed.isupper() and re.search(r"\b" + r"\w*[ -]+(?:(?:of|the|and|for) )*".join(typed) + r"\w", text):
        return True  # the words that the initials stand for
    return len(term) >= LONG_NAME and extractOne(
        term, set(re.findall(rf"\b[^\W\d_]{{{LONG_NAME - 1},}}", plain)), scorer=Levenshtein.distance, score_cutoff=1
    ) is not None  # fmt: skip


def mentions_code(plain: str, code: str) -> bool:
    """Whether a text made plain holds a code such as "LR-500", however it is joined or its letters are written."""
    joined = r"[\W_]?".join(re.findall(r"[^\W\d_]+|\d+", code.lower()))
    return re.search(rf"(?<![^\W_]){joined}(?![^\W_])|{PERIODS.get(code.lower(), '(?!)')}", plain) is not None


def _mentions_number(plain: str, text: str, term: str) -> bool:
    """Whether a text holds a number, as digits or as a word, or a range or a limit of the same unit that it is in."""
    number = _NUMBER.findall(term)[0]
    spelled = SPELLED[int(number)] if number.isdecimal() and int(number) < len(SPELLED) else None
    found = rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)" + (rf"|\b{spelled}\b" if spelled else "")
    if re.fullmatch(r"\d{4,}|\d{1,3}(?:,\d{3})+", number):  # 1500 is 1,500
        digits = int(number.replace(",", ""))
        found += rf"|(?<![\d.,])(?:{digits}|{digits:,})(?![\d]|[.,]\d)"
    if re.fullmatch(YEAR, number):
        found += rf"|\bfy ?(?:{number[:2]})?{number[2:]}\b|\d[./]\d\d?[./]{number}\b"
    amounts, moments = quantities(term)
    if dates := _dates(moments):
        found = "|".join(starmap(_day_of, dates))
    elif re.fullmatch(r"[1-9]|[12]\d|3[01]", number):
        found += f"|{_in_figures(day=f'0?{number}')}"
    if re.search(found, plain):
        return True
    return bool(amounts) and (
        any(_is_between(amounts[0], found[0]) for found in islice(_RANGE.finditer(text), MOST_LIMITS))
        or any(
            _is_within(amounts[0], one)
            for found in islice(_LIMIT.finditer(text), MOST_LIMITS)
            for one in quantities(found[0])[0]
        )
    )


def _dates(moments: Sequence[Moment]) -> list[tuple[int, int, int]]:
    """Return the dates among moments that are written in figures alone: day, month, year."""
    return [
        (moment.day, moment.month, moment.years[0])
        for moment in moments
        if moment.day and moment.month and moment.years and not re.search(r"[^\W\d_]", moment.text)
    ]


def _day_of(day: int, month: int, year: int) -> str:
    """Return a pattern for a date in a text made plain, in figures or in words, there perhaps without its year."""
    name = _MONTH_NAMES[month - 1].lower() + r"[a-z]*\.?"
    in_words = rf"(?<!\d)0?{day}(?:st|nd|rd|th)?(?: of)? {name}|\b{name} (?:the )?0?{day}(?!\d)"
    return f"{in_words}|{_in_figures(f'0?{day}', f'0?{month}', f'(?:{year}|{year % 100:02})')}"


def _in_figures(day: str = r"\d\d?", month: str = r"\d\d?", year: str = r"(?:\d{4}|\d\d)") -> str:
    """Return a pattern for dates in figures, from patterns for their parts; day and month may change places."""
    first = rf"(?:{day}[./-]{month}|{month}[./-]{day})[./-]{year}"
    return rf"(?<![\d./-])(?:{year}-{month}-{day}|{first})(?![./-]?\d)"


def _is_between(asked: Amount, ends: str) -> bool:
    """Whether an amount lies between the two ends of a range, of which one may have its unit from the other."""
    amounts, _ = quantities(ends)
    if len(amounts) != 2:
        return False
    low, high = amounts
    least = _in_unit_of(asked, replace(low, unit=low.unit or high.unit, following=high.following))
    most = _in_unit_of(asked, replace(high, unit=high.unit or low.unit))
    return least is not None and most is not None and least <= asked.value <= most


def _is_within(asked: Amount, limit: Amount) -> bool:
    """Whether an amount is one of those that a limit allows: 500 of "over 300"."""
    value = _in_unit_of(asked, limit) if limit.bound else None
    if value is None or (limit.strict and value == asked.value):
        return False
    return (asked.value - value) * limit.bound >= 0


def _in_unit_of(asked: Amount, other: Amount) -> float | None:
    """Return the value of another amount in the unit of one; None if they are not of one kind."""
    if asked.unit == other.unit:
        return other.value if asked.unit or asked.counted & other.counted else None
    factor = conversion(asked.unit, other.unit)
    return None if factor is None else other.value * factor


def _tells_time(time: str, text: str) -> bool:
    """Whether a text gives a day or a month, shortened or between two others: Friday, of "Tuesday to Sunday"."""
    if _ALWAYS.search(text) or any(found[0][:3] == time[:3] for found in _SHORTENED.finditer(text)):
        return True
    order, pattern = next((order, pattern) for order, pattern in _TIMES if re.match(pattern, time))
    place = order.index(time[:3])
    if pattern is MONTH and re.search(_in_figures(month=f"0?{place + 1}"), text):
        return True
    if pattern is _DAY and _WEEK_PARTS[place > 4].search(text):
        return True
    ranges = re.finditer(rf"\b({pattern})s?\s*(?:to|through|until|till|[-–—])\s*({pattern})", text)
    ends = [(order.index(one[:3]), order.index(other[:3])) for one, other in (match.groups() for match in ranges)]
    return any((place - first) % len(order) <= (last - first) % len(order) for first, last in ends)
