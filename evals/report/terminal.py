"""Shows reports in the terminal: the measures with their intervals, then what went wrong; or two runs compared."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import get_args

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.compare import Change, Comparison
from evals.metrics import Estimate
from evals.results import MEASURES, Cited, Fidelity, Report, Row, number


def print_report(report: Report, console: Console, *, wrong: int | None = None) -> None:
    """Print the measures, then wrong questions (at most ``wrong``): what was asked, what was cited, what was gold."""
    console.print(_measures(report))
    console.print(Text(said_in_words(report), style="bold"), soft_wrap=True)
    for note in report.notes:
        console.print(Text(f"Note: {note}", style="yellow"), soft_wrap=True)
    faulty = report.wrong
    console.print(Text(f"\nWhat goes wrong: {len(faulty)} of {len(report.rows)} questions", style="bold"))
    for row in faulty[:wrong]:
        console.print(_wrong(row), soft_wrap=True)
    if wrong is not None and len(faulty) > wrong:
        console.print(Text(f"\nand {len(faulty) - wrong} more; --html FILE shows all of them in their documents"))


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print what changed from one run to another: by measure, in numbers of questions, and question by question."""
    console.print(_differences(comparison))
    counts = comparison.verdicts
    said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("fixed", "broken", "changed", "same"))
    console.print(Text(f"\nOf {len(comparison.changes)} questions in both runs: {said}", style="bold"))
    if comparison.left_out != (0, 0):
        earlier, later = comparison.left_out
        said = f"Left out: {earlier} of the earlier run and {later} of the later one, which the other was not asked"
        console.print(Text(f"{said} with the same words and gold.", style="yellow"), soft_wrap=True)
    for change in comparison.changes:
        if change.verdict in ("fixed", "broken"):
            console.print(_change(change), soft_wrap=True)


def _measures(report: Report) -> Table:
    title = f"{report.system} on {report.suite}, {len(report.rows)} questions, revision {report.revision}"
    caption = "v: lower is better. Intervals are 95 % bootstrap over questions, n of them."
    table = Table(title=Text(title), caption=Text(caption))
    table.add_column("measure")
    for heading in ("value", "95 % interval", "n"):
        table.add_column(heading, justify="right")
    for _, group in groupby(MEASURES, key=lambda measure: measure.group):
        for measure in group:
            estimate = report.metrics[measure.name]
            if estimate.value is not None:
                label = _label(measure.name, measure.lower_is_better)
                if measure.name == "citation_f1":
                    label.append(f" (refusing everything: {number(report.refusing_everything)})", style="dim")
                table.add_row(label, number(estimate.value), interval(estimate), str(estimate.n))
        table.add_section()
    return table


def _differences(comparison: Comparison) -> Table:
    before, after = comparison.before, comparison.after
    title = f"{after.suite}: {before.system} at {before.revision}, then {after.system} at {after.revision}"
    caption = (
        "v: lower is better. Over the questions that both runs have a measure for. "
        "Intervals are 95 % paired bootstrap; one without 0 is printed bold."
    )
    table = Table(title=Text(title), caption=Text(caption))
    table.add_column("measure")
    for heading in ("before", "after", "difference", "95 % interval"):
        table.add_column(heading, justify="right")
    for measure in MEASURES:
        difference = comparison.differences[measure.name]
        if difference.value is None:
            continue
        values = [number(value) for value in comparison.values(measure.name) or (None, None)]
        style = "bold" if is_clear(difference) else None
        label = _label(measure.name, measure.lower_is_better)
        table.add_row(label, *values, f"{difference.value:+.3f}", interval(difference), style=style)
    return table


def said_in_words(report: Report) -> str:
    """Return how many questions were answered, and how many citations there are of each fidelity."""
    refused, counts = sum(row.refused for row in report.rows), report.fidelities
    kinds = [f"{counts[kind]} {kind}" for kind in get_args(Fidelity) if counts[kind]]
    cited = f"; of {counts.total()} citations {', '.join(kinds)}" if kinds else ""
    return f"{len(report.rows) - refused} answered, {refused} refused{cited}"


def is_clear(difference: Estimate) -> bool:
    """Whether the interval of a difference leaves out 0."""
    return difference.low is not None and difference.high is not None and not difference.low <= 0 <= difference.high


def _label(name: str, lower_is_better: bool) -> Text:
    return Text(name.replace("_", " ") + (" v" if lower_is_better else ""))


def interval(estimate: Estimate, form: Callable[[float], str] = number) -> str:
    """Return an estimate's interval for people, or a dash."""
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{form(estimate.low)} to {form(estimate.high)}"


def _wrong(row: Row) -> Text:
    """Return one wrong question as text: what was said in it is data, and no markup in it counts."""
    return _asked(row, "; ".join(row.faults)).append_text(_said(row, "cited  ")).append_text(_gold(row))


def _change(change: Change) -> Text:
    faulty = change.before if change.verdict == "fixed" else change.after
    text = _asked(change.after, f"{change.verdict}: {'; '.join(faulty.faults)}")
    for part in (_said(change.before, "before "), _said(change.after, "after  "), _gold(change.after)):
        text.append_text(part)
    return text


def _asked(row: Row, headline: str) -> Text:
    lines = Text(f"\n{row.question.id}  ", style="bold")
    lines.append(headline, style="red")
    for earlier in row.question.history:
        lines.append(f"\n  asked before {earlier}", style="dim")
    lines.append(f"\n  asked   {row.question.question}", style="not bold")
    return lines


def _said(row: Row, label: str) -> Text:
    lines = Text()
    for citation in row.citations:
        lines.append(f"\n  {label} {_cited(citation)}", style="not bold")
        lines.append(_fidelity(citation), style="red not bold")
    if not row.citations:
        lines.append(f"\n  {label} nothing: {' '.join(row.text.split()) or 'refused'}", style="not bold")
    return lines


def _fidelity(citation: Cited) -> str:
    if citation.verbatim:
        return ""
    differences = "; ".join(f"“{said}” in the document, “{cited}” cited" for said, cited in citation.differences)
    return f" {citation.fidelity}" + (f": {differences}" if differences else "")


def _gold(row: Row) -> Text:
    lines = Text()
    for fact in row.question.evidence:
        gold = " | or ".join(_quoted(sentence.text, sentence.document, sentence.start) for sentence in fact)
        lines.append(f"\n  gold    {gold}", style="green not bold")
    return lines


def _quoted(text: str, document: str, start: int) -> str:
    return f"“{' '.join(text.split())}” ({document}, {start})"


def _cited(citation: Cited) -> str:
    if citation.start == citation.end:  # it stands nowhere
        return f"“{' '.join(citation.text.split())}”" + (f" ({citation.document})" if citation.document else "")
    return _quoted(citation.text, citation.document, citation.start)
