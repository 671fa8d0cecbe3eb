"""What a run found: one row per question first, and every number of the summary computed from those rows."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from evals import metrics
from evals.metrics import Estimate, Statistic
from evals.rows import SuiteError
from evals.suite import Question
from index import disk

Fidelity = Literal["verbatim", "misplaced", "reformatted", "altered", "absent"]
"""How the words that were shown agree with the document.

- verbatim: they are exactly the characters at the place that was given (or found, if none was given);
- misplaced: they stand in the document, but not where the citation says, or only in another document than it names;
- reformatted: the same words, but white space, quotation marks, case or markup differ;
- altered: most of the words stand there, others differ: a number, a name, a not;
- absent: the document holds nothing of the kind, or there is no such document.
"""

FAITHFUL: frozenset[Fidelity] = frozenset({"verbatim", "misplaced", "reformatted"})
"""The kinds that show the document's own words. Only those can support an answer."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as it was judged.

    ``document`` is the suite's name of the document, or the source as the system gave it if the suite has no
    such document. ``[start, end)`` is where its words stand, ``[0, 0)`` if they do not stand there. ``offset_error`` is
    how many characters the given start is off, None where that says nothing. ``differences`` pairs what an altered
    citation's document says with what the citation says.
    """

    document: str
    start: int
    end: int
    text: str
    fidelity: Fidelity
    offset_error: int | None = None
    differences: tuple[tuple[str, str], ...] = ()

    @property
    def verbatim(self) -> bool:
        """Whether ``text`` is what stands at ``[start, end)`` of the document."""
        return self.fidelity == "verbatim"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a document: whether it is gold, and the numbers of the citations that hold it (from 1)."""

    text: str
    gold: bool = False
    cited: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a document around its gold and cited sentences, cut so that each piece is marked or not.

    ``cut`` tells whether the document goes on before it and after it.
    """

    document: str
    segments: tuple[Segment, ...]
    cut: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class Row:
    """One question, what it got, and what it should have got. Everything else follows from these.

    ``refused`` tells whether it declined to answer, ``unsure`` whether it left open, then, that the documents answer.
    ``text`` is what was shown, ``nearest`` what a refusal would have cited. ``confidence`` is None if the system gives
    none. ``seconds`` is wall time, ``cpu_seconds`` the processor time of this process; None for answers that were
    given elsewhere. ``excerpts`` are for people to look at.
    """

    question: Question
    citations: tuple[Cited, ...]
    refused: bool
    text: str = ""
    short: str | None = None
    nearest: Cited | None = None
    confidence: float | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    excerpts: tuple[Excerpt, ...] = ()
    unsure: bool = False

    @property
    def stated(self) -> tuple[frozenset[int], ...]:
        """For each citation the needed facts that it states. Words that are not the document's state none."""
        return tuple(self._stated(citation) for citation in self.citations)

    def _stated(self, citation: Cited) -> frozenset[int]:
        if citation.fidelity not in FAITHFUL:
            return frozenset()
        return metrics.stated_facts(citation, self.question.evidence, self.question.answers)

    @property
    def distinct(self) -> tuple[frozenset[int], ...]:
        """As `stated`, of each place once: citing the same again and again is no better for it.

        What has no place in the document that it names is told apart by its words.
        """
        places = {
            (
                cited.document,
                cited.start,
                cited.end,
                "" if cited.fidelity in FAITHFUL and cited.end > cited.start else cited.text,
            ): facts
            for cited, facts in zip(self.citations, self.stated, strict=True)
        }
        return tuple(places.values())

    @property
    def faithful(self) -> tuple[Cited, ...]:
        """The citations that show the document's own words."""
        return tuple(citation for citation in self.citations if citation.fidelity in FAITHFUL)

    @property
    def facts(self) -> int:
        """How many facts the answer needs."""
        return len(self.question.evidence)

    @property
    def right(self) -> bool:
        """Whether the first citation states a needed fact, or what a refusal would have cited does."""
        first = self.citations[0] if self.citations else self.nearest
        return first is not None and bool(self._stated(first))

    @property
    def values(self) -> dict[str, float | None]:
        """Each measure of a single question by name; None where it says nothing about this one."""
        return {
            measure.name: None if (columns := measure.columns(self)) is None else columns[0]
            for measure in MEASURES
            if measure.of_one_question
        }

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the answer, in words; empty if nothing is."""
        return tuple(_faults(self))


# ---- the measures --------------------------------------------------------------------------------

Columns = tuple[float, ...] | None


@dataclass(frozen=True)
class Measure:
    """One measure: what it takes from a row, and what it makes of all rows.

    ``columns`` gives the numbers of a row, None if the measure says nothing about it. ``statistic`` makes one number
    of the columns of all rows. Where ``every`` is true, the measure is taken only if every row has its columns: a
    ranking by confidence in which some are missing would be about other questions. With ``given``, it is taken only if
    some row passes: a system that answers and never gives a short answer is not measured by them.
    """

    name: str
    group: str
    columns: Callable[[Row], Columns]
    statistic: Statistic = metrics.mean
    lower_is_better: bool = False
    every: bool = False
    given: Callable[[Row], bool] | None = None

    @property
    def is_share(self) -> bool:
        """Whether it lies between 0 and 1."""
        return self.group != "cost" and self.name != "offset_error"

    @property
    def of_one_question(self) -> bool:
        """Whether it is a mean of values that each belong to one question."""
        return self.statistic is metrics.mean

    def rows(self, rows: Sequence[Row]) -> list[tuple[float, ...]]:
        """Return the columns of the rows that have them; none if ``every`` row must have them and one has not."""
        if self.given is not None and not any(map(self.given, rows)):
            return []
        columns = [self.columns(row) for row in rows]
        defined = [one for one in columns if one is not None]
        return [] if self.every and len(defined) < len(rows) else defined


def _value(
    name: str,
    group: str,
    value: Callable[[Row], float | None],
    statistic: Statistic = metrics.mean,
    *,
    lower: bool = False,
    given: Callable[[Row], bool] | None = None,
) -> Measure:
    """Return a measure that takes one number from a row."""

    def columns(row: Row) -> Columns:
        measured = value(row)
        return None if measured is None else (measured,)

    return Measure(name, group, columns, statistic, lower_is_better=lower, given=given)


def _sound(row: Row) -> Columns:
    return (sum(citation.verbatim for citation in row.citations), len(row.citations)) if row.citations else None


def _untrue(row: Row) -> Columns:
    untrue = sum(citation.fidelity not in FAITHFUL for citation in row.citations)
    return (untrue, len(row.citations)) if row.citations else None


def _offset_errors(row: Row) -> Columns:
    errors = [citation.offset_error for citation in row.citations if citation.offset_error is not None]
    return (sum(errors), len(errors)) if errors else None


def _answerability(row: Row) -> Columns:
    return None if row.confidence is None else (row.confidence, float(row.question.answerable))


def _rightness(row: Row) -> Columns:
    return None if row.confidence is None else (row.confidence, float(row.right))


def _probability(row: Row) -> Columns:
    return _rightness(row) if row.confidence is not None and 0 <= row.confidence <= 1 else None


def _has_short(row: Row) -> bool:
    return row.short is not None


def _squad2(measure: Callable[..., float | None]) -> Callable[[Row], float | None]:
    def value(row: Row) -> float | None:
        question = row.question
        return measure(row.short, question.answers, answerable=question.answerable, refused=row.refused)

    return value


MEASURES: tuple[Measure, ...] = (
    Measure("verbatim_rate", "words", _sound, metrics.share),
    Measure("altered_rate", "words", _untrue, metrics.share, lower_is_better=True),
    Measure("offset_error", "words", _offset_errors, metrics.ratio, lower_is_better=True),
    _value("right_sentence_at_1", "citations", lambda row: metrics.right_sentence_at_1(row.stated, row.facts)),
    _value("right_if_answered", "citations", lambda row: float(row.right) if row.question.answerable else None),
    _value("citation_precision", "citations", lambda row: metrics.citation_precision(row.distinct)),
    _value("citation_recall", "citations", lambda row: metrics.citation_recall(row.stated, row.facts)),
    _value("citation_f1", "citations", lambda row: metrics.citation_f1(row.distinct, row.facts, refused=row.refused)),
    Measure("focus", "citations", lambda row: metrics.focus(row.faithful, row.question.evidence), metrics.share),
    _value("alce_precision", "citations", lambda row: metrics.alce_precision(row.distinct, row.facts)),
    _value("completeness", "citations", lambda row: metrics.completeness(row.stated, row.facts)),
    _value(
        "answer_in_citation",
        "short answers",
        lambda row: metrics.answer_in_citation([citation.text for citation in row.faithful], row.question.answers),
    ),
    _value(
        "exact_match",
        "short answers",
        lambda row: metrics.exact_match(row.short, row.question.answers),
        given=_has_short,
    ),
    _value(
        "token_f1", "short answers", lambda row: metrics.token_f1(row.short, row.question.answers), given=_has_short
    ),
    _value("squad2_exact", "short answers", _squad2(metrics.squad2_exact), given=_has_short),
    _value("squad2_f1", "short answers", _squad2(metrics.squad2_f1), given=_has_short),
    _value("right_refusals", "refusals", lambda row: metrics.right_refusal(row.refused, row.question.answerable)),
    _value(
        "wrong_refusals",
        "refusals",
        lambda row: metrics.wrong_refusal(row.refused, row.question.answerable),
        lower=True,
    ),
    _value(
        "wrong_denials",
        "refusals",
        lambda row: metrics.wrong_denial(row.refused, row.unsure, row.question.answerable),
        lower=True,
    ),
    _value(
        "wrong_answers", "refusals", lambda row: metrics.wrong_answer(row.refused, row.question.answerable), lower=True
    ),
    Measure("auroc", "confidence", _answerability, metrics.auroc, every=True),
    Measure("coverage_at_95", "confidence", _rightness, metrics.coverage_at_precision, every=True),
    Measure("aurc", "confidence", _rightness, metrics.aurc, lower_is_better=True, every=True),
    Measure("brier", "confidence", _probability, metrics.brier, lower_is_better=True, every=True),
    Measure(
        "calibration_error", "confidence", _probability, metrics.calibration_error, lower_is_better=True, every=True
    ),
    _value("seconds_p50", "cost", lambda row: row.seconds, metrics.percentile(50), lower=True),
    _value("seconds_p95", "cost", lambda row: row.seconds, metrics.percentile(95), lower=True),
    _value("cpu_seconds", "cost", lambda row: row.cpu_seconds, lower=True),
)
"""Every measure of a report. All are in 0..1 but the offset error (characters) and the costs (seconds a question)."""

BY_NAME: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in MEASURES})


MOST_CITED = 5
"""So many times the gold sentences' characters can be cited before it is a fault. By judgement: who cites three
sentences of usual length for one stays below, who cites a page does not."""


def _longest_gold(question: Question) -> int:
    """Return how many characters the needed sentences have, of alternatives the longest."""
    return sum(max(len(sentence.text) for sentence in fact) for fact in question.evidence)


def _faults(row: Row) -> list[str]:
    if row.refused:
        kind = "refused, not sure" if row.unsure else "refused"
        return [f"{kind}, but the documents say"] if row.question.answerable else []
    cited, stated = len(row.citations), row.stated
    faults = []
    for fidelity in ("misplaced", "altered", "absent"):
        if count := sum(citation.fidelity == fidelity for citation in row.citations):
            faults.append(f"{count} of {cited} citations {fidelity}")
    if not row.question.answerable:
        return [*faults, "answered, but the documents do not say"]
    if not stated:
        return ["answered without a citation"]
    if not stated[0]:
        faults.append("the first citation is not the right sentence")
    if row.short is not None and metrics.token_f1(row.short, row.question.answers) == 0:
        faults.append("the short answer is wrong")
    if missing := row.facts - len(frozenset().union(*stated)):
        faults.append(f"{missing} of {row.facts} needed facts not cited")
    cited_chars, gold_chars = sum(len(one.text) for one in set(row.citations)), _longest_gold(row.question)
    if cited_chars > MOST_CITED * gold_chars:
        sentences = "a sentence" if row.facts == 1 else f"{row.facts} sentences"
        faults.append(f"cites {cited_chars} characters for {sentences} of {gold_chars}")
    if idle := sum(not facts for facts in stated):
        faults.append(f"{idle} of {cited} citations not needed")
    return faults


# ---- the report ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Report:
    """The rows of one run and where they come from.

    ``suite_sha256`` is that of the suite's questions. ``revision`` is the git revision that was judged, with
    "-dirty" for changes that are not committed, or "unknown". ``versions`` holds Python's and the packages'.
    ``seed`` is the bootstrap's: the same rows and seed give the same intervals. ``judged`` is the day, ISO 8601.
    ``notes`` are things to know about the run, for people.
    """

    rows: tuple[Row, ...]
    suite: str
    suite_sha256: str
    system: str
    revision: str
    versions: Mapping[str, str]
    seed: int = 0
    judged: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def metrics(self) -> Mapping[str, Estimate]:
        """Every measure of `MEASURES` over the whole suite by name, with its interval."""
        return MappingProxyType(
            {
                measure.name: metrics.estimate(measure.statistic, measure.rows(self.rows), seed=self.seed)
                for measure in MEASURES
            }
        )

    @property
    def refusing_everything(self) -> float | None:
        """The citation F1 of refusing every question: the share of those without an answer; None without questions."""
        return sum(not row.question.answerable for row in self.rows) / len(self.rows) if self.rows else None

    @property
    def fidelities(self) -> Counter[Fidelity]:
        """How many citations there are of each fidelity."""
        return Counter(citation.fidelity for row in self.rows for citation in row.citations)

    @property
    def wrong(self) -> tuple[Row, ...]:
        """The rows with a fault."""
        return tuple(row for row in self.rows if row.faults)

    def slices(self, key: Callable[[Row], str]) -> dict[str, Report]:
        """Return the report of each group of questions, by the name that ``key`` gives them, largest first."""
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(key(row), []).append(row)
        largest = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
        return {name: replace(self, rows=tuple(rows)) for name, rows in largest}

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

    def save(self, path: str | Path) -> Path:
        """Write the report into a file ``*.json``, or as ``<suite>-<system>-<revision>.json`` into a folder.

        Returns the file's path. One that is there is replaced. Raises `SuiteError` if it cannot be written.
        """
        name = "-".join(_file_name(part) for part in (self.suite, self.system, self.revision))
        file = Path(path) if Path(path).suffix == ".json" else Path(path) / f"{name}.json"
        return write_whole(file, self.to_json() + "\n")

    @staticmethod
    def load(path: str | Path) -> Report:
        """Read a report that was saved; `SuiteError` if the file is not one."""
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(Report).validate_json(Path(path).read_bytes())
        except OSError as error:
            raise SuiteError(f"the report {path} cannot be read: {error.strerror}") from error
        except ValidationError as error:
            cause = error.errors()[0]["msg"]
            raise SuiteError(
                f"{path} is not a report of this version ({cause}); make one with `verbatim eval SUITE --save {path}`"
            ) from error


def risk_coverage(report: Report) -> metrics.RiskCoverage | None:
    """Return the curve of answering only the surest questions; None where the system gives no confidence."""
    rows = BY_NAME["aurc"].rows(report.rows)
    if not rows:
        return None
    confidence, right = zip(*rows, strict=True)
    return metrics.risk_coverage(confidence, right)


def reliability(report: Report) -> tuple[metrics.Bin, ...] | None:
    """Return the bins of the reliability diagram; None where the confidence is missing or no probability."""
    rows = BY_NAME["calibration_error"].rows(report.rows)
    if not rows:
        return None
    confidence, right = zip(*rows, strict=True)
    return metrics.reliability(confidence, right)


def _file_name(part: str) -> str:
    return "".join(character if character.isalnum() or character in "._" else "-" for character in part)


def write_whole(path: Path, text: str) -> Path:
    """Write a file so that it is there as a whole or not at all, and return its path; `SuiteError` if it cannot be."""
    try:
        disk.write_whole(path, text)
    except OSError as error:
        raise SuiteError(f"{path} cannot be written: {error.strerror}; name a file in a folder of yours") from error
    return path


def number(value: float | None) -> str:
    """Return a measure's value for people: three decimals, or a dash."""
    return "–" if value is None or math.isnan(value) else f"{value:.3f}"
