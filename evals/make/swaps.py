"""Finds the terms of a text that others can stand for: people, places, dates, numbers, common words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evals.make import lexicon
from evals.make.terms import (
    COUNT,
    DATED,
    FUNCTION,
    LISTED,
    MONEY,
    NAME_ENDS,
    ORGANISATION,
    PERCENT,
    PREPOSITIONS,
    RUN,
    SPELLED,
    TYPE_OF,
    Vocabulary,
    date_type,
    in_longer_name,
    is_verb,
    organisation_noun,
    person_in,
    stands_free,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A name, place, date or number in a text: ``text[start:end]``. Terms of one ``type`` can stand for each other."""

    type: str
    start: int
    end: int
    text: str


_WORD = re.compile(r"(?<![\w'’-])[a-z]+(?![\w'’-])(?= (?P<next>[a-z]+)|)")
_IS_ASKED_FOR = re.compile(r"\b(?:which|whose|how many|what) (?:\w+ )?$", re.IGNORECASE)


_NAME_AFTER = re.compile(rf"\b([a-z]+) ({RUN.pattern[2:]}){NAME_ENDS}")
_ORGANISATION_AFTER = re.compile(
    rf"\b(?:by|to|with|from|at|for) (?:the )?(?P<name>{ORGANISATION})(?! \w+ (?:the )?[A-Z]){NAME_ENDS}"
)
_NOUN = re.compile(
    r"(?:^(?P<bare>)|(?:(?P<before>^|\b[a-z]+ ))(?P<article>[Tt]he|[Aa]n?|[Ee]very|[Ee]ach) )"
    r"(?P<noun>(?(article)[a-z]|[A-Z])[a-z]{3,}?(?P<plural>(?<!s)s?))(?<!ing)(?<!ive)(?<!th)"
    r"(?= (?P<following>[a-z]+)\b|[.,]|$)"
)
"""A noun after its article, or a plural that begins the sentence; what follows must show that it is no adjective."""

_NOT_SWAPPED = frozenset((*lexicon.MONTHS, *lexicon.TITLES, "I", "X"))
_BOUND = re.compile("at least|more than|over|up to|as many as", re.IGNORECASE)
"""A number after these is true of many numbers, so that another in its place may be true as well."""


def terms_in(text: str, words: Vocabulary) -> list[Term]:
    """Return the terms of a text that could be swapped for others, in the order of the text."""
    found = [Term(date_type(match["date"])[0], *match.span("date"), match["date"]) for match in DATED.finditer(text)]
    for match in LISTED.finditer(text):
        if not in_longer_name(text, match):
            found.append(Term(TYPE_OF[match[0]], *match.span(), match[0]))
    for kind, pattern in (("number", COUNT), ("money", MONEY), ("percentage", PERCENT)):
        found += [
            Term(kind, *match.span("number"), match["number"])
            for match in pattern.finditer(text)
            if not _BOUND.match(match["about"]) and stands_free(text, match)
        ]
    found += [
        Term(f"name of {match[2].count(' ') + 1} after {match[1]}", *match.span(2), match[2])
        for match in _NAME_AFTER.finditer(text)
        if match[1] in PREPOSITIONS and not match[2].endswith(".") and not set(match[2].split()) & _NOT_SWAPPED
    ]
    found += [
        Term(organisation_noun(match["name"]), *match.span("name"), match["name"])
        for match in _ORGANISATION_AFTER.finditer(text)
    ]
    found += _nouns(text)
    found += [Term("one of " + ", ".join(sorted(group)), *span, word) for word, group, span in _contrasts(text)]
    for match in RUN.finditer(text):
        person = match[0].rstrip(".") if match[0].rstrip(".") in words.people else person_in(match[0])
        if person and not text[: match.start()].endswith(("The ", "the ")):
            start = match.start() + match[0].index(person)
            found.append(Term("person" if " " in person else "surname", start, start + len(person), person))
    found.sort(key=lambda term: not term.type.startswith("name of "))  # a better known type is put in its place
    return sorted({(term.start, term.end): term for term in found}.values(), key=lambda term: term.start)


def _nouns(text: str) -> Iterator[Term]:
    """Yield the nouns that could be others: those at the start for those at the start, after "to the" for the same."""
    for match in _NOUN.finditer(text):
        following = match["following"] or ""
        is_last = not following or following in FUNCTION or following in lexicon.AUXILIARIES
        before = (match["before"] or "").strip()
        if (before and before not in PREPOSITIONS) or not is_last or match["noun"].lower() in lexicon.NO_NOUNS:
            continue
        if match["bare"] is not None and (not match["plural"] or following not in lexicon.AUXILIARIES):
            continue
        place = f"after {before}" if before else "at the start" if match["article"] else "alone"
        number = "plural" if match["plural"] else "singular"
        yield Term(f"{number} noun {place}", *match.span("noun"), match["noun"])


def _contrasts(text: str) -> Iterator[tuple[str, frozenset[str], tuple[int, int]]]:
    """Yield the common words that have others in their place, but for what is asked for ("in which month")."""
    for match in _WORD.finditer(text):
        if match[0] not in lexicon.CONTRASTS or _IS_ASKED_FOR.search(text[: match.start()]):
            continue
        next_word = match["next"] or ""
        is_bare = not next_word or next_word in FUNCTION or is_verb(next_word)
        is_bare = is_bare or re.fullmatch(SPELLED, next_word) is not None  # "their first two seasons"
        if not (match[0] in lexicon.ADJECTIVES and is_bare):
            yield match[0], lexicon.CONTRASTS[match[0]], match.span()
