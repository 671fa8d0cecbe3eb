"""A request for whatever is said of something -> that something, and which sentences mention it.

"What do the documents say about Oman?" asks for no fact that a sentence could state: what mentions Oman answers it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from index import Hit
from index.lexical import STOP_WORDS, terms
from qa.ellipsis import ASKING
from qa.named import WORD, unmentioned
from qa.smalltalk import SOURCES
from qa.types import Evidence

_PLACE = rf"(?:{SOURCES}|(?:the|this|my|our) (?:book|contract|handbook|manual|paper|pdf|policy|report|rules))"
_IN = rf"(?: (?:anywhere )?in {_PLACE}| anywhere| somewhere| here)?"
_ABOUT = r"(?:about|on|of|regarding|concerning)"
_ANY = r"(?:anything|something|everything|all|more|any mentions?|(?:any |some |the )?(?:information|details?))"
_SAID = r"(?:said|written|stated|reported|mentioned|known)"
_NAMED = r"(?:mentioned|discussed|talked about|referred to)"
_THING = r"(?P<thing>(?!(?:there|any|the other)\b)[“‘\"']?\w[^?!]*?)"
_REQUESTS = tuple(
    re.compile(rf"(?:(?:so|ok|okay|well|and|but|now|please),? )?{request}{_IN}(?:,? please)?[\s?!.]*", re.IGNORECASE)
    for request in (
        rf"what (?:else )?(?:do|does|did|can) (?:(?:{_PLACE}|(?P<back>it|they)) say|(?:{_PLACE}|you) tell (?:me|us)"
        rf"|(?:you|we) know) {_ABOUT} {_THING}",
        rf"what(?: is| was|['’]s) (?:else )?{_SAID}{_IN} {_ABOUT} {_THING}",
        rf"(?:(?:is|are) there )?{_ANY}{_IN} (?:{_ABOUT}|to) {_THING}",
        rf"(?:do|does) {_PLACE} (?:(?:say|contain|have) {_ANY} {_ABOUT}|mention|discuss|refer to|talk about) {_THING}",
        rf"(?:where )?(?:is|are) {_THING}(?<! that)(?<! which) {_NAMED}",
        rf"(?:(?:can|could|would|will) you (?:please )?)?(?:tell|show|give|find|list) (?:(?:me|us) )?(?:{_ANY} )?"
        rf"(?:(?:there|that) is )?about {_THING}",
        rf"(?:tell|show) (?:me|us) what {_PLACE} says? about {_THING}",
        rf"(?:find|show|list|give) (?:(?:me|us) )?(?:(?:all|every|any|the) )?(?:mentions?|passages?|quotes?|sentences?)"
        rf" (?:{_ABOUT}|(?:that|which) mention) {_THING}",
    )
)
_QUESTION = re.compile(rf"{ASKING}|(?:whether|if)\b", re.IGNORECASE)
LONGEST_TOPIC = 8
"""Words; what is longer asks for something in particular."""


def topic(question: str, *, in_talk: bool = False) -> str | None:
    """Return what a question asks for all that is said of, or None if it asks for something in particular.

    ``in_talk`` tells that something was asked before: then "What does it say about fees?" asks that of something.
    """
    found = next((match for request in _REQUESTS if (match := request.fullmatch(question.strip()))), None)
    if found is None or (in_talk and found.groupdict().get("back")):
        return None
    thing = found["thing"].strip("\"“”‘’' ")
    if _QUESTION.match(thing) or not terms(thing) or len(thing.split()) > LONGEST_TOPIC:
        return None
    return thing


def mentioning(thing: str, hits: Sequence[Hit]) -> list[Evidence]:
    """Return the sentences of hits that hold every word of a thing but those of the grammar.

    First the first one of each hit, then the second ones, and so on. A heading that adds nothing to the thing is left
    out if there is anything else.
    """
    words = [word for word in WORD.findall(thing) if word.lower() not in STOP_WORDS.split()]
    words += re.findall(r"\d[\d.,]*\d|\d", thing)
    found = [
        [
            Evidence(hit, sentence, hit.score, {})
            for sentence in hit.passage.sentences
            if all(_mentions(hit.sentence_text(sentence), word) for word in words)
        ]
        for hit in hits
    ]
    telling = [[one for one in sentences if not _is_bare_heading(one.text, words)] for sentences in found]
    rows = zip_longest(*(telling if any(telling) else found))
    return [one for row in rows for one in row if one is not None]


def in_reading_order(groups: Sequence[list[Evidence]]) -> list[list[Evidence]]:
    """Return what is cited in the order in which it stands in each document, the document found first before others."""
    documents = [group[0].hit.passage.document_id for group in groups]
    return sorted(groups, key=lambda group: (documents.index(group[0].hit.passage.document_id), group[0].sentence))


def _is_bare_heading(text: str, words: Sequence[str]) -> bool:
    """Whether a line that is no sentence has at most one word that says something beside some words: "6. Visitors"."""
    others = set(terms(text)) - {term for word in words for term in terms(word)}
    return text[-1].isalnum() and sum(not term.isdigit() for term in others) <= 1


def _mentions(text: str, word: str) -> bool:
    """Whether a text holds a word; a name also in another form, as its initials, or misspelt by a letter."""
    stems = set(terms(word))
    if stems and stems <= set(terms(text)):
        return True
    return (word[0].isupper() or word[0].isdigit()) and not unmentioned([word], text)
