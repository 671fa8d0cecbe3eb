"""The numbers, amounts, dates and times of a text, read so that two ways of writing the same one compare equal.

"1.5 million" and "1,500,000" are one number; "March 3, 2024", "3rd of March 2024" and "2024-03-03" one date; "20%" and
"20 percent" one share. Patterns and word lists, English, no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from unicodedata import numeric

from index.lexical import terms

# ---- what is found -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a text: ``text[start:end]``.

    ``readings`` are the ranges that it may mean, lowest and highest: one point as a rule, two for "1.500", a wide one
    for "hundreds". ``unit`` is a key of `UNITS` ("%", "$", "km"), or "" for none that is known; ``following`` are the
    next few words in lower case. ``bound`` is 1 after "more than" or "at least", -1 after their opposites, else 0;
    ``strict`` tells "more than" from "at least". ``about`` is true of "nearly 100", ``rank`` of "second" and "2nd".
    ``step`` is the place of the last digit written: 0.1 for "2.5", 100,000 for "2.5 million"; ``scale`` is the million.
    """

    start: int
    end: int
    text: str
    readings: tuple[tuple[float, float], ...]
    unit: str = ""
    following: tuple[str, ...] = ()
    bound: int = 0
    strict: bool = False
    about: bool = False
    rank: bool = False
    step: float = 1.0
    scale: float = 1.0

    @property
    def value(self) -> float:
        """The lowest value of the first reading."""
        return self.readings[0][0]

    @property
    def counted(self) -> set[str]:
        """The terms of the next few words: what it may count."""
        return {term for word in self.following for term in terms(word)}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or time of day in a text, ``text[start:end]``; what it does not say is None.

    ``years`` are the first and last year meant: the same for a year, ten for a decade, a hundred for a century.
    ``month`` and ``day`` count from 1, ``weekday`` from 0, Monday. ``minute`` is that of the day, and ``half_known``
    whether it is said which half of the day is meant.
    """

    start: int
    end: int
    text: str
    years: tuple[int, int] | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    minute: int | None = None
    half_known: bool = True

    @property
    def is_year(self) -> bool:
        """Whether it is one year and nothing else, or a number that looks like it."""
        alone = self.month is None and self.weekday is None and self.minute is None
        return self.years is not None and self.years[0] == self.years[1] and alone

    def agrees(self, other: Moment) -> bool | None:
        """Whether it may be the same as another, by what both say; None if there is nothing that both say.

        A decade agrees with each of its years. The half of the day is said only where it is known.
        """
        one, two = self._parts(), other._parts()
        shared = one.keys() & two.keys()
        may_be = [one[part][0] <= two[part][1] and two[part][0] <= one[part][1] for part in shared]
        return all(may_be) if may_be else None

    def _parts(self) -> dict[str, tuple[int, int]]:
        points = {"month": self.month, "day": self.day, "weekday": self.weekday}
        if self.minute is not None:
            points |= {"minute": self.minute % 720, "half": self.minute // 720 if self.half_known else None}
        said = {name: (value, value) for name, value in points.items() if value is not None}
        return said | ({"years": self.years} if self.years else {})


# ---- words and units ---------------------------------------------------------------------------------------------

_ONES = "one two three four five six seven eight nine".split()  # noqa: SIM905
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
SMALL: Mapping[str, int] = {
    "zero": 0,
    **{word: value for value, word in enumerate([*_ONES, *_TEENS], start=1)},
    **dict(zip(_TENS, range(20, 100, 10), strict=True)),
}
"""The numbers that are one word."""

_SCALES: Mapping[str, float] = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12,
    "k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12,
}  # fmt: skip

_RANKS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth twenty-first
""".split()  # noqa: SIM905
_PARTS: Mapping[str, int] = {"third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}

_MEASURES = """
    length km 1000 km kilometre kilometer|length m 1 m metre meter|length cm 0.01 cm centimetre centimeter
    length mm 0.001 mm millimetre millimeter|length mile 1609.344 mile mi|length ft 0.3048 ft foot feet
    length inch 0.0254 inch inches|length yard 0.9144 yard|mass kg 1 kg kilogram kilo|mass g 0.001 g gram
    mass mg 0.000001 mg milligram|mass µg 0.000000001 µg μg mcg microgram|mass tonne 1000 tonne ton
    mass lb 0.4536 lb lbs|mass ounce 0.02835 ounce oz
    speed km/h 1 km/h kmh kph km-per-hour kilometres-per-hour kilometers-per-hour
    speed mph 1.609344 mph miles-per-hour|speed m/s 3.6 m/s metres-per-second meters-per-second
    time second 1 second sec|time minute 60 minute min|time hour 3600 hour hr
    time day 86400 day|time week 604800 week|months month 1 month|months year 12 year yr|months decade 120 decade
    months century 1200 century centuries|area hectare 10000 hectare ha|area acre 4046.86 acre
    volume litre 1 l litre liter|volume cl 0.01 cl|volume ml 0.001 ml millilitre milliliter|volume gallon 3.785 gallon
    power kW 1 kw kilowatt|power MW 1000 mw megawatt
    power GW 1000000 gw gigawatt|energy kWh 1 kwh|data MB 1 mb megabyte|data GB 1000 gb gigabyte|data TB 1000000 tb
    celsius °C 1 °c celsius|fahrenheit °F 1 °f fahrenheit|share % 1 % percent pct per-cent
    share point 1 percentage-point percentage-points|dollar $ 1 $ dollar usd|euro € 1 € euro eur
    pound £ 1 £ gbp sterling|yen ¥ 1 ¥ yen jpy|rupee ₹ 1 ₹ rupee inr
    franc CHF 1 chf|krona SEK 1 sek|krone NOK 1 nok|danish-krone DKK 1 dkk
    cent cent 1 cent|pounds pound 1 pound
"""


def _measures() -> tuple[dict[str, tuple[str, float]], dict[str, str]]:
    units: dict[str, tuple[str, float]] = {}
    names: dict[str, str] = {}
    for entry in re.split(r"[|\n]", _MEASURES.strip()):
        dimension, unit, factor, *words = entry.split()
        units[unit] = (dimension, float(factor))
        for word in words:
            names[word] = unit
            if len(word) > 2 and word.isalpha():
                names[word + "s"] = unit
        if dimension == "length":
            units[f"square {unit}"] = "area", float(factor) ** 2
            units[f"cubic {unit}"] = "volume", 1000 * float(factor) ** 3
    return units, names


UNITS, UNIT_NAMES = _measures()
"""A unit -> its dimension, and how many of the dimension's smallest unit it is; the name of a unit, in small letters ->
the unit."""

MONEY = frozenset({*"$€£¥₹", "CHF", "SEK", "NOK", "DKK"})
_CURRENCY_CODE = "USD|EUR|GBP|JPY|INR|CHF|SEK|NOK|DKK"

ABOUT = 0.1
"""By this share a number after "about" may be off."""


def conversion(unit: str, other: str) -> float | None:
    """Return by what a value in the ``other`` unit is multiplied to be in ``unit``; None if nothing makes it so."""
    one, two = UNITS.get(unit), UNITS.get(other)
    if one and two and one[0] == two[0] and "point" not in {unit, other}:
        return two[1] / one[1]
    return None


# ---- patterns ----------------------------------------------------------------------------------------------------

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_WEEKDAYS = "Mon Tues Wednes Thurs Fri Satur Sun".split()  # noqa: SIM905
YEAR = r"(?:1[0-9]|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d%]|[.,:]\d)"
_TO = r"\s?(?:[-–—/]|to|and|or)\s?"
_AFTER_A_PREPOSITION = (
    r"(?:(?<=[Ii]n )|(?<=[Bb]y )|(?<=[Oo]f )|(?<=[Tt]o )|(?<=[Oo]n )|(?<=last )|(?<=next )|(?<=this )|(?<=late )"
    r"|(?<=[Ss]ince )|(?<=[Uu]ntil )|(?<=[Ff]rom )|(?<=early )|(?<=and )|(?<=mid-))"
)
_NOT_A_YEAR = (
    r"(?![\w%]|[.,]\d|:\d|\s?[%°]|\s(?i:percent|per cent|[kmb]n|[mb]illion|km|m|metres|meters|feet|miles|tonn?e?s|kg"
    r"|euros?|dollars?|pounds|words|seats)\b)"
)
_RANK_WORD = "|".join(sorted(_RANKS, key=len, reverse=True))

_MOMENT = re.compile(
    rf"(?<!\d)(?P<iso>\d{{4}}-\d\d-\d\d)(?!\d)"
    rf"|(?<![\d./])(?P<slashed>\d{{1,2}}(?P<mark>[/.])\d{{1,2}}(?P=mark)(?:\d{{4}}|\d\d)"
    rf"|(?<!-)\d{{1,2}}-\d{{1,2}}-\d{{4}})(?![./-]?\d)"
    rf"|\b(?P<month_first>(?i:{MONTH}))\s+(?:the\s+)?(?P<days_after>{_DAY}(?:{_TO}{_DAY}(?!\s+(?i:{MONTH})))?)"
    rf"(?:,?\s+(?P<year_after>{YEAR})\b)?"
    rf"|\b(?P<days_before>{_DAY}(?:{_TO}{_DAY})?)(?:\s+(?:of\s+)?|-)(?!may\b(?![ -]{YEAR}))"
    rf"(?P<month_second>(?i:{MONTH}))(?:(?:,?\s+|-)(?P<year_last>{YEAR})\b)?"
    rf"|\b(?P<month_of_year>(?i:{MONTH})),?\s+(?:of\s+)?(?P<its_year>{YEAR})\b(?!s)"
    rf"|\b(?P<decade>(?:1[0-9]|20)\d0)['’]?s\b|(?<!\w)['’](?P<short_decade>\d0)s\b"
    rf"|\b(?P<century>\d{{1,2}}(?:st|nd|rd|th)|(?i:{_RANK_WORD}))[ -](?i:century)\b"
    rf"|(?<![\w$€£¥.,/+-])(?P<span_of_years>{YEAR}[-–/](?:{YEAR}|\d\d))(?![\w%]|[.,]\d|[-–/]\d)"
    rf"|(?<![\w$€£¥.,+])(?P<year>{YEAR}){_NOT_A_YEAR}"
    rf"|(?<![\d.:])(?P<clock>\d{{1,2}}(?:[:.]\d\d)?\s?(?i:[ap]\.?m\b\.?)|(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:]))"
    rf"|\b(?P<named_clock>(?i:noon|midday|midnight))\b"
    rf"|\b(?P<weekday>{'|'.join(_WEEKDAYS)})days?\b"
    rf"|\b(?P<month>(?!May\b|Mar\b|March\b|Dec\b){MONTH})(?!\w)|{_AFTER_A_PREPOSITION}(?P<other_month>May|March)\b"
)  # fmt: skip

_SPACE = "[ \u00a0\u2009\u202f]"
_NUMERAL = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:['’]\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:(?:\.|{_SPACE})\d{{3}})+,\d{{1,2}}"
    rf"|\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d{{1,3}}(?:\.\d{{3}}){{2,}}|\d+(?:[.,]\d+)?)"
)
_VULGAR = "[½⅓⅔¼¾⅛]"
_ONE_WORD = "|".join(sorted(SMALL, key=len, reverse=True))
_UNDER_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{_ONE_WORD})"
_UNDER_1000 = rf"(?:(?:{_UNDER_100}|a)[ -]hundred(?:(?: and)? {_UNDER_100})?|{_UNDER_100})"
_BIG = r"thousand|million|billion|trillion"
_SPELLED = (
    rf"(?:(?:(?:{_UNDER_1000}|a)[ -](?:{_BIG})\b[, ]*(?:and )?)+(?:{_UNDER_1000}\b)?"
    rf"|half a (?:{_BIG})\b|(?:{_UNDER_100}|a|half a) dozen|{_UNDER_100} and a half\b(?: (?:{_BIG})\b)?|{_UNDER_1000})"
)
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_CURRENCY = rf"(?:(?:US|C|A|NZ|HK)?[$€£¥₹]|(?<!\w)(?:{_CURRENCY_CODE})(?![A-Za-z]))"
_UNIT = "|".join(sorted((re.escape(name).replace(r"\-", "[ -]") for name in UNIT_NAMES), key=len, reverse=True))
_BRACKET = rf"\((?=[\d.,]+\)\s?(?:[%$€£¥₹]|(?:{_SCALE}|euros?|dollars?|pounds|percent)\b))|(?<=[$€£¥₹])\((?=[\d.,]+\))"
"""Opens what may be a negative number of an account: "(2.1)%", "$(45)", and not "thirty (30) days"."""
_VAGUE = r"(?:(?:tens|hundreds) of )?(?:dozens|scores|hundreds|thousands|millions|billions)"
_AMOUNT = re.compile(
    rf"(?<![\w.])(?P<fraction>(?:(?P<over>\d{{1,2}})/(?P<under>\d{{1,2}}))(?![\d/])|(?P<vulgar>{_VULGAR})"
    rf"|(?P<parts>a|one|two|three|four|five)[ -](?P<part>third|quarter|fifth|sixth|eighth|tenth)s?\b"
    rf"(?= of\b|[.,;]|$| (?:the|its|their|his|her)\b)"
    rf"|(?<!first )(?<!second )(?<!last )half(?= (?:of|the|its|their|his|her|a|an)\b)(?! a (?:dozen|{_BIG})\b))"
    rf"|(?<![\w.,])(?P<numeric_rank>\d{{1,3}}(?:st|nd|rd|th))\b"
    rf"|(?<![\w-])(?P<rank>{_RANK_WORD})\b(?![ -]?hand)"
    rf"|(?<![\w-])(?P<vague>{_VAGUE})\b"
    rf"|(?:(?P<currency>{_CURRENCY})\s?|(?<![\w.])(?<!\d,))(?P<sign>[-−]|minus |(?P<bracket>{_BRACKET}))?"
    rf"(?P<digits>{_NUMERAL})(?P<mixed> ?{_VULGAR}| [1-9]/[2-9](?![\d/]))?(?![.,]?\d)(?(bracket)\))"
    rf"(?:(?:\s{{1,3}}(?:>+\s?)*|-)?(?P<scale>{_SCALE})\b)?"
    rf"|(?<![\w-])(?P<spelled>{_SPELLED})(?![\w])",
    re.IGNORECASE,
)  # fmt: skip
_AFTER = re.compile(
    rf"\s?-?(?:(?P<power>square|sq\.?|cubic)[ -]?)?(?P<unit>{_UNIT})(?P<raised>[²³]|(?<=m)[23])?(?![\w/])"
    r"(?:-old\b| old\b)?",
    re.IGNORECASE,
)
_FOLLOWING = re.compile(r"[^\W\d_][\w'’-]*|[.,;:!?()\d]")

_SMALLER, _GREATER = "less|fewer|lower|smaller|shorter|younger", "more|greater|higher|larger|longer|older"
_EXCEEDS = r"exceed(?:s|ed|ing)?|in excess of|surpass(?:es|ed|ing)?"
_NOT = r"not|never|cannot|without|\w+n['’]t"
_LESS = (
    rf"(?:{_SMALLER}|(?:no|not) (?:more|higher|later|longer)) than|under|below|at most|up to|as many as|as much as"
    rf"|a maximum of|(?:{_NOT}) (?:to )?(?:{_EXCEEDS})"
)
_MORE = rf"(?:{_GREATER}|(?:no|not) (?:less|fewer|lower)) than|over|above|at least|upwards of|a minimum of|{_EXCEEDS}"
_STRICT = re.compile(
    rf"(?<!no )(?<!not )(?:{_SMALLER}|{_GREATER}) than|under|below|over|above|^(?!.*\b(?:{_NOT}) ).*(?:{_EXCEEDS})",
    re.IGNORECASE,
)
_ABOUT = (
    r"about|around|approximately|approx\.?|roughly|some|nearly|almost|close to|circa|c\.|ca\.|~|≈|an? estimated"
    r"|estimated|an average of|averag(?:es|ed|ing)"
)
_BEFORE = re.compile(
    rf"(?:^|[\s(])(?:(?P<less>{_LESS})|(?P<more>{_MORE})|(?P<about>{_ABOUT}))"
    r"(?: (?:about|around|some|an estimated|a total of|only|just))?\s?$",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(
    r"\s?(?:\w+ )?(?:(?P<more>or (?:more|over|older|above|higher)\b|and (?:over|above|more)\b|at least\b|\+)"
    r"|(?P<less>or (?:less|fewer|under|younger|below|lower)\b|at most\b)|(?P<about>or so\b))",
    re.IGNORECASE,
)

LOOKED_BACK_CHARS, FOLLOWING_CHARS, FOLLOWING_WORDS = 30, 60, 4

_CODE = re.compile(
    rf"\b(?!(?<=\d )[ckm]?m[23]\b|(?:{_CURRENCY_CODE})\d|(?<=\d-){MONTH}-{YEAR}\b)[A-Za-z]+-?\d[\w-]*"
    r"|\b\d+(?:\.\d{1,2}){2,}\b"
)
"""What holds letters and digits is a name: COVID-19, A380, F-16; and so is 4.2.1. That of "20 m2" is a unit, that of
"USD20" a currency."""


# ---- reading -----------------------------------------------------------------------------------------------------


def quantities(text: str) -> tuple[list[Amount], list[Moment]]:
    """Return the amounts and the moments of a text, in order.

    A date that may be read in two ways (03/04/2024) gives two moments of the same place. Digits within names
    ("COVID-19") are neither.
    """
    masked = _CODE.sub(_blank, text.translate(_PLAIN_LETTERS))
    moments = list(_moments(masked, text))
    for moment in moments:
        masked = f"{masked[: moment.start]}{'¤' * (moment.end - moment.start)}{masked[moment.end :]}"
    return _shared(list(_amounts(masked, text)), masked), moments


def codes(text: str) -> list[str]:
    """Return the names that hold digits: "COVID-19", "A380", "4.2.1"."""
    return _CODE.findall(text)


_PLAIN_LETTERS = str.maketrans("ſıİ", "siI")
"""What a pattern that looks over capitals takes for these letters: "KİLO" is a kilo, "ſixth" the sixth."""


def _blank(match: re.Match[str]) -> str:
    return "¤" * len(match[0])


def _moments(masked: str, text: str) -> Iterator[Moment]:
    for match in _MOMENT.finditer(masked):
        found = {name: value for name, value in match.groupdict().items() if value is not None}
        at = Moment(match.start(), match.end(), text[match.start() : match.end()])
        yield from _FORMS[next(iter(found))](at, found)


def _iso(at: Moment, found: Mapping[str, str]) -> Iterator[Moment]:
    year, month, day = map(int, found["iso"].split("-"))
    yield replace(at, years=(year, year), month=month, day=day)


def _slashed(at: Moment, found: Mapping[str, str]) -> Iterator[Moment]:
    one, other, year = map(int, re.split(r"[/.-]", found["slashed"]))
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    for day, month in dict.fromkeys([(one, other), (other, one)]):
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield replace(at, years=(year, year), month=month, day=day)


def _days(at: Moment, found: Mapping[str, str]) -> Iterator[Moment]:
    month = _month(found.get("month_first") or found["month_second"])
    years = _years(found.get("year_after") or found.get("year_last"))
    for day in re.findall(r"\d+", found.get("days_after") or found["days_before"]):
        yield replace(at, years=years, month=month, day=int(day))


def _month_of_year(at: Moment, found: Mapping[str, str]) -> Iterator[Moment]:
    yield replace(at, years=_years(found["its_year"]), month=_month(found["month_of_year"]))


def _decade(at: Moment, found: Mapping[str, str]) -> Iterator[Moment]:
    first = int(found["decade"]) if "decade" in found else 1900 + int(found["short_decade"])
    yield replace(at, years=(first, first + (9 if first % 100 else 99)))  # the 1800s are most often the century


def _century(at: Moment, found: Mapping[str, str]) -> Iterator[Moment]:
    century = _rank(found["century"])
    yield replace(at, years=(100 * century - 100, 100 * century))


def _span_of_years(at: Moment, found: Mapping[str, str]) -> Iterator[Moment]:
    first, last = re.split(r"[-–/]", found["span_of_years"])
    yield replace(at, years=_years(first))
    yield replace(at, years=_years(last if len(last) == 4 else first[:2] + last))


def _clock(at: Moment, found: Mapping[str, str]) -> Iterator[Moment]:
    hour, minute = [*map(int, re.findall(r"\d+", found["clock"])), 0][:2]
    half = re.search(r"[ap](?=\.?m)", found["clock"], re.IGNORECASE)
    if half:
        hour = hour % 12 + (12 if half[0].lower() == "p" else 0)
    yield replace(at, minute=60 * hour + minute, half_known=half is not None or hour > 12)


_FORMS: Mapping[str, Callable[[Moment, Mapping[str, str]], Iterator[Moment]]] = {
    "iso": _iso,
    "slashed": _slashed,
    "month_first": _days,
    "days_before": _days,
    "month_of_year": _month_of_year,
    "decade": _decade,
    "short_decade": _decade,
    "century": _century,
    "span_of_years": _span_of_years,
    "year": lambda at, found: iter([replace(at, years=_years(found["year"]))]),
    "clock": _clock,
    "named_clock": lambda at, found: iter([replace(at, minute=0 if found["named_clock"] == "midnight" else 720)]),
    "weekday": lambda at, found: iter([replace(at, weekday=_WEEKDAYS.index(found["weekday"]))]),
    "month": lambda at, found: iter([replace(at, month=_month(found["month"]))]),
    "other_month": lambda at, found: iter([replace(at, month=_month(found["other_month"]))]),
}


def _month(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1


def _years(year: str | None) -> tuple[int, int] | None:
    return (int(year), int(year)) if year else None


def _rank(word: str) -> int:
    return int(word[:-2]) if word[0].isdigit() else _RANKS.index(word.lower()) + 1


def _amounts(masked: str, text: str) -> Iterator[Amount]:
    for match in _AMOUNT.finditer(masked):
        found = match.groupdict()
        if found["digits"] is None and match[0].isupper() and len(match[0]) < 4:
            continue
        amount = Amount(match.start(), match.end(), text[match.start() : match.end()], ((0.0, 0.0),))
        if found["fraction"]:
            amount = _fraction(amount, found)
        elif rank := found["numeric_rank"] or found["rank"]:
            amount = replace(amount, readings=((_rank(rank),) * 2,), rank=True)
        elif found["vague"]:
            amount = replace(amount, readings=(_vague(found["vague"].lower()),))
        elif found["spelled"]:
            value = _spelled_value(found["spelled"].lower())
            step = 1.0 if value < 1000 else 10.0 ** (len(f"{value:.0f}") - len(f"{value:.0f}".rstrip("0")))
            big = [_SCALES[word] for word in re.findall(_BIG, found["spelled"].lower())]
            amount = replace(amount, readings=((value, value),), step=step, scale=big[-1] if big else 1.0)
        else:
            amount = _written(amount, found)
        yield _with_surroundings(amount, masked, text)


def _fraction(amount: Amount, found: Mapping[str, str | None]) -> Amount:
    if found["vulgar"]:
        over, under = _ratio(found["vulgar"])
    elif found["over"] and found["under"]:
        over, under = int(found["over"]), int(found["under"])
    elif found["part"]:
        over, under = SMALL.get((found["parts"] or "a").lower(), 1), _PARTS[found["part"].lower()]
    else:
        over, under = 1, 2
    share = 100 * over / under if under else 0.0
    return replace(amount, readings=((share, share),), unit="%", step=1.0, about=under in (3, 6))


def _ratio(sign: str) -> tuple[int, int]:
    """Return the two numbers of a sign such as ½."""
    return Fraction(numeric(sign)).limit_denominator(8).as_integer_ratio()


def _vague(words: str) -> tuple[float, float]:
    low, high = {
        "dozens": (20.0, 200.0), "scores": (20.0, 200.0), "hundreds": (200.0, 1e3), "thousands": (1e3, 1e6),
        "millions": (1e6, 1e9), "billions": (1e9, 1e12),
    }[words.rpartition(" ")[2]]  # fmt: skip
    if words.startswith("tens"):
        return 10 * low, 100 * low
    return (100 * low, 1000 * low) if words.startswith("hundreds of") else (low, high)


def _spelled_value(words: str) -> float:
    total = current = 0.0
    for word in re.findall(r"[a-z]+", words.replace("and a half", "half")):
        if word in SMALL:
            current += SMALL[word]
        elif word == "a":
            current += 1
        elif word == "half":
            current += 0.5
        elif word in ("hundred", "dozen"):
            current = (current - 1 if words.startswith("half") else current or 1) * _SCALES[word]
        elif word in _SCALES:
            total, current = total + (current - 1 if words.startswith("half") else current or 1) * _SCALES[word], 0.0
    return total + current


def _written(amount: Amount, found: Mapping[str, str | None]) -> Amount:
    digits = re.sub(rf"{_SPACE}|['’]", "", found["digits"] or "")
    scale_name = (found["scale"] or "").lower()
    scale, unit = _SCALES.get(scale_name, 1.0), ""
    if found["currency"]:
        sign = found["currency"]
        unit = UNIT_NAMES.get(sign.lower(), sign[-1])
    elif scale_name in ("m", "b"):  # metres, unless it is money
        scale, unit = 1.0, "m" if scale_name == "m" else ""
    plain = digits.replace(",", "" if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) else ".")
    if plain.count(".") > 1:  # 1.500.000 or, with a comma before its decimals, 1.500,00
        whole, _, last = plain.rpartition(".")
        plain = whole.replace(".", "") + (f".{last}" if "," in digits else last)
    values = [float(plain)]
    if re.fullmatch(r"\d{1,3}\.\d{3}", digits):
        values.append(float(digits.replace(".", "")))  # 1.500 is one and a half, or fifteen hundred
    decimals = len(plain.partition(".")[2])
    if mixed := (found["mixed"] or "").strip():
        over, under = map(int, mixed.split("/")) if "/" in mixed else _ratio(mixed)
        values, decimals = [values[0] + over / under], 1
    if found["bracket"]:
        values += [-value for value in values]
    factor = -scale if found["sign"] and not found["bracket"] else scale
    readings = tuple((value * factor,) * 2 for value in values)
    return replace(amount, readings=readings, unit=unit, step=scale * 10.0**-decimals, scale=scale)


def _with_surroundings(amount: Amount, masked: str, text: str) -> Amount:
    """Return an amount with its unit, its bounds, and the words after it."""
    before = masked[max(0, amount.start - LOOKED_BACK_CHARS) : amount.start]
    rest = masked[amount.end : amount.end + FOLLOWING_CHARS]
    end, unit = amount.end, amount.unit
    after = None if unit or amount.rank else _AFTER.match(rest)
    if after and after["unit"] not in {"M", "G"}:  # "5 M" is no length
        unit = _power(after) + UNIT_NAMES[after["unit"].lower().replace(" ", "-")]
        end += after.end()
    bound, strict, about = 0, False, amount.about
    said = _BEFORE.search(before)
    if limit := said or _AFTERWARDS.match(masked[end : end + FOLLOWING_CHARS]):
        bound = -1 if limit["less"] else 1 if limit["more"] else 0
        strict = said is not None and bound != 0 and _STRICT.search(said[0]) is not None
        about = about or limit["about"] is not None
    counted = re.split(r"[,:;.(]", masked[end : end + FOLLOWING_CHARS], maxsplit=1)[0]
    following = tuple(word.lower() for word in _FOLLOWING.findall(counted)[:FOLLOWING_WORDS])
    return replace(
        amount,
        end=end,
        text=text[amount.start : end],
        unit=unit,
        bound=bound,
        strict=strict,
        about=about,
        following=following,
    )


def _power(after: re.Match[str]) -> str:
    """Return what stands before the name of a unit of area or volume: it is written before it, or raised after it."""
    square = (after["power"] or "").lower().startswith("sq") or after["raised"] in ("²", "2")
    return "square " if square else "cubic " if after["power"] or after["raised"] else ""


_RANGE = re.compile(r"\s?(?:[-–—]|to|and|or)\s?", re.IGNORECASE)


def _shared(amounts: list[Amount], text: str) -> list[Amount]:
    """Give the first number of a range the unit of the last, and as a further reading its scale: "5 to 10 million".

    So do those of a list that ends like one: "5, 6 or 7 million". The last takes the currency of the first: "$5-6".
    """
    is_joined = False
    for place in range(len(amounts) - 2, -1, -1):
        one, other = amounts[place], amounts[place + 1]
        between = text[one.end : other.start]
        is_joined = _RANGE.fullmatch(between) is not None or (is_joined and between == ", ")
        is_price = is_joined and one.unit in MONEY and not other.unit
        if is_price and (other.scale > one.scale or re.search("[-–—]", between)):
            other = amounts[place + 1] = replace(other, unit=one.unit)
        if not is_joined or one.rank or other.rank or one.unit not in ("", other.unit):
            continue
        scaled = tuple((low * other.scale, high * other.scale) for low, high in one.readings)
        amounts[place] = replace(
            one, unit=other.unit, scale=other.scale, readings=tuple(dict.fromkeys(one.readings + scaled))
        )
    return amounts
