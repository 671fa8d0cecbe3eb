"""The types that leave the answering package. All are frozen; offsets count Python characters of the document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from index.types import Hit, Span, day, page_of
from qa.address import Address
from qa.quantities import YEAR

if TYPE_CHECKING:
    from rich.console import RenderableType


RECOGNISED = "read from a picture of the page"
"""What is said of words that were recognised, so that people look at the page itself."""


NOT_SAID = "Your documents do not say."
MAY_SAY = "Your documents may say, but Verbatim is not sure."
"""How the reason of a refusal begins, and that of one that is unsure."""

COPIES_NAMED = 3
"""Further places of a sentence are only counted, or named when one asks for them."""

_YEAR = re.compile(rf"\b{YEAR}\b")

UNANSWERED = "No sentence surely answers"
"""What is said of a part of a question, where another part is answered."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that a reader considered, within a hit.

    ``score`` orders sentences (higher is better); ``features`` says what it was made of. ``answer`` is the short
    answer inside the sentence, in document offsets, where the reader found one. ``head`` is the heading or question
    above that was found in its stead, or that it answers. ``as_read`` is the sentence as a model read it, a row with
    the names of its columns.
    """

    hit: Hit
    sentence: Span
    score: float
    features: Mapping[str, float]
    answer: Span | None = None
    head: Span | None = None
    as_read: str = ""

    @property
    def words(self) -> str:
        """The sentence as it was read."""
        return self.as_read or self.text

    @property
    def text(self) -> str:
        """The sentence, sliced from its passage."""
        return self.hit.sentence_text(self.sentence)

    @property
    def short(self) -> str:
        """The words of ``answer``, or nothing."""
        start = self.hit.passage.start
        return self.answer.moved(-start).of(self.hit.text) if self.answer else ""

    @property
    def copies(self) -> list[Evidence]:
        """The same sentence in each copy of its passage."""
        found = []
        for copy in self.hit.copies:
            by = copy.passage.start - self.hit.passage.start
            if (sentence := self.sentence.moved(by)) in copy.passage.sentences:
                found.append(replace(self, hit=copy, sentence=sentence, answer=self.answer and self.answer.moved(by)))
        return found

    @property
    def surroundings(self) -> str:
        """What a reader of the sentence has in view: the title, and its neighbours in the passage."""
        return self._seen(2)

    @property
    def so_far(self) -> str:
        """What a reader knows when the sentence ends: the title, the sentence before in the passage, and itself."""
        return self._seen(1)

    def _seen(self, further: int) -> str:
        sentences = self.hit.passage.sentences
        place = sentences.index(self.sentence)
        return " ".join([self.hit.title, *map(self.hit.sentence_text, sentences[max(0, place - 1) : place + further])])


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a sentence was chosen, in numbers: higher is better, but for ``rank``.

    Its passage came at ``rank`` in the search, from 1, with the score ``search`` (0..1) made of ``via``: see `Hit`.
    ``features`` are what the reader made its score of: see the reader.
    """

    rank: int
    search: float
    via: Mapping[str, float]
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence shown as evidence: ``document.text[start:end] == text``, checked before it is shown.

    ``number`` counts from 1, ``page`` from 1 (of slides, sheets, or the seconds of subtitles, where the document has
    them); ``where`` is the same in words, as one looks for it in the file: "page 3", "line 9", "at 0:12:31", or "".
    ``date`` is that of the document, if it has one (ISO 8601).
    ``also`` are other sources that hold the same document. ``score`` is the reader's, higher is better, and ``reasons``
    what it comes from. ``answer`` is the short answer inside the sentence,
    in document offsets, or None. ``copies`` are sentences in other places that say the same in nearly the same words
    and would have been cited, too; they are numbered among themselves. ``context`` is an earlier sentence of the
    document that names whom or what this one is about, where it only says "he" or "the group"; it is no evidence,
    has the same number, and is as exact. ``recognised`` says that the words were recognised on a picture of the page,
    as of a scan: they are copied from what was recognised, and the page itself decides.
    """

    number: int
    document_id: str
    revision: str
    source: str
    title: str
    text: str
    start: int
    end: int
    page: int
    score: float
    answer: Span | None = None
    also: tuple[str, ...] = ()
    copies: tuple[Citation, ...] = ()
    reasons: Reasons | None = field(default=None, repr=False, compare=False)
    context: Citation | None = field(default=None, compare=False)
    recognised: bool = False
    date: str | None = None
    where: str = ""

    def __post_init__(self) -> None:
        if not self.where and self.page > 1:  # what was kept before this was told
            object.__setattr__(self, "where", page_of(self.source, self.page))

    @property
    def short(self) -> str | None:
        """The words of ``answer``, or None."""
        if self.answer is None:
            return None
        return self.text[self.answer.start - self.start : self.answer.end - self.start]

    @property
    def document(self) -> str:
        """The document by its title, and by its date: "Leave policy, 2 May 2024"; a year in the title is date enough.

        "Minutes of 12 March 2019" may well have been saved in another year.
        """
        return f"{self.title}, {day(self.date)}" if self.date and not _YEAR.search(self.title) else self.title

    @property
    def place(self) -> str:
        """Where the sentence stands, in words: page, line or time, characters, and what to know of such a page."""
        parts = (self.where, f"characters {self.start}–{self.end}", RECOGNISED if self.recognised else "")
        return ", ".join(filter(None, parts))

    @property
    def address(self) -> str:
        """Where the sentence stands, for ever: ``verbatim:document@revision#char=120,245``, see `qa.address`."""
        return str(Address(self.document_id, self.revision, Span(self.start, self.end)))

    def __rich__(self) -> RenderableType:
        """Return what a terminal shows, by ``rich.print``."""
        from qa.display import rich_citation

        return rich_citation(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from qa.display import html_citation

        return html_citation(self)

    def is_at(self, other: Citation | None) -> bool:
        """Whether another citation is of this very place."""
        return other is not None and (self.document_id, self.start) == (other.document_id, other.start)

    def numbered(self, number: int) -> Citation:
        """Return the same citation, and its context, with another number."""
        return replace(self, number=number, context=self.context and self.context.numbered(number))


@dataclass(frozen=True, slots=True)
class Searched:
    """What an answer was looked for in: so many documents, and the passages and sentences in them that were read."""

    documents: int
    passages: int
    sentences: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that a language model wrote, and what became of it.

    ``text`` is without the marks of its citations, and without any address; ``numbers`` are those of the citations that
    it names and that there are. Where it does not ``hold`` it is struck, and ``reasons`` say why; it is no part of the
    answer. ``support`` is how well the cited sentences support it, 0..1, or None where that was not asked.
    """

    text: str
    numbers: tuple[int, ...] = ()
    holds: bool = False
    reasons: tuple[str, ...] = ()
    support: float | None = None

    @property
    def cited(self) -> str:
        """The sentence with its numbers: ``It opened in May. [1][3]``."""
        marks = "".join(f"[{number}]" for number in self.numbers)
        return f"{self.text} {marks}" if marks else self.text


@dataclass(frozen=True, slots=True)
class Written:
    """What a language model made of the citations of an answer, sentence by sentence, each checked against them.

    ``model`` is its name. ``note`` says in words why there is nothing, or not all. It is not ``complete`` while the
    model writes.
    """

    model: str
    sentences: tuple[Statement, ...] = ()
    note: str = ""
    complete: bool = True

    @property
    def text(self) -> str:
        """The sentences that hold, with their numbers; "" if there are none."""
        return " ".join(sentence.cited for sentence in self.sentences if sentence.holds)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question got: citations, or an honest refusal with its reason and the nearest sentence.

    ``query`` is what was searched for (the question, completed from the history). ``confidence`` (0..1) is the
    estimated chance that the first cited sentence answers the question; for a refusal it is the chance that the nearest
    sentence would have. ``nearest`` is that sentence, which is *not* an answer. A refusal that is ``unsure`` leaves it
    open whether the documents say; any other says that they do not. ``missing`` lists words of the question that occur
    nowhere in the documents; where something is cited all the same, only names and numbers. ``runners_up`` are the
    sentences that came next, best first: not cited, or after the nearest. ``unanswered`` lists, where something is
    cited for a question that asks for several things, those that no sentence surely answers. ``conflicts`` are the
    numbers of citations out of different documents that answer the same with different values ("27 days", "25 days");
    `differences` says so in words. ``searched`` says in what the answer was looked for. ``parts`` are the answers one
    by one where the message held several questions; their citations are those of the whole. ``reply`` is what a
    greeting, thanks, or a question about Verbatim itself get: then nothing was searched. ``written`` is what a language
    model wrote from the citations, if one was asked to: see `qa.write`. The citations are the same with it and without.
    ``mentions`` is, where it was asked what is said of something ("What do the documents say about Oman?"), how many
    sentences in the best passages (50 for the thing, 10 for the question) mention it; a few of them are cited, in the
    order in which they stand, and nothing is estimated: the confidence is 1.
    ``seconds`` gives the wall time of each stage.
    """

    question: str
    query: str
    citations: tuple[Citation, ...]
    reason: str
    confidence: float
    nearest: Citation | None = None
    missing: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    conflicts: tuple[tuple[int, ...], ...] = ()
    runners_up: tuple[Citation, ...] = ()
    searched: Searched | None = None
    parts: tuple[Answer, ...] = ()
    reply: str | None = None
    written: Written | None = None
    unsure: bool = False
    mentions: int = 0
    hits: tuple[Hit, ...] = field(default=(), repr=False)
    seconds: Mapping[str, float] = field(default_factory=dict, repr=False)

    @property
    def abstained(self) -> bool:
        """Whether nothing is cited: no sentence surely answers, or none was looked for (see ``reply``)."""
        return not self.citations

    @property
    def text(self) -> str:
        """What was written from the cited sentences and holds, or these themselves, with their numbers.

        Where nothing is cited it is the reason for the refusal, or the reply.
        """
        if self.reply is not None:
            return self.reply
        if self.abstained:
            return self.reason
        return (self.written and self.written.text) or self.quoted

    @property
    def near(self) -> tuple[Citation, ...]:
        """The nearest sentences of a refusal, best first."""
        return (self.nearest, *self.runners_up) if self.nearest else ()

    @property
    def near_label(self) -> str:
        """What to say above the nearest sentences of a refusal."""
        sentences = "Nearest sentences" if len(self.near) > 1 else "Nearest sentence"
        if self.unsure:
            return f"{sentences}; see whether {'one' if len(self.near) > 1 else 'it'} answers"
        return f"{sentences}, not an answer"

    @property
    def quoted(self) -> str:
        """The cited sentences with their numbers, one a line."""
        return "\n".join(f"{citation.text} [{citation.number}]" for citation in self.citations)

    @property
    def quotations(self) -> tuple[Citation, ...]:
        """The citations as they are read one below the other: no context where that is the one before, or its."""
        before = ((), *((one, one.context) for one in self.citations))
        return tuple(
            replace(one, context=None) if one.context and any(map(one.context.is_at, above)) else one
            for one, above in zip(self.citations, before, strict=False)
        )

    @property
    def differing(self) -> tuple[tuple[Citation, ...], ...]:
        """The citations of each of the ``conflicts``."""
        numbered = {citation.number: citation for citation in self.citations}
        return tuple(tuple(numbered[one] for one in numbers if one in numbered) for numbers in self.conflicts)

    @property
    def differences(self) -> tuple[str, ...]:
        """Where documents differ, in words: "Your documents differ: 27 days [1] (Leave, 2024), 25 [2] (...)"."""
        values = [
            [f"{one.short or one.text} [{one.number}] ({one.document})" for one in those] for those in self.differing
        ]
        return tuple(f"Your documents differ: {', '.join(several)}." for several in values)

    @property
    def sureness(self) -> str:
        """How sure an answer is, in words: "confidence 0.83", or how many sentences mention what was asked about."""
        if not self.mentions:
            return f"confidence {self.confidence:.2f}"
        found = "1 sentence found mentions it" if self.mentions == 1 else f"{self.mentions} sentences found mention it"
        cited = sum(1 + len(one.copies) for one in self.citations)
        return found if cited == self.mentions else f"{found}; {cited} of them are cited"

    @property
    def short(self) -> str | None:
        """The answer phrase inside the first citation, or None."""
        return self.citations[0].short if self.citations else None

    def __rich__(self) -> RenderableType:
        """Return what a terminal shows, by ``rich.print``."""
        from qa.display import rich_answer

        return rich_answer(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from qa.display import html_answer

        return html_answer(self)
