"""Writes a report, or two compared, as one HTML page that needs nothing else: no network, no server, and no script.

What comes from documents, questions and systems is data: Jinja escapes all of it, and the page's policy lets in no
style and no script but its own. The plots are drawn by matplotlib and follow the page's colours.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals import metrics
from evals.compare import Change, Comparison, Verdict
from evals.metrics import Bin, Estimate, RiskCoverage
from evals.metrics.estimates import RESAMPLES
from evals.results import BY_NAME, MEASURES, Excerpt, Measure, Report, number, reliability, risk_coverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ASSETS = Path(__file__).resolve().parent / "assets"
"""The templates, the style and the script."""


class Words(NamedTuple):
    """A measure for people: what it is called, what it says, what it needs to be taken, and its unit if it has one."""

    label: str
    explanation: str
    needs: str
    unit: str = ""


_CITED = "an answer with a citation"
_ANSWERABLE = "a question that the documents answer"
_UNANSWERABLE = "a question that the documents do not answer"
_SHORT = "a question with a gold short answer"
_CONFIDENCE = "a confidence for every answer"
_PROBABILITY = "a confidence between 0 and 1 for every answer"
_TIMES = "times, which answers from a file may lack"

WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "verbatim_rate": Words(
            "Copied word for word", "Citations that are exactly what the document says at their place.", _CITED
        ),
        "altered_rate": Words(
            "Altered or invented", "Citations whose words are not the document’s: some differ, or all.", _CITED
        ),
        "offset_error": Words(
            "Distance from its place",
            "How far from its words a citation is said to start.",
            "a citation with a place whose words stand in the document",
            "characters",
        ),
        "right_sentence_at_1": Words(
            "Right sentence first", "Answerable questions whose first citation states a needed fact.", _ANSWERABLE
        ),
        "citation_precision": Words(
            "Citation precision", "The share of an answer’s citations that state a needed fact.", _CITED
        ),
        "citation_recall": Words(
            "Citation recall", "The share of the needed facts that is cited; nothing if refused.", _ANSWERABLE
        ),
        "citation_f1": Words(
            "Citation F1",
            "Precision and recall in one; 0 for a wrong refusal and for a wrong answer.",
            "a question that is answerable or was answered",
        ),
        "alce_precision": Words(
            "Citation precision, strict (ALCE)",
            "The share of an answer’s citations that it could not do without.",
            _CITED,
        ),
        "completeness": Words(
            "All needed facts cited",
            "Of the questions that need several facts, those with every one cited.",
            "a question that needs several facts",
        ),
        "answer_in_citation": Words(
            "Answer stands in a citation", "A gold short answer stands, in whole words, in a cited sentence.", _SHORT
        ),
        "exact_match": Words("Short answer exact", "The short answer is a gold one, by the rules of SQuAD.", _SHORT),
        "token_f1": Words("Short answer F1", "The words that the short answer shares with the best gold one.", _SHORT),
        "squad2_exact": Words(
            "Short answer exact, or rightly refused",
            "Exact match over all questions, by the rules of SQuAD 2.0.",
            "a question with a gold short answer, or one that the documents do not answer",
        ),
        "squad2_f1": Words(
            "Short answer F1, or rightly refused",
            "Token F1 over all questions, by the rules of SQuAD 2.0.",
            "a question with a gold short answer, or one that the documents do not answer",
        ),
        "right_refusals": Words(
            "Rightly refused", "Of the questions that the documents do not answer, those refused.", _UNANSWERABLE
        ),
        "wrong_refusals": Words(
            "Refused although answerable", "Of the questions that the documents answer, those refused.", _ANSWERABLE
        ),
        "wrong_answers": Words(
            "Answered although not answerable",
            "Of the questions that the documents do not answer, those answered.",
            _UNANSWERABLE,
        ),
        "auroc": Words(
            "Knows what it can answer (AUROC)",
            "The chance that it is surer of an answerable question than of another; 0.5 is a coin.",
            f"{_CONFIDENCE}, and questions of both sorts",
        ),
        "coverage_at_95": Words(
            "Coverage at 95 % precision",
            "The share of all questions it could answer with 95 % of them right, at the best threshold.",
            _CONFIDENCE,
        ),
        "aurc": Words(
            "Area under risk and coverage",
            "The share that is wrong among the surest questions, over all coverages.",
            _CONFIDENCE,
        ),
        "brier": Words(
            "Brier score", "The squared distance of the confidence from right (1) or wrong (0).", _PROBABILITY
        ),
        "calibration_error": Words(
            "Calibration error", "How far the confidence is from the share that is right, over ten bins.", _PROBABILITY
        ),
        "seconds_p50": Words("Time, median", "Half of the questions took no longer.", _TIMES, "s"),
        "seconds_p95": Words("Time, 95th percentile", "95 % of the questions took no longer.", _TIMES, "s"),
        "cpu_seconds": Words("Processor time", "What a question took of the processor, on average.", _TIMES, "s"),
    }
)
"""Every measure in plain words."""

KEY_FIGURES = (
    "right_sentence_at_1",
    "citation_f1",
    "wrong_answers",
    "wrong_refusals",
    "auroc",
    "coverage_at_95",
    "verbatim_rate",
    "seconds_p50",
)
"""The measures that stand first, as tiles."""

SLICED = ("right_sentence_at_1", "citation_f1", "wrong_refusals", "wrong_answers")
"""The measures of a slice."""

VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        "broken": "Right before, wrong after",
        "fixed": "Wrong before, right after",
        "changed": "Something else was said, as right or wrong as before",
        "same": "The same citations and short answer",
    }
)
"""What each verdict means, those first that want to be looked at first."""


def report_page(report: Report) -> str:
    """Return a report as a page: its figures, plots and slices, and every question with its marked excerpts."""
    return _page(
        "report.html",
        report=report,
        tiles=[_line(BY_NAME[name], report.metrics[name]) for name in KEY_FIGURES],
        groups=_by_group([_line(measure, report.metrics[measure.name]) for measure in MEASURES]),
        plots=[_risk_coverage_plot(report), _reliability_plot(report)],
        sliced=[WORDS[name].label for name in SLICED],
        slices=_slices(report),
        kinds=sorted({row.question.kind for row in report.rows}),
        seeds=[report.seed],
    )


def comparison_page(comparison: Comparison) -> str:
    """Return two runs side by side as a page: what differs by measure, and both answers to every question."""
    return _page(
        "comparison.html",
        comparison=comparison,
        verdicts=VERDICTS,
        counts=comparison.verdicts,
        left_out=_left_out(comparison),
        groups=_by_group([_difference_line(comparison, measure) for measure in MEASURES]),
        changes=_by_verdict(comparison.changes),
        kinds=sorted({change.after.question.kind for change in comparison.changes}),
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
    environment.globals |= {
        "interval": interval,
        "number": number,
        "pieces": pieces,
        "outcome": outcome,
        "signed": signed,
    }
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


def interval(estimate: Estimate, form: Callable[[float], str] = number) -> str:
    """Return an estimate's interval for people, or a dash."""
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{form(estimate.low)} to {form(estimate.high)}"


def signed(value: float | None) -> str:
    """Return a difference for people: with its sign, or a dash."""
    if value is None:
        return "–"
    rounded = round(value, 3)
    return f"{rounded:+.3f}".replace("-", "\N{MINUS SIGN}") if rounded else "0.000"


def outcome(line: Line) -> str:
    """Return what a difference comes to, in a word: only an interval without 0 tells that the runs differ."""
    low, high = line.estimate.low, line.estimate.high
    if line.estimate.value is None:
        return "not measured"
    if low is None or high is None or low <= 0 <= high:
        return "no clear difference"
    return "better" if (low > 0) != line.measure.lower_is_better else "worse"


def _line(measure: Measure, estimate: Estimate) -> Line:
    return Line(measure, WORDS[measure.name], estimate)


def _difference_line(comparison: Comparison, measure: Measure) -> Line:
    """Return a measure before and after over the very questions that its difference is taken over."""
    words, difference = WORDS[measure.name], comparison.differences[measure.name]
    if difference.value is None:
        return Line(measure, words, difference)
    pairs = [(measure.columns(change.before), measure.columns(change.after)) for change in comparison.changes]
    before, after = zip(*((one, other) for one, other in pairs if one and other), strict=True)
    return Line(measure, words, difference, _value(measure, before), _value(measure, after))


def _value(measure: Measure, rows: Sequence[tuple[float, ...]]) -> float:
    import numpy

    return float(measure.statistic(*numpy.asarray(rows, dtype=float).T))


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


def _by_verdict(changes: Sequence[Change]) -> list[tuple[Verdict, list[Change]]]:
    groups = [(verdict, [change for change in changes if change.verdict == verdict]) for verdict in VERDICTS]
    return [(verdict, inside) for verdict, inside in groups if inside]


def _left_out(comparison: Comparison) -> tuple[int, int]:
    """Return how many questions of the earlier and of the later run the other has not."""
    both = len(comparison.changes)
    return len(comparison.before.rows) - both, len(comparison.after.rows) - both


# ---- plots ---------------------------------------------------------------------------------------


class Plot(NamedTuple):
    """A plot: its title, the picture as SVG, what it shows in words, and its numbers as a table.

    Where it cannot be drawn, ``picture`` is empty and ``words`` say why.
    """

    title: str
    words: str
    picture: str = ""
    headings: tuple[str, ...] = ()
    numbers: tuple[tuple[str, ...], ...] = ()


COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "#0a0001": "var(--ink)",
        "#0a0002": "var(--soft)",
        "#0a0003": "var(--line)",
        "#0a0004": "var(--accent)",
        "#0a0005": "var(--alarm)",
        "#0a0006": "var(--bar)",
    }
)
"""What matplotlib draws with, and the colours of the page that take their place."""

INK, SOFT, LINE, ACCENT, ALARM, BAR = COLOURS

_STYLE: Any = {  # matplotlib names the type of each key
    "svg.fonttype": "none",
    "svg.hashsalt": "verbatim",
    "font.size": 10,
    "text.color": SOFT,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.major.pad": 6,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.labelcolor": INK,
}


def _risk_coverage_plot(report: Report) -> Plot:
    title, curve = "Risk and coverage: answering only the surest", risk_coverage(report)
    if curve is None:
        return Plot(title, f"Not drawn: it needs {_CONFIDENCE}.")
    words, operating = _risk_coverage_words(report, curve), _operating_point(report)

    def draw(axes: Axes) -> None:
        axes.plot(curve.coverage, curve.risk, color=ACCENT, linewidth=1.8, label="surest first")
        if operating:
            axes.plot(*operating, "o", color=ALARM, markersize=6, label="as it answers now", clip_on=False)
        axes.axhline(0.05, color=INK, linewidth=1, linestyle="--", label="5 % wrong")
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="share of the questions answered", ylabel="share of those wrong")

    rows = [point for share in range(1, 11) if (point := _at_coverage(curve, share / 10))]
    numbers = tuple((_percent(coverage), _percent(risk), number(least)) for coverage, risk, least in rows)
    headings = ("Answered", "Of those, wrong", "Least confidence")
    return Plot(title, words, _picture("risk", words, draw), headings, tuple(dict.fromkeys(numbers)))


def _risk_coverage_words(report: Report, curve: RiskCoverage) -> str:
    surest = [(name, _at_coverage(curve, share)) for name, share in (("quarter", 0.25), ("half", 0.5))]
    sure = report.metrics["coverage_at_95"].value
    said = [f"Of the surest {name} of the questions {_percent(point[1])} are wrong." for name, point in surest if point]
    said.append(f"If all were answered, it would be {_percent(curve.risk[-1])}.")
    if unanswerable := sum(not row.question.answerable for row in report.rows):
        share = _percent(unanswerable / len(report.rows))
        said.append(f"{share} of the questions have no answer in the documents, so it cannot be less than that.")
    if operating := _operating_point(report):
        said.append(f"As it is, it answers {_percent(operating[0])}, and {_percent(operating[1])} of those are wrong.")
    said.append(
        f"At most 5 % are wrong among the surest {_percent(sure)}." if sure else "No threshold brings it down to 5 %."
    )
    said.append("Wrong: the first citation, or what a refusal would have cited, states no needed fact.")
    return " ".join(said)


def _operating_point(report: Report) -> tuple[float, float] | None:
    """Return the share of the questions that the system answers and the share of those that is wrong."""
    answered = [row for row in report.rows if not row.refused]
    if not answered:
        return None
    return len(answered) / len(report.rows), sum(not row.right for row in answered) / len(answered)


def _at_coverage(curve: RiskCoverage, least: float) -> tuple[float, float, float] | None:
    """Return coverage, risk and threshold at the first point of the curve that answers at least so many."""
    points = zip(curve.coverage, curve.risk, curve.threshold, strict=True)
    return next((point for point in points if point[0] >= least - 1e-12), None)


def _reliability_plot(report: Report) -> Plot:
    title, bins = "Reliability: is it right as often as it is sure?", reliability(report)
    if bins is None:
        return Plot(title, f"Not drawn: it needs {_PROBABILITY}.")
    filled = [one for one in bins if one.n]
    words = _reliability_words(report, filled)

    def draw(axes: Axes) -> None:
        axes.plot((0, 1), (0, 1), color=SOFT, linewidth=1, linestyle="--", label="ideal")
        lows, heights = [one.low for one in filled], [one.right for one in filled]
        axes.bar(lows, heights, 0.1, align="edge", color=BAR, edgecolor=ACCENT, label="right")
        axes.plot([one.confidence for one in filled], heights, "o", color=ACCENT, markersize=4, label="its confidence")
        for one in filled:
            axes.text((one.low + one.high) / 2, one.right + 0.03, str(one.n), ha="center", color=INK)
        axes.set(xlim=(0, 1), ylim=(0, 1.08), xlabel="confidence", ylabel="share right")

    headings = ("Confidence", "Questions", "Mean confidence", "Right")
    numbers = tuple(
        (f"{one.low:.1f} to {one.high:.1f}", str(one.n), _percent(one.confidence), _percent(one.right))
        for one in filled
    )
    return Plot(title, words, _picture("reliability", words, draw), headings, numbers)


def _reliability_words(report: Report, filled: Sequence[Bin]) -> str:
    sure = sum(one.n * one.confidence for one in filled) / len(report.rows)
    right = sum(one.n * one.right for one in filled) / len(report.rows)
    furthest = max(filled, key=lambda one: one.n * abs(one.confidence - one.right))
    return (
        f"On average it is {_percent(sure)} sure and {_percent(right)} right. What costs most are the confidences "
        f"from {furthest.low:.1f} to {furthest.high:.1f} (n = {furthest.n}): {_percent(furthest.confidence)} sure, "
        f"{_percent(furthest.right)} right. "
        "The number over each bar is how many questions it stands on."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.{0 if share in (0, 1) else 1}f} %"


def _picture(name: str, label: str, draw: Callable[[Axes], None]) -> str:
    """Return a plot as SVG that can stand in the page."""
    from matplotlib import style
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    with style.context(["default", _STYLE]):
        figure = Figure(figsize=(4.6, 3.6), layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
        axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
        figure.legend(loc="outside upper left", ncols=3, handlelength=1.6, columnspacing=1.2)
        return _inline(_drawn(figure), name, label)


def _drawn(figure: Figure) -> str:
    written = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # so that the same numbers give the same page
    figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    return written.getvalue()


def _inline(drawn: str, name: str, label: str) -> str:
    """Return matplotlib's SVG for a page that allows no style but its own.

    Style attributes become presentation attributes, the colours the page's, and the ids, which a page has once only,
    begin with the plot's name. The page's style says what matplotlib's own did: font, line ends and joins.
    """
    root = ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", drawn))  # noqa: S314 - drawn a moment ago
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in ("style", "metadata")]:
            parent.remove(child)
    used = set(re.findall(r'(?:href="|url\()#([\w.-]+)', drawn))
    for element in root.iter():
        element.attrib = _attributes(element.attrib, name, used)
    root.attrib = {"viewBox": root.attrib["viewBox"], "role": "img", "aria-label": label}
    return ElementTree.tostring(root, encoding="unicode")


def _attributes(attributes: Mapping[str, str], name: str, used: set[str]) -> dict[str, str]:
    named = {key.rpartition("}")[2]: value for key, value in attributes.items()}
    style = dict(part.split(":", 1) for part in named.pop("style", "").split(";") if part.strip())
    named |= {key.strip(): COLOURS.get(value.strip(), value.strip()) for key, value in style.items()}
    named.pop("font-family", None)
    if named.get("id") not in used:
        named.pop("id", None)
    if "id" in named:
        named["id"] = f"{name}-{named['id']}"
    return {key: re.sub(r"^(#|url\(#)(?=[\w.-]+\)?$)", rf"\1{name}-", value) for key, value in named.items()}
