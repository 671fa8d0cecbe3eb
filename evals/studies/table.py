"""Verbatim beside its peers, on the built-in suites and on sets in open corpus: the table of docs/measured.md.

    python -m evals.studies.table measure --data ../data/dev --to FOLDER  # asks; a report a suite, half and system
    python -m evals.studies.table show FOLDER                             # reads them and prints the table as Markdown
    python -m evals.studies.table draw FOLDER docs/peers.png              # the same as a picture

Every system has the same encoder and is asked the same questions in one run. Verbatim is judged as it comes. A peer
always answers and always cites as many sentences as it is told to, so each gets the number of sentences and the
threshold under which it refuses that gave it the best mean citation F1 on the choosing halves of the sets. The table is
made of the other halves and of the suites. Needs ``pip install -e '.[peers]'``.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from evals.command import errors, plain_errors
from evals.compare import Comparison
from evals.folder import load_suite
from evals.metrics import Estimate
from evals.peers import PEERS
from evals.results import BY_NAME, Measure, Report, Row, write_whole
from evals.rows import SuiteError
from evals.run import open_verbatim, run
from evals.sets import load_set
from evals.suite import Suite
from evals.systems import System

SUITES = ("seed", "gazette", "handbook")
SETS = ("newsqa", "trecqa", "squadshifts_reddit", "squad20", "wikiqa", "clapnq")
STAND_ALONE = frozenset({"newsqa"})
"""Sets with many questions that lean on their article ("Who was charged?"), which no one could answer in a corpus."""

CITED = 3
"""How many sentences a peer is asked for at most."""

THRESHOLDS = 20
"""How many thresholds are tried for a peer: quantiles of its own scores."""

COLUMNS: Mapping[str, str] = {
    "citation_f1": "citation F1",
    "right_sentence_at_1": "right sentence first",
    "right_if_answered": "the same, had it always answered",
    "auroc": "AUROC answerable",
    "coverage_at_95": "coverage at 95 % precision",
    "seconds_p50": "p50, ms",
}

command = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)


# ---- measure -------------------------------------------------------------------------------------


@command.command()
def measure(
    data: Annotated[Path, typer.Option(help="The folder with the sets, NAME.jsonl.gz.")],
    to: Annotated[Path, typer.Option(help="The folder for the reports; those that are there are not made again.")],
    choosing: Annotated[int, typer.Option(help="Questions a set to set the peers by; each is asked twice.")] = 60,
    reporting: Annotated[int, typer.Option(help="Questions a set to report; each is asked twice.")] = 150,
) -> None:
    """Ask every system everything."""
    import torch

    torch.set_num_threads(1)  # two threads were slower than one on two shared cores
    for suites in _suites(data, choosing, reporting):
        documents = next(iter(suites.values())).documents
        for key in ("verbatim", *PEERS):
            halves = {half: suite for half, suite in suites.items() if half == "report" or key != "verbatim"}
            missing = {half: suite for half, suite in halves.items() if not _file(to, suite, half, key).exists()}
            if not missing:
                continue
            began = time.perf_counter()
            with _system(key, next(iter(suites.values()))) as system:
                indexed = time.perf_counter() - began
                for half, suite in missing.items():
                    report = run(suite, system=system)
                    note = f"indexed {len(documents)} documents in {indexed:.1f} s"
                    write_whole(_file(to, suite, half, key), replace(report, notes=(note,)).to_json())
                    errors.print(f"{suite.name} {half} {key}: {note}, {len(report.rows)} questions", markup=False)


def _suites(data: Path, choosing: int, reporting: int) -> Iterator[dict[str, Suite]]:
    """Yield for each set its two halves, and each built-in suite as something to report."""
    for name in SUITES:
        yield {"report": load_suite(name)}
    for name in SETS:
        path, alone = data / f"{name}.jsonl.gz", name in STAND_ALONE
        yield {
            "choose": load_set(path, half="choose", sample=choosing, stand_alone=alone),
            "report": load_set(path, half="report", sample=reporting, stand_alone=alone),
        }


def _file(folder: Path, suite: Suite, half: str, key: str) -> Path:
    return folder / f"{suite.name}.{half}.{key}.json"


@contextmanager
def _system(key: str, suite: Suite) -> Iterator[System]:
    if key == "verbatim":
        with open_verbatim(suite) as system:
            yield system
    else:
        yield PEERS[key](suite.documents, cited=CITED)


# ---- show ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Setting:
    """How a peer is set: how many sentences it cites, and the confidence below which it refuses."""

    cited: int
    threshold: float

    def applied(self, report: Report) -> Report:
        """Return the report of a run that always answered as it would have been with this setting."""
        return replace(report, rows=tuple(self._row(row) for row in report.rows))

    def _row(self, row: Row) -> Row:
        if row.confidence is None or row.confidence < self.threshold or not row.citations:
            return replace(row, citations=(), refused=True, nearest=row.citations[0] if row.citations else None)
        return replace(row, citations=row.citations[: self.cited])


@command.command()
def show(folder: Annotated[Path, typer.Argument(help="Where `measure` put the reports.")]) -> None:
    """Print the table as Markdown, then how the peers were set and where Verbatim is behind."""
    settings = _settings(folder)
    typer.echo(f"| suite | system | {' | '.join(COLUMNS.values())} |\n|---|---|{'---|' * len(COLUMNS)}")
    behind: list[str] = []
    for name, reports in _reports(folder, settings).items():
        for line in _lines(name, reports):
            typer.echo(line)
        behind += _behind(name, reports)
    typer.echo("\nHow the peers were set, on the choosing halves:")
    for key, setting in settings.items():
        typer.echo(f"- {key}: {setting.cited} cited, refuses below {setting.threshold:.3g}")
    typer.echo("\nWhere a peer is ahead of Verbatim (paired 95 % interval without 0):")
    typer.echo("\n".join(behind) or "- nowhere")


def _settings(folder: Path) -> dict[str, Setting]:
    """Return how each peer is set."""
    return {key: choose([_read(folder, name, "choose", key) for name in SETS]) for key in PEERS}


def _reports(folder: Path, settings: Mapping[str, Setting]) -> dict[str, list[Report]]:
    """Return for each suite the runs to report: Verbatim's, then those of the peers as they are set."""
    return {
        name: [
            _read(folder, name, "report", "verbatim"),
            *(setting.applied(_read(folder, name, "report", key)) for key, setting in settings.items()),
        ]
        for name in (*SUITES, *SETS)
    }


def _read(folder: Path, name: str, half: str, key: str) -> Report:
    path = folder / f"{name}.{half}.{key}.json"
    if not path.exists():
        raise SuiteError(f"{path} is missing; make it with `python -m evals.studies.table measure --to {folder}`")
    return Report.load(path)


def choose(reports: Sequence[Report]) -> Setting:
    """Return the setting with the best mean citation F1 over runs that always answered, each run weighing the same."""
    import numpy

    scores = [row.confidence for report in reports for row in report.rows if row.confidence is not None]
    thresholds = numpy.unique(numpy.quantile(scores, numpy.linspace(0, 0.95, THRESHOLDS)))
    settings = (Setting(cited, float(threshold)) for cited, threshold in product(range(1, CITED + 1), thresholds))
    return max(settings, key=lambda setting: _mean_f1(setting.applied(report) for report in reports))


def _mean_f1(reports: Iterable[Report]) -> float:
    measured = [[columns[0] for columns in BY_NAME["citation_f1"].rows(report.rows)] for report in reports]
    return sum(sum(values) / len(values) for values in measured) / len(measured)


def refusing(report: Report) -> Report:
    """Return what a run over the same questions would be that refuses each of them: what a figure has to be read by."""
    rows = (Row(row.question, (), refused=True) for row in report.rows)
    return replace(report, system="refuses everything", rows=tuple(rows))


def _lines(name: str, reports: Sequence[Report]) -> Iterator[str]:
    """Yield a row of the table for each system, the best of each column bold, and what refusing everything scores."""
    estimates = [{column: report.metrics[column] for column in COLUMNS} for report in reports]
    best = {column: _best(BY_NAME[column], [one[column] for one in estimates]) for column in COLUMNS}
    asked = reports[0].rows
    answerable = sum(row.question.answerable for row in asked)
    for place, (report, values) in enumerate(zip(reports, estimates, strict=True)):
        title = f"{name} ({answerable} + {len(asked) - answerable})" if place == 0 else ""
        cells = [_cell(column, values[column], values[column].value == best[column] != 0) for column in COLUMNS]
        yield f"| {title} | {report.system} | {' | '.join(cells)} |"
    nothing = refusing(reports[0])
    cells = [_cell(column, nothing.metrics[column], best=False) for column in COLUMNS]
    yield f"| | {nothing.system} | {' | '.join(cells)} |"


def _best(measure: Measure, estimates: Sequence[Estimate]) -> float | None:
    values = [estimate.value for estimate in estimates if estimate.value is not None]
    return (min if measure.lower_is_better else max)(values, default=None)


def _cell(column: str, estimate: Estimate, best: bool) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    scale, digits = (1000, 1 if estimate.value < 0.01 else 0) if column == "seconds_p50" else (1, 2)
    value, low, high = (f"{scale * number:.{digits}f}" for number in (estimate.value, estimate.low, estimate.high))
    text = f"{value} [{low}, {high}]"
    return f"**{text}**" if best else text


def _behind(name: str, reports: Sequence[Report]) -> Iterator[str]:
    verbatim, *peers = reports
    for peer in peers:
        differences = Comparison(verbatim, peer).differences
        for column, title in COLUMNS.items():
            low, high = differences[column].low, differences[column].high
            ahead = high is not None and high < 0 if BY_NAME[column].lower_is_better else low is not None and low > 0
            if ahead:
                yield f"- {name}: {peer.system}, {title}"


# ---- draw ----------------------------------------------------------------------------------------

DRAWN = ("citation_f1", "right_if_answered")
COLOURS = ("#0b57d0", "#8ab4f8", "#9aa0a6", "#e8710a", "#12a37b", "#9334e6")
"""Verbatim's two readers in two blues, then the peers; also told apart by people who see few colours."""
NOTHING = "#202124"
"""What refusing everything scores: a dotted line across the systems."""


@command.command()
def draw(
    folder: Annotated[Path, typer.Argument(help="Where `measure` put the reports.")],
    to: Annotated[Path, typer.Argument(help="The picture to write: .png or .svg.")],
) -> None:
    """Draw what matters most of the table: every system of every suite, with its interval."""
    from matplotlib.figure import Figure

    reports = _reports(folder, _settings(folder))
    figure = Figure(figsize=(10, 7.5), layout="constrained")
    for axes, column in zip(figure.subplots(1, len(DRAWN), sharey=True), DRAWN, strict=True):
        for place, of_suite in enumerate(reports.values()):
            for number, (report, colour) in enumerate(zip(of_suite, COLOURS, strict=True)):
                estimate = report.metrics[column]
                height, size = place + 0.13 * (number - 2.5), 6.5 if number == 0 else 4.5
                axes.hlines(height, estimate.low, estimate.high, color=colour, linewidth=size / 3, alpha=0.6)
                label = report.system if place == 0 else None
                axes.plot(estimate.value, height, "o", color=colour, markersize=size, label=label)
            nothing = refusing(of_suite[0])
            at, label = nothing.metrics[column].value, nothing.system if place == 0 else None
            axes.vlines(at, place - 0.4, place + 0.4, color=NOTHING, linestyles="dotted", label=label)
        axes.set(
            xlim=(0, 1), title=COLUMNS[column] if column == DRAWN[0] else "right sentence first, had it always answered"
        )
        axes.set_yticks(range(len(reports)), reports)
        axes.grid(axis="x", color="#e0e0e0")
        axes.hlines([place + 0.5 for place in range(len(reports) - 1)], 0, 1, color="#e0e0e0", linewidth=0.8)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=0)
    axes.invert_yaxis()
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    figure.savefig(to, dpi=150)


if __name__ == "__main__":
    with plain_errors():
        command(prog_name="python -m evals.studies.table")
