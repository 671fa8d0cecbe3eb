"""The pipeline: a question becomes a cited answer, or an honest refusal."""

from __future__ import annotations

import math
import re
import string
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from index import EmptyStoreError, Hit, Index
from index.lexical import terms
from qa.cite import MAX_CITATIONS, choose, cite, cite_each, next_best, numbers_of
from qa.conflict import rivals
from qa.converse import Understanding, Understood, blended, doubted, leans, merged, speaking_of, stays, understand
from qa.language import foreign_language
from qa.named import TELLING_NOTHING, asking, named_terms, unmentioned
from qa.parts import parts, pieces, questions
from qa.quantities import UNIT_NAMES
from qa.read import ModelReader, Reader, open_reader
from qa.refusal import has_words, refusal, says_what
from qa.rerank import CrossEncoderReranker, Reranker
from qa.smalltalk import asks_for_inventory, reply_to
from qa.spelling import corrected, joined_codes
from qa.topic import LOOSE_KINDS, MOST_MENTIONS, in_reading_order, kind_asked, mentioning, topic
from qa.types import Answer, Citation, Evidence, Searched

if TYPE_CHECKING:
    from qa.check import Checker
    from qa.write import AnyWriter, Patience, Writer

TOP_K = 10
"""Passages that are read for a question."""

RERANKED = 50
"""Passages that a reranker chooses them from."""

LISTED = 12
"""Documents that are named where it is asked which there are."""

FOREIGN = 0.5
"""What is left of the chance where the best passage is in another language than English: what the reader's scores are
worth was measured in English, and in German it was sure enough of "wurde eröffnet" for "Wie lang ist die Brücke?"."""

LONGEST_PREFIX = 3
"""So many letters may be set apart by a hyphen in the documents: "e-mail", "co-owner"."""

SAID = "The documents say so in the sentences cited."
NONE_CHOSEN = "No document was chosen, so that nothing was searched."


class Answerer:
    """Answers questions from one index. Keep it: it keeps its models loaded.

    ``reader`` is one, or the folder or name of a model for extractive question answering; by default the trained reader
    that comes with Verbatim. ``reranker`` is one, or the folder or name of a cross-encoder; by default none.
    ``max_error`` is the share of wrong answers among those given that is aimed at, 0..1, by default the reader's own;
    ``threshold`` sets the least confidence itself, 0..1. Of a question that asks for several things one part has to
    reach it, and the others then half of it.

    ``writer`` is what writes an answer out from its citations: the name of a model such as ``ollama:qwen3``, see
    `qa.write.open_writer`, or a model of LlamaIndex; by default nothing does. ``patience`` says how long one waits.
    """

    def __init__(
        self,
        index: Index,
        *,
        reader: Reader | str | Path | None = None,
        reranker: Reranker | str | Path | None = None,
        max_error: float | None = None,
        threshold: float | None = None,
        understand: Understanding = understand,
        writer: AnyWriter | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.index = index
        self.understand = understand
        self.reader = open_reader(reader, index) if reader is None or isinstance(reader, str | Path) else reader
        self.reranker = CrossEncoderReranker(reranker) if isinstance(reranker, str | Path) else reranker
        self.threshold = self.reader.calibration.threshold(max_error) if threshold is None else threshold
        self.writer, self.checker = _opened(writer)
        self.patience = patience

    def stream(
        self, question: str, *, history: Sequence[Answer | str] = (), documents: Collection[str] | None = None
    ) -> Iterator[Answer]:
        """Yield the answer as soon as it is known, then anew with each sentence that is written. See `qa.stream`."""
        quoted = self.quote(question, history=history, documents=documents)
        if self.writer is None or self.checker is None:
            yield quoted
            return
        from qa.write import written_out

        yield from written_out(quoted, self.writer, self.checker, self.patience)

    def answer(
        self, question: str, *, history: Sequence[Answer | str] = (), documents: Collection[str] | None = None
    ) -> Answer:
        """Answer a question with sentences of the documents, written out if there is a writer. See `qa.answer`."""
        *_, last = self.stream(question, history=history, documents=documents)
        return last

    def quote(
        self, question: str, *, history: Sequence[Answer | str] = (), documents: Collection[str] | None = None
    ) -> Answer:
        """Answer a question with sentences of the documents, and nothing else."""
        if isinstance(history, str | Answer):
            raise TypeError("history is several answers or questions, as in history=[answer]")
        question, history = _whole(question), [one if isinstance(one, Answer) else _whole(one) for one in history]
        if not self.index.document_count():
            raise EmptyStoreError(
                f"the store {self.index.path} holds no documents yet; add some with `verbatim index add PATH`"
            )
        if documents is not None:
            _check(documents, self.index)
        if asks_for_inventory(question):
            reply: str | None = _inventory(self.index, documents)
        else:
            reply = reply_to(question, in_talk=_is_talk(history))
        if reply:
            return Answer(question, question, (), "", 0.0, reply=reply)
        if documents is not None and not documents:
            return Answer(question, question, (), NONE_CHOSEN, 0.0, unsure=True)
        answers: list[Answer] = []
        for asked in _one_by_one(question, history):
            answers.append(self._answer(asked, [*history, *answers], documents))
        return answers[0] if len(answers) == 1 else _together(question, answers)

    def _answer(self, question: str, history: Sequence[Answer | str], documents: Collection[str] | None) -> Answer:
        clock = _Clock()
        asked, understood, about, kind = self._understood(question, history)
        clock.lap("understand")
        query, hits = self._search(understood, documents)
        clock.lap("search")
        if about:
            read = [self._read_about(about, kind, hits, documents)]
        elif query == asked:
            read = self._read_parts(query, hits, documents)
        else:
            read = [self._read_leaning(understood, hits) if understood.leans else self._read(query, hits)]
        # Once the documents answer one part, the question is about them, and the other parts are doubted less.
        least = self.threshold / 2 if any(part.chance >= self.threshold for part in read) else self.threshold
        answered = [part for part in read if part.chance >= least]
        nearest = max(read, key=lambda part: part.chance)
        clock.lap("read")
        best = answered[0] if answered else nearest
        reason, unsure = (SAID, False) if answered else self._refusal(question, nearest, about)
        differ = [rivals(part.question, part.evidence) for part in answered]
        most = MOST_MENTIONS if best.mentions else MAX_CITATIONS
        chosen = choose([part.evidence for part in answered], chain.from_iterable(differ), most)
        if best.mentions:
            chosen = in_reading_order(chosen)
        shown = [group[0] for group in chosen] or nearest.evidence[:1]
        citations = cite_each(chosen, self.index)
        near = () if citations else cite(shown, self.index)
        runners_up = cite(next_best(best.evidence, shown), self.index)
        clock.lap("cite")
        return Answer(
            question=question,
            query=query,
            citations=citations,
            reason=reason,
            unanswered=tuple(_typed(part, read[0]) for part in read if part not in answered) if answered else (),
            conflicts=_conflicts(answered, differ, chosen),
            confidence=best.chance,
            nearest=near[0] if near else None,
            unsure=unsure,
            mentions=best.mentions,
            runners_up=runners_up,
            searched=self._searched(read, documents),
            missing=(
                self._missing(" ".join(_unmentioned_names(question, best)))
                if citations
                else self._missing(query, nearest.evidence)
            ),
            hits=tuple(hits),
            seconds=clock.seconds,
        )

    def _understood(
        self, question: str, history: Sequence[Answer | str]
    ) -> tuple[str, Understood, str | None, str | None]:
        """Return what was asked, without slips, and how it is understood.

        If what is said of a thing is asked, that is returned, too, and the kind of document that is asked, if it is.
        """
        typed = self._spelt(question)
        about = topic(typed, in_talk=_is_talk(history))
        kind = kind_asked(typed, about) if about else None
        asked = about or typed
        understood = self.understand(asked, history) if has_words(asked) else Understood("", "")
        if not says_what(understood.query):
            understood = Understood("", "")
        if understood.query != asked:  # what the talk lends may have slips, too
            spelt, query = self._spelt(understood.question), self._spelt(understood.query)
            understood = replace(understood, question=spelt, query=query)
        if understood.question != asked and (further := topic(understood.question, in_talk=True)):  # "And Yemen?"
            kind = kind_asked(understood.question, further)
            about, understood = further, replace(understood, question=further, query=further, leans=False)
        return asked, understood, None if understood.leans else about, kind

    def _refusal(self, question: str, nearest: _Read, unmet: str | None) -> tuple[str, bool]:
        """Return why nothing is cited, and whether the documents may say all the same."""
        may_say = nearest.chance >= self.reader.calibration.denial
        if unmet:  # other words may speak of it, but hardly of a name
            may_say = not {*named_terms(f"about {unmet}")} & {*self._missing(unmet)}
        return refusal(question, nearest.question, nearest.evidence, may_say=may_say, unmet=unmet)

    def _spelt(self, question: str) -> str:
        """Return the question without slips of the finger; only a model tells which words are none."""
        question = joined_codes(question, self.index.term_frequencies)
        if not isinstance(self.reader, ModelReader):
            return question
        return corrected(question, self.index.term_frequencies, self.reader.is_word)

    def _search(self, understood: Understood, documents: Collection[str] | None) -> tuple[str, list[Hit]]:
        """Return what to read for, and the hits to read it in."""
        query = question = understood.question
        top_k = RERANKED if self.reranker or understood.query != question else TOP_K
        hits = self.index.search(question, top_k=top_k, documents=documents)
        if understood.query != question and (understood.leans or stays(hits, understood.documents)):
            together = self.index.search(understood.query, top_k=RERANKED, documents=documents)
            hits = blended(hits, together)
            query = understood.query if understood.leans else question
        if self.reranker:
            hits = self.reranker.rerank(query, hits[:RERANKED])
        return query, hits[:TOP_K]

    def _read(self, question: str, hits: Sequence[Hit]) -> _Read:
        return self._judged(question, self.reader.read(question, hits))

    def _judged(self, question: str, evidence: list[Evidence]) -> _Read:
        chance = self.reader.calibration.confidence(evidence)
        if evidence and foreign_language(evidence[0].hit.text):
            chance *= FOREIGN
        return _Read(question, evidence, chance)

    def _read_parts(self, question: str, hits: Sequence[Hit], documents: Collection[str] | None) -> list[_Read]:
        """Read for each part of a question. What answers the first is no answer to one that stands behind it."""
        first, *others = parts(question)
        read = [self._read_part(first, question, hits, documents)]
        for part in others:
            found = self._read_part(part, question, hits, documents)
            if part.startswith(first) and found.evidence and read[0].evidence:
                found = self._judged(part, _further(found.evidence, read[0].evidence[0]))
            read.append(found)
        return read

    def _read_part(self, part: str, question: str, hits: Sequence[Hit], documents: Collection[str] | None) -> _Read:
        """Read for a part of a question in what was found for the whole and for itself; if completed, for itself."""
        if part != question and not leans(part):
            _, own = self._search(Understood(part, part), documents)
            if part.rstrip("?") not in question:
                hits = own
            elif not self.reranker:  # whose order is not that of the scores
                hits = merged(hits, own)[:TOP_K]
        return self._read(part, hits)

    def _read_leaning(self, understood: Understood, hits: Sequence[Hit]) -> _Read:
        """Read for a question with the words of the talk. Only what speaks of the thing that it changed can answer."""
        evidence = self.reader.read(understood.query, hits)
        about = speaking_of(evidence, understood.changed)
        if not about:
            return _Read(understood.query, evidence, 0.0)
        others = [one for one in evidence if one not in about]
        # The confidence is that of a best sentence. One that is so much less likely than the best has less of it.
        chance = self.reader.calibration.confidence([*about, *others]) * math.exp(about[0].score - evidence[0].score)
        return _Read(understood.query, about, doubted(chance, about[0], understood))

    def _read_about(
        self, thing: str, kind: str | None, hits: Sequence[Hit], documents: Collection[str] | None
    ) -> _Read:
        """Return the sentences that mention a thing; where none does, what answers the thing as a question.

        Of documents that are titled as the ``kind`` that is asked, only these are looked through: what a handbook says
        is nothing that the lease says.
        """
        titled = self._titled(kind, documents) if kind else None
        if titled:
            hits = [hit for hit in hits if hit.passage.document_id in titled]
        wide = self.index.search(thing, top_k=RERANKED, documents=titled or documents)
        known = {hit.passage.id for hit in hits}
        every = [*hits, *(hit for hit in wide if hit.passage.id not in known)]
        found = mentioning(thing, every)
        if titled and not found and kind in LOOSE_KINDS:
            return self._read_about(thing, None, self.index.search(thing, top_k=TOP_K, documents=documents), documents)
        mentions = sum(1 + len(one.copies) for one in found)
        if found:
            return _Read(thing, found, 1.0, mentions, every)
        read = self._read(thing, hits or every[:TOP_K])
        return replace(read, chance=0.0) if titled else read

    def _titled(self, kind: str, documents: Collection[str] | None) -> set[str]:
        """Return the ids of the documents whose title names their kind."""
        word = set(terms(kind))
        entries = (entry for entry in self.index.listing() if documents is None or entry.id in documents)
        return {entry.id for entry in entries if word <= set(terms(entry.title))}

    def _searched(self, read: Sequence[_Read], documents: Collection[str] | None) -> Searched:
        hits = [hit for part in read for hit in (part.looked_through or [item.hit for item in part.evidence])]
        passages = {hit.passage.id: hit.passage for hit in hits}
        return Searched(
            self.index.document_count() if documents is None else len(set(documents)),
            len(passages),
            sum(len(passage.sentences) for passage in passages.values()),
        )

    def _missing(self, query: str, evidence: Sequence[Evidence] = ()) -> tuple[str, ...]:
        """Return the words of the query that stand nowhere in the documents; of "LR-400" also if only "LR" does.

        Left out are those that tell nothing ("really"), units, what is told before the question, but for its codes, and
        names and numbers that the ``evidence`` mentions.
        """
        named, around = named_terms(query), "\n".join(one.surroundings for one in evidence[:TOP_K])
        lacking, asked = unmentioned(named, around), asking(query)
        asked = " ".join([*(term for term in named if term not in asked), asked])
        told = {word for term in named if term not in lacking for word in term.split()}
        words = {
            word: _spellings(word)
            for word in dict.fromkeys(word.strip(string.punctuation + "“”‘’…") for word in asked.split())
            if word not in told and word.lower() not in UNIT_NAMES and not TELLING_NOTHING.issuperset(terms(word))
        }
        wanted = {term for spellings in words.values() for found in spellings for term in found}
        known = {term for term, count in self.index.term_frequencies(wanted).items() if count}
        return tuple(
            word
            for word, spellings in words.items()
            if not any(map(known.issuperset, spellings))
            and (any(map(str.isdigit, word)) or known.isdisjoint(spellings[0]))
        )


def _further(evidence: Sequence[Evidence], said: Evidence) -> list[Evidence]:
    """Return evidence with what is said already last."""

    def is_said(one: Evidence) -> bool:
        place = (one.hit.passage.document_id, one.sentence) == (said.hit.passage.document_id, said.sentence)
        return place and one.answer is not None and said.answer is not None and one.answer.overlaps(said.answer)

    return sorted(evidence, key=is_said)


def _spellings(word: str) -> list[list[str]]:
    """Return the terms of a word as it is typed, joined, and in two: "e-mail", "email", "E05", "E-05"."""
    pieces = [re.sub(r"[-–/]", "", word), " ".join(re.findall(r"\d+|[^\W\d]+", word))]
    if word.islower() and word.isalpha():
        pieces += [f"{word[:place]} {word[place:]}" for place in range(1, LONGEST_PREFIX + 1)]
    return [terms(word), *(found for piece in pieces if (found := terms(piece)))]


def _whole(text: str) -> str:
    """Return a text without half characters, which are in no document and which nothing can read."""
    return text.encode("utf-8", "replace").decode()


def _check(documents: Collection[str], index: Index) -> None:
    """Raise unless all are ids of documents: of a mistyped one nothing could be found, which is no denial."""
    if isinstance(documents, str):
        raise TypeError(f"documents are several ids, as in documents=[{documents!r}], not a text")
    held = index.held(documents)
    for unknown in (one for one in documents if one not in held):
        index.document(unknown)  # raises


def _is_talk(history: Sequence[Answer | str]) -> bool:
    """Whether anything but small talk was said before."""
    return any(isinstance(item, str) or item.reply is None for item in history)


def _inventory(index: Index, documents: Collection[str] | None) -> str:
    """Return which documents there are, or which of them are chosen; of many the first in order of their source.

    Of several with the same title the sources are named, too.
    """
    entries = [entry for entry in index.listing() if documents is None or entry.id in documents]
    alike = Counter(entry.title for entry in entries)
    listed = [one.title if alike[one.title] == 1 else f"{one.title} ({one.source})" for one in entries[:LISTED]]
    more = f"; and {len(entries) - LISTED:,} more" if len(entries) > LISTED else ""
    are = "is 1 document" if len(entries) == 1 else f"are {len(entries):,} documents"
    chosen = " chosen" if documents is not None else ""
    return f"There {are}{chosen}{': ' if listed else ''}{'; '.join(listed)}{more}."


def _opened(writer: AnyWriter | None) -> tuple[Writer | None, Checker | None]:
    """Return what writes and what checks it; nothing of either is loaded where nothing is to be written."""
    if writer is None:
        return None, None
    from qa.check import Checker
    from qa.write import open_writer

    return open_writer(writer), Checker()


def _one_by_one(message: str, history: Sequence[Answer | str]) -> list[str]:
    """Return the questions of a message; in a talk also those joined by "and", if one of them leans."""
    asked = questions(message)
    if not _is_talk(history):
        return asked
    joined = [(one, pieces(one)) for one in asked]
    return [each for one, parted in joined for each in (parted if any(map(leans, parted)) else [one])]


def _typed(part: _Read, first: _Read) -> str:
    """Return a part of a question as it was typed, without the first one that it was read behind."""
    return part.question.removeprefix(f"{first.question} ") if part is not first else part.question


def _together(message: str, answers: Sequence[Answer]) -> Answer:
    """Return one answer to a message that asks several questions. A sentence cited for two of them has one number."""
    cited: dict[tuple[str, int], Citation] = {}
    parts = []
    for answer in answers:
        own = []
        for one in answer.citations:  # each question marks its own short answer in it
            shown = cited.setdefault((one.document_id, one.start), one.numbered(len(cited) + 1))
            own.append(one.numbered(shown.number))
        conflicts = tuple(tuple(own[number - 1].number for number in numbers) for numbers in answer.conflicts)
        parts.append(replace(answer, citations=tuple(own), conflicts=conflicts))
    given = [part for part in parts if not part.abstained]
    estimated = [part for part in given if not part.mentions] or given
    first = estimated[0] if given else max(parts, key=lambda part: part.confidence)
    return replace(
        first,
        question=message,
        query=" ".join(part.query for part in parts),
        citations=tuple(cited.values()),
        conflicts=tuple(dict.fromkeys(numbers for part in parts for numbers in part.conflicts)),
        unanswered=tuple(asked for part in parts for asked in _unanswered(part)) if given else (),
        mentions=sum(part.mentions for part in given) if all(part.mentions for part in given) else 0,
        hits=tuple(hit for part in parts for hit in part.hits),
        parts=tuple(parts),
        seconds={stage: sum(part.seconds[stage] for part in parts) for stage in first.seconds},
    )


def _conflicts(
    answered: Sequence[_Read], differ: Sequence[Sequence[Evidence]], chosen: Sequence[Sequence[Evidence]]
) -> tuple[tuple[int, ...], ...]:
    """Return the numbers of the citations that differ, for each part of a question for which some do."""
    pairs = zip(answered, differ, strict=True)
    numbers = [numbers_of([part.evidence[0], *others], chosen) for part, others in pairs if others]
    return tuple(several for several in numbers if len(several) > 1)


def _unanswered(part: Answer) -> tuple[str, ...]:
    return (part.question,) if part.abstained else part.unanswered


def _unmentioned_names(question: str, read: _Read) -> list[str]:
    """Return the names and numbers of a question that the sentence cited first and those around it do not mention."""
    return unmentioned(named_terms(question), read.evidence[0].surroundings)


@dataclass(frozen=True, slots=True)
class _Read:
    """One part of the question, the sentences read for it, and the chance that the first answers it.

    ``mentions`` is as in `Answer`; then ``looked_through`` are all hits that were, with evidence or without.
    """

    question: str
    evidence: list[Evidence]
    chance: float
    mentions: int = 0
    looked_through: Sequence[Hit] = ()


class _Clock:
    """Wall seconds of each stage, by name, and in all."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self.seconds["total"] = now - self._start
        self._last = now
