"""Evidence -> citations: the smallest set of sentences that answers, each checked against its document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache

from index import Document, Index, Span, VerbatimError
from index.lexical import terms
from qa.antecedent import antecedent, leaning
from qa.copies import near_copies
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
    all. A near-copy of one that is cited already is not cited but stands after it.
    """
    chosen: list[list[Evidence]] = []
    wanted = {id(one) for one in rivals}
    for evidence in read:
        for item in evidence:
            if len(chosen) == most:
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
    )
    return replace(cited, context=_context(cited, item, document, index))


_INDIVISIBLE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an address of mail, or of a page
    r"|(?:https?://|www\.)[^\s<>()\[\]\"]*[\w/]"
    # A telephone number, of another country or with its 0, and not a row of numbers: "+12 450 470", "(31) 1200 1350".
    r"|\+(?=(?:[ ().-]*\d){10})[\d ().-]+\d|\(0\d+\)[\d .-]{4,}\d|\b0\d{1,4}(?: \d{2,4}){2,}\b"
    r"|\d+(?:[.,:/–-]\d+)+"  # 2,500, 10:30, 2019-21
    r"|\w+"
)


def _said(item: Evidence, document: Document) -> Span | None:
    """Return the short answer, unless it is only words of the grammar: "not" says nothing by itself.

    It does not end inside a number or an address: "+44" of a telephone number is no answer.
    """
    answer = item.answer
    if answer is None or not any(terms(answer.of(document.text))):
        return None
    start, end, shift = answer.start, answer.end, item.sentence.start
    for found in _INDIVISIBLE.finditer(item.sentence.of(document.text)):
        if Span(found.start() + shift, found.end() + shift).overlaps(answer):
            start, end = min(start, found.start() + shift), max(end, found.end() + shift)
    return Span(start, end)


def _context(cited: Citation, item: Evidence, document: Document, index: Index) -> Citation | None:
    """Return the sentence that names whom or what a cited one is about, if it leans on one."""
    if leaning(cited.text) is None:
        return None
    inside = item.hit.passage.sentences
    earlier = [*index.sentences_before(item.hit.passage), *inside[: inside.index(item.sentence)]]
    place = antecedent(cited.text, [span.of(document.text) for span in earlier])
    if place is None:
        return None
    span = earlier[place]
    return replace(
        cited,
        text=span.of(document.text),
        start=span.start,
        end=span.end,
        page=document.page(span.start),
        answer=None,
        recognised=document.is_recognised(span),
    )
