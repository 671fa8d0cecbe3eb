"""A sentence becomes questions, by rules alone: find a fact, find the verb, ask.

Every rule is meant to be certain or not to fire. Where a fact is found but the sentence cannot be turned around safely,
the question word stands where the fact stood ("The bridge cost how much?"). Sentences that lean on a neighbour are
passed over. English only; what is not understood is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evals.make import lexicon
from evals.make.clause import FEWEST_WORDS, Clause, read_clause, turn
from evals.make.terms import (
    ANY_DATE,
    BARRIERS,
    COUNT,
    DATED,
    FUNCTION,
    LOCATED,
    MONEY,
    ORGANISATION,
    PLACE_TYPE,
    RUN,
    TOWARDS,
    WORD,
    Vocabulary,
    date_type,
    is_verb,
    may_be_person,
    organisation_noun,
    person_in,
    stands_free,
)

MOST_ASKED = 28
"""Words of a question."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, the ``kind`` of its answer (number, date, place, name), and the answer as the sentence has it.

    ``rest`` is what the question keeps of the sentence. ``turned`` says that it begins with its question word;
    ``counted`` is what a number counts ("operatives"), or empty. A cloze has a ``lead``, and quotes its ``text``.
    """

    text: str
    kind: str
    answer: str
    rest: str
    turned: bool
    counted: str = ""
    lead: str = ""

    @property
    def question(self) -> str:
        """The question as it is asked."""
        return self.ask(self.text)

    @property
    def label(self) -> str:
        """The kind, told apart for clozes."""
        return f"cloze-{self.kind}" if self.lead else self.kind

    def ask(self, text: str) -> str:
        """Return the question with another ``text``."""
        return f'{self.lead}: "{text}"' if self.lead else text


@dataclass(frozen=True, slots=True)
class _Fact:
    """What is asked for: ``text[start:end]``, the question words in its place, and those for the front if there are."""

    kind: str
    start: int
    end: int
    answer: str
    in_place: str
    in_front: str
    counted: str = ""


def draft_questions(sentence: str, words: Vocabulary) -> list[Draft]:
    """Return the questions that a sentence answers, at most one for each fact; [] where no rule is certain."""
    clause = read_clause(sentence, words)
    if clause is None:
        return []
    drafts = [*_who(clause, words), *_when_first(clause)]
    drafts += [_asked(clause, fact) for fact in _facts(clause.text, words)]
    return [draft for draft in drafts if _is_fit(draft, sentence)]


def _is_fit(draft: Draft, sentence: str) -> bool:
    gives_away = re.search(rf"\b{re.escape(draft.answer)}\b", draft.rest)
    length = len(draft.question.split())
    return draft.answer in sentence and not gives_away and FEWEST_WORDS - 1 <= length <= MOST_ASKED


def _question(text: str) -> str:
    text = re.sub(r"\s+(?=[,.])|[\s,]+$", "", " ".join(text.split()))
    return f"{text[:1].upper()}{text[1:]}?"


def _who(clause: Clause, words: Vocabulary) -> Iterator[Draft]:
    """Ask for the subject where it is one name, as in "Anna Berg opened the bridge in May"."""
    asked = _subject_word(clause, words)
    if asked:
        rest = f"{clause.verb} {clause.rest}"
        yield Draft(_question(f"{asked} {rest}"), "name", clause.subject.removeprefix("the "), rest, True)


def _subject_word(clause: Clause, words: Vocabulary) -> str:
    """Return what asks for a name that is the subject ("Who", "Which company", "Whose children"), or an empty text."""
    name, verb = clause.subject.removeprefix("the "), clause.verb
    if not verb or clause.rest.startswith("that "):
        return ""
    owner, _, owned = name.partition("’s " if "’s " in name else "'s ")
    described = re.fullmatch(rf"the (?:{WORD} )+([a-z]+)", clause.subject)
    plural = verb in ("are", "were", "have")
    acts = verb in lexicon.AGENT_VERBS and name.split()[0].lower() not in words.common
    asked = ""
    if owned and _is_person(owner, words) and re.fullmatch(r"[a-z -]+", owned):
        asked = f"Whose {owned}"
    elif described and described[1] not in FUNCTION:
        asked = f"Which {described[1]}"
    elif name in PLACE_TYPE and verb != "is":
        asked = f"Which {PLACE_TYPE[name]}"
    elif re.fullmatch(ORGANISATION, name.rstrip(".")) and not plural:
        asked = f"Which {organisation_noun(name)}"
    elif (_is_person(clause.subject, words) and not plural) or (acts and RUN.fullmatch(name)):
        asked = "Who"
    return asked


def _is_person(name: str, words: Vocabulary) -> bool:
    """Whether a name is a person's: known, with a first name or a title, maybe after what the person is."""
    if " " in name and name[:1].islower():
        return False
    run = re.search(rf"{RUN.pattern}$", name)
    parts = run[0].replace(".", "").split() if run else []
    if run is None or any(word in FUNCTION or word.endswith(",") for word in name[: run.start()].split()):
        return False
    known = run[0] in words.people or person_in(run[0]) or (len(parts) > 1 and parts[0] in lexicon.TITLES)
    return bool(known) and may_be_person(run[0])


def _when_first(clause: Clause) -> Iterator[Draft]:
    """Ask for the date that the sentence began with, as in "In May, Anna Berg opened the bridge"."""
    if clause.lead and clause.verb and not _goes_on(clause.rest):
        before, _, date = clause.lead.partition(" ")
        rest = turn(clause, clause.rest)
        if rest:
            yield Draft(_question(f"{_when(before, date)} {rest}"), "date", date, clause.text, True)


def _when(before: str, date: str) -> str:
    kind, noun = date_type(date)
    if before.lower() in ("in", "on") and kind in ("date", "year", "day"):
        return "When"
    return f"{before.capitalize()} which {noun}"


def _facts(text: str, words: Vocabulary) -> Iterator[_Fact]:
    for match in DATED.finditer(text):
        following = re.match(r" ([\w'’-]+)", text[match.end() :])
        if following and following[1] not in FUNCTION:
            continue  # "in November elections", "on Friday evening"
        in_place = f"{match['before'].lower()} which {date_type(match['date'])[1]}"
        in_front = _when(match["before"], match["date"]) if match["before"] != "since" else ""
        yield _Fact("date", *match.span(), match["date"], in_place, in_front)
    for match in LOCATED.finditer(text):
        asked = f"{match['before']} which {PLACE_TYPE[match['place']]}"
        yield _Fact("place", *match.span(), match["place"], asked, asked if match["before"] == "in" else "")
    for match in TOWARDS.finditer(text):
        if _is_person(match["name"], words):
            asked = f"{match['before']} whom"
            yield _Fact("name", *match.span(), match["name"], asked, asked)
    dates = [match.span() for match in re.finditer(ANY_DATE, text)]
    for pattern, make in ((COUNT, _count), (MONEY, _money)):
        for match in pattern.finditer(text):
            if not any(start < match.end("number") and match.start("number") < end for start, end in dates) and (
                stands_free(text, match)
            ):
                yield from make(text, match)


def _count(text: str, match: re.Match[str]) -> Iterator[_Fact]:
    things = match["things"].split()
    following = re.match(r"(?: ([\w'’-]+)|[,.]|$)", text[match.end() :])
    if any(thing.lower() in FUNCTION or is_verb(thing) for thing in things) or following is None:
        return
    next_word = following[1] or ""
    if next_word[:1].isdigit():
        return  # "five feet 4 inches"
    whole = not next_word or next_word in FUNCTION or next_word.endswith("ly")
    asked = f"how many{match['things']}"
    yield _Fact("number", *match.span(), match["number"], asked, asked if whole else "", things[-1])


def _money(text: str, match: re.Match[str]) -> Iterator[_Fact]:
    following = re.match(r" ([\w'’-]+)", text[match.end() :])
    if following is None or following[1] in FUNCTION:
        asked = "how much money" if match.start() == 0 else "how much"
        yield _Fact("number", *match.span(), match["number"], asked, asked)


def _asked(clause: Clause, fact: _Fact) -> Draft:
    """Turn the clause around so that it begins with the question word, or leave the word where the fact stood."""
    before, after = clause.text[: fact.start], clause.text[fact.end :]
    turned = _turned_question(clause, fact)
    question = turned or f"{before}{fact.in_place}{after}"
    in_front = bool(turned) or fact.start == 0
    return Draft(_question(question), fact.kind, fact.answer, f"{before} {after}", in_front, fact.counted)


def _goes_on(text: str) -> bool:
    """Whether a second statement follows: "and by 1947 the estate stretched over"."""
    _, joined, second = re.sub(r"\b(?:or|but)\b", "and", text).partition(" and ")
    return bool(joined) and any(is_verb(word) for word in second.split())


def _turned_question(clause: Clause, fact: _Fact) -> str:
    """Return the question with its question word in front, or "" where the fact may belong to something else."""
    start = len(clause.text) - len(clause.rest)  # of the rest
    before, after = clause.text[start : max(start, fact.start)].split(), clause.text[fact.end :]
    if not clause.verb or not fact.in_front or fact.start < start or not _is_plain(clause, fact, before, after):
        return ""
    front = fact.in_front
    if fact.kind == "number":
        if before and before[-1] in ("in", "for", "at", "within", "during", "over"):
            front = f"{before.pop()} {front}"
        elif len(before) > 1 or any(word in FUNCTION for word in before):
            return ""
    turned = turn(clause, " ".join(before) + after)
    return f"{front} {turned}" if turned else ""


def _is_plain(clause: Clause, fact: _Fact, before: list[str], after: str) -> bool:
    """Whether the fact belongs to the clause's verb for certain, given what stands between them and after the fact."""
    joined = after if fact.kind == "number" else " ".join(before)
    return not (
        _goes_on(after)
        or re.search(r"\b(?:and|or|but)\b", joined)
        or "to" in before[:-1]
        or any(word.lower() in BARRIERS or word.endswith(",") for word in before)
        or after.startswith((", a ", ", an ", ", the "))  # says more of the place that is asked for
        or clause.verb in ("said", "told", "asked", "says")
    )
