"""The earlier turns of a talk -> the words that a question which leans on them needs.

Of an earlier question not everything is wanted: "What happened in Solingen?" lends "Solingen" to "How many were injured
there?". Every word and name of the last turns is a candidate, and a linear model of where it stands says how likely a
person would have said it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.lexical import terms
from qa.types import Answer

TEXT_CHARS = 400
"""So much of a cited sentence is looked at."""

MOST_PHRASES = 10

SAYING_NOTHING = frozenset(
    terms(
        "happened happen happens place took take name named kind say said people person day time give tell mean exactly"
    )
)
"""Words of a question that tell nothing of its subject."""

_WORD = re.compile(r"\d+(?:[.,:]\d+)*%?|[^\W\d_](?:[\w'’-]*\w)?")
_JOINTS = frozenset({" ", " of ", " of the ", "-", " & ", " and "})


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange: what was asked, how it was understood, and what was answered."""

    question: str
    query: str
    said: str = ""


def turns(history: Sequence[Answer | str]) -> list[Turn]:
    """Return the last turns of a talk, oldest first. Small talk is none; of several questions each is one."""
    found: list[Turn] = []
    for item in history:
        if isinstance(item, str):
            found.append(Turn(item, item))
        elif item.parts:
            found.extend(turns(item.parts))
        elif item.reply is None:
            said = item.citations[0].text[:TEXT_CHARS] if item.citations else ""
            found.append(Turn(item.question, item.query, said))
    return found


def phrases(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a text that say something, and whether each is a name; names of several words whole."""
    start = end = -1
    is_name = False
    for match in _WORD.finditer(text):
        word = match[0]
        capital = word[0].isupper() or word[0].isdigit()
        if not terms(word):
            continue
        if start >= 0 and capital and text[start].isupper() and text[end : match.start()] in _JOINTS:
            end, is_name = match.end(), True
            continue
        if start >= 0:
            yield text[start:end], is_name
        start, end = match.span()
        is_name = word[0].isupper() and not _begins_a_sentence(text, start)
    if start >= 0:
        yield text[start:end], is_name


def _begins_a_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t“”\"'‘(—–-")
    return not before or before[-1] in ".?!:\n"


def carried(question: str, talk: Sequence[Turn]) -> list[str]:
    """Return the words and names that the last turn lends a question, in order.

    They are the names of the last question and those of its words that the sentence cited for it says again (all of
    them, if none was cited), then the names of that sentence. What that question took from an earlier one itself
    goes on.
    """
    if not talk:
        return []
    last, own = talk[-1], {*terms(question), *SAYING_NOTHING}
    said = set(terms(last.said)) or None
    asked = [phrase for phrase, is_name in phrases(last.query) if is_name or said is None or said & set(terms(phrase))]
    found = []
    for phrase in (*asked, *(phrase for phrase, is_name in phrases(last.said) if is_name)):
        if not own.issuperset(terms(phrase)):
            own.update(terms(phrase))
            found.append(phrase)
    return found[:MOST_PHRASES]
