"""Citations -> prose, sentence by sentence: written by a model, checked before it is shown, within so many seconds.

The quotations come first and stay. What a model adds is shown only if the checker says that the sentences it cites
support it; the rest is struck, with the reason. Whatever goes wrong, the quotations are the answer, with a note.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from index.errors import VerbatimError
from qa.check import Checker, Verdict
from qa.types import Answer, Citation, Statement, Written
from qa.write.guard import asserted, borrows, showable, speaks_to_a_machine, unfit
from qa.write.leaving import Inside
from qa.write.parse import Draft, drafts, is_cut_off
from qa.write.prompt import Proof

MOST_SENTENCES: Final = 8
"""A model that goes on is stopped."""

MOST_READ_CHARS: Final = 100_000
"""Characters of a model's output, what it thinks aloud included, after which it is stopped."""

ONLY_REPEATED: Final = "what the cited sentence only quotes, or asks to be said, does not count"

_MOST_TOLD: Final = 300
"""Characters of what went wrong."""

_log = logging.getLogger(__name__)

_MAY_END = frozenset('.!?…。！？]})】>\n"')
"""No sentence is complete before one of these has come."""


class WriterError(VerbatimError):
    """A model cannot be asked; the message says why and what to do."""


class Writer(Protocol):
    """What writes: a language model, or anything else that turns a question and numbered evidence into text."""

    name: str
    """What people are told has written."""

    def write(self, question: str, evidence: Sequence[Proof]) -> Iterator[str]:
        """Yield what is written piece by piece: the JSON of `qa.write.prompt.form`, or prose with marks as ``[1]``."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a model is waited for, in seconds: for its ``first`` words, and ``in_all``.

    A small model on a laptop reads the prompt within some ten seconds; the first time its server loads it besides.
    """

    first: float = 60.0
    in_all: float = 150.0


def written_out(answer: Answer, writer: Writer, checker: Checker, patience: Patience | None = None) -> Iterator[Answer]:
    """Yield an answer as it is, then again and again with one more sentence written and checked.

    Each is a whole `Answer`; the citations are the same in all. The last has a ``written`` that is ``complete``, and in
    ``seconds`` how long the first checked sentence (``first_sentence``) and the whole (``write``) took. Where nothing
    is cited the model is not asked, and the answer comes once, as it is. Never raises for what a model or its server
    does. A generator that is closed stops the model.
    """
    if answer.abstained:
        yield answer
        return
    began = time.perf_counter()
    written = Written(writer.name, complete=False)
    yield replace(answer, written=written)
    given = [citation for citation in answer.citations if not _kept_back(citation)]
    note, seconds = "", dict(answer.seconds)
    if given:
        judge = _Judge(answer, given, checker)
        reading = _Reading(writer, answer.question, [_proof(citation) for citation in given], patience or Patience())
        try:
            for found in reading:
                for sentences in judge.new(found):
                    written = replace(written, sentences=sentences)
                    seconds.setdefault("first_sentence", time.perf_counter() - began)
                    yield replace(answer, written=written, seconds=dict(seconds))
                if len(found) > MOST_SENTENCES:
                    reading.note = f"{writer.name} was stopped after {MOST_SENTENCES} sentences."
                    break
        finally:
            reading.stop()
        note = reading.note
    seconds["write"] = time.perf_counter() - began
    yield replace(
        answer,
        written=replace(written, note=_note(written, note, answer.citations, given), complete=True),
        seconds=seconds,
    )


def _kept_back(citation: Citation) -> bool:
    """Whether a sentence, or the one that it leans on, is not for a model to read."""
    return speaks_to_a_machine(citation.text) or bool(citation.context and speaks_to_a_machine(citation.context.text))


def _proof(citation: Citation) -> Proof:
    return Proof(citation.number, citation.text, citation.context.text if citation.context else "")


def _note(written: Written, trouble: str, cited: Sequence[Citation], given: Sequence[Citation]) -> str:
    """Say why nothing was written, or not all."""
    notes = [trouble] if trouble else []
    if len(given) < len(cited):
        notes.append(
            "What is quoted speaks to the machine that reads it, so "
            + ("no model was given it." if not given else f"{written.model} was not given all of it.")
        )
    if given and not written.sentences and not trouble:
        notes.append(f"{written.model} wrote no sentence.")
    if not written.text:
        struck = len(written.sentences)
        if struck:
            notes.append("The sentence written does not hold." if struck == 1 else "No sentence written holds.")
        notes.append("The quotations are the answer.")
    return " ".join(notes)


class _Judge:
    """Checks drafts as they come, each once."""

    def __init__(self, answer: Answer, given: Sequence[Citation], checker: Checker) -> None:
        self._numbers = {citation.number for citation in answer.citations}
        self._given = {citation.number: citation for citation in given}
        self._checker = checker
        self._judged: dict[Draft, Statement] = {}
        self._seen: list[Draft] = []

    def new(self, found: Sequence[Draft]) -> Iterator[tuple[Statement, ...]]:
        """Yield all sentences so far, once for each that is new. A model that repeats itself is not repeated."""
        found = list(dict.fromkeys(found))[:MOST_SENTENCES]
        if found[: len(self._seen)] != self._seen:
            self._seen = []  # it was thinking aloud, as turned out
            if not found:
                yield ()
        for count in range(len(self._seen) + 1, len(found) + 1):
            self._seen = found[:count]
            yield tuple(map(self._statement, self._seen))

    def _statement(self, draft: Draft) -> Statement:
        if draft not in self._judged:
            self._judged[draft] = self._judge(draft)
        return self._judged[draft]

    def _judge(self, draft: Draft) -> Statement:
        numbers = tuple(number for number in draft.numbers if number in self._numbers)
        cited = [self._given[number] for number in numbers if number in self._given]
        evidence = [citation.text for citation in cited]
        reasons = (*self._misnamed(draft), *unfit(draft.text, [asserted(text, draft.text) for text in evidence]))
        if reasons:
            return Statement(showable(draft.text), numbers, False, reasons)
        context = [words for one in cited for words in (one.context.text if one.context else "", one.title) if words]
        try:
            verdict = self._verdict(draft.text, evidence, context)
        except Exception:
            _log.exception("a written sentence could not be checked")
            return Statement(showable(draft.text), numbers, False, ("it could not be checked",))
        text = draft.text if verdict.holds else showable(draft.text)
        return Statement(text, numbers, verdict.holds, verdict.reasons, verdict.support)

    def _verdict(self, claim: str, evidence: Sequence[str], context: Sequence[str]) -> Verdict:
        """Judge a claim by what its evidence says itself, not by what it repeats or asks to be said."""
        own = [asserted(text, claim) for text in evidence]
        verdict = self._checker.check(claim, own, context=context)
        if own == list(evidence) or (verdict.holds and not borrows(claim, evidence, own)):
            return verdict
        return replace(verdict, holds=False, reasons=(*verdict.reasons, ONLY_REPEATED))

    def _misnamed(self, draft: Draft) -> Iterator[str]:
        """Yield what is wrong with the numbers that a sentence names."""
        if not draft.numbers:
            yield "it names no citation"
        for number in draft.numbers:
            if number not in self._numbers:
                yield f"there is no citation {number}"
            elif number not in self._given:
                yield f"citation {number} was not given to the model"


_inside = Inside(0.3)
"""A writer's library may be in C++ or Rust; one that waits for a server is not, and need not be waited for."""


class _Reading:
    """What a writer writes, as drafts so far, read in a thread of its own so that nobody waits for longer than said."""

    def __init__(self, writer: Writer, question: str, evidence: Sequence[Proof], patience: Patience) -> None:
        self._writer = writer
        self._patience = patience
        self._pieces: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self.note = ""
        threading.Thread(target=self._read, args=(question, evidence), name="verbatim-writer", daemon=True).start()

    def stop(self) -> None:
        """Read no more: the writer's generator is closed as soon as it gives the next piece."""
        self._stopped.set()

    def _read(self, question: str, evidence: Sequence[Proof]) -> None:
        end: Exception | None = None
        try:
            with _inside:
                pieces = self._writer.write(question, evidence)
                try:
                    for piece in pieces:
                        if self._stopped.is_set() or _inside.leaving:
                            break
                        self._pieces.put(piece)
                finally:
                    if close := getattr(pieces, "close", None):
                        close()
        except Exception as error:
            end = error
        self._pieces.put(end)

    def __iter__(self) -> Iterator[list[Draft]]:
        """Yield the complete sentences so far whenever there may be one more; leaves in ``note`` what went wrong."""
        text, name = "", self._writer.name
        began = time.monotonic()
        while True:
            waits = self._patience.in_all if text else min(self._patience.first, self._patience.in_all)
            try:
                pieces = self._next(began + waits)
            except queue.Empty:
                self.note = (
                    f"{name} was stopped after {waits:.0f} s." if text else f"{name} wrote nothing for {waits:.0f} s."
                )
                return
            new = "".join(piece for piece in pieces if isinstance(piece, str))
            text += new
            if len(text) > MOST_READ_CHARS:
                self.note = f"{name} was stopped after {MOST_READ_CHARS:,} characters."
                return
            if not isinstance(end := pieces[-1], str):
                break
            if not _MAY_END.isdisjoint(new):
                yield drafts(text)
        if isinstance(end, Exception):
            self.note = f"{name} {'broke off' if text else 'could not write'}: {_said(end)}."
            _log.info("a writer failed", exc_info=end)
        elif is_cut_off(text):
            self.note = f"{name} broke off."
        yield drafts(text, complete=not self.note)

    def _next(self, until: float) -> list[str | Exception | None]:
        """Return the pieces that have come, at least one; the last may be the end. Raises `queue.Empty` at a moment."""
        if time.monotonic() > until:
            raise queue.Empty
        pieces = [self._pieces.get(timeout=max(0.0, until - time.monotonic()))]
        while isinstance(pieces[-1], str):
            try:
                pieces.append(self._pieces.get_nowait())
            except queue.Empty:
                break
        return pieces


def _said(error: Exception) -> str:
    """Return what went wrong in one line, which may hold what a server said."""
    if isinstance(error, WriterError):
        words = " ".join(f"{error}".split())
    else:
        words = f"{type(error).__name__}: {' '.join(showable(f'{error}').split())}".rstrip(": ")
    return words.rstrip(".") if len(words) <= _MOST_TOLD else words[: _MOST_TOLD - 1] + "…"
