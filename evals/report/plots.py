"""Draws a report's plots as SVG for its page: matplotlib draws, and the colours are those of the page.

A plot says what it shows in words and has its numbers as a table, so that nobody needs the picture.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

from evals.metrics import Bin, RiskCoverage
from evals.report.words import CONFIDENCE, PROBABILITY
from evals.results import Report, number, reliability, risk_coverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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


def risk_coverage_plot(report: Report) -> Plot:
    """Return the share that is wrong when only the surest questions are answered, over all such shares."""
    title, curve = "Risk and coverage: answering only the surest", risk_coverage(report)
    if curve is None:
        return Plot(title, f"Not drawn: it needs {CONFIDENCE}.")
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


def reliability_plot(report: Report) -> Plot:
    """Return how often the answers are right, by how sure the system was of them."""
    title, bins = "Reliability: is it right as often as it is sure?", reliability(report)
    if bins is None:
        return Plot(title, f"Not drawn: it needs {PROBABILITY}.")
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
