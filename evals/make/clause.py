"""A sentence without its ornaments, and its subject, verb and rest where they are certain. English only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evals.make import lexicon
from evals.make.terms import (
    ANY_DATE,
    BARRIERS,
    DETERMINERS,
    FUNCTION,
    SPELLED,
    TYPE_OF,
    WEEKDAY,
    Vocabulary,
    has_certain_verb,
    is_past,
    is_verb,
)

FEWEST_WORDS, MOST_WORDS = 6, 40
"""Shorter sentences are headings or fragments, longer ones make questions that nobody would ask."""

MOST_CAPITALISED = 0.7
"""A sentence with a larger share of capitalised words is a headline or a list of names."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence without its ornaments: ``text`` is ``subject verb rest``. ``lead`` is a date that stood before it."""

    text: str
    subject: str
    verb: str
    rest: str
    lead: str


_BULLET = re.compile(r"^(?:[-*+•‣◦▪●·–—]|\d{1,3}(?:\.\d+)*[.)]|\d{1,2}(?:\.\d+)+(?= [A-Z])|\([a-zA-Z0-9]{1,4}\)|>)\s+")
_DATELINE = re.compile(r"^.{0,60}\((?:CNN|AP|AFP|Reuters)\)\s*(?:--|—|–|-)\s*")
_NOTE = re.compile(r"\s*\((?:[^()]|\([^()]*\))*\)|\[\d+\]|\*\*|__")
_SAYS = r"(?:said|says|told|added|wrote|reported|announced|recalled|according to|explained|noted)"
_ATTRIBUTED = re.compile(rf",(?: [^\s,]+){{0,8}}? {_SAYS}\b[^,]*$")
_SAID_THAT = re.compile(rf"^[^,]{{2,80}}? {_SAYS}(?: on {WEEKDAY})? that (?=\S)")
_LEAD = re.compile(
    rf"^(?:(?P<date>(?:In|On) (?:{ANY_DATE})),? (?=[\"A-Za-z])|"
    r"(?:According to|In|On|At|During|After|Before|By|Since|Under|Within|Throughout|Currently|Today|Yesterday|Earlier|"
    r"Later|Last)\b"
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


def plain(sentence: str) -> str:
    """Return the sentence without its bullet, dateline, notes and marks of emphasis."""
    text = _NOTE.sub("", _DATELINE.sub("", _BULLET.sub("", " ".join(sentence.split()))))
    return " ".join(text.split())


def core(text: str) -> str:
    """Return a plain sentence without what can go: who said so, a lead, asides, an afterthought, its full stop."""
    text = _SAID_THAT.sub("", _ATTRIBUTED.sub("", text.rstrip(".")))
    return _AFTERTHOUGHT.sub("", _ASIDE.sub("", _LEAD.sub("", text)))


def read_clause(sentence: str, words: Vocabulary) -> Clause | None:
    """Return the sentence without its ornaments, or None if it is not fit to ask from."""
    text = plain(sentence)
    if not FEWEST_WORDS <= len(text.split()) <= MOST_WORDS or not text.endswith("."):
        return None
    lead = _LEAD.match(_SAID_THAT.sub("", text))
    text = core(text).replace(" also ", " ")
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
    return Clause(text, _lowered(subject, words), verb, rest, (lead["date"] or "") if lead else "")


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


def turn(clause: Clause, rest: str) -> str:
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
