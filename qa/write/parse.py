"""What a model has written so far -> its complete sentences, each with the numbers that it names.

A pure function of the text, asked again with every piece that comes. Models are told to write JSON; where they do not,
because their server cannot hold them to it, the marks that people write are read as well: ``[1][2]``, ``[1, 2]``,
``(1)``, ``[Evidence 1]``. What a model thinks aloud before it answers is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from index.sentences import sentence_spans

MOST_CHARS: Final = 8_000
"""No more of what a model writes is read; an answer has some hundred characters."""

MOST_NUMBERS: Final = 8
"""Numbers read of one sentence."""

_TRIES: Final = 200
"""Places of a text in which JSON is looked for, so that nothing a model writes can keep us busy."""

_THINKING = re.compile(r"<(think|thinking|reasoning|thought)>", re.IGNORECASE)
_THOUGHT = re.compile(r"</(?:think|thinking|reasoning|thought)>", re.IGNORECASE)
_CONTROL = re.compile(r"<\|[^|<>]{1,40}\|>|</s>|<end_of_turn>")
_FENCE = re.compile(r"^\s*```[\w-]*[ \t]*\n?|\n?```\s*$")

_NAMED = r"(?:(?:evidence|sources?|sentences?|citations?|refs?|nos?\.?|e|s)\s*+)?#?"
_LIST = rf"{_NAMED}\s*+\d{{1,4}}(?:\s*+(?:[,;&]|and|-|–)\s*+{_NAMED}\s*+\d{{1,4}})*"
_SPACE = r"(?<!\s)\s*+"
"""All the white space before something: tried once, not from each of its characters."""
_MARKS = re.compile(rf"{_SPACE}(?:\[\^?\s*+{_LIST}\s*\]|【\s*+{_LIST}[^】\n]{{0,20}}】)", re.IGNORECASE)
_ROUND_MARKS = re.compile(rf"{_SPACE}\(\s*(?:evidence\s*|source\s*)?\d{{1,2}}(?:\s*,\s*\d{{1,2}})*\s*\)", re.IGNORECASE)
_BEGUN_MARK = re.compile(rf"{_SPACE}(?:[\[【][^\]】\n]{{0,60}}|\([\d\s,]{{0,12}})$")
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_ENDED = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s*$")
_STOP = re.compile(r"[.!?…。！？][\"'”’»)\]]*(?=\s|$)")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)]|#{1,6})\s+")
_CREDIT = re.compile(r"^according to,\s*(\w?)|,? according to(?=\W*$)", re.IGNORECASE)
"""What is left of "according to [1]" without its mark."""
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")

_TEXT_KEYS: Final = ("text", "sentence", "claim", "statement", "content", "answer")
_JSON = re.compile(r"\{|\[\s*[\[{\"]")
_JSON_AFTER_PROSE = re.compile(rf'(?:\[\s*)?\{{\s*"(?:sentences|{"|".join(_TEXT_KEYS)})"\s*:')
_NUMBER_KEYS: Final = ("evidence", "citations", "numbers", "cites", "sources", "references", "refs", "ids")


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as it was written, and the numbers that it names, in their order."""

    text: str
    numbers: tuple[int, ...]


def drafts(text: str, *, complete: bool = False) -> list[Draft]:
    """Return the complete sentences of what was written so far, or all of them if it is ``complete``.

    Those of a longer text begin with those of a shorter one, unless it turns out that the model was thinking aloud.
    """
    body = _body(text)
    if (start := _opening(body)) is not None:
        return list(_from_json(body[start:]))
    return list(_from_prose(body, complete=complete and len(body) < MOST_CHARS))


def is_cut_off(text: str) -> bool:
    """Whether what was written is JSON that does not end."""
    body = _body(text)
    start = _opening(body)
    if start is None:
        return False
    try:
        json.JSONDecoder().raw_decode(body[start:])
    except (ValueError, RecursionError):
        return True
    return False


def _body(text: str) -> str:
    return _FENCE.sub("", _said(text)[:MOST_CHARS]).lstrip()


def _opening(body: str) -> int | None:
    """Return where the JSON begins, at once, in a fence or after some words; None if there is none."""
    if found := _JSON.match(body):
        return found.start()
    if (fence := body.find("```json")) >= 0:
        return found.start() if (found := _JSON.search(body, fence)) else len(body)
    return found.start() if (found := _JSON_AFTER_PROSE.search(body)) else None


def _said(text: str) -> str:
    """Leave out what the model thinks aloud, and the marks by which its server parts one thing from another."""
    text = _THOUGHT.split(text)[-1]  # some servers keep the opening mark to themselves
    text = text[: found.start()] if (found := _THINKING.search(text)) else text
    before, final, after = text.rpartition("<|channel|>final<|message|>")
    text = after if final else before.partition("<|channel|>")[0] if "<|channel|>" in text else text
    return _CONTROL.sub("", text)


# ---- JSON, whole or cut off ----


def _from_json(text: str) -> Iterator[Draft]:
    """Yield the sentences of all objects that are complete, wherever they stand; a cut off one is passed over."""
    decoder, at = json.JSONDecoder(), 0
    for _ in range(_TRIES):
        at = min((place for place in (text.find("{", at), text.find("[", at)) if place >= 0), default=-1)
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        yield from _from_value(value)
        at = end


def _from_value(value: Any) -> Iterator[Draft]:  # noqa: ANN401 - whatever JSON a model writes
    """Yield the sentences in a decoded value: objects with a text and numbers, or texts with marks."""
    if isinstance(value, str):
        if len(value.split()) > 1:
            yield from _from_prose(value, complete=True)
    elif isinstance(value, list):
        for item in value:
            yield from _from_value(item)
    elif isinstance(value, dict):
        text = next((value[key] for key in _TEXT_KEYS if isinstance(value.get(key), str)), None)
        if text is None:
            for item in value.values():
                if isinstance(item, dict | list):
                    yield from _from_value(item)
            return
        named = next((value[key] for key in _NUMBER_KEYS if key in value), ())
        numbers = _numbers_in(named)
        for draft in _from_prose(text, complete=True, round_marks=not numbers):
            yield Draft(draft.text, _few([*numbers, *draft.numbers]))


def _numbers_in(value: Any) -> list[int]:  # noqa: ANN401 - whatever JSON a model writes
    """Return the numbers that are named by a number, a text such as "[1, 2]", or a list of these."""
    if isinstance(value, bool):
        return []
    if isinstance(value, int):
        return [value]
    if isinstance(value, str):
        return _listed(value)
    if isinstance(value, list):
        return [number for item in value[:MOST_NUMBERS] if not isinstance(item, list) for number in _numbers_in(item)]
    if isinstance(value, dict):
        return _numbers_in(next((value[key] for key in ("number", "n", "id") if key in value), ""))
    return []


# ---- prose with marks ----


def _from_prose(text: str, *, complete: bool, round_marks: bool = True) -> Iterator[Draft]:
    """Yield the sentences of plain text; the last one only if it is ``complete`` or something comes after it.

    Where the numbers are named apart, round brackets are no marks: "thirty (30) days".
    """
    lines = text.split("\n")
    for place, line in enumerate(lines):
        open_end = not complete and place == len(lines) - 1
        yield from _from_line(line, complete=not open_end, round_marks=round_marks)


def _from_line(line: str, *, complete: bool, round_marks: bool) -> Iterator[Draft]:
    line = _EMPHASIS.sub(r"\2", _BULLET.sub("", line))
    whole = line if complete else _BEGUN_MARK.sub("", line)
    pieces = [piece for piece in _pieces(whole, round_marks=round_marks) if piece[0].strip()]
    for text, marks in pieces[:-1]:
        yield from _numbered(text, marks)
    if pieces:
        last = list(_numbered(*pieces[-1]))
        yield from last if complete else last[:-1]


Marks = list[tuple[int, list[int]]]
"""Where in a text marks stood, and what they named."""


def _pieces(line: str, *, round_marks: bool) -> Iterator[tuple[str, Marks]]:
    """Yield a line in pieces, each without its marks. A piece ends where a full stop and a mark meet.

    In a line that begins with a mark, marks stand before what they belong to.
    """
    pattern = _ROUND_MARKS if round_marks and not _MARKS.search(line) else _MARKS
    found = list(pattern.finditer(line))
    before = bool(found) and not line[: found[0].start()].strip()
    text, marks, at = "", Marks(), 0
    for mark in found:
        text += line[at : mark.start()]
        at = mark.end()
        if before and text.strip():
            yield text, marks
            text, marks = "", []
        marks.append((0 if before else len(text), _listed(mark[0])))
        if before or pattern.match(line, at):
            continue
        if stop := _STOP.match(line, at):
            text, at = text + stop[0], stop.end()
        if _ENDED.search(text):
            yield text, marks
            text, marks = "", []
    yield text + line[at:], marks


def _numbered(text: str, marks: Marks) -> Iterator[Draft]:
    """Yield the sentences of a piece, each with the numbers of the marks that stood in it or right after it."""
    spans = sentence_spans(text)
    for place, span in enumerate(spans):
        until = spans[place + 1].start if place + 1 < len(spans) else len(text)
        named = [number for at, numbers in marks if span.start < at <= until or at == 0 for number in numbers]
        said = " ".join(span.of(text).split())
        yield Draft(_CREDIT.sub(lambda found: (found[1] or "").upper(), said), _few(named))


def _listed(text: str) -> list[int]:
    """Return the numbers of a mark; a short range stands for all in it."""
    spread = _RANGE.sub(lambda found: " ".join(map(str, _range(int(found[1]), int(found[2])))), text)
    return [int(number) for number in re.findall(r"\d{1,4}", spread)]


def _range(first: int, last: int) -> list[int]:
    return list(range(first, last + 1)) if first <= last < first + MOST_NUMBERS else [first, last]


def _few(numbers: list[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))[:MOST_NUMBERS]
