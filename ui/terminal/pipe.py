"""Asking from a terminal, a script or a pipe: one question or many, answers as text or in a form for programs."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, Final, Literal

from rich.console import Console
from rich.text import Text

from index import EmptyStoreError, Index, VerbatimError
from qa import Answer, answer, stream
from qa.display import printable
from qa.export import to_annotations, to_dict, to_markdown
from qa.write import Writer
from ui.questions import Asked, QuestionError, checked_question, read_questions
from ui.terminal.telling import tell

Form = Literal["text", "json", "markdown", "annotation"]

ANSWERED: Final = 0
NOT_SAID: Final = 3
"""The exit status of a question that the documents do not answer."""
FAILED: Final = 2
"""The exit status of an error."""

_WORSE = (ANSWERED, NOT_SAID, FAILED).index
"""Of several questions the worst one counts, and an error is worse than a refusal."""

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def ask(
    index: Index, question: str, *, file: Path | None = None, form: Form = "text", writer: Writer | None = None
) -> int:
    """Ask one question, or those of a file or of what is piped in (``-``), and return the exit status.

    Of one question JSON is set out over several lines; of many it is one line each, written as soon as it is known.
    With a ``writer`` answers are written out; as text that is shown as it comes.
    """
    if file is None and question != "-":
        return _ask(Asked(1, checked_question(question)), form, index, writer, indent=2)
    with _opened(file) as lines:
        asked = read_questions(lines)
        return max((_ask_line(one, form, index, writer) for one in asked), key=_WORSE, default=ANSWERED)


def _opened(file: Path | None) -> AbstractContextManager[BinaryIO]:
    """Return the bytes to read questions from: a file, or what is piped in."""
    if file is None or str(file) == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return file.open("rb")
    except OSError as error:
        raise QuestionError(f"{file} cannot be read ({error.strerror}); name a file of questions") from error


def _ask_line(asked: Asked, form: Form, index: Index, writer: Writer | None) -> int:
    """Answer one of several questions, and return what it adds to the exit status."""
    named = {} if asked.id is None else {"id": asked.id}
    try:
        if asked.trouble:
            raise QuestionError(asked.trouble)
        if form == "text":
            console.print(Text(f"\n{printable(asked.question)}", style="dim"))
        return _ask(asked, form, index, writer, named)
    except EmptyStoreError:
        raise  # it is the same for every question
    except VerbatimError as error:
        if form in {"json", "annotation"}:
            _print_json({**named, "line": asked.number, "error": str(error)})
        else:
            errors.print(Text(f"line {asked.number}: {printable(str(error))}", style="red"))
        return FAILED


def _ask(
    asked: Asked,
    form: Form,
    index: Index,
    writer: Writer | None,
    named: dict[str, str | int] | None = None,
    *,
    indent: int | None = None,
) -> int:
    """Answer one question in a form, and return its exit status."""
    if form == "text" and writer is not None:
        result = tell(stream(asked.question, index=index, history=asked.history, writer=writer), console)
        return _status(result)
    result = answer(asked.question, index=index, history=asked.history, writer=writer)
    return _said(result, form, index, named, indent=indent)


def _said(
    result: Answer, form: Form, index: Index, named: dict[str, str | int] | None = None, *, indent: int | None = None
) -> int:
    """Write an answer in a form and return its exit status."""
    if form == "json":
        _print_json({**(named or {}), **to_dict(result)}, indent)
    elif form == "annotation":
        _print_json({**(named or {}), **to_annotations(result, index)}, indent)
    elif form == "markdown":
        _print(to_markdown(result))
    else:
        console.print(result)
    return _status(result)


def _status(result: Answer) -> int:
    return NOT_SAID if result.abstained and result.reply is None else ANSWERED


def _print_json(fields: dict[str, object], indent: int | None = None) -> None:
    _print(json.dumps(fields, ensure_ascii=False, indent=indent))


def _print(text: str) -> None:
    """Write text in UTF-8 at once, whatever the terminal's own encoding, so that a reader need not wait for the end."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.buffer.flush()
