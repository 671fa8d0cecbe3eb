"""The command ``verbatim eval``, which is ``python -m evals``, too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text
from typer.core import TyperGroup

from evals.rows import SuiteError, did_you_mean
from qa.display import open_console

if TYPE_CHECKING:
    from evals.results import Report
    from evals.suite import Suite

SHOWN_WRONG = 20
"""How many wrong questions the terminal shows of one run."""


class RunByDefault(TyperGroup):
    """``verbatim eval seed`` is ``verbatim eval run seed``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put ``run`` in front of what is no subcommand."""
        if not args or args[0] not in (*self.commands, "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


command = typer.Typer(
    cls=RunByDefault,
    help="Measure whether answers and citations are right: Verbatim's, or any other system's.",
    pretty_exceptions_enable=False,
)
console, errors = open_console(), open_console(stderr=True)


def path(typed: str) -> Path:
    """Return a path that was typed. Whether it can be read is for what reads it to say, in its own words.

    An empty one, as of "$FOLDER" where that is not set, would be the folder that one is in.
    """
    if not typed:
        raise SuiteError("an empty path names nothing; name a file or folder (. is the one that you are in)")
    return Path(typed)


HtmlOption = Annotated[
    Path | None, typer.Option("--html", parser=path, help="Write the report as one page for the browser.")
]


@command.command()
def run(  # noqa: PLR0917 - options of a command have names
    suites: Annotated[
        list[str] | None,
        typer.Argument(help="Suites by name, folders that hold one, or sets (NAME.jsonl.gz).", show_default="seed"),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(parser=path, help="Judge the answers in this JSONL file; nothing is asked.", show_default=False),
    ] = None,
    system: Annotated[
        str | None,
        typer.Option(
            help="Judge another system: baseline, bm25, llamaindex, txtai or haystack.", show_default="Verbatim"
        ),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Of a set, ask this many questions, drawn by a fixed seed.")
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            parser=path, help="Keep the report as JSON: a file, or a folder, where it is named by suite and revision."
        ),
    ] = None,
    html: HtmlOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON instead.")] = False,
    fail_under: Annotated[
        list[str] | None, typer.Option(metavar="MEASURE=VALUE", help="Exit with 1 if a measure is lower.")
    ] = None,
    fail_over: Annotated[
        list[str] | None, typer.Option(metavar="MEASURE=VALUE", help="Exit with 1 if a measure is higher.")
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Hold to the bounds though questions have no row in --answers.")
    ] = False,
) -> None:
    """Ask every question of a suite and judge every citation. `eval SUITE` is short for `eval run SUITE`."""
    from evals.folder import load_suite
    from evals.report.terminal import print_report

    low, high = _bounds(fail_under, "--fail-under"), _bounds(fail_over, "--fail-over")
    names = suites or ["seed"]
    if len(names) > 1 and (html is not None or answers is not None or (save is not None and save.suffix == ".json")):
        raise SuiteError("--html, --answers and --save FILE.json are for one suite; give one, or run them one by one")
    if answers is not None and system is not None:
        raise SuiteError("--answers judges what the file says and --system asks another system; give one of them")
    failed = False
    for name in names:
        complete = bool(low or high) and not allow_missing
        report = _judge(load_suite(name, sample=sample), answers, system, complete=complete)
        if as_json:
            print(report.to_json())  # noqa: T201 - this is the command's output
        else:
            print_report(report, console, wrong=SHOWN_WRONG)
        if save is not None:
            _told("saved as", report.save(save))
        if html is not None:
            from evals.report.page import report_page
            from evals.results import write_whole

            _told("the page is", write_whole(html, report_page(report)))
        for broken in _broken(report, low, high):
            failed = True
            errors.print(Text(f"{report.suite}: {broken}", style="red"), soft_wrap=True)
    if failed:
        raise typer.Exit(1)


@command.command()
def compare(
    before: Annotated[Path, typer.Argument(parser=path, help="A saved report.", show_default=False)],
    after: Annotated[Path, typer.Argument(parser=path, help="A later one of the same suite.", show_default=False)],
    html: HtmlOption = None,
) -> None:
    """Compare two saved reports: what got better or worse, and which questions were fixed or broken."""
    from evals.compare import Comparison
    from evals.report.terminal import print_comparison
    from evals.results import Report, write_whole

    comparison = Comparison(Report.load(before), Report.load(after))
    print_comparison(comparison, console)
    if html is not None:
        from evals.report.page import comparison_page

        _told("the page is", write_whole(html, comparison_page(comparison)))


@command.command()
def make(
    paths: Annotated[
        list[Path], typer.Argument(parser=path, help="Your documents: files and folders.", show_default=False)
    ],
    to: Annotated[Path, typer.Option(parser=path, help="The folder to make.", show_default=False)],
    questions: Annotated[int, typer.Option(min=2, help="How many questions at most.")] = 100,
    seed: Annotated[int, typer.Option(help="Another seed draws other questions.")] = 0,
) -> None:
    """Draft a suite from your own documents: questions with their gold sentence, and twins without an answer."""
    from evals.make.suite import make_suite

    inside = next((path for path in paths if to.absolute().is_relative_to(path.absolute())), None)
    if inside is not None:
        raise SuiteError(f"the suite must not be made inside {inside}, or it would be taken for documents; move --to")
    made = make_suite(paths, to, questions=questions, seed=seed)
    for failure in made.failed:
        errors.print(Text(f"{failure.source}: {failure.reason}", style="red"))
    console.print(
        f"drafted {made.answerable} questions that your documents answer and {made.unanswerable} that they do not. "
        "They are a program's: read and correct them, then run `verbatim eval`.",
        soft_wrap=True,
    )
    if made.answerable + made.unanswerable < questions // 2 * 2:  # they come in pairs
        console.print(f"That is all that the rules found; {questions} were asked for. Add your own.", soft_wrap=True)
    _told("the suite is", made.folder)


def _judge(suite: Suite, answers: Path | None, system: str | None, *, complete: bool) -> Report:
    from evals import run as judge
    from evals.answers import load_answers
    from evals.peers import PEERS

    if answers is not None:
        said = load_answers(answers, suite)
        if complete and (missing := said.read_as["missing"]):
            raise SuiteError(
                f"{missing} of {len(suite.questions)} questions have no row in {answers}, so no bound is held to it; "
                "answer them all, or count them as refused with --allow-missing"
            )
        return judge(suite, system=said)
    if system is not None and system not in PEERS:
        raise SuiteError(f"there is no system {system!r}; there are {', '.join(PEERS)}, and Verbatim without --system")
    with errors.status("indexing the documents") as status:
        return judge(
            suite,
            system=None if system is None else PEERS[system](suite.documents),
            progress=lambda done, total: status.update(f"question {done + 1} of {total}"),
        )


def _bounds(options: list[str] | None, name: Literal["--fail-under", "--fail-over"]) -> dict[str, float]:
    """Return the limits by measure; `SuiteError` if one could never be broken or never be kept."""
    bounds = {}
    for option in options or ():
        measure, _, value = option.partition("=")
        try:
            bounds[measure.strip()] = float(value)
        except ValueError as error:
            raise SuiteError(f"{name} {option}: write MEASURE=NUMBER, like citation_f1=0.90") from error
        _check_bound(measure.strip(), float(value), name)
    return bounds


def _check_bound(measure: str, value: float, name: Literal["--fail-under", "--fail-over"]) -> None:
    from evals.results import BY_NAME

    if measure not in BY_NAME:
        raise SuiteError(f"{name}: there is no measure {measure!r}{did_you_mean(measure, BY_NAME)}")
    if BY_NAME[measure].lower_is_better == (name == "--fail-under"):
        other = "--fail-over" if name == "--fail-under" else "--fail-under"
        better = "lower" if name == "--fail-under" else "higher"
        raise SuiteError(f"{name} {measure}: {better} is better there; use {other} {measure}={value:g}")
    if BY_NAME[measure].is_share and not 0 <= value <= 1:
        raise SuiteError(f"{name} {measure}={value:g}: it lies between 0 and 1; write 0.9 for 90 %")


def _broken(report: Report, low: dict[str, float], high: dict[str, float]) -> Iterator[str]:
    """Yield in words each limit that the report does not keep; a measure without a value keeps none."""
    limits = [(name, bound, True) for name, bound in low.items()] + [
        (name, bound, False) for name, bound in high.items()
    ]
    for name, bound, lowest in limits:
        value = report.metrics[name].value
        if value is None:
            yield f"{name} could not be measured, so it does not keep to {bound:g}"
        elif value < bound if lowest else value > bound:
            yield f"{name} is {value:.3f}, {'under' if lowest else 'over'} {bound:g}"


def _told(what: str, path: Path) -> None:
    errors.print(f"{what} {path}", markup=False, soft_wrap=True)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print what went wrong in one line and end with status 2; a traceback is for faults of ours only."""
    from index.errors import VerbatimError

    try:
        yield
    except VerbatimError as error:
        errors.print(Text(f"verbatim: {error}", style="red"), soft_wrap=True)
        sys.exit(2)
