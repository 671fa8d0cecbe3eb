"""The earlier turns of a talk -> the words that a question which leans on them needs.

Of an earlier question not everything is wanted: "What happened in Solingen?" lends "Solingen" to "How many were injured
there?".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.lexical import terms
from index.shapes import unnamed
from qa.quantities import MONTH, WEEKDAY
from qa.types import Answer

TEXT_CHARS = 400
"""So much of a cited sentence is looked at."""

MOST_PHRASES = 10

SAYING_NOTHING = frozenset(
    terms("happen place took take name kind say said people person day time give mean meant exactly")
)
"""Words of a question that tell nothing of its subject."""

_WORD = re.compile(r"\d+(?:[.,:]\d+)*%?|\b[A-Z]\.(?: ?[A-Z]\.)+|[^\W\d_](?:[\w'’-]*\w)?")
_DATE = re.compile(rf"(?:\d+|{MONTH}|{WEEKDAY})(?: (?:\d+|{MONTH}))*$")
_MEASURED = re.compile(r"[\d°] ?$")
_JOINTS = frozenset({" ", " of ", " of the ", "-", " & ", " and "})


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange: what was asked, the sentence that was cited for it first, and the id of its document.

    ``refused`` tells that nothing was cited (of a question alone it is not known), ``leans`` that the question says
    nothing without those before it.
    """

    question: str
    said: str = ""
    document: str = ""
    refused: bool = False
    leans: bool = False


def turns(history: Sequence[Answer | str]) -> list[Turn]:
    """Return the turns of a talk, oldest first. Small talk is none; of several questions each is one."""
    found: list[Turn] = []
    for item in history:
        if isinstance(item, str):
            found.append(Turn(item))
        elif item.parts:
            found.extend(turns(item.parts))
        elif item.citations:
            first = item.citations[0]
            found.append(Turn(item.question, first.text[:TEXT_CHARS], first.document_id))
        elif item.reply is None:
            found.append(Turn(item.question, refused=True))
    return found


def phrases(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a text that say something, and whether each is a name; names of several words whole."""
    start = end = -1
    is_name = False
    for match in _WORD.finditer(text):
        word = match[0]
        capital = word[0].isupper() or word[0].isdigit()
        if (not terms(word) and word != "May") or (len(word) == 1 and _MEASURED.search(text, 0, match.start())):
            continue  # the C of "65 °C" is no name
        if start >= 0 and capital and text[start].isupper() and text[end : match.start()] in _JOINTS:
            end, is_name = match.end(), True
            continue
        if start >= 0:
            yield text[start:end], is_name
        start, end = match.span()
        is_name = word[0].isupper() and not _begins_a_sentence(text, start)
    if start >= 0:
        yield text[start:end], is_name


def is_date(name: str) -> bool:
    """Whether a name is that of a month or a day, with or without its number."""
    return _DATE.match(name) is not None


def _begins_a_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t“”\"'‘(—–-")
    return not before or before[-1] in ".?!:\n"


def carried(question: str, talk: Sequence[Turn]) -> list[str]:
    """Return the words and names that the talk lends a question, in order.

    They are the names of the last question that had any; the words of the last question that says something and, if it
    leans, of the one that it leans on; and the names of the last sentence cited, without dates. Of the words of a
    question only those count that the sentence cited for it says again (all of the last one's, if none was cited).
    """
    if not talk:
        return []
    own = {*terms(question), *SAYING_NOTHING}
    place, asked = next(((n, words) for n in reversed(range(len(talk))) if (words := _words(talk[n]))), (0, []))
    leant_on = next((turn for turn in reversed(talk[:place]) if not turn.leans), None) if talk[place].leans else None
    before = _words(leant_on) if leant_on and leant_on.said else []
    answered = [phrase for phrase, is_name in phrases(unnamed(talk[-1].said)) if is_name and not is_date(phrase)]
    found = []
    for phrase in (*_subject(talk), *before, *asked, *answered):
        if not own.issuperset(terms(phrase)):
            own.update(terms(phrase))
            found.append(phrase)
    return found[:MOST_PHRASES]


def _words(turn: Turn) -> list[str]:
    """Return the names of a question, and those of its words that the sentence cited for it says again, if one was."""
    said = set(terms(turn.said)) or set(terms(turn.question))
    found = ((phrase, is_name, set(terms(phrase)) - SAYING_NOTHING) for phrase, is_name in phrases(turn.question))
    return [phrase for phrase, is_name, words in found if words and (is_name or words & said)]


def _subject(talk: Sequence[Turn]) -> list[str]:
    """Return the names of the last question that had any, as far back as nothing else was cited than for the last."""
    last = talk[-1]
    for turn in reversed(talk):
        if turn.document and last.document and turn.document != last.document:
            break
        if names := _names(turn):
            return names
    return []


def _names(turn: Turn) -> list[str]:
    """Return the names of a question: what it writes with a capital, or the sentence that was cited for it does."""
    cited = {term for phrase, is_name in phrases(turn.said) if is_name for term in terms(phrase)}
    return [phrase for phrase, is_name in phrases(turn.question) if is_name or cited.issuperset(terms(phrase))]
