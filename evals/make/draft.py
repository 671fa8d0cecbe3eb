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
from evals.make.terms import (
    ANY_DATE,
    BARRIERS,
    COUNT,
    DATED,
    DETERMINERS,
    FUNCTION,
    LOCATED,
    MONEY,
    ORGANISATION,
    PERCENT,
    PLACE_TYPE,
    PREPOSITIONS,
    RUN,
    SPELLED,
    TOWARDS,
    TYPE_OF,
    WEEKDAY,
    WHERE,
    WITHIN,
    WORD,
    Vocabulary,
    date_type,
    has_certain_verb,
    is_past,
    is_verb,
    may_be_person,
    organisation_noun,
    person_in,
    stands_free,
)

FEWEST_WORDS, MOST_WORDS = 6, 40
"""Shorter sentences are headings or fragments, longer ones make questions that nobody would ask."""

MOST_ASKED = 28
"""Words of a question."""

MOST_CAPITALISED = 0.7
"""A sentence with a larger share of capitalised words is a headline or a list of names."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, the ``kind`` of its answer (number, date, place, name), and the answer as the sentence has it.

    ``rest`` is what the question keeps of the sentence. ``turned`` says that it begins with its question word;
    ``counted`` is what a number counts ("operatives"), or empty.
    """

    question: str
    kind: str
    answer: str
    rest: str
    turned: bool
    counted: str = ""


@dataclass(frozen=True, slots=True)
class _Clause:
    """A sentence without its ornaments: ``text`` is ``subject verb rest``. ``lead`` is a date that stood before it."""

    text: str
    subject: str
    verb: str
    rest: str
    lead: str


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


# ---- a sentence to its clause ---------------------------------------------------------------------------------------

_BULLET = re.compile(r"^(?:[-*+•‣◦▪●·–—]|\d{1,3}(?:\.\d+)*[.)]|\([a-zA-Z0-9]{1,4}\)|>)\s+")
_DATELINE = re.compile(r"^.{0,60}\((?:CNN|AP|AFP|Reuters)\)\s*(?:--|—|–|-)\s*")
_NOTE = re.compile(r"\s*\((?:[^()]|\([^()]*\))*\)|\[\d+\]|\*\*|__")
_SAYS = r"(?:said|says|told|added|wrote|reported|announced|recalled|according to|explained|noted)"
_ATTRIBUTED = re.compile(rf",(?: [^\s,]+){{0,8}}? {_SAYS}\b[^,]*$")
_SAID_THAT = re.compile(rf"^[^,]{{2,80}}? {_SAYS}(?: on {WEEKDAY})? that (?=\S)")
_ACCORDING = re.compile(r"^According to [^,]{2,80}, ")
_LEAD = re.compile(
    rf"^(?:(?P<date>(?:In|On) (?:{ANY_DATE})),? (?=[\"A-Za-z])|"
    r"(?:In|On|At|During|After|Before|By|Since|Under|Within|Throughout|Currently|Today|Yesterday|Earlier|Later|Last)\b"
    r"[^,]{0,60}, )"
)
_SIDE_REMARK = re.compile(r"^([^,]{2,60}), (?:[a-z\d]|[A-Z][\w ]+(?: of |['’]s ))[^,]{1,80}, (?=(\w+)\b)")
_ASIDE = re.compile(r"\s(?:--|[–—-])\s.*?\s(?:--|[–—-])(?=\s)|\s(?:--|[–—-])\s.*$|;\s.*$")
_TITLE = re.compile(r"[\"“][A-Z][\w'’ ]{1,40}[\"”]")
_AFTERTHOUGHT = re.compile(r", (?:but|though|although|while|whereas|yet|which|who|where|and (?:he|she|it|they)) [^,]*$")
_LEANS = re.compile(
    r"\b(?:I|we|you|my|our|your|us|me|this|these|those|such|however|therefore|thus|instead|former|latter|another|"
    r"others|same|then|respectively|too|here|moreover|meanwhile|nevertheless|later|earlier|"
    r"again|not|never|no|none|cannot|today|yesterday|ago|said|here\w+|there(?:of|to|in|after|by|under))\b|n['’]t\b|"
    r"\bthe (?:two|three|four|five|other|above|following)\b|\b(?:one|some|many|most|all) of (?:them|these|those)\b",
    re.IGNORECASE,
)
_BEGINS_BADLY = re.compile(
    r"^(?:he|she|it|they|his|her|their|its|that|and|but|or|if|when|while|although|though|because|unless|as|for|with|to|"
    r"what|who|which|where|why|how|please|let|see|yes|now|still|one|some|nor|like|unlike|not|only|just|"
    r"so|thus|hence|even|without|similar|born|\w+ed|\w+ing)\b|^\d+,",
    re.IGNORECASE,
)
_NEEDS_SUBJECT = re.compile(r"\b(?:he|she|they|him|them|it)\b")
_STRANGE = re.compile(
    r"[\"“”«»|`<>\[\]{}()@#=…_~\\:;�]|https?|www\.|\.\.|\s[-–—]+\s|--|(?<!s)'\s|\s'|‘|/|, (?:[A-Z][\w.]* ){3,}[A-Z]\w+$"
)


def _clause(sentence: str, words: Vocabulary) -> _Clause | None:
    """Return the sentence without its ornaments, or None if it is not fit to ask from."""
    text = _NOTE.sub("", _DATELINE.sub("", _BULLET.sub("", " ".join(sentence.split()))))
    if not FEWEST_WORDS <= len(text.split()) <= MOST_WORDS or not text.endswith("."):
        return None
    text = _SAID_THAT.sub("", _ACCORDING.sub("", _ATTRIBUTED.sub("", text.rstrip("."))))
    lead = _LEAD.match(text)
    text = text[lead.end() :] if lead else text
    text = _AFTERTHOUGHT.sub("", _ASIDE.sub("", text).replace(" also ", " "))
    remark = _SIDE_REMARK.match(text)
    if remark and (remark[2] in lexicon.AUXILIARIES or remark[2] in lexicon.PAST or remark[2] in lexicon.PRESENT):
        text = f"{remark[1]} {text[remark.end() :]}"
    text = text[:1].upper() + text[1:]
    parts = text.split()
    capitalised = sum(part[:1].isupper() for part in parts)
    if len(parts) < FEWEST_WORDS - 1 or capitalised > MOST_CAPITALISED * len(parts):
        return None
    if (
        _STRANGE.search(_TITLE.sub("", text))
        or _LEANS.search(text)
        or _BEGINS_BADLY.match(text)
        or not text[:1].isalnum()
    ):
        return None
    subject, verb, rest = _parsed(parts)
    if not verb and (_NEEDS_SUBJECT.search(text) or not has_certain_verb(parts)):
        return None
    return _Clause(text, _lowered(subject, words), verb, rest, (lead["date"] or "") if lead else "")


def _lowered(subject: str, words: Vocabulary) -> str:
    """Return the subject as it stands inside a sentence: its first word in lower case if that is no name."""
    first = subject.partition(" ")[0]
    second = subject[len(first) + 1 :]
    is_number = re.fullmatch(SPELLED, first.lower()) is not None
    is_name = (
        not is_number and first.lower() not in FUNCTION and (first.lower() not in words.common or second[:1].isupper())
    )
    return subject if is_name or first in TYPE_OF else subject[:1].lower() + subject[1:]


def _parsed(parts: list[str]) -> tuple[str, str, str]:
    """Split the words at the first verb into subject, verb and rest; ("", "", "") where that is not certain."""
    nothing = ("", "", "")
    at = next((at for at, part in enumerate(parts) if is_verb(part)), 0)
    subject, rest = parts[:at], parts[at + 1 :]
    if not 1 <= len(subject) <= 9 or not rest or subject[-1].lower() in FUNCTION - {"there"}:
        return nothing
    if any(part.lower() in BARRIERS or part.endswith((",", "ing")) for part in subject):
        return nothing
    is_auxiliary = parts[at] in lexicon.AUXILIARIES and not _is_main_have(parts[at], rest)
    for part in rest:
        if part.lower() in BARRIERS or part.endswith(",") or part in ("and", "to"):
            break
        if part in lexicon.AUXILIARIES or (not is_auxiliary and is_past(part)):
            return nothing  # the first "verb" may have been a participle: "the company founded in May was"
    return " ".join(subject), parts[at], " ".join(rest)


def _is_main_have(verb: str, rest: list[str]) -> bool:
    has_object = rest[0] in DETERMINERS or rest[0][:1] in "0123456789$€£¥" or re.fullmatch(SPELLED, rest[0])
    return verb in ("has", "have", "had") and bool(has_object)


def _turned(clause: _Clause, rest: str) -> str:
    """Return "did the bridge open" for "the bridge opened", or "" where the verb is not in our lists."""
    verb = clause.verb
    if clause.subject.split()[-1][:1].isupper() and rest[:1].isupper():
        return ""  # "was Anna Berg Norway's first minister"
    if verb in ("has", "have", "had") and _is_main_have(verb, clause.rest.split()):
        helper, base = {"has": "does", "have": "do", "had": "did"}[verb], "have "
    elif verb in lexicon.AUXILIARIES:
        helper, base = verb, ""
    elif verb in lexicon.PRESENT:
        helper, base = "does", lexicon.PRESENT[verb] + " "
    elif verb in lexicon.PAST:
        helper, base = "did", lexicon.PAST[verb] + " "
    else:
        return ""
    return f"{helper} {clause.subject} {base}{rest}"


# ---- facts and questions ----------------------------------------------------------------------------------------


def draft_questions(sentence: str, words: Vocabulary) -> list[Draft]:
    """Return the questions that a sentence answers, at most one for each fact; [] where no rule is certain."""
    clause = _clause(sentence, words)
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


def _who(clause: _Clause, words: Vocabulary) -> Iterator[Draft]:
    """Ask for the subject where it is one name, as in "Anna Berg opened the bridge in May"."""
    asked = _subject_word(clause, words)
    if asked:
        rest = f"{clause.verb} {clause.rest}"
        yield Draft(_question(f"{asked} {rest}"), "name", clause.subject.removeprefix("the "), rest, True)


def _subject_word(clause: _Clause, words: Vocabulary) -> str:
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


def _when_first(clause: _Clause) -> Iterator[Draft]:
    """Ask for the date that the sentence began with, as in "In May, Anna Berg opened the bridge"."""
    if clause.lead and clause.verb and not _goes_on(clause.rest):
        before, _, date = clause.lead.partition(" ")
        rest = _turned(clause, clause.rest)
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
    for match in WHERE.finditer(text):
        if match["place"] not in PLACE_TYPE:
            yield _Fact("place", *match.span(), match["place"], "in which place", "where")
    for match in WITHIN.finditer(text):
        noun = next(noun for word in match["name"].split() if (noun := lexicon.ORGANISATION_WORDS.get(word)))
        yield _Fact(
            "name", *match.span(), match["name"], f"{match['before']} which {noun}", f"{match['before']} which {noun}"
        )
    for match in TOWARDS.finditer(text):
        if _is_person(match["name"], words):
            asked = f"{match['before']} whom"
            yield _Fact("name", *match.span(), match["name"], asked, asked)
    dates = [match.span() for match in re.finditer(ANY_DATE, text)]
    for pattern, make in ((COUNT, _count), (MONEY, _money), (PERCENT, _percent)):
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


def _percent(text: str, match: re.Match[str]) -> Iterator[_Fact]:
    before = text[: match.start()].split()[-1:]
    following = re.match(r" ([\w'’-]+)", text[match.end() :])
    if following is None or following[1] in FUNCTION:
        is_of = following is not None and following[1] == "of"
        alone = is_of or not before or before[0] in PREPOSITIONS | lexicon.AUXILIARIES
        asked = "what percentage" if alone else "by what percentage"
        yield _Fact("number", *match.span(), match["number"], asked, "")


def _asked(clause: _Clause, fact: _Fact) -> Draft:
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


def _turned_question(clause: _Clause, fact: _Fact) -> str:
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
    turned = _turned(clause, " ".join(before) + after)
    return f"{front} {turned}" if turned else ""


def _is_plain(clause: _Clause, fact: _Fact, before: list[str], after: str) -> bool:
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
