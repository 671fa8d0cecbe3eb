"""A request for whatever is said of something -> that something, and which sentences mention it.

"What do the documents say about Oman?" asks for no fact that a sentence could state: what mentions Oman answers it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from itertools import zip_longest

from index import Hit
from index.lexical import STOP_WORDS, terms
from qa.ellipsis import ASKING
from qa.named import SAME, TITLES, plain
from qa.smalltalk import KINDS, SOURCES
from qa.types import Evidence

# "The report" may be what documents tell of, and then it is no place to look in.
_PLACE = (
    rf"(?:{SOURCES}|(?:this|my|our) (?:[\w-]+ ){{0,2}}{KINDS}"
    r"|the (?:agreement|contract|guide|guidelines|handbook|lease|manual|policy|rules|terms))"
)
_IN = rf"(?: (?:anywhere )?in {_PLACE}| anywhere| somewhere| here)?"
_ABOUT = r"(?:about|regarding|concerning)"
_ON = rf"(?:{_ABOUT}|on)"
_DETAILS = r"(?:any |some |the |all )?(?:information|details)"
_ANY = rf"(?:anything|something|everything|all|more|{_DETAILS})(?: else)?(?: there is| (?:you|we) (?:have|know))?"
_GET = (
    r"(?:(?:is|are|was|were) there|(?:i|we)(?:['’]m|['’]re| am| are) (?:looking|searching) for|(?:i|we) (?:need|want)"
    r"|(?:do|can) (?:you|we|i) (?:have|find|see)|have (?:you|we|i) got|(?:give|show|find|tell)(?: me| us)?|look up)"
)
_MENTION = rf"(?:an?y? mentions?{_IN} of|any references?{_IN} to)"
_SAID = r"(?:said|written|stated|reported|mentioned|known)"
_THING = r"(?P<thing>(?!(?:there|any|some|the other)\b)[“‘\"']?\w(?:[^?!.;:\n]|[.:](?=\S))*?)"
_REQUESTS = tuple(
    re.compile(rf"(?:(?:so|ok|okay|well|and|but|now|please),? )?{request}{_IN}(?:,? please)?[\s?!.]*", re.IGNORECASE)
    for request in (
        rf"what (?:else )?(?:do|does|did|can) (?:(?:{_PLACE}|(?P<back>it|they)) say {_ON}|(?:{_PLACE}|you) tell"
        rf" (?:me|us) about|(?:you|we) know {_ON}) {_THING}",
        rf"(?:what(?: is| was|['’]s| has been| have been)(?: else)?|(?:is|was) (?:any|some)thing)"
        rf" {_SAID}{_IN} {_ABOUT} {_THING}",
        rf"(?:{_GET} )?(?:{_ANY}{_IN} {_ABOUT}|{_MENTION}) {_THING}",
        rf"(?:{_GET} {_ANY}|anything|something|{_DETAILS}){_IN} on (?!(?:the|an?|my|our) ){_THING}",
        rf"what(?: is|['’]s) in {_PLACE} {_ABOUT} {_THING}",
        rf"what (?:information|details|rules)(?: is| are)?(?: there)?{_IN} {_ABOUT} {_THING}",
        rf"(?:mentions? of|(?:information|details) on) {_THING}",
        rf"(?:do|does) (?:{_PLACE}|it|they|any(?:one|body)) (?:(?:say|contain|have) {_ANY} {_ABOUT}"
        rf"|mention|discuss|talk about) {_THING}",
        rf"(?:where )?(?:is|are|was|were) {_THING} (?:mentioned|discussed|talked about)",
        rf"(?:where (?:do|does) {_PLACE} mention|(?:which|what) {SOURCES} mentions?) {_THING}",
        rf"(?:(?:can|could|would|will) you (?:please )?)?tell (?:me|us) (?:{_ANY} )?(?:there is )?about {_THING}",
        rf"(?:give|show|find) (?:me|us) {_ANY} {_ON} {_THING}",
        rf"(?:(?:tell|show) (?:me|us) )?what {_PLACE} says? {_ON} {_THING}",
        rf"(?:find|show|list|give)(?: me| us)?(?: all| every| any| the)? (?:mentions?|passages?|quotes?|sentences?)"
        rf" (?:{_ON}|of|(?:that|which) mention) {_THING}",
    )
)
_BARE = re.compile(
    r"[“‘\"']?(?P<thing>[^\W\d_][\w'’-]+|(?!(?:And|But|Or|So)\b)[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+){1,2})[”’\"']?[\s?!.]*"
)
"""A single word, or a name."""

_QUESTION = re.compile(
    r"(?:(?:at|by|for|from|in|of|on|to|with) )?"
    r"(?:[Ww]ho|[Ww]hom|[Ww]hose|[Ww]hat|[Ww]hen|[Ww]here|[Ww]hich|[Ww]hy|[Hh]ow|whether|if)\b"
)
_MORE = re.compile(rf"(?:,| and| or| but) {ASKING}|\b(?:who|which|that|and|or)$", re.IGNORECASE)
"""What asks for more than a thing, or is cut off."""

_ALL = re.compile(rf"(?:this|that|it|them|these|those|{_PLACE})\W*", re.IGNORECASE)
_EITHER = re.compile(r",\s*(?:and |or )?|\s(?:and|or)\s")

LONGEST_TOPIC = 8
"""Words; what is longer asks for something in particular."""

MOST_MENTIONS = 8
"""Sentences that are cited of those that mention a thing."""

_TITLED = rf"\b(?:{'|'.join(sorted(TITLES - {'The', 'A', 'An', 'I'}))})\.? "
_SHORT_LINE = 6


def topic(question: str, *, in_talk: bool = False) -> str | None:
    """Return what a question asks for all that is said of, or None if it asks for something in particular.

    ``in_talk`` tells that something was asked before: then "What does it say about fees?" asks that of something, and
    "Oman?" the same of Oman.
    """
    asked = question.strip()
    found = next((match for request in _REQUESTS if (match := request.fullmatch(asked))), None)
    found = found or (None if in_talk else _BARE.fullmatch(asked))
    if found is None or (in_talk and found.groupdict().get("back")):
        return None
    thing = found["thing"].strip("\"“”‘’' ,")
    if _QUESTION.match(thing) or _MORE.search(thing) or _ALL.fullmatch(thing):
        return None
    return thing if terms(thing) and len(thing.split()) <= LONGEST_TOPIC else None


def mentioning(thing: str, hits: Sequence[Hit]) -> list[Evidence]:
    """Return the sentences of hits that mention a thing: that hold every word of it but those of the grammar.

    Of "dogs and cats" one is enough, and of "Ida Frey" "Mrs Frey". First the first sentence of each hit, then the
    second ones, and so on, and what looks like a heading last. One that says nothing else, or a question, is left out
    unless there is nothing else.
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
    rows = zip_longest(*(telling if any(telling) else found))
    return sorted((one for row in rows for one in row if one is not None), key=lambda one: _is_short_line(one.text))


def in_reading_order(groups: Sequence[list[Evidence]]) -> list[list[Evidence]]:
    """Return what is cited in the order in which it stands in each document, the document found first before others."""
    documents = [group[0].hit.passage.document_id for group in groups]
    return sorted(groups, key=lambda group: (documents.index(group[0].hit.passage.document_id), group[0].sentence))


def _words(thing: str) -> list[str]:
    """Return the words of a thing but those of the grammar; "US" is none of these."""
    words = [word.strip(string.punctuation + "“”‘’…") for word in thing.split()]
    return [word for word in words if word and (_is_code(word) or word.lower() not in STOP_WORDS.split())]


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
    if _is_code(word):
        dotted = r"\.?".join(map(re.escape, word))
        return re.search(rf"(?<!\w){dotted}(?!\w)", text) is not None
    if any(map(str.isdigit, word)):
        return re.search(rf"(?<![\w.,]){re.escape(word)}(?!\w|[.,]\d)", text, re.IGNORECASE) is not None
    stems = set(terms(word))
    if stems and stems <= held:
        return True
    return word[0].isupper() and re.search(rf"\b{re.escape(plain(word))}{_ENDINGS}\b", plain(text)) is not None


def _tells(text: str, thing: str) -> bool:
    """Whether a sentence says anything of a thing: unlike a question, and a line like "6. Visitors"."""
    return not text.endswith("?") and not set(terms(re.sub(r"^[\W\d]+", "", text))) <= set(terms(thing))


def _is_short_line(text: str) -> bool:
    """Whether a line looks like a heading: short, no end of a sentence, no number but its own, and no colon."""
    rest = re.sub(r"^[\W\d]+", "", text)
    return rest[-1:].isalnum() and len(rest.split()) <= _SHORT_LINE and not re.search(r"[\d:|]", rest)
