"""What the commands print of documents. Whatever comes from one is escaped, or printed as plain text."""

from __future__ import annotations

from collections.abc import Callable

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from index import Changes, Receipt
from index.store import Progress as ProgressCallback
from qa.display import open_console, printable

Work = Callable[[ProgressCallback], Changes]

console, errors = open_console(), open_console(stderr=True)


def print_changes(changes: Changes) -> None:
    """Print what became of files."""
    counts = {
        "added": changes.added,
        "updated": changes.updated,
        "unchanged": changes.unchanged,
        "renamed": changes.renamed,
        "removed": changes.removed,
    }
    said = [f"{len(ids)} {name}" for name, ids in counts.items() if ids]
    if changes.duplicates:
        said.append(f"{len(changes.duplicates)} with the text of another, stored once")
    console.print(", ".join(said) or ("Nothing changed." if changes.failed else "There is no file; nothing changed."))
    for without in changes.partial:
        errors.print(Text(f"{printable(without.source)}: {without.reason}", style="yellow"))
    for failure in changes.failed:
        errors.print(Text(f"{printable(failure.source)}: {failure.reason}", style="red"))


def print_receipt(receipt: Receipt) -> None:
    """Print where what was removed was looked for, and whether it is gone."""
    looked_for = f"{receipt.sentences} sentences and {receipt.vectors} vectors of what was removed"
    searched = f"in all {receipt.files} files of the store ({receipt.bytes:,} bytes)"
    if receipt.traces:
        errors.print(Text(f"Looked for {looked_for} {searched}; found in {', '.join(receipt.traces)}.", style="red"))
    else:
        console.print(f"Looked for {looked_for} {searched}: none is left.")


class _Rate(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


def with_progress(work: Work) -> Changes:
    """Return what some work on documents changed, with a bar that shows how far it is."""
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=errors,
        transient=True,
    )
    try:
        with bar:
            task = bar.add_task("reading", total=None)
            return work(
                lambda done, total, stage: bar.update(
                    task, completed=done, total=total, description=printable(stage)[:40]
                )
            )
    except KeyboardInterrupt:
        errors.print("Stopped. Every document that was finished is in; the same command goes on from there.")
        raise typer.Exit(130) from None
