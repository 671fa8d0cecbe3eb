"""A sentence becomes questions that need no syntax: one term is left out, and asked for.

They fill a suite up where `evals.make.draft` is not certain how to ask. A cloze quotes its sentence, whatever its
grammar; what matters is that the gap is a whole term, and that the sentence means something by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.make import lexicon
from evals.make.clause import FEWEST_WORDS, MOST_CAPITALISED, MOST_WORDS, core, plain
from evals.make.draft import Draft
from evals.make.terms import (
    ANY_DATE,
    FUNCTION,
    MONTH,
    NUMERAL,
    ONE_PLACE,
    PLACE_TYPE,
    SCALE,
    SPELLED,
    TYPE_OF,
    WORD,
    Vocabulary,
    date_type,
    in_longer_name,
    is_verb,
    stands_in,
)

MOST_QUOTED = 28
"""A sentence of more words is shortened if it can be."""

GAP = "___"

_LEADING = re.compile(
    r"(?:I|he|she|it|they|we|you|his|her|its|their|our|my|your|this|that|these|those|such|both|another|others?|one|"
    r"some|and|but|or|so|then|also|thus|therefore|however|instead|moreover|here|what|who|which|where|why|how|yes|no|"
    r"whereas|now|in witness|when asked|any of|hello|hi|hey)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:he|she|him|they|them|this|these|those|such|former|latter|respectively|aforesaid|"
    r"the (?:two|three|four|five|other|above|following|same))\b",
    re.IGNORECASE,
)
_STRANGE = re.compile(r"[|`<>\[\]{}()@#=~\\…�_¨]|https?|www\.|\.\.|:.*:.*:|\d['’]|\b[A-Z]{4,} [A-Z]{4,}\b")
_TIME = r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\b\.?)?|\d{1,2} ?[ap]\.?m\b\.?|(?:midnight|noon)\b"
_DATE = re.compile(
    rf"(?<![\w.,:/$€£¥-])(?:{ANY_DATE}|(?P<time>(?<=(?:at|by|to|of) )(?:{_TIME})|(?<=(?:from|till) )(?:{_TIME})|"
    rf"(?<=(?:until|after) )(?:{_TIME})|(?<=before )(?:{_TIME})|\d{{1,2}}:\d\d))(?![\w:/'’-]|[.,]\d|,? {NUMERAL})"
)
_BEFORE_YEAR = re.compile(
    rf"(?:\b(?:in|since|until|by|of|from|during|before|after|late|early|year|than|for|to|and|till|through|{MONTH})|"
    r"^(?:In|Since|Until|By|From|During|Before|After)) $"
)
_BEFORE_MONTH = re.compile(
    r"\b(?:in|since|until|by|of|from|during|before|after|late|early|last|next|every|each|mid|end|to|In|Since|Until|By|"
    r"From|During|Before|After|Every|Each) $"
)
_NUMBER = re.compile(
    rf"(?<![\w$€£¥.,:/'’–-])(?:(?:US|C|A)?[$€£¥] ?{NUMERAL}(?:bn|m|k)?|(?:{NUMERAL}|(?i:{SPELLED}))(?:%|bn|m\b|k\b)?)"
    rf"{SCALE}(?:(?: per cent| percent)\b)?(?![\w:/%–-]|[.,]\d|['’]|st\b|nd\b|rd\b|th\b)"
)
_NAMES_PART = re.compile(
    r"\b(?:section|article|clause|paragraph|page|chapter|appendix|exhibit|schedule|figure|table|step|level|class|no|"
    r"number|version|room|line|row|item|rule|part|phase|type|form|grade|annex|route|gate|platform|extension|question)"
    r"\.? (?:[\d.]+ (?:and|or|to) )?$",
    re.IGNORECASE,
)
_IN_SERIES = re.compile(rf"(?:,| or| to| and) (?:{NUMERAL}|{SPELLED})\b| (?:{MONTH})\b")
_PART = rf"(?:(?:{'|'.join(sorted(lexicon.TITLES))}|St)\.|{WORD}(?!\w)|(?:[A-Z]\.)+)"
_PARTS = rf"{_PART}(?: (?:(?:de|da|van|von|der|del|bin|al) )?{_PART})*"
_NAME = re.compile(rf"(?<![\w'’/&-])(?<![A-Z]\. ){_PARTS}(?: of (?:the )?{_PARTS})?")
_LISTED_PLACE = re.compile(rf"(?<![\w-])(?:{ONE_PLACE})(?![\w-])")


def draft_clozes(sentence: str, words: Vocabulary) -> list[Draft]:
    """Return the gaps that a sentence could be asked with; [] where it does not stand by itself."""
    text = _shortened(plain(sentence))
    if not _stands_by_itself(text):
        return []
    drafts = [*_dates(text), *_numbers(text), *_places(text), *_names(text, words)]
    return [draft for draft in drafts if draft.answer in sentence and not stands_in(draft.answer, draft.rest)]


def _shortened(text: str) -> str:
    """Return a long sentence without what can go, if the rest is a whole one."""
    if len(text.split()) <= MOST_QUOTED:
        return text
    rest = core(text).rstrip(",")
    return text if not rest or " and that " in rest else f"{rest[0].upper()}{rest[1:]}" + "." * rest[-1].isalnum()


def _stands_by_itself(text: str) -> bool:
    """Whether a text is a whole sentence with a verb that needs no other to be understood."""
    parts = text.split()
    is_whole = text[:1].isalnum() and text.rstrip('"”').endswith((".", "!"))
    if not is_whole or not FEWEST_WORDS <= len(parts) <= MOST_WORDS:
        return False
    if sum(part[:1].isupper() for part in parts) > MOST_CAPITALISED * len(parts):
        return False
    verb = next((at for at, part in enumerate(parts) if at and _may_be_verb(part)), 0)
    before_verb = " ".join(parts[: verb + 1])
    has_pairs = not text.count('"') % 2 and text.count("“") == text.count("”")
    return bool(
        verb and has_pairs and not (_STRANGE.search(text) or _LEADING.match(text) or _POINTS_BACK.search(before_verb))
    )


def _may_be_verb(part: str) -> bool:
    return is_verb(part.strip(",;:")) or part in lexicon.VERBS


def _cloze(text: str, start: int, end: int, kind: str, noun: str) -> Draft:
    """Return the question for ``text[start:end]``; quotation marks inside become single ones."""
    before, after = text[:start], text[end:]
    quoted = f"{before}{GAP}{after}".replace('"', "'").replace("“", "‘").replace("”", "’")
    return Draft(quoted, kind, text[start:end], f"{before} {after}", False, lead=f"Which {noun} is missing")


def _dates(text: str) -> Iterator[Draft]:
    for match in _DATE.finditer(text):
        before, date = text[: match.start()], match[0]
        if match["time"]:
            yield _cloze(text, *match.span(), "date", "time")
            continue
        type_, noun = date_type(date)
        if type_ == "year" and (not _BEFORE_YEAR.search(before) or _counts(text[match.end() :])):
            continue
        if type_ == "month" and not _BEFORE_MONTH.search(before):
            continue
        yield _cloze(text, *match.span(), "date", noun)


def _counts(after: str) -> bool:
    """Whether a word follows that may be counted: "2000 people"."""
    following = re.match(r" ([a-z][\w-]*)", after)
    return following is not None and following[1] not in FUNCTION and not is_verb(following[1])


def _numbers(text: str) -> Iterator[Draft]:
    dates = [match.span() for match in _DATE.finditer(text)]
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        before, after, number = text[:start], text[end:], match[0]
        preceding = before.split()
        in_name = bool(preceding) and preceding[-1][:1].isupper() and preceding[-1].lower() not in FUNCTION
        in_name = in_name and (len(preceding) > 1 or number.isdigit())
        is_year = re.fullmatch(r"1[5-9]\d\d|20\d\d", number) and not _counts(after)
        in_date = any(first < end and start < last for first, last in dates)
        if in_name or is_year or in_date or _IN_SERIES.match(after) or _NAMES_PART.search(before):
            continue
        noun = "percentage" if re.search(r"%|per ?cent", number) else "amount" if number[0] in "$€£¥UCA" else "number"
        yield _cloze(text, start, end, "number", noun)


def _places(text: str) -> Iterator[Draft]:
    for match in _LISTED_PLACE.finditer(text):
        if not in_longer_name(text, match):
            yield _cloze(text, *match.span(), "place", PLACE_TYPE[match[0]])


def _names(text: str, words: Vocabulary) -> Iterator[Draft]:
    for match in _NAME.finditer(text):
        name = match[0].rstrip(".") if match.end() == len(text) else match[0]
        start, end = match.start(), match.start() + len(name)
        first = name.partition(" ")[0]
        if start == 0 and (_is_ordinary(first, words) or (first not in words.capital and first == name)):
            start, name = len(first) + 1, name[len(first) + 1 :]
        if name and _is_name(name, words) and not _is_cut(text, start, end):
            yield _cloze(text, start, end, "name", "name")


def _is_ordinary(word: str, words: Vocabulary) -> bool:
    return word.lower() in words.common or word.lower() in FUNCTION or word in lexicon.TIME_WORDS


def _is_name(name: str, words: Vocabulary) -> bool:
    """Whether the words name one thing: none is a date, and at least one is seen in capitals only."""
    parts = [part for part in re.findall(r"[\w'’-]+", name) if part.lower() not in FUNCTION]
    return (
        bool(parts)
        and not any(part in lexicon.TIME_WORDS for part in parts)
        and any(not _is_ordinary(part, words) for part in parts)
        and (len(parts) > 1 or (parts[0] not in TYPE_OF and len(parts[0]) > 2 and parts[0] not in lexicon.TITLES))
        and name not in PLACE_TYPE
    )


def _is_cut(text: str, start: int, end: int) -> bool:
    """Whether the name goes on before or after: "Windows 10", "Bill and Melinda Gates", "Route 5"."""
    before, after = text[:start], text[end:]
    return bool(
        re.match(r"[-/&]|\.\w| \d| & | (?:and|or) [A-Z]|, (?:Inc|Ltd|LLC|[A-Z][\w]+(?:,|\.$| and))|['’](?!s\b)", after)
        or re.search(r"(?:\d|[A-Z][\w.]* (?:of|of the|and|or|&)|[A-Z]\w+,| &) $", before)
    )
