"""The terminal command ``verbatim``."""

from __future__ import annotations

import dataclasses
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

# Nothing leaves the machine. Set before any library looks.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from evals.command import command as eval_command
from evals.command import plain_errors
from index import Changes, Index, Receipt
from index.store import Progress as ProgressCallback
from qa import Answer, Citation, answer

EXAMPLES = {
    "centcom-raid-western-iraq-2024-08.txt": (
        "How many U.S. troops are still in Iraq?",
        "Which concert did they plan to attack?",
        "What happened in Solingen?",
        "Who won the election in Iraq?",
    )
}
"""Questions to click, by the seed document that they are about; the last one it does not answer."""

command = typer.Typer(
    help="Ask your own documents. Answers are sentences copied from them word for word, or an honest no.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
index_command = typer.Typer(help="Put documents in, take them out, look at what is there.", no_args_is_help=True)
login_command = typer.Typer(help="Say who may use a chat that others can reach.", no_args_is_help=True)
command.add_typer(index_command, name="index")
command.add_typer(login_command, name="login")
command.add_typer(eval_command, name="eval")

Work = Callable[[ProgressCallback], Changes]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        envvar="VERBATIM_STORE",
        help="The folder that holds the store.",
        show_default="your data folder",
    ),
]
LoginFile = Annotated[Path, typer.Argument(help="The file of names and hashes.", show_default=False)]
PathsArgument = Annotated[list[Path], typer.Argument(help="Files and folders.", show_default=False)]


@command.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Answer one question with cited sentences."""
    with Index.open(store) as index:
        result = answer(question, index=index)
    if as_json:
        print(json.dumps(as_dict(result), ensure_ascii=False, indent=2))
    else:
        _print_answer(result)


@command.command()
def chat(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders to add first.", show_default=False)
    ] = None,
    *,
    store: StoreOption = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 7860,
    watch: Annotated[bool, typer.Option("--watch", help="Follow every change of the folders.")] = False,
    login: Annotated[
        Path | None,
        typer.Option(help="Ask who comes in: a file of `verbatim login add`.", show_default=False),
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A name that browsers may call this machine by.", show_default=False)
    ] = None,
) -> None:
    """Open the chat in a browser. Beyond this machine it needs --login, and a proxy in front of it for https."""
    from ui.server import load_libraries, serve

    threading.Thread(target=load_libraries, daemon=True).start()
    with Index.open(store) as index:
        if paths:
            _print_changes(_with_progress(lambda progress: index.add(paths, progress=progress)))
        for folder in [path for path in paths or [] if watch and path.is_dir()]:
            threading.Thread(target=_follow, args=(index, folder), daemon=True).start()
        from ui.login import Logins

        serve(
            index,
            host=host,
            port=port,
            examples=example_questions(index),
            logins=Logins(login) if login else None,
            allowed_hosts=allow_host or (),
            ready=lambda address: _say_where(address, login=login is not None),
        )


def _say_where(address: str, *, login: bool) -> None:
    console.print(f"Verbatim is listening on [bold]{address}[/bold]  (Ctrl-C ends it)")
    if login:
        errors.print(
            "There is no encryption: passwords and documents cross the network as they are. Put a proxy with https in "
            "front that passes the Host header on, and let Verbatim listen on 127.0.0.1.",
            style="yellow",
        )


def _follow(index: Index, folder: Path) -> None:
    """Print what every change of a folder did to the store, without end."""
    for changes in index.watch(folder):
        _print_changes(changes)


@login_command.command("add")
def add_login(
    file: LoginFile, name: Annotated[str, typer.Argument(help="The name to log in with.", show_default=False)]
) -> None:
    """Let a name in with a password, which is asked for; or give it another one."""
    from ui.login import Logins

    Logins(file).add(name, typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    console.print(Text(f"{_printable(name)} can log in to `verbatim chat --login {file}`."))


@login_command.command("remove")
def remove_login(file: LoginFile, name: Annotated[str, typer.Argument(help="The name.", show_default=False)]) -> None:
    """Let a name in no more."""
    from ui.login import Logins

    Logins(file).remove(name)


@login_command.command("list")
def list_logins(file: LoginFile) -> None:
    """List the names."""
    from ui.login import Logins

    for name in Logins(file).names():
        console.print(Text(_printable(name)))


@index_command.command()
def add(paths: PathsArgument, store: StoreOption = None) -> None:
    """Add or update documents."""
    with Index.open(store) as index:
        _finish(_with_progress(lambda progress: index.add(paths, progress=progress)))


@index_command.command()
def sync(
    folder: Annotated[Path, typer.Argument(help="The folder.")],
    store: StoreOption = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and follow every change of the folder.")] = False,
) -> None:
    """Make the store agree with a folder: add, update, and remove what is gone from it."""
    with Index.open(store) as index:
        changes = _with_progress(lambda progress: index.sync(folder, progress=progress))
        if not watch:
            _finish(changes)
            return
        _print_changes(changes)
        console.print(f"Watching {escape(str(folder))}  (Ctrl-C ends it)")
        _follow(index, folder)


@index_command.command()
def remove(
    names: Annotated[
        list[str],
        typer.Argument(help="Ids or sources, as `verbatim index status` lists them; a folder stands for all in it."),
    ],
    store: StoreOption = None,
    receipt: Annotated[
        bool, typer.Option("--receipt", help="Search every file of the store for what was removed.")
    ] = False,
) -> None:
    """Remove documents, so that nothing of them is left in the store."""
    with Index.open(store) as index:
        sources = [source for entry in index.listing() for source in (entry.source, *entry.also)]
        changes = index.remove([one for name in names for one in _named(name, sources)], receipt=receipt)
        _print_changes(changes)
    if changes.receipt:
        _print_receipt(changes.receipt)
        raise typer.Exit(1 if changes.receipt.traces else 0)


def _named(name: str, sources: Sequence[str]) -> list[str]:
    """Return the sources that a path stands for: its own, or those of the files in a folder; or the name as it is."""
    path = Path(name).expanduser().absolute()
    return [source for source in sources if Path(source).is_relative_to(path)] or [name]


@index_command.command()
def status(store: StoreOption = None) -> None:
    """List the documents and say how the store is."""
    with Index.open(store) as index:
        state, entries = index.status(), index.listing()
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "title", "pages", "sentences", "source"):
        table.add_column(heading, justify="right" if heading in ("pages", "sentences") else "left", overflow="fold")
    for entry in entries:
        table.add_row(entry.id, escape(entry.title), f"{entry.pages:,}", f"{entry.sentences:,}", escape(entry.source))
    console.print(table)
    console.print(
        f"\ndocuments: {state.documents}, passages: {state.passages}, sentences: {state.sentences}, "
        f"in {escape(state.path)}\n"
        f"encoder: {state.encoder or 'none yet'}; vectors: {state.vectors}; words: {state.lexical}"
    )


@index_command.command()
def verify(store: StoreOption = None) -> None:
    """Check every law on all that the store holds; changes no document."""
    with Index.open(store) as index:
        faults = index.verify()
        for fault in faults:
            errors.print(Text(_printable(fault), style="red"), soft_wrap=True)
        if faults:
            errors.print("`verbatim index rebuild` makes the caches anew; add damaged documents again.")
            raise typer.Exit(1)
        state = index.status()
        console.print(
            f"All is well: documents: {state.documents}, passages: {state.passages}, sentences: {state.sentences}."
        )


@index_command.command()
def rebuild(store: StoreOption = None) -> None:
    """Make the search caches anew from the catalog; nothing is read or embedded again."""
    with Index.open(store) as index:
        index.rebuild()
        console.print(f"The caches are made anew (passages: {index.status().passages}).")


def example_questions(index: Index) -> list[str]:
    """Return questions to click: those about the seed article, while it is in the store."""
    sources = {Path(entry.source).name for entry in index.listing()}
    return [question for name, questions in EXAMPLES.items() if name in sources for question in questions]


def as_dict(result: Answer) -> dict[str, object]:
    """Return what ``ask --json`` prints: the fields of an `Answer` that other programs rely on."""
    return {
        "question": result.question,
        "query": result.query,
        "text": result.text,
        "abstained": result.abstained,
        "confidence": result.confidence,
        "short": result.short,
        "reason": result.reason,
        "citations": [dataclasses.asdict(citation) for citation in result.citations],
        "nearest": dataclasses.asdict(result.nearest) if result.nearest else None,
        "missing": list(result.missing),
        "seconds": dict(result.seconds),
    }


# ---- printing: everything that comes from a document is escaped or printed as plain text ----


def _print_answer(result: Answer) -> None:
    if result.abstained:
        console.print(Text(result.reason, style="yellow"))
        if result.missing:
            console.print(Text("Nowhere in your documents: " + ", ".join(result.missing), style="dim"))
        if result.nearest:
            console.print(Text("\nNearest sentence, not an answer:", style="dim"))
            _print_citation(result.nearest, mark=False)
        return
    if result.short:
        console.print(Text(result.short, style="bold"))
    for citation in result.citations:
        _print_citation(citation)
    for part in result.unanswered:
        console.print(Text(f"\nThe documents do not seem to say: {_printable(part)}", style="yellow"))
    console.print(Text(f"\nconfidence {result.confidence:.2f}", style="dim"))


def _print_citation(citation: Citation, *, mark: bool = True) -> None:
    quotation = Text(_printable(citation.text))
    if mark and citation.answer:
        quotation.stylize(
            "bold underline", citation.answer.start - citation.start, citation.answer.end - citation.start
        )
    number = f"[{citation.number}] " if mark else ""
    console.print(Text.assemble((number, "cyan"), "“", quotation, "”"))
    place = f"{_printable(citation.title)}, page {citation.page}, characters {citation.start}–{citation.end}"
    console.print(Text(f"    {place}", style="dim"))


def _printable(text: str) -> str:
    """Replace control characters, which could move the cursor or recolour the terminal, one for one."""
    return "".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text)


def _print_changes(changes: Changes) -> None:
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
    console.print(", ".join(said) or "Nothing changed.")
    for failure in changes.failed:
        errors.print(Text(f"{_printable(failure.source)}: {failure.reason}", style="red"))


def _print_receipt(receipt: Receipt) -> None:
    looked_for = f"{receipt.sentences} sentences and {receipt.vectors} vectors of what was removed"
    searched = f"in all {receipt.files} files of the store ({receipt.bytes:,} bytes)"
    if receipt.traces:
        errors.print(Text(f"Looked for {looked_for} {searched}; found in {', '.join(receipt.traces)}.", style="red"))
    else:
        console.print(f"Looked for {looked_for} {searched}: none is left.")


def _finish(changes: Changes) -> None:
    _print_changes(changes)
    if changes.failed:
        raise typer.Exit(1)


class _Rate(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


def _with_progress(work: Work) -> Changes:
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
                    task, completed=done, total=total, description=_printable(stage)[:40]
                )
            )
    except KeyboardInterrupt:
        errors.print("Stopped. Every document that was finished is in; the same command goes on from there.")
        raise typer.Exit(130) from None


def main() -> None:
    """Run the command."""
    with plain_errors():
        command()
