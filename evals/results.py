"""What a run found: one row per question first, and every number of the summary computed from those rows."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from evals import metrics
from evals.metrics import Estimate
from evals.suite import Question

RESULTS = Path(__file__).resolve().parent / "results"
"""Where reports are kept, one file per suite and revision."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as it was judged.

    ``document`` is the suite's name of the document, or the source as the system gave it if the suite has no
    such document. ``verbatim`` tells whether ``text`` is what stands at ``[start, end)`` of it.
    """

    document: str
    start: int
    end: int
    text: str
    verbatim: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question, what it got, and what it should have got. Everything else follows from these."""

    question: Question
    citations: tuple[Cited, ...]
    short: str | None
    reason: str
    confidence: float
    seconds: float

    @property
    def refused(self) -> bool:
        """Whether nothing was cited."""
        return not self.citations

    @property
    def supported(self) -> int:
        """How many citations match gold."""
        return sum(metrics.supports(citation, self.question.evidence) for citation in self.citations)

    @property
    def found(self) -> int:
        """How many needed facts are cited."""
        return metrics.facts_found(self.citations, self.question.evidence)

    @property
    def values(self) -> dict[str, float | None]:
        """Each per-question measure by name; None where it says nothing about this question."""
        return {name: measure(self) for name, measure in MEASURES.items()}

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the answer, in words; empty if nothing is."""
        return tuple(_faults(self))


MEASURES: Mapping[str, Callable[[Row], float | None]] = MappingProxyType(
    {
        "citation_precision": lambda row: metrics.citation_precision(row.citations, row.question.evidence),
        "citation_recall": lambda row: metrics.citation_recall(row.citations, row.question.evidence),
        "citation_f1": lambda row: metrics.citation_f1(row.citations, row.question.evidence),
        "right_sentence_at_1": lambda row: metrics.right_sentence_at_1(row.citations, row.question.evidence),
        "completeness": lambda row: metrics.completeness(row.citations, row.question.evidence),
        "short_answer_contained": lambda row: metrics.short_answer_contained(
            [citation.text for citation in row.citations], row.question.answers
        ),
        "exact_match": lambda row: metrics.exact_match(row.short, row.question.answers),
        "token_f1": lambda row: metrics.token_f1(row.short, row.question.answers),
        "right_refusals": lambda row: metrics.right_refusal(row.refused, row.question.answerable),
        "wrong_refusals": lambda row: metrics.wrong_refusal(row.refused, row.question.answerable),
        "wrong_answers": lambda row: metrics.wrong_answer(row.refused, row.question.answerable),
    }
)
"""The measures of one question, whose mean over the questions is reported. All are in 0..1."""

LOWER_IS_BETTER = frozenset({"wrong_refusals", "wrong_answers", "seconds_p50", "seconds_p95"})
"""The measures of a report that should be small; every other one should be large."""


def _faults(row: Row) -> list[str]:
    facts, cited = len(row.question.evidence), len(row.citations)
    if row.refused:
        return ["refused, but the documents say"] if row.question.answerable else []
    faults = []
    altered = sum(not citation.verbatim for citation in row.citations)
    if altered:
        faults.append(f"{altered} of {cited} citations not verbatim")
    if not row.question.answerable:
        return [*faults, "answered, but the documents do not say"]
    if metrics.right_sentence_at_1(row.citations, row.question.evidence) == 0:
        faults.append("the first citation is not the right sentence")
    if row.found < facts:
        faults.append(f"{facts - row.found} of {facts} needed facts not cited")
    if row.supported < cited:
        faults.append(f"{cited - row.supported} of {cited} citations not needed")
    return faults


@dataclass(frozen=True)
class Report:
    """The rows of one run and where they come from.

    ``suite_sha256`` is that of the suite's questions. ``revision`` is the git revision that was judged, with
    "-dirty" for changes that are not committed, or "unknown". ``versions`` holds Python's and the packages'.
    ``seed`` is the bootstrap's: the same rows and seed give the same intervals.
    """

    rows: tuple[Row, ...]
    suite: str
    suite_sha256: str
    system: str
    revision: str
    versions: Mapping[str, str]
    seed: int = 0

    @cached_property
    def metrics(self) -> Mapping[str, Estimate]:
        """Every measure over the whole suite by name, with its interval.

        The means of `MEASURES` over the questions; ``..._micro`` over all citations or all facts;
        ``verbatim_rate`` over all citations; ``auroc`` of confidence as answerability; ``seconds_p50`` and
        ``seconds_p95``.
        """
        return MappingProxyType(self._rates() | self._means() | self._abilities())

    @property
    def wrong(self) -> tuple[Row, ...]:
        """The rows with a fault."""
        return tuple(row for row in self.rows if row.faults)

    def _means(self) -> dict[str, Estimate]:
        columns = [row.values for row in self.rows]
        defined = {name: [values[name] for values in columns] for name in MEASURES}
        return {
            name: metrics.mean_estimate([value for value in column if value is not None], seed=self.seed)
            for name, column in defined.items()
        }

    def _rates(self) -> dict[str, Estimate]:
        counts = {
            "verbatim_rate": [
                (sum(cited.verbatim for cited in row.citations), len(row.citations)) for row in self.rows
            ],
            "citation_precision_micro": [(row.supported, len(row.citations)) for row in self.rows],
            "citation_recall_micro": [(row.found, len(row.question.evidence)) for row in self.rows],
        }
        return {name: metrics.ratio_estimate(pairs, seed=self.seed) for name, pairs in counts.items()}

    def _abilities(self) -> dict[str, Estimate]:
        answerable = [row.confidence for row in self.rows if row.question.answerable]
        unanswerable = [row.confidence for row in self.rows if not row.question.answerable]
        seconds = [row.seconds for row in self.rows]
        return {
            "auroc": metrics.auroc_estimate(answerable, unanswerable, seed=self.seed),
            "seconds_p50": metrics.percentile_estimate(seconds, 50, seed=self.seed),
            "seconds_p95": metrics.percentile_estimate(seconds, 95, seed=self.seed),
        }

    def to_json(self) -> str:
        """Return the report as JSON: where it comes from, the measures, then every row with its values."""
        origin = {
            field.name: getattr(self, field.name) for field in fields(self) if field.name not in ("rows", "versions")
        }
        report = {
            **origin,
            "versions": dict(self.versions),
            "questions": len(self.rows),
            "metrics": {name: asdict(estimate) for name, estimate in self.metrics.items()},
            "rows": [{**asdict(row), "values": row.values, "faults": row.faults} for row in self.rows],
        }
        return json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False)

    def save(self, folder: str | Path = RESULTS) -> Path:
        """Write ``<suite>-<revision>.json`` into a folder, whole or not at all, and return its path."""
        path = Path(folder) / f"{self.suite}-{self.revision}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(self.to_json() + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        path.chmod(0o644)  # a temporary file is for its owner only
        return path
