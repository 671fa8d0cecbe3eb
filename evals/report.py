"""Shows a report in the terminal: the measures with their intervals, then everything that went wrong."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.metrics import Estimate
from evals.results import LOWER_IS_BETTER, Report, Row


def print_report(report: Report, console: Console) -> None:
    """Print the measures, then each wrong question: what was asked, what was cited, what was gold."""
    console.print(_table(report))
    wrong = report.wrong
    console.print(Text(f"\nWhat goes wrong: {len(wrong)} of {len(report.rows)} questions", style="bold"))
    for row in wrong:
        console.print(_wrong(row), soft_wrap=True)


def _table(report: Report) -> Table:
    title = f"{report.system} on {report.suite}, {len(report.rows)} questions, revision {report.revision}"
    table = Table(title=Text(title), caption=Text("v: lower is better. Intervals are 95 % bootstrap over questions."))
    table.add_column("metric")
    for heading in ("value", "95 % interval", "n"):
        table.add_column(heading, justify="right")
    for name, estimate in report.metrics.items():
        label = name.replace("_", " ") + (" v" if name in LOWER_IS_BETTER else "")
        table.add_row(Text(label), _number(estimate.value), _interval(estimate), str(estimate.n))
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{estimate.low:.3f} to {estimate.high:.3f}"


def _wrong(row: Row) -> Text:
    """Return one wrong question as text: what was said in it is data, and no markup in it counts."""
    question = row.question
    lines = Text(f"\n{question.id}  ", style="bold")
    lines.append("; ".join(row.faults), style="red")
    for earlier in question.history:
        lines.append(f"\n  before  {earlier}", style="dim")
    lines.append(f"\n  asked   {question.question}", style="not bold")
    for citation in row.citations:
        lines.append(f"\n  cited   {_quoted(citation.text, citation.document, citation.start)}", style="not bold")
    if row.refused:
        lines.append(f"\n  refused {row.reason}", style="not bold")
    for fact in question.evidence:
        gold = " | or ".join(_quoted(sentence.text, sentence.document, sentence.start) for sentence in fact)
        lines.append(f"\n  gold    {gold}", style="green not bold")
    return lines


def _quoted(text: str, document: str, start: int) -> str:
    return f"“{' '.join(text.split())}” ({document}, {start})"
