"""``verbatim check``: which sentences of a text are supported by what they cite in one's own documents, and why not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from rich.text import Text

from evals.align import Aligner, Alignment
from index import EmptyStoreError, Index, Span, UnknownDocumentError
from qa.address import Address, AddressError, Place, find
from qa.check import Checker, Verdict
from qa.check.figures import unstated_figures
from qa.check.polarity import contradictions
from qa.display import printable
from qa.read import Reader, open_reader
from qa.types import RECOGNISED
from ui.terminal.naming import called, short, unknown
from ui.terminal.printing import console
from ui.terminal.written import MAX_TEXT_BYTES, Reference, Sentence, Written, WrittenError, read_written

SUPPORTED: Final = 0
UNSUPPORTED: Final = 4
"""The exit status of a text of which a sentence does not hold."""

SCHEMA: Final = "verbatim-check/1"

SEARCHED = 8
"""Passages that are read to find what supports a sentence that cites nothing, or only a whole document."""

TRIED = 3
"""Sentences found that are tried, the best alone and the best together."""

CANDIDATES = 20
"""Documents in which a quotation without a source is looked for: those that a search for it finds."""

Status = Literal["holds", "fails", "found", "denied", "nothing"]
"""Of a sentence: what it cites supports it or not; it cites nothing, and there is support, the opposite, or nothing."""

COPIED = 1.0
"""The support of a sentence that is copied: another revision may say otherwise, but it does stand there."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A mark of a sentence, the place that it leads to, if there is one, and what is wrong with it, if anything."""

    mark: str
    place: Place | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about a sentence; ``cited`` are its marks, or for one without any what supports it."""

    sentence: Sentence
    status: Status
    verdict: Verdict
    cited: tuple[Cited, ...]

    @property
    def is_good(self) -> bool:
        """Whether something in the documents supports it."""
        return self.status in ("holds", "found")


def check(index: Index, file: Path, *, as_json: bool = False, only_cited: bool = False) -> int:
    """Check a text, or what is piped in (``-``), print what was found, and return the exit status.

    Raises `WrittenError` for what is no text, `EmptyStoreError` where there is nothing to check it against.
    """
    written = read_written(_bytes_of(file), "what was piped in" if str(file) == "-" else str(file))
    if not index.document_count():
        raise EmptyStoreError(f"the store {index.path} holds no documents yet; add some with `verbatim index add PATH`")
    examiner = Examiner(index)
    found: list[Finding] = []
    for text in written:
        for finding in examiner.findings(text, only_cited=only_cited):
            found.append(finding)
            if not as_json:
                console.print(_shown(finding))
    if as_json:
        sys.stdout.buffer.write(json.dumps(to_dict(found), ensure_ascii=False, indent=2).encode() + b"\n")
    else:
        console.print(_summary(found))
    return SUPPORTED if all(one.is_good for one in found) else UNSUPPORTED


def _bytes_of(file: Path) -> bytes:
    """Return the bytes of a file, or of what is piped in; of a very long one enough to see that it is too long."""
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MAX_TEXT_BYTES + 1)
        with file.open("rb") as stream:
            return stream.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise WrittenError(f"{file} cannot be read ({error.strerror}); name a text to check") from error


# ---- examining ---------------------------------------------------------------------------------------------------


class Examiner:
    """Checks the sentences of texts against the documents of an index; the models are loaded at the first need."""

    def __init__(self, index: Index, checker: Checker | None = None, reader: Reader | None = None) -> None:
        self._index = index
        self._checker = checker or Checker()
        self._reader = reader
        self._places: dict[Reference, Cited] = {}
        self._aligner = lru_cache(maxsize=1)(self._aligner_of)  # quotations of one source mostly follow one another

    def findings(self, written: Written, *, only_cited: bool = False) -> Iterator[Finding]:
        """Yield what is found about each sentence, in order; with ``only_cited`` of those that cite something."""
        for sentence in written.sentences:
            if sentence.marks:
                yield self._cited(sentence, written.references)
            elif not only_cited:
                yield self._uncited(sentence)

    def _cited(self, sentence: Sentence, references: Mapping[str, Reference]) -> Finding:
        cited: list[Cited] = []
        for mark in sentence.marks:
            reference = references.get(mark) or (Reference(mark, address=mark) if ":" in mark else None)
            if reference is None:
                cited.append(Cited(mark, trouble=f"[{mark}] is not in the list of references"))
            elif reference.address or reference.quote:
                cited.append(self._place(mark, reference))
            else:
                cited += self._within(mark, reference, sentence)
        verdict = self._verdict(sentence.claim, [one.place for one in cited if one.place])
        troubles = tuple(one.trouble for one in cited if one.trouble)
        if troubles:
            verdict = Verdict(holds=False, support=verdict.support, reasons=troubles + verdict.reasons)
        return Finding(sentence, "holds" if verdict.holds else "fails", verdict, tuple(cited))

    def _uncited(self, sentence: Sentence) -> Finding:
        """Look for what supports a sentence that cites nothing."""
        searched = self._searched(sentence.claim, None)
        verdict, places = self._best(sentence.claim, searched)
        for place in searched if verdict.support < COPIED else ():
            if verdict.holds and any(unstated_figures(sentence.claim, place.text, "")):
                continue  # it is of another day, or another sum
            if reasons := tuple(contradictions(sentence.claim, place.text)):
                denial = Verdict(holds=False, support=verdict.support, reasons=reasons)
                return Finding(sentence, "denied", denial, (Cited("", place),))
        status: Status = "found" if verdict.holds else "nothing"
        return Finding(sentence, status, verdict, tuple(Cited("", place) for place in places if verdict.holds))

    def _verdict(self, claim: str, places: list[Place]) -> Verdict:
        if not places:
            return Verdict(holds=False, support=0.0)
        context = [text for place in places for text in (place.document.title, place.before, place.after) if text]
        return self._checker.check(claim, [place.text for place in places], context=context)

    def _best(self, claim: str, places: list[Place]) -> tuple[Verdict, list[Place]]:
        """Return the best verdict over what was found: each place alone, then the first ones of a document together.

        Sentences of two documents are not joined: each may give half of what neither of two yearly reports says.
        """
        tries = [[place] for place in places]
        for document in dict.fromkeys(place.document.id for place in places):
            same = [place for place in places if place.document.id == document]
            tries += [same[:count] for count in range(2, len(same) + 1)]
        best: tuple[Verdict, list[Place]] = (Verdict(holds=False, support=0.0), [])
        for some in tries:
            verdict = self._verdict(claim, some)
            if verdict.holds:
                return verdict, some
            if not best[1] or verdict.support > best[0].support:
                best = (verdict, some)
        return best

    # ---- from marks to places ----

    def _place(self, mark: str, reference: Reference) -> Cited:
        if reference not in self._places:
            self._places[reference] = self._addressed(reference) if reference.address else self._quoted(reference)
        found = self._places[reference]
        return Cited(mark, found.place, found.trouble and f"[{mark}] {found.trouble}")

    def _addressed(self, reference: Reference) -> Cited:
        try:
            place = find(reference.address or "", self._index)
        except (AddressError, UnknownDocumentError) as error:
            return Cited("", trouble=f"leads nowhere: {error}")
        if reference.text is not None and reference.text != place.text:
            return Cited("", place, f"is not what stands there: “{short(place.text)}”")
        return Cited("", place)

    def _quoted(self, reference: Reference) -> Cited:
        """Find a quotation, in the source named with it, or else where a search for it leads."""
        quote = reference.quote or ""
        documents = self._documents(reference.source) if reference.source else []
        if reference.source and not documents:
            return Cited("", trouble=self._unknown(reference.source))
        if not documents:
            hits = self._index.search(quote, top_k=CANDIDATES)
            documents = list(dict.fromkeys(hit.passage.document_id for hit in hits))
        found = self._aligner(tuple(documents)).align(quote)
        if not found:
            where = f"not in {short(reference.source)}" if reference.source else "in none of your documents"
            return Cited("", trouble=f"quotes what is {where}: “{short(quote)}”")
        place = self._at(found[0])
        if found[0].fidelity == "altered":
            there, here = found[0].differences[0] if found[0].differences else ("", "")
            said = f"“{there}” where it has “{here}”" if there or here else f"“{short(place.text)}”"
            return Cited("", place, f"is not word for word: the document says {said}")
        return Cited("", place)

    def _aligner_of(self, documents: tuple[str, ...]) -> Aligner:
        return Aligner({one: self._index.document(one).text for one in documents})

    def _at(self, found: Alignment) -> Place:
        """Return the sentences that a quotation lies in."""
        document = self._index.document(found.document)
        spans = [Span(found.start, found.end), *self._index.sentences(document.id, found.start, found.end)]
        whole = Span(min(span.start for span in spans), max(span.end for span in spans))
        return find(Address(document.id, document.revision, whole), self._index)

    def _within(self, mark: str, reference: Reference, sentence: Sentence) -> list[Cited]:
        """Find in a source that is named as a whole the sentences that support the claim best."""
        documents = self._documents(reference.source or "")
        if not documents:
            return [Cited(mark, trouble=f"[{mark}] {self._unknown(reference.source or reference.said)}")]
        _, places = self._best(sentence.claim, self._searched(sentence.claim, documents))
        if not places:
            return [Cited(mark, trouble=f"[{mark}] says nothing of this: “{short(reference.said)}”")]
        return [Cited(mark, place) for place in places]

    def _documents(self, source: str) -> list[str]:
        return called(source, self._index.listing())

    def _unknown(self, source: str) -> str:
        return unknown(source, self._index.listing())

    def _searched(self, claim: str, documents: list[str] | None) -> list[Place]:
        """Return the sentences that are most likely to support a claim, best first."""
        if self._reader is None:
            self._reader = open_reader(None, self._index)
        hits = self._index.search(claim, top_k=SEARCHED, documents=documents)
        best = self._reader.read(claim, hits)[:TRIED] if hits else []
        return [
            find(Address(one.hit.passage.document_id, one.hit.passage.revision, one.sentence), self._index)
            for one in best
        ]


# ---- printing: what comes from a document or the text is rid of what steers a terminal ---------------------------

_SIGNS: Mapping[Status, tuple[str, str]] = {
    "holds": ("holds", "green"),
    "fails": ("does not hold", "red"),
    "found": ("uncited, but supported", "yellow"),
    "nothing": ("uncited, and nothing in your documents supports it", "red"),
    "denied": ("uncited, and your documents say otherwise", "red"),
}

_COUNTED: Mapping[Status, str] = {
    "holds": "hold",
    "fails": "do not hold",
    "found": "uncited, but supported",
    "nothing": "uncited and unsupported",
    "denied": "uncited and contradicted",
}


def _shown(finding: Finding) -> Text:
    sign, style = _SIGNS[finding.status]
    marks = "".join(f" [{mark}]" for mark in finding.sentence.marks)
    lines = [Text(printable(f"{finding.sentence.claim}{marks}"))]
    lines.append(Text(f"  {sign}", style=style))
    lines += [Text(printable(f"    {reason}"), style=style) for reason in _reasons(finding)]
    for one in finding.cited:
        if one.place:
            place = one.place
            parts = (place.document.source, place.where, RECOGNISED if place.recognised else "")
            where = ", ".join(filter(None, parts))
            lines.append(Text(printable(f"    “{' '.join(one.place.text.split())}”"), style="dim"))
            lines.append(Text(printable(f"    {where}"), style="dim italic"))
    return Text("\n").join([*lines, Text("")])


def _reasons(finding: Finding) -> tuple[str, ...]:
    """Return why a sentence does not hold; of one that nothing supports there is no more to say."""
    return finding.verdict.reasons if finding.status in ("fails", "denied") else ()


def _summary(found: list[Finding]) -> Text:
    if not found:
        return Text("There is no sentence to check.", style="yellow")
    counts = {status: sum(one.status == status for one in found) for status in _COUNTED}
    said = ", ".join(f"{words}: {counts[status]}" for status, words in _COUNTED.items() if counts[status])
    return Text(f"Sentences: {len(found)}; {said}.", style="green" if all(one.is_good for one in found) else "bold")


def to_dict(found: list[Finding]) -> dict[str, Any]:
    """Return what was found as plain data."""
    return {
        "schema": SCHEMA,
        "holds": all(one.is_good for one in found),
        "sentences": [
            {
                "text": one.sentence.claim,
                "start": one.sentence.start,
                "end": one.sentence.end,
                "status": one.status,
                "support": round(one.verdict.support, 4),
                "reasons": list(_reasons(one)),
                "citations": [_cited_dict(cited) for cited in one.cited],
            }
            for one in found
        ],
    }


def _cited_dict(cited: Cited) -> dict[str, Any]:
    place = cited.place
    found = {
        "source": place.document.source, "title": place.document.title, "page": place.page,
        "where": place.where,        "recognised": place.recognised, "address": str(place.address), "text": place.text,
    } if place else {}  # fmt: skip
    return {"mark": cited.mark, **found, "trouble": cited.trouble or None}
