"""Evidence -> citations: the smallest set of sentences that answers, each checked against its document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache

from index import Document, Index, Span, VerbatimError
from index.lexical import terms
from index.passages import PASSAGES_ABOVE
from index.shapes import cell_edges, is_item, is_of_columns, is_row, leads_on, without_mark
from qa.antecedent import antecedent, leaning
from qa.copies import near_copies
from qa.structure import PASSAGES_OF_A_TABLE, head_of_lines, line_above, speakers_line
from qa.types import Citation, Evidence, Reasons

MAX_CITATIONS = 4

NEAR_SCORE = 1.0
"""A further sentence is cited if its score is at most this much lower, so that it is at least 37 % as likely.
Of 0, 0.3, 0.6, 1, 1.5, 2 and 3 this gave the best mean sentence F1 on the choosing halves of 24 tasks, by a hair."""


RUNNERS_UP = 2
"""Sentences that came next are kept, so that one can see what else there was."""


class CitationError(VerbatimError):
    """A citation does not say what its document says at that place. It is never shown."""


def choose(
    read: Sequence[Sequence[Evidence]], rivals: Iterable[Evidence] = (), most: int = MAX_CITATIONS
) -> list[list[Evidence]]:
    """Return the evidence to cite for each part of a question, given what was read for it, best first.

    Of each it is the best sentence, those nearly as good, and any of the ``rivals``, which say otherwise; ``most`` in
    all, of which each part has one at least. A near-copy of one that is cited already is not cited but stands after it.
    """
    chosen: list[list[Evidence]] = []
    wanted = {id(one) for one in rivals}
    for later, evidence in zip(reversed(range(len(read))), read, strict=True):
        for item in evidence:
            if len(chosen) >= most - later:
                break
            if item.score < evidence[0].score - NEAR_SCORE and id(item) not in wanted:
                continue
            same = next((group for group in chosen if near_copies(item.text, group[0].text)), None)
            if same is None:
                same = []
                chosen.append(same)
            same += [one for one in (item, *item.copies) if not any(_in_one_place(one, other) for other in same)]
    return chosen


def numbers_of(items: Iterable[Evidence], chosen: Sequence[Sequence[Evidence]]) -> tuple[int, ...]:
    """Return under which numbers evidence is cited, ascending."""
    places = {id(one): number for number, group in enumerate(chosen, start=1) for one in group}
    return tuple(sorted({places[id(item)] for item in items if id(item) in places}))


def next_best(evidence: Sequence[Evidence], cited: Sequence[Evidence]) -> list[Evidence]:
    """Return the best of the evidence after what is cited, each said only once: at most ``RUNNERS_UP``."""
    said = list(cited)
    for item in evidence:
        if len(said) < len(cited) + RUNNERS_UP and not any(near_copies(item.text, other.text) for other in said):
            said.append(item)
    return said[len(cited) :]


def _in_one_place(one: Evidence, other: Evidence) -> bool:
    return one.hit.passage.document_id == other.hit.passage.document_id and one.sentence == other.sentence


def cite(evidence: Iterable[Evidence], index: Index) -> tuple[Citation, ...]:
    """Turn evidence into numbered citations, each sliced from its stored document.

    Raises `CitationError` if a slice is not the sentence that was read: then the store is damaged.
    """
    document = cache(index.document)  # several sentences may come from one
    return tuple(_citation(number, item, document, index) for number, item in enumerate(evidence, start=1))


def cite_each(groups: Iterable[Sequence[Evidence]], index: Index) -> tuple[Citation, ...]:
    """Cite the first of each group, with the others as its copies. Raises like `cite`."""
    groups = list(groups)
    firsts = cite((group[0] for group in groups), index)
    return tuple(
        replace(first, copies=cite(group[1:], index)) if group[1:] else first
        for first, group in zip(firsts, groups, strict=True)
    )


def _citation(number: int, item: Evidence, document_of: Callable[[str, str], Document], index: Index) -> Citation:
    passage = item.hit.passage
    document = document_of(passage.document_id, passage.revision)
    text = item.sentence.of(document.text)
    if text != item.text or not text:
        raise CitationError(
            f"the sentence at {item.sentence.start} to {item.sentence.end} of {document.source} is not what was read; "
            "run `verbatim index rebuild`"
        )
    cited = Citation(
        number=number,
        document_id=document.id,
        revision=document.revision,
        source=document.source,
        title=document.title,
        text=text,
        start=item.sentence.start,
        end=item.sentence.end,
        page=document.page(item.sentence.start),
        score=item.score,
        answer=_said(item, document),
        also=document.also,
        reasons=Reasons(item.hit.rank, item.hit.score, dict(item.hit.via), dict(item.features)),
        recognised=document.is_recognised(item.sentence),
        date=document.date,
        where=document.where(item.sentence.start),
    )
    context = _context(cited, item, document, index)
    denied = context is not None and leads_on(context.text) and _DENIES.search(context.text)
    return replace(cited, context=context, answer=None if denied else cited.answer)


_INDIVISIBLE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an address of mail, or of a page
    r"|(?:https?://|www\.)[^\s<>()\[\]\"]*[\w/]"
    # A telephone number, of another country or with its 0, and not a row of numbers: "+12 450 470", "(31) 1200 1350".
    r"|\+(?=(?:[ ().-]*\d){10})[\d ().-]+\d|\(0\d+\)[\d .-]{4,}\d|\b0\d{1,4}(?: \d{2,4}){2,}\b"
    r"|\(\d+(?:[.,]\d+)*\)(?=\s?(?:%|[mb]illion\b|[mb]n\b))"  # a loss of (45) million
    r"|\d+(?:[.,:/–-]\d+)+"  # 2,500, 10:30, 2019-21
    r"|\w+"
)


_NOT_DENYING = r"\s(?:later|earlier|less|fewer|more|longer|higher|lower) than\b|\s(?:only|exceed)\b|\. ?\d"
_DENIES = re.compile(
    rf"\b(?:(?:not|no)\b(?!{_NOT_DENYING})|(?:never|none|nor|without|cannot|all but|except)\b)|n['’]t\b", re.IGNORECASE
)
"""Not "no later than", "not only", "must not exceed" or "no. 5"."""
_CLAUSE = re.compile(r"[,;:()–—]\s")
_CLAUSE_ENDS = re.compile(
    rf"{_CLAUSE.pattern}"
    r"|\s(?:and|but)\s(?:not|is|are|was|were|has|have|had|does|do|did|may|can(?:not)?|will|shall|must)\b"
)
"""Where another clause begins of what the answer stands in: "is $50 and is not refundable"."""
_SUM = re.compile(r"\$\s?\d")
_PAIRS = {"(": ")", "[": "]", "“": "”", "*": "*", '"': '"', "`": "`", "$": "$"}


def _said(item: Evidence, document: Document) -> Span | None:
    """Return the short answer, unless by itself it says nothing, or something else than the sentence.

    Words of the grammar say nothing ("not"), nor does the mark of an item. A part of a number or an address is made
    whole. What runs over several cells of a row is no phrase, and what its clause denies is no answer: "all but
    *four* were pardoned".
    (Nor is an item that the head of its list denies.)
    """
    answer = item.answer
    if answer is None or not any(terms(answer.of(document.text))):
        return None
    sentence, shift = item.sentence.of(document.text), item.sentence.start
    start, end = answer.start - shift, answer.end - shift
    edges = cell_edges(sentence)
    if any(start <= edge < end for edge in edges) or end <= len(sentence) - len(without_mark(sentence)):
        return None
    for found in _INDIVISIBLE.finditer(sentence):
        if found.start() < end and start < found.end():
            start, end = min(start, found.start()), max(end, found.end())
    opens = max((found.end() for found in _CLAUSE.finditer(sentence, 0, start)), default=0)
    closes = next((found.start() for found in _CLAUSE_ENDS.finditer(sentence, end)), len(sentence))
    if _DENIES.search(sentence[opens:start]) or _DENIES.search(sentence[end:closes]):
        return None
    start, end = _without_odd_signs(sentence, start, end)
    return Span(start + shift, end + shift)


def _without_odd_signs(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out signs at the edges of ``text[start:end]`` whose other half stands outside: ``Howard Pike*``."""
    for opening, closing in _PAIRS.items():
        words = text[start:end]
        is_odd = words.count(opening) % 2 if opening == closing else words.count(opening) != words.count(closing)
        if is_odd and words.startswith(opening) and not _SUM.match(words):
            start += 1
        elif is_odd and words.endswith(closing):
            end -= 1
    return start, end


def _context(cited: Citation, item: Evidence, document: Document, index: Index) -> Citation | None:
    """Return the sentence that a cited one cannot be understood without, if there is one."""
    span = item.head or _needed(cited.text, item, document, index)
    if span is None:
        return None
    return replace(
        cited,
        text=span.of(document.text),
        start=span.start,
        end=span.end,
        page=document.page(span.start),
        answer=None,
        recognised=document.is_recognised(span),
        where=document.where(span.start),
    )


def _needed(text: str, item: Evidence, document: Document, index: Index) -> Span | None:
    """Return the sentence that names whom or what one leans on, or is said by, the head of its list or columns."""
    find = antecedent if leaning(text) else line_above if is_item(text) or is_row(text) else speakers_line
    inside = item.hit.passage.sentences
    most = PASSAGES_OF_A_TABLE if is_of_columns(text) else PASSAGES_ABOVE
    before = index.sentences_before(item.hit.passage, most=most)
    earlier = [*before, *inside[: inside.index(item.sentence)]]
    place = find(text, [span.of(document.text) for span in earlier])
    if place is None and find is not antecedent and not is_row(text):
        place = head_of_lines(item.sentence, earlier, document.text)
    return None if place is None else earlier[place]
