"""Finds names, places, dates and numbers in a text by patterns and word lists; no model, English only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from evals.make import lexicon
from index.lexical import STOP_WORDS
from qa.quantities import YEAR


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What all documents tell about words.

    Those seen in lower case, those seen with a ``capital`` after a word without, and people (full names and surnames).
    """

    common: frozenset[str]
    capital: frozenset[str]
    people: frozenset[str]


# ---- patterns ----------------------------------------------------------------------------------------------------

WORD = r"[A-Z][\w-]*(?:['’][A-Z]\w+)?"
RUN = re.compile(rf"\b{WORD}\.?(?: (?:(?:de|da|van|von|der|del|bin|al) )?{WORD}\.?(?! \w+\.))*")
_PERSON_SAID = re.compile(rf"\b({WORD}(?: {WORD}){{1,2}})(?:, \d\d,| (?:said|told|says|added|recalled)\b)")
_SURNAME_SAID = re.compile(
    rf"(?<![A-Z][\w.] )\b({WORD}) (?:said|told|says|added|recalled|testified|who|married|died)\b"
)

MONTH, WEEKDAY = "|".join(lexicon.MONTHS), "|".join(lexicon.WEEKDAYS)
_DATES = (  # type, pattern, the noun to ask with
    ("date", rf"(?:{MONTH}) \d{{1,2}}, {YEAR}|\d{{1,2}} (?:{MONTH}) {YEAR}|{YEAR}-\d\d-\d\d", "date"),
    ("day", rf"(?:{MONTH}) \d{{1,2}}|\d{{1,2}} (?:{MONTH})", "date"),
    ("month of a year", rf"(?:{MONTH}) {YEAR}", "month"),
    ("year", YEAR, "year"),
    ("month", MONTH, "month"),
    ("weekday", WEEKDAY, "day"),
)
ANY_DATE = "|".join(f"(?:{pattern})" for _, pattern, _ in _DATES)
DATED = re.compile(
    rf"\b(?P<before>in|on|since|until|by|In|On) (?P<date>{ANY_DATE})(?![\w'’/-]|,? \d|,\d| or | and (?:{ANY_DATE}))"
)

_ONES = "two|three|four|five|six|seven|eight|nine"
SPELLED = (
    rf"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:one|{_ONES}))?|{_ONES}|ten|eleven|twelve|"
    r"(?:thir|four|fif|six|seven|eigh|nine)teen)"
)
NUMERAL = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
SCALE = r"(?: (?:hundred|thousand|million|billion|trillion))*"
_ABOUT = (
    r"(?:\b(?i:at least|about|around|nearly|almost|more than|over|roughly|some|up to|as many as|approximately|only) )?"
)
_PLURAL = r"(?:people|men|women|children|troops|police|[a-z][a-z-]*(?<!s)(?<!u)(?<!i)s)"
COUNT = re.compile(
    rf"(?P<about>{_ABOUT})(?<![\w$€£¥.,–-])(?P<number>(?:{NUMERAL}|(?i:{SPELLED})){SCALE})"
    rf"(?P<things>(?: (?:U\.S\.|U\.K\.|[\w'’-]+)){{0,3}}? {_PLURAL})(?![\w'’-])"
)
MONEY = re.compile(rf"(?P<about>{_ABOUT})(?<!\w)(?P<number>(?:US|C|A)?[$€£¥] ?{NUMERAL}{SCALE})(?![\w-]|[.,]\d)")
PERCENT = re.compile(rf"(?P<about>{_ABOUT})(?<![\w.,$–-])(?P<number>{NUMERAL}(?:%| percent\b| per cent\b))")

_FOLLOWS_NAME = "|".join(sorted({*STOP_WORDS.split()} - {"and", "or"})) + r"|since|within|near|\w+ly"
NAME_ENDS = rf"(?=$|\.$|, (?!(?:and|or) )[a-z]| (?:{_FOLLOWS_NAME})\b)"
_PLACES = {"country": lexicon.COUNTRIES, "city": lexicon.CITIES, "state": lexicon.STATES}
PLACE_TYPE = {place: kind for kind, places in _PLACES.items() for place in places}
TYPE_OF = PLACE_TYPE | dict.fromkeys(lexicon.PEOPLES, "people") | dict.fromkeys(lexicon.WEEKDAYS, "weekday")
ONE_PLACE = "|".join(map(re.escape, sorted(PLACE_TYPE, key=len, reverse=True)))
LISTED = re.compile(rf"(?<![\w-])(?:{ONE_PLACE}|{'|'.join(lexicon.PEOPLES)}|{WEEKDAY})(?![\w-])")
LOCATED = re.compile(rf"\b(?P<before>in|near|to|from) (?P<place>{ONE_PLACE})(?:, (?:{ONE_PLACE})\b)?{NAME_ENDS}")
TOWARDS = re.compile(rf"\b(?P<before>by|to|with|from) (?P<name>{RUN.pattern[2:]})(?!,){NAME_ENDS}")

ORGANISATION = rf"(?:{WORD} ){{1,5}}(?:{'|'.join(lexicon.ORGANISATION_WORDS)})(?: of (?:the )?(?:{WORD} ?)+(?<! ))?"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words("the a an his her their its our my your this that these those each every any no")
_BAD_BEFORE_NUMBER = DETERMINERS | _words(
    "last first next past and or to between than through all both - – top final little"
)
PREPOSITIONS = _words("in on at for within during over from near by of with to into between after before")
FUNCTION = _words(STOP_WORDS) | DETERMINERS | PREPOSITIONS | {"according", "since", "per", "across"}
BARRIERS = _words(
    "that who which whose where when while after before because as if but whether than how what although though unless"
)

# ---- names and other terms ------------------------------------------------------------------------------------------


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """Read the words and the names of people out of the sentences of all documents."""
    common: set[str] = set()
    capital: set[str] = set()
    people: set[str] = set()
    said: set[str] = set()
    double: set[str] = set()
    alone: set[str] = set()
    for text in texts:
        common.update(re.findall(r"(?<![\w'’-])[a-z][a-z-]+", text))
        capital.update(re.findall(rf"[a-z,] ({WORD})", text))
        said.update(_PERSON_SAID.findall(text))
        runs = RUN.findall(text)
        double.update(run for run in runs if run.count(" ") == 1)
        alone.update(_SURNAME_SAID.findall(text))
        people.update(person for run in runs if (person := person_in(run)))
    said |= {name for name in double if name.split()[-1] in alone}
    rare = {name for name in said if not any(word.lower() in common for word in name.split())}
    people |= {name for name in rare if may_be_person(name)}
    surnames = {name.split()[-1] for name in people}
    people |= {name for name in surnames if name.lower() not in common and len(name) > 2}
    return Vocabulary(frozenset(common), frozenset(capital), frozenset(people))


def may_be_person(name: str) -> bool:
    """Whether a capitalised name could be a person's: no place, organisation, month or acronym is part of it."""
    words = name.split()
    return not (
        words[-1] in lexicon.NOT_PEOPLE
        or words[-1] in lexicon.ORGANISATION_WORDS
        or any(word in TYPE_OF or word in lexicon.MONTHS for word in words)
        or name.isupper()
    )


def person_in(run: str) -> str:
    """Return the full name that a run of capitalised words ends with: from a known first name on; else ""."""
    words = run.rstrip(".").split()
    for at, word in enumerate(words[:-1]):
        name = " ".join(words[at:])
        if word in lexicon.FIRST_NAMES:
            return name if may_be_person(name) and len(words) - at <= 4 else ""
    return ""


def organisation_noun(name: str) -> str:
    """Return what an organisation calls itself: company, university, or else organisation."""
    nouns = (lexicon.ORGANISATION_WORDS.get(word.rstrip(".")) for word in name.split())
    return next((noun for noun in nouns if noun), "organisation")


def date_type(date: str) -> tuple[str, str]:
    """Return the type of a date and the noun to ask for it with: ("year", "year")."""
    return next((kind, noun) for kind, pattern, noun in _DATES if re.fullmatch(pattern, date))


_OF_KIND = {
    "number": re.compile(rf"\d|\b{SPELLED}\b", re.IGNORECASE),
    "date": re.compile(rf"\b(?:{ANY_DATE}|(?:{MONTH})[a-z]*)"),
    "name": re.compile(r"(?<=\s)[A-Z]"),
    "place": re.compile(r"(?<=\s)[A-Z]"),
}


def holds_kind(text: str, kind: str) -> bool:
    """Whether a sentence holds anything that could answer a question of this kind."""
    return bool(_OF_KIND[kind].search(text))


def stands_in(words: str, text: str) -> bool:
    """Whether a text holds these words, as whole ones, in whatever case."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) is not None


def in_longer_name(text: str, match: re.Match[str]) -> bool:
    """Whether capitalised words stand next to it, as in "Paris Hilton": then it is no place or people."""
    before = re.search(r"([\w.]+) $", text[: match.start()])
    after = re.match(r" [A-Z(]|['’]?-|, [A-Z]", text[match.end() :])
    in_name = bool(before and before[1][:1].isupper() and before[1].lower() not in FUNCTION)
    in_name = in_name or bool(re.search(r"[A-Z][\w.]*, $", text[: match.start()]))  # "Emerson, New Jersey"
    owned = re.match(r" ([a-z]+)", text[match.end() :])
    is_noun = match[0] in lexicon.PEOPLES and (owned is None or owned[1] in FUNCTION)  # "the British"
    return in_name or bool(after) or is_noun


def is_verb(part: str) -> bool:
    """Whether a word looks like a verb in a form that a sentence can have."""
    return part in lexicon.AUXILIARIES or part in lexicon.PRESENT or is_past(part)


def has_certain_verb(parts: list[str]) -> bool:
    """Whether there is a verb that cannot be a participle after a comma, as in "the town, founded in May"."""
    first = next((at for at, part in enumerate(parts) if is_verb(part)), 0)
    return first > 0 and not any(part.endswith(",") for part in parts[:first])


def is_past(part: str) -> bool:
    """Whether a word looks like a past tense: a known one, or any other in -ed."""
    return part in lexicon.PAST or (
        part.endswith("ed")
        and len(part) > 4
        and part.isalpha()
        and part.islower()
        and part not in lexicon.NO_PAST
        and not part.endswith("eed")
    )


def stands_free(text: str, match: re.Match[str]) -> bool:
    """Whether a number is no part of a name, a list or a range ("Flight 93", "the last 3", "5 to 10")."""
    before = text[: match.start()].split()[-1:]
    if not before:
        return True
    word = before[0].lower()
    in_name = before[0][:1].isupper() and word not in FUNCTION
    return word not in _BAD_BEFORE_NUMBER and not in_name and not word.endswith((",", "'s", "’s", "most", "est"))
