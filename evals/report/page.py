"""Writes a report, or two compared, as one HTML page that needs nothing else: no network, no server, and no script.

What comes from documents, questions and systems is data: Jinja escapes all of it, and the page's policy lets in no
style and no script but its own. The plots are those of `evals.report.plots`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals import metrics
from evals.compare import Change, Comparison, Verdict
from evals.metrics import Estimate
from evals.metrics.estimates import RESAMPLES
from evals.report.plots import reliability_plot, risk_coverage_plot
from evals.report.terminal import interval, is_clear, said_in_words
from evals.report.words import FAULTS, VERDICTS, WORDS, Words
from evals.results import BY_NAME, MEASURES, Cited, Excerpt, Measure, Report, Row, number

ASSETS = Path(__file__).resolve().parent / "assets"
"""The templates, the style and the script."""

KEY_FIGURES = (
    "right_sentence_at_1",
    "citation_f1",
    "focus",
    "wrong_answers",
    "wrong_refusals",
    "auroc",
    "coverage_at_95",
    "verbatim_rate",
    "seconds_p50",
    "altered_rate",
    "citation_precision",
    "citation_recall",
)
"""The measures that stand first, as tiles: as many of them as were measured, in this order."""

TILES = 8
"""How many tiles there are at most."""

SLICED = ("right_sentence_at_1", "citation_f1", "wrong_refusals", "wrong_answers")
"""The measures of a slice."""


def report_page(report: Report) -> str:
    """Return a report as a page: its figures, plots and slices, and every question with its marked excerpts."""
    return _page(
        "report.html",
        report=report,
        headline=_headline(report),
        tiles=_tiles(report),
        groups=_by_group([_line(measure, report.metrics[measure.name]) for measure in MEASURES]),
        plots=[risk_coverage_plot(report), reliability_plot(report)],
        sliced=[WORDS[name].label for name in SLICED],
        slices=_slices(report),
        kinds=sorted({row.question.kind for row in report.rows}),
        occurring=fault_kinds(*report.rows),
        seeds=[report.seed],
    )


def comparison_page(comparison: Comparison) -> str:
    """Return two runs side by side as a page: what differs by measure, and both answers to every question."""
    return _page(
        "comparison.html",
        comparison=comparison,
        verdicts=VERDICTS,
        counts=comparison.verdicts,
        left_out=comparison.left_out,
        groups=_by_group([_difference_line(comparison, measure) for measure in MEASURES]),
        changes=_by_verdict(comparison.changes),
        kinds=sorted({change.after.question.kind for change in comparison.changes}),
        occurring=fault_kinds(*(row for change in comparison.changes for row in (change.before, change.after))),
        seeds=[comparison.after.seed],
    )


# ---- the page ------------------------------------------------------------------------------------


def _page(template: str, **data: object) -> str:
    style, script = _asset("page.css"), _asset("page.js")
    page = (
        _environment()
        .get_template(template)
        .render(**data, style=style, script=script, policy=_policy(style, script), resamples=RESAMPLES)
    )
    # Neither can stand in an HTML file: a browser drops the one, and the other has no bytes.
    return re.sub("[\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", page)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for function in (fault_kinds, faults, interval, is_clear, number, outcome, pieces, quoted, reason, signed):
        environment.globals[function.__name__] = function
    return environment


def _asset(name: str) -> str:
    # Read as text: a line break that git made CRLF would be LF in the browser, and its hash another.
    return (ASSETS / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return the page's Content-Security-Policy: nothing but this very style and script."""
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# ---- figures -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table of measures: one of a report or, with what it was and is, one of a comparison."""

    measure: Measure
    words: Words
    estimate: Estimate
    before: float | None = None
    after: float | None = None


def signed(value: float | None) -> str:
    """Return a difference for people: with its sign, or a dash."""
    if value is None:
        return "–"
    rounded = round(value, 3)
    return f"{rounded:+.3f}".replace("-", "\N{MINUS SIGN}") if rounded else "0.000"


def outcome(line: Line) -> str:
    """Return what a difference comes to, in a word: only an interval without 0 tells that the runs differ."""
    if line.estimate.value is None:
        return "not measured"
    low = line.estimate.low
    if low is None or not is_clear(line.estimate):
        return "no clear difference"
    return "better" if (low > 0) != line.measure.lower_is_better else "worse"


def _headline(report: Report) -> list[tuple[str, bool]]:
    """Return in pieces what was answered and cited, each with whether it counts citations that are bad."""
    parts = re.split(r"(\d+ (?:altered|absent|misplaced)\b)", said_in_words(report))
    return [(part, at % 2 == 1) for at, part in enumerate(parts) if part]


def _tiles(report: Report) -> list[Line]:
    lines = [_line(BY_NAME[name], report.metrics[name]) for name in KEY_FIGURES]
    return [line for line in lines if line.estimate.value is not None][:TILES]


def _line(measure: Measure, estimate: Estimate) -> Line:
    return Line(measure, WORDS[measure.name], estimate)


def _difference_line(comparison: Comparison, measure: Measure) -> Line:
    """Return a measure before and after over the very questions that its difference is taken over."""
    before, after = comparison.values(measure.name) or (None, None)
    return Line(measure, WORDS[measure.name], comparison.differences[measure.name], before, after)


def _by_group(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    return [(group, list(inside)) for group, inside in groupby(lines, key=lambda line: line.measure.group)]


# ---- slices --------------------------------------------------------------------------------------


class Slice(NamedTuple):
    """Some of the questions: what they have in common, how many they are, and the measures of `SLICED`."""

    name: str
    n: int
    estimates: list[Estimate]


def _slices(report: Report) -> list[tuple[str, list[Slice]]]:
    """Return the ways to group the questions, each with its slices; those that make one group only are left out."""
    answerable = replace(report, rows=tuple(row for row in report.rows if row.question.answerable))
    ways = {
        "Kind": report.slices(lambda row: row.question.kind),
        "Domain": report.slices(lambda row: row.question.domain or "none named"),
        "Answerable": report.slices(lambda row: "yes" if row.question.answerable else "no"),
        "Needed facts": answerable.slices(lambda row: "one" if row.facts == 1 else "several"),
        "Earlier questions": report.slices(lambda row: "some" if row.question.history else "none"),
    }
    return [
        (way, [Slice(name, len(part.rows), _sliced(part)) for name, part in parts.items()])
        for way, parts in ways.items()
        if len(parts) > 1
    ]


def _sliced(report: Report) -> list[Estimate]:
    """Return the measures of `SLICED` alone: a slice's whole `metrics` would take seconds each."""
    measures = [BY_NAME[name] for name in SLICED]
    return [metrics.estimate(one.statistic, one.rows(report.rows), seed=report.seed) for one in measures]


# ---- questions -----------------------------------------------------------------------------------


class Piece(NamedTuple):
    """A piece of an excerpt with its marks. ``opens`` and ``closes`` name those that begin and end with it."""

    text: str
    gold: bool
    cited: tuple[int, ...]
    opens: tuple[int, ...]
    closes: tuple[int, ...]


def pieces(excerpt: Excerpt) -> list[Piece]:
    """Return the pieces of an excerpt, so that a mark that runs over several is labelled once; 0 is gold."""
    segments = excerpt.segments
    marks = [(0,) * segment.gold + segment.cited for segment in segments]
    return [
        Piece(segment.text, segment.gold, segment.cited, _without(own, before), _without(own, after))
        for segment, own, before, after in zip(segments, marks, [(), *marks], [*marks[1:], ()], strict=False)
    ]


def _without(some: tuple[int, ...], others: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one for one in some if one not in others)


def faults(row: Row) -> list[str]:
    """Return what is wrong with an answer, the worst first."""
    kinds = list(FAULTS.values())
    return sorted(row.faults, key=lambda fault: kinds.index(_fault_kind(fault)))


def fault_kinds(*rows: Row) -> list[str]:
    """Return the kinds of faults that occur in some rows, the worst first."""
    found = {_fault_kind(fault) for row in rows for fault in row.faults}
    return [kind for kind in FAULTS.values() if kind in found]


def _fault_kind(fault: str) -> str:
    return next(kind for words, kind in FAULTS.items() if words in fault)


def reason(change: Change) -> str:
    """Return why a question is called fixed or broken: the worst fault that it had or has; else nothing."""
    if change.verdict == "fixed":
        return f"was: {faults(change.before)[0]}"
    return f"now: {faults(change.after)[0]}" if change.verdict == "broken" else ""


def quoted(citation: Cited) -> list[tuple[str, bool]]:
    """Return the words of a citation in pieces, each with whether the document has other words there, or none."""
    parts, done = [], 0
    for _, shown in citation.differences:
        found = _in_words(shown).search(citation.text, done) if shown else None
        if found:
            parts += [(citation.text[done : found.start()], False), (found.group(), True)]
            done = found.end()
    return [part for part in [*parts, (citation.text[done:], False)] if part[0]]


def _in_words(shown: str) -> re.Pattern[str]:
    """Return a pattern that finds words as they stand in a text, where they may run over lines, and not in others."""
    words = r"\s+".join(map(re.escape, shown.split()))
    return re.compile(r"(?<!\w)" * shown[0].isalnum() + words + r"(?!\w)" * shown[-1].isalnum())


def _by_verdict(changes: Sequence[Change]) -> list[tuple[Verdict, list[Change]]]:
    groups = [(verdict, [change for change in changes if change.verdict == verdict]) for verdict in VERDICTS]
    return [(verdict, inside) for verdict, inside in groups if inside]
