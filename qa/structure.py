"""How sentences stand together on the page: what only introduces others is no answer, and a row speaks for itself.

The model reads a passage as running text. So it likes best the question of an FAQ, which has all the words that were
asked, or any row beside the right one; and a quoted item or row says little without the line above.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from index import Hit, Index, Span
from index.lexical import terms
from index.passages import PASSAGES_ABOVE
from index.shapes import (
    ITEM_MARK,
    introduces,
    is_heading,
    is_item,
    is_of_columns,
    is_question,
    is_row,
    last_heading,
    leads_on,
    mark,
    without_mark,
)
from qa.cells import columns_above
from qa.named import named_terms, unmentioned
from qa.types import Evidence

LACKS_NAME, LACKS_WORDS = 3.0, 2.0
"""What a row or item loses that lacks a name of the question which another of its passage has, or says nothing else;
and one that holds fewer of the question's words than another, and no other ones. With this and with headings handing on
what they scored a right sentence came first for 154 of 256 questions on piles of real files, 147 without (these
questions were looked at)."""

ASKED_BY_NUMBER = 4.0
"""What an item gains whose number was asked for: "What does clause 6.2 say?"."""

ANSWERED_IN_IT = 2.0
"""A question in which the model finds an answer that beats none by so much, and that was not asked itself, tells
something: "What phone should I get for my mother?" tells whom it is for. On forum posts (SQuADShifts reddit) it does so
in 71 of 194 questions that are the gold, and in none of 207 that stand before it, nor of 31 on help pages
(`qa/train/written/unseen`)."""

MOST_ITEMS = 8
"""Items of a list that are taken for what its head was found for."""

PASSAGES_OF_A_TABLE = 40
"""As many of a table's, for the names of its columns."""

LOOKED_BACK = 40
"""Sentences that are looked through for the head of a list."""

_HOW = re.compile(r"\W*how (?:do|does|did|can|could|should|would|to)\b", re.IGNORECASE)
_WHY = re.compile(r"\W*why\b", re.IGNORECASE)
_NO_SPEAKER = (
    r"From|To|Cc|Sent|Subject|Date|Re|Fwd|Notes?|NB|Warnings?|Caution|Danger|Important|Tips?|Hint|Example|Tel|Telephone"
    r"|Phone|Fax|E-?mail|Web|Website|Address|Name|Hours|Author|Source|Figure|Table"
)
_SPEAKER = re.compile(rf"(?!(?:{_NO_SPEAKER}):)([A-Z][\w.'’-]{{0,20}}(?: [A-Z][\w.'’-]*){{0,3}}):\s\S")
FEWEST_SPEAKERS, FEWEST_TURNS = 2, 2
_PLACE = re.compile(
    r"\b(?:articles?|clauses?|items?|paragraphs?|points?|regulations?|rules?|sections?|steps?|§)\.? ?(\d+(?:\.\d+)*)\b",
    re.IGNORECASE,
)
_BETWEEN_LINES = re.compile(rf"\s*\n\s*(?:{ITEM_MARK}\s+)?")
_LINE_ENDS = re.compile(r"[^\S\n]*(?:\n|$)")
_ROMAN = re.compile(r"[ivx]+", re.IGNORECASE)
_OPENS = {"number": "1", "digits": "1", "letters": "aAiI", "letter": "a"}


def as_they_stand(question: str, read: Iterable[Evidence]) -> list[Evidence]:
    """Return the sentences that were read for a question, passage by passage, with the scores that they deserve."""
    named = named_terms(question)
    found: list[Evidence] = []
    for _, passage in groupby(read, key=lambda one: one.hit.passage.id):
        sentences = sorted(passage, key=lambda one: one.sentence)
        found += _apart(question, named, list(_passed_on(question, sentences)))
    return found


def _passed_on(question: str, sentences: Sequence[Evidence]) -> Iterator[Evidence]:
    """Give the sentences of a passage, the score of those that only introduce others handed to these."""
    heads: dict[int, Evidence] = {}
    wants_steps = _HOW.match(question) is not None
    for place, one in enumerate(sentences):
        if _only_introduces(one, question) and (below := list(_introduced(place, sentences, wants_steps=wants_steps))):
            best = max(one, heads.get(place, one), key=lambda head: head.score)
            heads |= dict.fromkeys(below, best)
        elif (head := heads.get(place)) and head.score > one.score:
            yield replace(_shifted(one, head.score - one.score), answer=None, head=head.sentence)
        elif head and is_question(head.text):
            yield replace(one, head=head.sentence)
        else:
            yield one


def _only_introduces(one: Evidence, question: str) -> bool:
    """Whether a sentence asks, or is a heading or the head of a list that says nothing but what was asked.

    No heading tells how to do a thing, or why it is so.
    """
    sentence = one.text
    if is_question(sentence):
        return one.features.get("span", 0.0) <= ANSWERED_IN_IT or _says_nothing_new(one.short, question)
    wants_more = (_HOW.match(question) or _WHY.match(question)) is not None and is_heading(sentence)
    return wants_more or (introduces(sentence) and _says_nothing_new(without_mark(sentence), question))


def _label(item: str) -> str:
    """Return the number or letter before an item, without what encloses it: "6.2", "a"."""
    return re.sub(r"^\W+|\W+$", "", item.split(maxsplit=1)[0])


def _says_nothing_new(sentence: str, question: str) -> bool:
    return set(terms(question)).issuperset(terms(sentence))


def _introduced(place: int, sentences: Sequence[Evidence], *, wants_steps: bool) -> Iterator[int]:
    """Give the place of the sentence after one, or those of the items that it introduces.

    Where steps are wanted a heading introduces those that are numbered below it, or all that stands together there.
    """
    if wants_steps and is_heading(sentences[place].text):
        yield from _steps(place, sentences)
        return
    below = range(place + 1, min(len(sentences), place + 1 + MOST_ITEMS))
    items = takewhile(lambda later: is_item(_line(sentences[later])), below if leads_on(sentences[place].text) else ())
    yield from list(items) or below[:1]


def _steps(place: int, sentences: Sequence[Evidence]) -> list[int]:
    """Return the places of the numbered steps below a heading; if there are none, of the lines up to the next gap."""
    near = range(place + 1, min(len(sentences), place + 1 + MOST_ITEMS))
    below = list(takewhile(lambda later: not is_heading(sentences[later].text), near))
    if numbered := [later for later in below if mark(_line(sentences[later])) == "number"]:
        return numbered
    together = takewhile(lambda later: later == place + 1 or not _gap_before(later, sentences), below)
    return list(together)


def _line(one: Evidence) -> str:
    """Return a sentence from the beginning of its line: in Markdown the number of a step is no part of it."""
    start, end = (edge - one.hit.passage.start for edge in (one.sentence.start, one.sentence.end))
    return one.hit.text[one.hit.text.rfind("\n", 0, start) + 1 : end]


def _gap_before(place: int, sentences: Sequence[Evidence]) -> bool:
    """Whether a blank line parts a sentence from the one before, and that one does not lead on to it."""
    before, one = sentences[place - 1], sentences[place]
    start = one.hit.passage.start
    between = one.hit.text[before.sentence.end - start : one.sentence.start - start]
    return "\n\n" in between and not leads_on(before.text)


def _apart(question: str, named: Sequence[str], sentences: Sequence[Evidence]) -> list[Evidence]:
    """Return sentences, with less for the rows and items among them beside which there is one closer to the question.

    What their neighbours say is said of other things. Less, too, has a row that says nothing but what was asked, as one
    that names the columns.
    """
    rows = [one for one in sentences if is_row(one.text) or is_item(one.text)]
    asked = set(terms(question))
    lacking = [{*unmentioned(named, f"{one.hit.title} {one.words}")} for one in rows]
    shared = [asked.intersection(terms(one.words)) for one in rows]
    found = {one.sentence: one for one in sentences}
    number = _PLACE.search(question)
    for one, lacks, shares in zip(rows, lacking, shared, strict=True):
        if number and _label(one.text) == number[1]:
            found[one.sentence] = _shifted(one, ASKED_BY_NUMBER)
        elif any(others < lacks for others in lacking) or _says_nothing_new(one.text, question):
            found[one.sentence] = _shifted(one, -LACKS_NAME)
        elif any(shares < others for others in shared):
            found[one.sentence] = _shifted(one, -LACKS_WORDS)
    return list(found.values())


def _shifted(one: Evidence, by: float) -> Evidence:
    """Return a sentence with a score so much higher, for what stands beside it."""
    return replace(one, score=one.score + by, features={**one.features, "beside": one.features.get("beside", 0.0) + by})


def line_above(sentence: str, earlier: Sequence[str]) -> int | None:
    """Return which of the earlier sentences of the document (in order) an item or a row cannot be understood without.

    That of an item is the head of its list ("The Tenant must not:"), that of a row with cells the first of its table,
    if that names columns. None if there is none, or it is not surely the right one.
    """
    first = max(0, len(earlier) - LOOKED_BACK)
    if is_of_columns(sentence):
        return columns_above(sentence, earlier)
    kind, current = mark(sentence), sentence
    if not is_item(sentence) or kind == "decimal":  # "6.2" is a clause of its own
        return None
    for place in range(len(earlier) - 1, first - 1, -1):
        text = earlier[place]
        if _is_sibling(text, current):
            current = text
        elif leads_on(text) and _is_first(current, kind):
            return place
        elif not is_item(text):
            return None
    return None


def head_of_lines(line: Span, earlier: Sequence[Span], text: str) -> int | None:
    """Return which earlier sentence leads on to a line: in Markdown, HTML and Word no mark may tell an item.

    All between has to be such lines, each one sentence, without a gap but below the head. None if there is none.
    """
    if not _LINE_ENDS.match(text, line.end):
        return None
    below = line
    for place in range(len(earlier) - 1, max(0, len(earlier) - LOOKED_BACK) - 1, -1):
        above = earlier[place]
        between = text[above.end : below.start]
        if not _BETWEEN_LINES.fullmatch(between):
            return None
        if leads_on(above.of(text)):
            return place
        if "\n\n" in between or _indent(above, text) < _indent(line, text):
            return None
        below = above
    return None


def _indent(line: Span, text: str) -> int:
    return line.start - text.rfind("\n", 0, line.start)


def heading_above(hit: Hit, index: Index) -> str:
    """Return the heading that a passage stands under, or nothing if it begins with one or none is near."""
    passage = hit.passage
    if is_heading(hit.sentence_text(passage.sentences[0])):
        return ""
    return last_heading(index.lines_before(passage, most=PASSAGES_ABOVE))


def speakers_line(sentence: str, earlier: Sequence[str]) -> int | None:
    """Return which of the earlier sentences begins the turn of the speaker of this one, None outside of a transcript.

    A transcript is where the same short label stands before a colon more than once, and others do. In a form each does
    once.
    """
    labels = {place: label for place, text in enumerate(earlier[-LOOKED_BACK:]) if (label := _speaker(text))}
    often = Counter(labels.values())
    if _speaker(sentence) or len(often) < FEWEST_SPEAKERS or max(often.values()) < FEWEST_TURNS:
        return None
    return max(0, len(earlier) - LOOKED_BACK) + max(labels)


def _speaker(sentence: str) -> str:
    found = _SPEAKER.match(sentence)
    return found[1] if found and not is_row(sentence) else ""


def _is_sibling(text: str, item: str) -> bool:
    """Whether a sentence before an item is one of the same list, as far as marks tell: "(i)" may stand below "(b)"."""
    kind = mark(item)
    if not is_item(text) or mark(text) != kind:
        return False
    one, other = _label(text), _label(item)
    are_successive = len(one) == len(other) == 1 and ord(one) + 1 == ord(other)  # "(h)" and "(i)"
    return kind != "letters" or are_successive or _numbering(one) == _numbering(other)


def _numbering(label: str) -> tuple[bool, bool]:
    """Return whether letters are those of Roman numbers, and whether they are capitals."""
    return _ROMAN.fullmatch(label) is not None, label.isupper()


def _is_first(item: str, kind: str) -> bool:
    """Whether an item opens a list, as far as its mark tells: "(a)", "1.", any bullet."""
    return kind not in _OPENS or _label(item) in list(_OPENS[kind])
