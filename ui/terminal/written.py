"""A text with citations -> its sentences, the marks that each bears, and what the marks stand for.

Marks are ``[1]``, ``[1, 2]``, ``[2-4]``, ``[^note]`` and addresses (``verbatim:...``). What they stand for is listed at
the end, or in footnotes: ``[1]: report.pdf "the sentence"``, ``[2] report.pdf``, ``[^3]: verbatim:...``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from index.errors import VerbatimError
from index.sentences import sentence_spans
from qa.export import ExportError, from_json
from qa.types import Answer

MAX_TEXT_BYTES: Final = 5_000_000
"""A longer text is refused."""

MAX_SENTENCES: Final = 5_000

MOST_IN_RANGE: Final = 50
"""Of [2-400] no more marks are read."""

MOST_REFERENCE_CHARS: Final = 2_000
"""A longer reference does not go on in the next line."""


class WrittenError(VerbatimError):
    """What was given is no text to check; the message says why."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a mark stands for: an address, or a source by name and perhaps words quoted from it; ``said`` is its line.

    ``text`` are the words that stand at the address, where they were given with it.
    """

    said: str
    address: str | None = None
    source: str | None = None
    quote: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it is written, ``text[start:end]``, and without its marks; the marks in order."""

    start: int
    end: int
    claim: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A text to check: its sentences that claim something, and its references by their mark."""

    sentences: tuple[Sentence, ...]
    references: Mapping[str, Reference] = field(repr=False)


# ---- reading -----------------------------------------------------------------------------------------------------


def read_written(data: bytes, name: str) -> list[Written]:
    """Return the texts of a file: one, or as many as it holds answers in JSON (`qa.export`).

    Raises `WrittenError` for what is no text in UTF-8, is empty, or is too long.
    """
    if len(data) > MAX_TEXT_BYTES:
        raise WrittenError(f"{name} has {len(data):,} bytes; at most {MAX_TEXT_BYTES:,} are checked: check it in parts")
    if b"\0" in data:
        raise WrittenError(f"{name} is no text (it holds zero bytes); save it as plain text or Markdown in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrittenError(f"{name} is not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from error
    if not text.strip():
        raise WrittenError(f"{name} is empty; give it a text with sentences to check")
    if text.lstrip().startswith("{") and (answers := _answers(text, name)) is not None:
        return [_of_answer(answer) for answer in answers]
    return [_of_text(text, name)]


def _answers(text: str, name: str) -> list[Answer] | None:
    """Return the answers that a text is in JSON, whole or one a line; None if it is no JSON at all."""
    try:
        json.loads(text)
        lines = [text]
    except (ValueError, RecursionError):
        lines = [line for line in text.split("\n") if line.strip()]
        try:
            json.loads(lines[0])
        except (ValueError, RecursionError):
            return None
    try:
        return [from_json(line) for line in lines if not _is_of_no_question(line)]
    except ExportError as error:
        raise WrittenError(f"{name}: {error}; `verbatim ask --json` writes what can be checked") from error


def _is_of_no_question(line: str) -> bool:
    """Whether `verbatim ask --file` says in this line that one of the file could not be asked."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {"line", "error"} <= row.keys()


def _of_answer(answer: Answer) -> Written:
    listed = {
        str(citation.number): Reference(citation.address, address=citation.address, text=citation.text)
        for citation in answer.citations
    }
    sentences = _sentences(answer.text) if answer.citations else []
    own = (tuple(mark for mark in one.marks if mark in listed) for one in sentences)  # a quotation may hold others
    return Written(tuple(replace(one, marks=marks) for one, marks in zip(sentences, own, strict=True)), listed)


def _of_text(text: str, name: str) -> Written:
    body, references = _without_references(text)
    sentences = _sentences(body)
    if len(sentences) > MAX_SENTENCES:
        raise WrittenError(f"{name} has {len(sentences):,} sentences; at most {MAX_SENTENCES:,} are checked")
    return Written(tuple(sentences), references)


# ---- references --------------------------------------------------------------------------------------------------

_DEFINED = re.compile(r"^[ ]{0,3}\[\^?(?P<mark>[\w.-]{1,40})\]:[ \t]*(?P<said>\S.*)$")
_LISTED = re.compile(
    r"^[ \t]*(?:[-*+•][ \t]+)?(?:\[\^?(?P<mark>[\w.-]{1,40})\]|(?P<number>\d{1,3})[.)])[ \t]+(?P<said>\S.*)$"
)
_HEADING = re.compile(
    r"^[ \t#*_=-]*(?:sources?|references|citations?|footnotes?|notes|bibliography|quellen)[ \t*_:]*$", re.IGNORECASE
)
_ADDRESS = re.compile(r"verbatim:[^\s()<>\[\]`\"“”]+?#char=\d+,\d+|verbatim:[^\s()<>\[\]`\"“”]+", re.IGNORECASE)
_QUOTED = re.compile(r"“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|\"([^\"]+)\"")
_PLACE = re.compile(
    r"[,;]?\s*\(?(?<![\w-])(?:p(?:p|ages?)?\.?\s*\d+(?:\s*[-–]\s*\d+)?|characters? \d+\s*[-–]\s*\d+)\)?"
    r"(?![\w.-]*\w)",
    re.IGNORECASE,
)
"""A page of a document, which is no part of its name, as "p24.txt" is."""


def _without_references(text: str) -> tuple[str, dict[str, Reference]]:
    """Return the text with its list of references blanked out, so that all offsets stay, and the references."""
    lines = _unwrapped(text.splitlines(keepends=True))
    listed: dict[int, re.Match[str]] = {}
    for number, line in enumerate(lines):
        if found := _DEFINED.match(_joined(line)):
            listed[number] = found
    blank = set(listed)
    trailing: dict[int, re.Match[str]] = {}
    for number in range(len(lines) - 1, -1, -1):
        line = _joined(lines[number])
        if _HEADING.match(line):
            listed |= trailing
            blank |= {number, *trailing}
            break
        if not line.strip() or number in listed:
            continue
        found = _LISTED.match(line)
        if not found:
            bracketed = {at: match for at, match in trailing.items() if match["mark"]}
            listed |= bracketed
            blank |= set(bracketed)
            break
        trailing[number] = found
    references: dict[str, Reference] = {}
    for number in sorted(listed):
        mark = listed[number].groupdict().get("mark") or listed[number].groupdict().get("number") or ""
        references.setdefault(mark, _reference(listed[number]["said"].strip()))
    kept = [_blank(line) if number in blank else line for number, line in enumerate(lines)]
    return "".join(kept), references


def _unwrapped(lines: list[str]) -> list[str]:
    """Return the lines of a text, but a reference that goes on as one: with an indent, or since a quotation is open."""
    found: list[str] = []
    for line in lines:
        before = _joined(found[-1]) if found and len(found[-1]) < MOST_REFERENCE_CHARS else ""
        is_reference = _DEFINED.match(before) or _LISTED.match(before)
        goes_on = is_reference and line.strip() and (line[:2].isspace() or _is_open(before))
        if goes_on and not (_DEFINED.match(line) or _LISTED.match(line)):
            found[-1] += line
        else:
            found.append(line)
    return found


def _joined(line: str) -> str:
    first, *others = line.splitlines() or [""]
    return " ".join([first, *(other.strip() for other in others)])


def _is_open(text: str) -> bool:
    """Whether a quotation begins in a text and does not end there."""
    return text.count('"') % 2 == 1 or text.count("“") > text.count("”") or text.count("«") > text.count("»")


def _reference(said: str) -> Reference:
    if address := _ADDRESS.search(said):
        return Reference(said, address=address[0].rstrip(".,;"))
    quotes = [next(filter(None, match.groups())) for match in _QUOTED.finditer(said)]
    source = re.sub(r"!?\[([^\[\]]*)\]\(<?[^()\s]*>?\)", r"\1", _QUOTED.sub(" ", said))
    source = _PLACE.sub(" ", source).strip(" \t,;:.–—-`*_<>")
    quote = max(quotes, key=len).strip() if quotes else None
    return Reference(said, source=source or None, quote=quote or None)


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


# ---- sentences ---------------------------------------------------------------------------------------------------

_NUMBERS = r"\^?\d{1,3}(?:\s*[,;–-]\s*\^?\d{1,3})*"
_ONE_MARK = (
    rf"\[{{1,2}}(?:{_NUMBERS}|\^[\w.-]{{1,40}})\]{{1,2}}(?:\([^()\s]*\))?|【\d{{1,3}}[^】]{{0,40}}】"
    r"|[(<\[`]*verbatim:[^\s()<>\[\]`\"“”]+[)>\]`]*"
)
_MARK = re.compile(rf"\s?(?:{_ONE_MARK})", re.IGNORECASE)
_LEADING_MARKS = re.compile(rf"(?:(?:{_ONE_MARK})\s*[.,;]?\s*)+", re.IGNORECASE)
_AFTER_STOP = re.compile(rf"(?<=[.!?”\"])(?:{_ONE_MARK})+", re.IGNORECASE)
"""Marks that stand right after a sentence would hide that it ends there: ``so.[^1] Next``."""
_NO_PROSE = re.compile(
    r"^(?:```|~~~).*?(?:^(?:```|~~~)[ \t]*$|\Z)|^[ ]{0,3}#{1,6}[ \t][^\n]*$|^[^\n]+\n(?:=+|-+)[ \t]*$|<!--.*?-->",
    re.MULTILINE | re.DOTALL,
)
_TABLE_RULE = re.compile(r"[ \t]*\n(?=[ \t|:]*+-)[ \t:-]*+\|[ \t|:-]*+$", re.MULTILINE)
"""The line under the names of a table's columns."""
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)|`([^`]+)`")


def _sentences(text: str) -> list[Sentence]:
    """Return the sentences of a text that claim something: no headings, code, or questions.

    The names of a table's columns are headings, too.
    """
    prose = _NO_PROSE.sub(lambda match: _blank(match[0]), text)
    found: list[Sentence] = []
    for span in sentence_spans(_AFTER_STOP.sub(lambda match: _blank(match[0]), prose), markdown=True):
        start, end = span.start, span.end
        if after := _AFTER_STOP.match(prose, end):
            end = after.end()
        leading = _LEADING_MARKS.match(prose, start, end)
        if leading and found and prose[found[-1].end : start].strip() == "":  # "He said so. [1] Next"
            before = found.pop()
            found.append(Sentence(before.start, leading.end(), before.claim, before.marks + _marks(leading[0])))
            start = leading.end()
        said = prose[start:end]
        claim = _plain(said)
        is_claim = re.search(r"[^\W_]", claim) and not claim.endswith("?")
        if is_claim and not _TABLE_RULE.match(prose, end):
            found.append(Sentence(start, end, claim, _marks(said)))
    return found


def _plain(said: str) -> str:
    """Return what a sentence says, without its marks and Markdown's signs."""
    text = _LINK.sub(r"\1", _MARK.sub("", said))
    text = _EMPHASIS.sub(lambda match: match[2] or match[3], text)
    return " ".join(re.sub(r"\s+([.,;:!?])", r"\1", text).split())


def _marks(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mark for match in _MARK.finditer(said) for mark in _each(match[0])))


def _each(mark: str) -> Iterator[str]:
    """Yield the marks of one bracket: [1, 3-5] is 1, 3, 4 and 5."""
    if address := _ADDRESS.search(mark):
        yield address[0].rstrip(".,;")
        return
    inside = re.sub(r"\(.*|†.*", "", mark).strip("[]【】 ").replace("^", "")
    if not re.fullmatch(_NUMBERS, inside):
        yield inside
        return
    for part in re.split(r"\s*[,;]\s*", inside):
        first, _, last = (end.strip() for end in part.replace("–", "-").partition("-"))
        if last and int(first) < int(last) <= int(first) + MOST_IN_RANGE:
            yield from map(str, range(int(first), int(last) + 1))
        else:
            yield from filter(None, (first, last))
