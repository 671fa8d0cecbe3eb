"""Questions from a file or a pipe, one a line: plain text, or a JSON object with a ``question``.

Lines are read one after another and each is answered before the next is read, so a file may be of any size. A line that
is no question is an error of its own, with its number; the next one is still asked.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from index.errors import VerbatimError

MAX_QUESTION_CHARS: Final = 8_000
"""Longer questions are refused; a question has a sentence or two."""

MAX_LINE_BYTES: Final = 1_000_000
"""A longer line is refused without being kept in memory."""

MAX_HISTORY: Final = 200
"""Earlier questions that are read with one."""


class QuestionError(VerbatimError):
    """What was given is no question; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a line: ``number`` counts lines from 1, ``id`` is what the line named it, or None."""

    number: int
    question: str = ""
    id: str | int | None = None
    history: tuple[str, ...] = ()
    trouble: str | None = None


def checked_question(text: str) -> str:
    """Return a question as it is. Raises `QuestionError` if it is too long or not Unicode text."""
    if len(text) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"this question has {len(text):,} characters; at most {MAX_QUESTION_CHARS:,} can be asked: ask for one "
            "thing in a sentence or two"
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QuestionError("this question is not UTF-8 text; save the file as UTF-8") from error
    return text


def read_questions(stream: BinaryIO) -> Iterator[Asked]:
    """Yield the questions of a stream, line by line; empty lines are passed over. Never raises for what a line says."""
    for number, line in _lines(stream):
        try:
            if line is None:
                raise QuestionError(f"this line has more than {MAX_LINE_BYTES:,} bytes")
            yield _asked(number, line.decode())
        except UnicodeDecodeError as error:
            yield Asked(number, trouble=f"this line is not UTF-8 text (byte {error.start + 1}); save the file as UTF-8")
        except QuestionError as error:
            yield Asked(number, trouble=str(error))


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line that holds something, with its number; None for one that is too long."""
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE_BYTES)
            yield number, None
        elif line := line.removeprefix(BOM_UTF8 if number == 1 else b"").strip():
            yield number, line


def _asked(number: int, line: str) -> Asked:
    if not line.startswith("{"):
        return Asked(number, checked_question(line))
    try:
        row: dict[str, Any] = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise QuestionError(f"this line begins with {{ and is not JSON: {error}") from error
    question, history, given = row.get("question"), row.get("history", []), row.get("id")
    if not isinstance(question, str):
        raise QuestionError('this line has no "question", a text')
    if not isinstance(history, list) or not all(isinstance(earlier, str) for earlier in history):
        raise QuestionError('"history" has to be a list of earlier questions, texts')
    if given is not None and not (isinstance(given, str | int) and not isinstance(given, bool)):
        raise QuestionError('"id" has to be a text or a whole number')
    earlier = tuple(map(checked_question, history[-MAX_HISTORY:]))
    return Asked(number, checked_question(question), given, earlier)
