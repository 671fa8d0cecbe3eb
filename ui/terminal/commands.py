"""The terminal command ``verbatim``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

# Nothing leaves the machine. Set before any library looks.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import typer
from rich.text import Text

from evals.command import command as eval_command
from evals.command import path, plain_errors
from index import Index
from qa.address import find
from qa.display import printable
from qa.types import RECOGNISED
from qa.write import Writer, open_writer
from ui.questions import QuestionError
from ui.terminal import pipe
from ui.terminal.indexing import StoreOption, follow, opened
from ui.terminal.indexing import command as index_command
from ui.terminal.naming import chosen
from ui.terminal.printing import console, errors, print_changes, with_progress

command = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
login_command = typer.Typer(help="Say who may use a chat that others can reach.", no_args_is_help=True)
command.add_typer(index_command, name="index")
command.add_typer(login_command, name="login")
command.add_typer(eval_command, name="eval")

HOST, PORT = "127.0.0.1", 7860

HostOption = Annotated[str, typer.Option(help="The address to listen on.")]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes one that is free.")]
LoginOption = Annotated[
    Path | None, typer.Option(parser=path, help="Ask who comes in: a file of `verbatim login add`.", show_default=False)
]
HostsOption = Annotated[
    list[str] | None, typer.Option(help="A name that browsers may call this machine by.", show_default=False)
]
LLMOption = Annotated[
    str | None,
    typer.Option(
        "--llm",
        envvar="VERBATIM_LLM",
        help="Have answers written out by a local model, each sentence checked: ollama:qwen3, "
        "llama-cpp:/path/to/model.gguf, openai-like:http://127.0.0.1:8080/v1#model.",
        show_default=False,
    ),
]
RemoteOption = Annotated[
    bool,
    typer.Option("--allow-remote-llm", help="Let the model be on another machine, which then sees what is quoted."),
]
AddedArgument = Annotated[
    list[Path] | None, typer.Argument(parser=path, help="Files and folders to add first.", show_default=False)
]
WatchOption = Annotated[bool, typer.Option("--watch", help="Follow every change of the folders.")]
LoginFile = Annotated[Path, typer.Argument(parser=path, help="The file of names and hashes.", show_default=False)]


def _say_version(wanted: bool) -> None:
    if wanted:
        console.print(f"verbatim {version('verbatim-qa')}")
        raise typer.Exit


@command.callback()
def before_every_command(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is, and end."),
    ] = False,
) -> None:
    """Ask your own documents. Answers are sentences copied from them word for word, or an honest no."""


@command.command()
def ask(
    question: Annotated[
        list[str] | None,
        typer.Argument(help="The question, best in quotation marks; - reads questions from a pipe."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            parser=path,
            help="Ask the questions of a file, one a line, or JSON lines with a question.",
            show_default=False,
        ),
    ] = None,
    store: StoreOption = None,
    form: Annotated[
        pipe.Form,
        typer.Option("--format", help="text; json; markdown with footnotes; W3C Web Annotations (JSON-LD)."),
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    *,
    documents: Annotated[
        list[str] | None,
        typer.Option(
            "--documents",
            help="Ask only this document, by name, title, id or path, or those of a folder; may be given again.",
            show_default=False,
        ),
    ] = None,
    max_error: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="The share of wrong answers, among those given, that you can live with.",
            show_default="the reader's own",
        ),
    ] = None,
    llm: LLMOption = None,
    allow_remote_llm: RemoteOption = False,
) -> None:
    """Answer with cited sentences.

    The exit status is 0 where everything was answered, 3 where the documents do not say something that was asked or
    nothing was (""), and 2 where something could not be asked. Of many questions JSON is one line each.
    """
    asked = " ".join(question) if question else None
    if (asked is None) == (file is None):
        raise QuestionError('ask one thing: verbatim ask "How many?", or --file FILE, or - to read from a pipe')
    writer = _writer(llm, allow_remote_llm)
    with opened(store) as index:
        way = pipe.Way(
            index,
            "json" if as_json else form,
            chosen(documents, index.listing()) if documents else None,
            max_error,
            writer,
        )
        raise typer.Exit(pipe.ask("-" if asked is None else asked, way, file=file))


def _writer(llm: str | None, allow_remote: bool) -> Writer | None:
    """Return what is to write answers out, if anything."""
    return open_writer(llm, allow_remote=allow_remote) if llm else None


@command.command(name="check")
def check_text(
    file: Annotated[
        Path, typer.Argument(parser=path, help="A text or Markdown, or the JSON of an answer; - for a pipe.")
    ],
    store: StoreOption = None,
    only_cited: Annotated[bool, typer.Option("--cited", help="Look only at sentences that cite something.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check a text with citations against your documents: which sentences hold, which do not, and why.

    Marks like [1] are looked up in the references at its end, by name or by the words that they quote. The exit status
    is 0 where everything holds, 4 where something does not, and 2 where it could not be checked.
    """
    from ui.terminal.check import check

    with opened(store) as index:
        raise typer.Exit(check(index, file, as_json=as_json, only_cited=only_cited))


@command.command(name="open")
def open_address(
    address: Annotated[str, typer.Argument(help="verbatim:document@revision#char=start,end, in quotation marks.")],
    store: StoreOption = None,
) -> None:
    """Show the sentence at an address, between its neighbours."""
    with opened(store) as index:
        place = find(address, index)
    document = place.document
    console.print(Text(printable(document.title), style="bold"))
    characters = f"characters {span.start}–{span.end}" if (span := place.address.span) else ""
    where = ", ".join(filter(None, (document.source, place.where, characters)))
    console.print(Text(printable(where), style="dim"))
    if place.recognised:
        console.print(Text(f"The words were {RECOGNISED}; where they differ, the page is right.", style="yellow"))
    if document.changed_since:
        console.print(Text("The document has changed since; this is how it was when it was quoted.", style="yellow"))
    console.print()
    parts = ((place.before, "dim"), (place.text, "bold"), (place.after, "dim"))
    console.print(Text("\n").join(Text(printable(words), style=style) for words, style in parts if words))


@command.command()
def chat(
    paths: AddedArgument = None,
    *,
    store: StoreOption = None,
    host: HostOption = HOST,
    port: PortOption = PORT,
    watch: WatchOption = False,
    login: LoginOption = None,
    allow_host: HostsOption = None,
    terminal: Annotated[bool, typer.Option("--terminal", help="Talk here, without a browser.")] = False,
    llm: LLMOption = None,
    allow_remote_llm: RemoteOption = False,
) -> None:
    """Open the chat in a browser, or in this terminal. Beyond this machine it needs --login, and a proxy for https."""
    from ui.server.web import ServeError, load_libraries, serve

    network = {"--host": host != HOST, "--port": port != PORT, "--login": login, "--allow-host": allow_host}
    if terminal and any(network.values()):
        given = ", ".join(option for option, value in network.items() if value)
        raise ServeError(f"with --terminal nobody else can come in, so that {given} would do nothing: leave it out")
    writer = _writer(llm, allow_remote_llm)
    if not terminal:
        threading.Thread(target=load_libraries, daemon=True).start()
    with _filled(store, paths, watch=watch) as index:
        if terminal:
            from ui.terminal.talk import Talk

            Talk(index, console, writer).run(lambda: console.input("\n[bold]›[/bold] "))
            return
        from ui.server.login import Logins

        serve(
            index,
            host=host,
            port=port,
            logins=Logins(login) if login else None,
            allowed_hosts=allow_host or (),
            writer=writer,
            ready=lambda address: _say_where(address, login=login is not None),
        )


@contextmanager
def _filled(store: Path | None, paths: list[Path] | None, *, watch: bool) -> Iterator[Index]:
    """Open a store, add files and folders to it, and follow the folders while it is open."""
    folders = [path for path in paths or [] if path.is_dir()]
    if watch and not folders:
        from ui.server.web import ServeError

        raise ServeError("--watch follows folders, and none is named: name one to add and to follow")
    with Index.open(store) as index:
        if paths:
            print_changes(with_progress(lambda progress: index.add(paths, progress=progress)))
        for folder in folders if watch else ():
            threading.Thread(target=follow, args=(index, folder), daemon=True).start()
        yield index


def _say_where(address: str, *, login: bool) -> None:
    console.print(f"Verbatim is listening on [bold]{address}[/bold]  (Ctrl-C ends it)")
    if login:
        errors.print(
            "There is no encryption: passwords, keys and documents cross the network as they are. Put a proxy with "
            "https in front that passes the Host header on, and let Verbatim listen on 127.0.0.1.",
            style="yellow",
        )


@command.command()
def serve(
    paths: AddedArgument = None,
    *,
    store: StoreOption = None,
    host: HostOption = HOST,
    port: PortOption = PORT,
    keys: Annotated[
        Path | None,
        typer.Option(
            parser=path, help="A file of API keys, one a line; needed beyond this machine.", show_default=False
        ),
    ] = None,
    watch: WatchOption = False,
    login: LoginOption = None,
    allow_host: HostsOption = None,
    llm: LLMOption = None,
    allow_remote_llm: RemoteOption = False,
) -> None:
    """Serve programs: the chat, an HTTP API (/v1, which OpenAI's clients understand) and assistants (/mcp)."""
    from ui.api import read_keys
    from ui.server.login import Logins
    from ui.server.service import serve as serve_all

    def say(address: str, with_chat: bool) -> None:
        _say_where(address, login=keys is not None or login is not None)
        console.print(f"Programs: {address}/v1 (described by {address}/v1/openapi.json)", soft_wrap=True)
        console.print(f"Assistants: {address}/mcp", soft_wrap=True)
        if not with_chat:
            console.print("The chat is left out: others could reach it, and it has no --login.")

    allowed = read_keys(keys) if keys else frozenset()
    writer = _writer(llm, allow_remote_llm)
    with _filled(store, paths, watch=watch) as index:
        serve_all(
            index,
            host=host,
            port=port,
            keys=allowed,
            logins=Logins(login) if login else None,
            allowed_hosts=allow_host or (),
            writer=writer,
            ready=say,
        )


@command.command()
def mcp(
    store: StoreOption = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Offer no tool that adds documents.")] = False,
) -> None:
    """Serve an assistant over stdin and stdout (the Model Context Protocol)."""
    from ui.api.assistants import run_over_pipes

    if sys.stdin.isatty():
        errors.print("An assistant starts this and talks to it (see docs/programs.md). Ctrl-C ends it.", style="yellow")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's own way to end would wait for the thread that reads stdin
    with Index.open(store) as index:
        run_over_pipes(index, read_only=read_only)


@login_command.command("add")
def add_login(
    file: LoginFile, name: Annotated[str, typer.Argument(help="The name to log in with.", show_default=False)]
) -> None:
    """Let a name in with a password, which is asked for; or give it another one."""
    from ui.server.login import Logins

    Logins(file).add(name, typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    console.print(Text(f"{printable(name)} can log in to `verbatim chat --login {file}`."))


@login_command.command("remove")
def remove_login(file: LoginFile, name: Annotated[str, typer.Argument(help="The name.", show_default=False)]) -> None:
    """Let a name in no more."""
    from ui.server.login import Logins

    Logins(file).remove(name)


@login_command.command("list")
def list_logins(file: LoginFile) -> None:
    """List the names."""
    from ui.server.login import LoginError, Logins

    names = Logins(file).names()
    if not names and not file.exists():
        raise LoginError(f"there is no file {file}; `verbatim login add {file} NAME` makes it")
    for name in names:
        console.print(Text(printable(name)))


def main() -> None:
    """Run the command."""
    with plain_errors():
        command(prog_name="verbatim")
