"""Asking from a terminal, a script or a pipe: one question or many, answers as text or in a form for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

from rich.text import Text

from index import EmptyStoreError, Index, VerbatimError
from qa import Answer, stream
from qa.display import printable
from qa.export import to_annotations, to_dict, to_markdown
from qa.write import Writer
from ui.questions import Asked, QuestionError, checked_question, read_questions
from ui.terminal.printing import console, errors
from ui.terminal.telling import tell

Form = Literal["text", "json", "markdown", "annotation"]

ANSWERED: Final = 0
NOT_SAID: Final = 3
"""The exit status of a question that the documents do not answer."""
FAILED: Final = 2
"""The exit status of an error."""

_WORSE = (ANSWERED, NOT_SAID, FAILED).index
"""Of several questions the worst one counts, and an error is worse than a refusal."""


@dataclass(frozen=True, slots=True)
class Way:
    """How every question is asked, and in which form it is answered; see `qa.answer`."""

    index: Index
    form: Form = "text"
    documents: Collection[str] | None = None
    max_error: float | None = None
    writer: Writer | None = None

    def stream(self, asked: Asked) -> Iterator[Answer]:
        """Answer a question, as it goes."""
        return stream(
            asked.question,
            index=self.index,
            history=asked.history,
            documents=self.documents,
            max_error=self.max_error,
            writer=self.writer,
        )


def ask(question: str, way: Way, *, file: Path | None = None) -> int:
    """Ask one question, or those of a file or of what is piped in (``-``), and return the exit status.

    Of one question JSON is set out over several lines; of many it is one line each, written as soon as it is known.
    With a writer answers are written out; as text that is shown as it comes.
    """
    if file is None and question != "-":
        return _ask(Asked(1, checked_question(question)), way, indent=2)
    with _opened(file) as lines:
        asked = read_questions(lines)
        return max((_ask_line(one, way) for one in asked), key=_WORSE, default=ANSWERED)


def _opened(file: Path | None) -> AbstractContextManager[BinaryIO]:
    """Return the bytes to read questions from: a file, or what is piped in."""
    if file is None or str(file) == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return file.open("rb")
    except OSError as error:
        raise QuestionError(f"{file} cannot be read ({error.strerror}); name a file of questions") from error


def _ask_line(asked: Asked, way: Way) -> int:
    """Answer one of several questions, and return what it adds to the exit status."""
    named = {} if asked.id is None else {"id": asked.id}
    try:
        if asked.trouble:
            raise QuestionError(asked.trouble)
        if way.form == "text":
            console.print(Text(f"\n{printable(asked.question)}", style="dim"))
        return _ask(asked, way, named)
    except EmptyStoreError:
        raise  # it is the same for every question
    except VerbatimError as error:
        if way.form in {"json", "annotation"}:
            _print_json({**named, "line": asked.number, "error": str(error)})
        else:
            errors.print(Text(f"line {asked.number}: {printable(str(error))}", style="red"))
        return FAILED


def _ask(asked: Asked, way: Way, named: dict[str, str | int] | None = None, *, indent: int | None = None) -> int:
    """Answer one question in a form, and return its exit status."""
    if way.form == "text":
        return _status(tell(way.stream(asked), console))
    *_, result = way.stream(asked)
    if way.form == "json":
        _print_json({**(named or {}), **to_dict(result)}, indent)
    elif way.form == "annotation":
        _print_json({**(named or {}), **to_annotations(result, way.index)}, indent)
    else:
        _print(to_markdown(result))
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
