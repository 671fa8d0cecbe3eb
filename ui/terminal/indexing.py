"""The command ``verbatim index``: documents go in and out, and one sees what is there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from evals.command import path
from index import Changes, EmptyStoreError, Entry, Index, UnknownDocumentError, default_path
from index.load import STORE_NAME, absolute
from index.types import extent
from qa.display import printable
from ui.chat.feedback import FEEDBACK_NAME, Feedback, forget_removed
from ui.render.text import several
from ui.terminal.naming import called
from ui.terminal.printing import console, errors, print_changes, print_receipt, with_progress

command = typer.Typer(help="Put documents in, take them out, look at what is there.", no_args_is_help=True)

StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        envvar="VERBATIM_STORE",
        parser=path,
        help="The folder that holds the store.",
        show_default="your data folder",
    ),
]
PathsArgument = Annotated[list[Path], typer.Argument(parser=path, help="Files and folders.", show_default=False)]


def opened(store: Path | None) -> Index:
    """Open a store that there is. Only what adds documents makes one, so that a mistyped name is told as such."""
    folder = store or default_path()
    try:
        (absolute(folder) / STORE_NAME).stat()
    except (FileNotFoundError, NotADirectoryError):
        raise EmptyStoreError(
            f"there is no store in {folder} yet; add documents with `verbatim index add PATH`, or name the folder of "
            "another with --store"
        ) from None
    except OSError:
        pass  # opening it says why
    return Index.open(store)


@command.command()
def add(paths: PathsArgument, store: StoreOption = None) -> None:
    """Add or update documents.

    The exit status is 0 where all files are in, 1 where some could not be read (the others are in), and 2 for an error.
    """
    with Index.open(store) as index:
        _finish(with_progress(lambda progress: index.add(paths, progress=progress)))


@command.command()
def sync(
    folder: Annotated[Path, typer.Argument(parser=path, help="The folder.")],
    store: StoreOption = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and follow every change of the folder.")] = False,
) -> None:
    """Make the store agree with a folder: add, update, and remove what is gone from it.

    The exit status is 0 where all files are in, 1 where some could not be read (the others are in), and 2 for an error.
    """
    with Index.open(store) as index:
        changes = forget_removed(index, with_progress(lambda progress: index.sync(folder, progress=progress)))
        if not watch:
            _finish(changes)
            return
        print_changes(changes)
        console.print(f"Watching {escape(str(folder))}  (Ctrl-C ends it)")
        follow(index, folder)


@command.command()
def remove(
    names: Annotated[
        list[str],
        typer.Argument(help="Ids, paths, file names or titles, as `verbatim index status` lists them; or a folder."),
    ],
    store: StoreOption = None,
    receipt: Annotated[
        bool, typer.Option("--receipt", help="Search every file of the store for what was removed.")
    ] = False,
) -> None:
    """Remove documents, so that nothing of them is left in the store."""
    if "" in names:  # as of "$NAME" where that is not set; as a path it would be the folder that one is in
        raise UnknownDocumentError("an empty name is no document's; `verbatim index status` lists the documents")
    with opened(store) as index:
        entries = index.listing()
        wanted = {one for name in names for one in _named(name, entries)}
        sources = {source for entry in entries for source in (entry.source, *entry.also)}
        if wanted <= {*sources, *(entry.id for entry in entries)}:
            doomed = [e.id for e in entries if e.id in wanted or wanted.issuperset((e.source, *e.also))]
            Feedback(index.path / FEEDBACK_NAME).forget(doomed)  # before every file is searched
        changes = index.remove(wanted, receipt=receipt)
        print_changes(changes)
    if changes.receipt:
        print_receipt(changes.receipt)
        raise typer.Exit(1 if changes.receipt.traces else 0)


def _named(name: str, entries: Sequence[Entry]) -> list[str]:
    """Return the sources at a path or in a folder; or the id of the only document called so; or the name as it is."""
    path = absolute(name)
    sources = [source for entry in entries for source in (entry.source, *entry.also)]
    found = [source for source in sources if Path(os.path.normpath(source)).is_relative_to(path)]
    if found or name in sources:
        return found or [name]
    same = called(name, entries)
    return same if len(same) == 1 else [name]


@command.command(name="list", hidden=True)  # what many type first
@command.command()
def status(store: StoreOption = None) -> None:
    """List the documents and say how the store is."""
    with opened(store) as index:
        state, entries = index.status(), index.listing()
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "title", "pages", "sentences", "source"):
        table.add_column(heading, justify="right" if heading in ("pages", "sentences") else "left", overflow="fold")
    for entry in entries:
        table.add_row(entry.id, escape(entry.title), _pages(entry), f"{entry.sentences:,}", escape(entry.source))
    console.print(table)
    console.print(
        f"\ndocuments: {state.documents}, passages: {state.passages}, sentences: {state.sentences}, "
        f"in {escape(state.path)}\n"
        f"encoder: {state.encoder or 'none yet'}; vectors: {state.vectors}; words: {state.lexical}"
    )


def _pages(entry: Entry) -> str:
    """Return how many pages a document has, or sheets, or minutes, and how many of them are pictures."""
    count, unit = extent(entry.source, entry.pages)
    read = [f"{entry.recognised:,} read from a picture"] if entry.recognised else []
    unread = [f"{entry.unread:,} not read"] if entry.unread else []
    counted = f"{count:,}" if unit == "page" else several(count, unit)
    return counted + (f" ({', '.join(read + unread)})" if read or unread else "")


@command.command()
def verify(store: StoreOption = None) -> None:
    """Check every law on all that the store holds; changes no document."""
    with opened(store) as index:
        faults = index.verify()
        for fault in faults:
            errors.print(Text(printable(fault), style="red"), soft_wrap=True)
        if faults:
            errors.print("`verbatim index rebuild` makes the caches anew; add damaged documents again.")
            raise typer.Exit(1)
        state = index.status()
        console.print(
            f"All is well: documents: {state.documents}, passages: {state.passages}, sentences: {state.sentences}."
        )


@command.command()
def rebuild(store: StoreOption = None) -> None:
    """Make the search caches anew from the catalog; nothing is read or embedded again."""
    with opened(store) as index:
        index.rebuild()
        console.print(f"The caches are made anew (passages: {index.status().passages}).")


def _finish(changes: Changes) -> None:
    print_changes(changes)
    if changes.failed:
        raise typer.Exit(1)


def follow(index: Index, folder: Path) -> None:
    """Print what every change of a folder did to the store, without end."""
    for changes in index.watch(folder):
        print_changes(forget_removed(index, changes))
