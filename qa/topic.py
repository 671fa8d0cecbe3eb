"""A request for whatever is said of something -> that something, and which sentences mention it.

"What do the documents say about Oman?" asks for no fact that a sentence could state: what mentions Oman answers it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile, zip_longest

from index import Hit
from index.lexical import STOP_WORDS, terms
from index.shapes import is_heading, is_question
from qa.ellipsis import ASKING, BEFORE_THEM
from qa.named import SAME, SPELLED, TITLES, mentions_code, plain
from qa.types import Evidence

_SOURCES = """
agreement article articles book chapter contract contracts doc docs document documents file files guide guidelines
handbook lease library manual material materials minutes newspaper page pages paper papers passage passages pdf pdfs
policies policy quote quotes report reports rule rules sentence sentences source sources terms text texts uploads
"""
_TELLING = """
anything bit bits cover covered covers deal deals detail details discuss discussed discusses everything find found
give got info information know known learn list look looking mention mentioned mentions news overview read refer
reference references referred reported said say saying says search searching show something stated stuff summarise
summarize summary talk talked talks tell told write writes written wrote
"""
_OTHERS = """
anybody anyone anywhere come comes else employee hello here hi interested kindly like lot maybe need please pull
somebody someone somewhere staff there think want whatever
"""
KINDS = """
agreement agreements book books contract contracts guide guides guidelines handbook handbooks lease leases manual
manuals minutes policy policies report reports rules terms amendment amendments deed email emails faq interview letter
letters mail mails note notes release statement study transcript transcripts
""".split()  # noqa: SIM905
LOOSE_KINDS = frozenset(["guidelines", "policy", "policies", "report", "reports", "rules", "terms"])
"""What people call whatever rules them, however it is titled."""

_GRAMMAR = frozenset(STOP_WORDS.split())
_ASKING_FOR_ONE = "who whom whose when where why how he him his she her hers whether if"
_GENERIC = (_GRAMMAR | {*f"{_SOURCES} {_TELLING} {_OTHERS}".split()}) - {*_ASKING_FOR_ONE.split()}
"""Words that say nothing of a thing: those of the grammar, what documents are called, and words for telling."""


def _one_of(words: str) -> str:
    return rf"(?:{'|'.join(sorted(words.split()))})"


_WORD = rf"(?:{_one_of(' '.join({*_GENERIC, *KINDS, 'press'}))}|i['’]m|i['’]d|we['’]re|we['’]d|what['’]s|there['’]s)"
_HEAD = rf"(?P<head>(?:{_WORD}[,:]? )*?)"
_IN = rf"in (?:the |our |my |your |any |of |this |these |all )*{_one_of(_SOURCES)}"
_AFTER = "at all|say|says|have|got|know|was|were|is|are|been|we|you|there|that"
_TAIL = rf"(?:,? (?:{_IN}|{_one_of(_OTHERS)}|{_AFTER}))*"
_END = rf"{_TAIL}[\s?!.…]*"
_THING = r"(?!(?:there|any|some|other) )[“‘\"']?(?P<thing>\w(?:[^?!.;:\n]|[.:](?=\S))*?)[”’\"']?"
_ABOUT = r"about|regarding|concerning"
_COVERING = r"mentions?(?: of)?|mentioning|covers?|discuss(?:es)?|deals? with|refers? to|references? to|look up"
_MENTIONED = r"(?P<link>mentioned|discussed|talked about|come up|comes up)"
_REQUESTS = tuple(
    re.compile(request, re.IGNORECASE)
    for request in (
        rf"{_HEAD}(?P<link>{_ABOUT}|{_COVERING}|on) {_THING}{_END}",
        rf"(?P<head>(?:(?:where|in (?:which|what) {_one_of(_SOURCES)}) )?(?:is|are|was|were|does|do|did) ){_THING}"
        rf" {_MENTIONED}{_END}",
        rf"(?P<head>where (?:do|does|did) (?:{_WORD} )+)(?P<link>mention|discuss|talk about) {_THING}{_END}",
        rf"{_THING} ?(?P<link>[-–—:]) (?P<head>(?:{_WORD} )*{_WORD})[\s?!.…]*",
    )
)
_BARE = re.compile(
    r"(?:(?i:an |the )?(?i:errors?|faults?)(?i: code| message)? (?=[A-Za-z]{1,4}[ -]?\d))?"
    r"[“‘\"']?(?P<thing>(?!(?i:yes|no|neither|null|none|and|but|or|so)\b)"
    r"(?:[^\W\d_][\w'’-]+|(?<= )[A-Za-z] \d+|[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+){1,2}))[”’\"']?[\s?!.]*"
)
"""A single word, a name, or a code: "error E05"."""

_TOLD = re.compile(rf"\b(?:{_one_of(_TELLING)}|{_one_of(_SOURCES)}|in t?here)\b", re.IGNORECASE)
_DOES = re.compile(r"(?:do|does|did|is|are|was|were|any|all|an?|where)\b|look up", re.IGNORECASE)
_HELD = re.compile(
    r"\b(?:anything|details|everything|find|got|have|info|information|know|passages|quotes|say|says|sentences|something"
    rf"|policy|rules|stuff|there is)(?: else| there| here| {_IN})* $",
    re.IGNORECASE,
)
"""What goes with "on": "anything on fees", unlike "what was written on the wall"."""

_NEAR_PLACE = re.compile(r"\b(?:anything|something|everything|stuff|says?)\b[\w ]* $", re.IGNORECASE)
_COMMON_THING = re.compile(r"(?:[Tt]he|[Aa]n?|[Mm]y|[Oo]ur) (?![A-Z])")
_BACK = re.compile(r"\b(?:it|its|they|them|that|this)\b", re.IGNORECASE)
_MORE = re.compile(rf"(?:,| and| or| but) {ASKING}", re.IGNORECASE)
_QUESTION = re.compile(
    rf"{BEFORE_THEM}(?:[Ww]ho|[Ww]hom|[Ww]hose|[Ww]hat|[Ww]hen|[Ww]here|[Ww]hich|[Ww]hy|[Hh]ow|whether|if)\b"
)
"""What asks for more than a thing, or is a question."""

_ORDER = re.compile(r"\b(?:give|list|show|find)(?: me| us)? $", re.IGNORECASE)
_SO_MANY = re.compile(rf"\d|(?:{'|'.join(SPELLED)})\b", re.IGNORECASE)

_EITHER = re.compile(r",\s*(?:and |or )?|\s(?:and|or)\s")

LONGEST_TOPIC, LONGEST_REQUEST = 7, 200
"""Words, and characters; what is longer asks for something in particular."""

LONGEST_EXACT = 3
"""So many capitals are found as such only: US, IT and WHO are words in small letters. NATO is Nato, too."""

MOST_MENTIONS = 8
"""Sentences that are cited of those that mention a thing."""

_TITLED = rf"\b(?:{'|'.join(sorted(TITLES))})\.? "
_SHORT_LINE = 6


def topic(question: str, *, in_talk: bool = False) -> str | None:
    """Return what a question asks for all that is said of, or None if it asks for something in particular.

    It does if, but for the thing, all of its words are generic: "Have we got anything on fees in our files?".
    ``in_talk`` tells that something was asked before: then "What does it say about fees?" asks that of something, and
    "Oman?" the same of Oman.
    """
    asked = question.strip()
    if len(asked) > LONGEST_REQUEST:
        return None
    found = next((match for request in _REQUESTS if (match := request.fullmatch(asked)) and _is_request(match)), None)
    if found is None:
        found = None if in_talk else _BARE.fullmatch(asked)
    elif in_talk and _BACK.search(found["head"]):
        return None
    return _thing(found) if found else None


def kind_asked(question: str, thing: str) -> str | None:
    """Return the kind of document that is asked: "lease", of "What does the lease say about fees?"."""
    words = re.findall(r"\w+", question.replace(thing, " ").lower())
    return next((word for word in words if word in KINDS), None)


def _is_request(match: re.Match[str]) -> bool:
    """Whether what stands around a thing asks for what is said of it."""
    head, link, thing = match["head"], match["link"].lower(), match["thing"]
    if re.search(r"\bothers?\b", head) or (_ORDER.search(head) and _SO_MANY.match(thing)):
        return False  # "Are other fees mentioned?", "Give me about ten examples"
    if link == "on":
        return bool(_HELD.search(head)) and not (_NEAR_PLACE.search(head) and _COMMON_THING.match(thing))
    is_covered = not re.match(rf"{_ABOUT}|\W", link)
    return bool(_TOLD.search(head)) or (is_covered and bool(_DOES.match(head or link)))


def _thing(match: re.Match[str]) -> str | None:
    thing = re.sub(r"^(?:the|an?) ", "", match["thing"].strip("\"“”‘’' ,"), flags=re.IGNORECASE)
    if (
        _MORE.search(thing)
        or _QUESTION.match(thing)
        or not _words(thing)
        or _GENERIC.issuperset(re.findall(r"[\w'’]+", thing.lower()))
    ):
        return None
    thing = re.sub(r"^([A-Za-z]) (\d+)$", r"\1\2", thing)  # "E 05"
    return thing if len(thing.split()) <= LONGEST_TOPIC else None


def mentioning(thing: str, hits: Sequence[Hit]) -> list[Evidence]:
    """Return the sentences of hits that mention a thing: that hold every word of it but those of the grammar.

    Of "dogs and cats" one is enough, and of "Ida Frey" "Mrs Frey". First the first sentence of each hit, then the
    second ones, and so on; before them what begins with a code that is asked for, and what looks like a heading last.
    One that says nothing else, or a question, is left out unless there is nothing else.
    """
    pieces = [words for piece in _EITHER.split(thing) if (words := _words(piece))]
    found = [
        [
            Evidence(hit, sentence, hit.score, {})
            for sentence in hit.passage.sentences
            if _mentions_any(hit.sentence_text(sentence), pieces)
        ]
        for hit in hits
    ]
    telling = [[one for one in sentences if _tells(one.text, thing)] for sentences in found]
    if not any(telling):
        telling = [[below for one in sentences for below in _below(one)] for sentences in found]
    rows = zip_longest(*(telling if any(telling) else found))
    mentioned = [one for row in rows for one in row if one is not None]
    return sorted(mentioned, key=lambda one: (_is_short_line(one.text), not _begins_with_code(one.text, thing)))


def _below(heading: Evidence) -> list[Evidence]:
    """Return the sentences that a heading or question stands over: what it tells is that they are of the thing."""
    sentences = heading.hit.passage.sentences
    after = sentences[sentences.index(heading.sentence) + 1 :]
    texts = takewhile(lambda one: not is_heading(heading.hit.sentence_text(one)), after)
    return [replace(heading, sentence=one, head=heading.sentence) for one in texts]


def _begins_with_code(text: str, thing: str) -> bool:
    return _has_digit(thing) and mentions_code(plain(text[: len(thing) + 1]), thing)


def in_reading_order(groups: Sequence[list[Evidence]]) -> list[list[Evidence]]:
    """Return what is cited in the order in which it stands in each document, the document found first before others."""
    documents = [group[0].hit.passage.document_id for group in groups]
    return sorted(groups, key=lambda group: (documents.index(group[0].hit.passage.document_id), group[0].sentence))


def _words(thing: str) -> list[str]:
    """Return the words of a thing but those of the grammar; "US" is none of these."""
    words = [word.strip(string.punctuation + "“”‘’…") for word in thing.split()]
    return [word for word in words if word and (_is_code(word) or word.lower() not in _GRAMMAR)]


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _is_code(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _mentions_any(text: str, pieces: Sequence[Sequence[str]]) -> bool:
    held = set(terms(text))
    return any(all(_mentions(text, held, word) for word in words) or _titled(text, words) for words in pieces)


def _titled(text: str, words: Sequence[str]) -> bool:
    """Whether a text mentions somebody by title and last name."""
    is_name = len(words) > 1 and all(word[0].isupper() and not _is_code(word) for word in words)
    return is_name and re.search(rf"{_TITLED}{re.escape(words[-1])}\b", text) is not None


_ENDINGS = r"(?:n|i|s|es|an|ian|ese)?"
"""What makes another word of a name, as of a people: "Omani", "Iranian"."""


def _mentions(text: str, held: set[str], word: str) -> bool:
    """Whether a text, with the terms that it ``held``, holds a word: in any form, or a name in one of a few."""
    if any(same.match(word) and same.search(text) for same in SAME):
        return True
    if _has_digit(word):
        if any(map(str.isalpha, word)):
            return mentions_code(plain(text), word)
        return re.search(rf"(?<![\w.,]){re.escape(word)}(?!\w|[.,]\d)", text) is not None
    if _is_code(word):
        dotted = r"\.?".join(map(re.escape, word))
        as_it_is = len(word) <= LONGEST_EXACT or word.lower() in _GRAMMAR
        return re.search(rf"(?<!\w){dotted}(?!\w)", text, 0 if as_it_is else re.IGNORECASE) is not None
    stems = set(terms(word))
    if stems and stems <= held:
        return True
    return word[0].isupper() and re.search(rf"\b{re.escape(plain(word))}{_ENDINGS}\b", plain(text)) is not None


def _tells(text: str, thing: str) -> bool:
    """Whether a sentence says anything of a thing: unlike a question, and a line like "6. Visitors"."""
    return not is_question(text) and not set(terms(re.sub(r"^[\W\d]+", "", text))) <= set(terms(thing))


def _is_short_line(text: str) -> bool:
    """Whether a line looks like a heading: short, no end of a sentence, no number but its own, and no colon."""
    rest = re.sub(r"^[\W\d]+", "", text)
    return rest[-1:].isalnum() and len(rest.split()) <= _SHORT_LINE and not re.search(r"[\d:|]", rest)
