"""A suite is a folder: documents, and questions about them with their gold evidence.

``questions.jsonl`` holds one question a line; the documents stand in ``documents/`` or are named by
``suite.json``. The format is written out in ``docs/evals.md``. Everything is checked while it is read, so that a
score never comes from a wrong gold offset. Sets of questions in another format are read by `evals.sets`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from index.errors import VerbatimError

if TYPE_CHECKING:
    from index import Source

BUILT_IN = Path(__file__).resolve().parent / "suites"
"""The suites that come with the package."""


class SuiteError(VerbatimError):
    """A suite cannot be used; the message names the file, the line, the cause and what to do."""


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A sentence of a document that states a needed fact: ``documents[document][start:end] == text``."""

    document: str
    start: int
    end: int
    text: str


Evidence = tuple[tuple[GoldSpan, ...], ...]
"""The facts that an answer needs; each is a tuple of sentences any one of which states it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its gold. ``evidence`` is empty exactly when it is not ``answerable``.

    ``history`` holds the earlier questions of the talk, oldest first. ``answers`` are acceptable short
    answers, each copied from an evidence sentence; empty where none is natural. ``kind`` and ``domain`` are words to
    group by. ``within`` names the documents that it is asked of, empty for all; ``without`` those that are left out.
    """

    id: str
    question: str
    history: tuple[str, ...]
    answerable: bool
    kind: str
    evidence: Evidence
    answers: tuple[str, ...]
    domain: str = ""
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions and the documents they are about.

    ``documents`` maps a document's name to its text, ``paths`` to its file where it has one. ``sha256`` is that of
    questions.jsonl: two reports with the same one judged the same questions.
    """

    name: str
    questions: tuple[Question, ...]
    documents: Mapping[str, str] = field(repr=False)
    paths: Mapping[str, Path] = field(repr=False)
    sha256: str

    def asked(self, question: Question) -> frozenset[str] | None:
        """Return the names of the documents that a question is asked of; None for all."""
        if not question.within and not question.without:
            return None
        return frozenset(question.within or self.documents).difference(question.without)

    def sources(self) -> Iterator[Source]:
        """Yield the documents for an index: their files where they have one, else their texts."""
        from index import Source

        for name, text in self.documents.items():
            yield Source(name, self.paths[name].read_bytes() if name in self.paths else text)

    def document_name(self, source: str) -> str | None:
        """Return the suite's name for a cited source, which may be a longer path, or None."""
        source = source.replace("\\", "/")
        matching = (name for name in self.documents if source == name or source.endswith(f"/{name}"))
        return max(matching, key=len, default=None)


def load_suite(suite: str | Path) -> Suite:
    """Read and check a suite: the name of one that comes with the package ("seed"), a folder of your own, or a set.

    A set is a file ``NAME.jsonl.gz``, see `evals.sets`; with "#given" after its name each question is asked of its
    own passage alone. Raises `SuiteError` if there is no such suite, or something in it is wrong.
    """
    set_file, _, mode = str(suite).partition("#")
    if set_file.endswith(".jsonl.gz"):
        from evals.sets import load_set

        return load_set(set_file, given=mode == "given")
    folder = _folder(suite)
    paths = _document_paths(folder)
    documents = {name: _document_text(name, path) for name, path in paths.items()}
    file = folder / "questions.jsonl"
    data = _read(file)
    questions = _questions(file, data, documents)
    return Suite(
        folder.name,
        questions,
        MappingProxyType(documents),
        MappingProxyType(paths),
        hashlib.sha256(data).hexdigest(),
    )


# ---- the folder ----------------------------------------------------------------------------------


def _folder(suite: str | Path) -> Path:
    built_in = sorted(path.name for path in BUILT_IN.iterdir() if path.is_dir())
    if str(suite) in built_in:
        return BUILT_IN / str(suite)
    folder = Path(suite).expanduser().absolute()
    if not folder.is_dir():
        raise SuiteError(f"there is no suite {str(suite)!r}; give a folder, or one of: {', '.join(built_in)}")
    return folder


def _document_paths(folder: Path) -> dict[str, Path]:
    """Return each document's file by name: its path below ``documents/``, or its file name in suite.json."""
    listing = folder / "suite.json"
    if listing.exists():
        named = [(folder / path).resolve() for path in _listed(listing)]
        paths = {path.name: path for path in named}
        if len(paths) < len(named):
            raise SuiteError(f"{listing}: two documents have the same file name; rename one of them")
    else:
        root = folder / "documents"
        files = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
        paths = {path.relative_to(root).as_posix(): path for path in files}
    if not paths:
        raise SuiteError(f"{folder} has no documents; put them into documents/ or name them in suite.json")
    return paths


def _listed(listing: Path) -> list[str]:
    try:
        documents = json.loads(_read(listing))["documents"]
    except (ValueError, KeyError, TypeError) as error:
        raise SuiteError(f'{listing}: write it as {{"documents": ["../a.txt"]}} ({error})') from error
    if not _is_strings(documents):
        raise SuiteError(f'{listing}: "documents" must be a list of paths, relative to {listing.parent}')
    return list(documents)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SuiteError(f"{path} cannot be read: {error.strerror}; a suite needs this file") from error


def _document_text(name: str, path: Path) -> str:
    """Return the text as the index will hold it, which is what the gold offsets count."""
    from index.load import expand
    from index.types import Source

    if not path.is_file():
        hint = "; the package must be installed from a checkout (pip install -e .)" if "seeds" in path.parts else ""
        raise SuiteError(f"the document {path} is missing; put it back or correct the suite{hint}")
    (listed,) = expand([Source(name, _read(path))])
    try:
        return listed.load().read().text
    except VerbatimError as error:
        raise SuiteError(f"the document {path} cannot be used: {error}") from error


# ---- the rows ------------------------------------------------------------------------------------


def _questions(file: Path, data: bytes, documents: Mapping[str, str]) -> tuple[Question, ...]:
    questions: dict[str, Question] = {}
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            question = _question(_json_object(line), documents)
            if question.id in questions:
                raise _RowError(f"the id {question.id!r} is used twice; give each question its own")
        except _RowError as error:
            raise SuiteError(f"{file}, line {number}: {error}") from error
        questions[question.id] = question
    if not questions:
        raise SuiteError(f"{file} holds no question; write one JSON object a line")
    return tuple(questions.values())


class _RowError(Exception):
    """What is wrong with one row; its file and line are added where they are known."""


def _json_object(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"))
    except ValueError as error:  # a UnicodeDecodeError is one, too
        raise _RowError(f"it is not JSON in UTF-8 ({error}); write one object a line") from error
    if not isinstance(row, dict):
        raise _RowError("it is not a JSON object; write the fields between { and }")
    return row


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_Fields = Mapping[str, tuple[Callable[[object], bool], str]]
"""For each field the test that its value must pass, and what it must be in words."""

NO_FIELDS: _Fields = MappingProxyType({})

_ROW: _Fields = {
    "id": (_is_text, "a text that is not empty"),
    "question": (_is_text, "a text that is not empty"),
    "history": (_is_strings, "a list of earlier questions, [] for none"),
    "answerable": (lambda value: isinstance(value, bool), "true or false"),
    "kind": (_is_text, "a word"),
    "evidence": (lambda value: isinstance(value, list), "a list of facts, each a list of sentences"),
    "answers": (_is_strings, "a list of short answers, [] for none"),
}

_ROW_OPTIONAL: _Fields = {
    "domain": (_is_text, "a word"),
    "within": (_is_strings, "a list of documents, the only ones to ask"),
    "without": (_is_strings, "a list of documents to leave out"),
}

_SENTENCE: _Fields = {
    "document": (_is_text, "the name of a document"),
    "start": (_is_number, "a whole number"),
    "end": (_is_number, "a whole number"),
    "text": (_is_text, "the sentence"),
}


def _check_fields(row: Mapping[str, Any], fields: _Fields, what: str, optional: _Fields = NO_FIELDS) -> None:
    missing = [name for name in fields if name not in row]
    if missing:
        raise _RowError(f"{what} lacks {', '.join(map(repr, missing))}; add it")
    known = {**fields, **optional}
    unknown = [name for name in row if name not in known]
    if unknown:
        raise _RowError(f"{what} has the unknown field {unknown[0]!r}; the fields are {', '.join(known)}")
    for name, (holds, meaning) in known.items():
        if name in row and not holds(row[name]):
            raise _RowError(f"{what} has {name!r}: {row[name]!r:.60}; it must be {meaning}")


def _question(row: Mapping[str, Any], documents: Mapping[str, str]) -> Question:
    _check_fields(row, _ROW, "the question", _ROW_OPTIONAL)
    evidence = tuple(_fact(fact, documents) for fact in row["evidence"])
    question = Question(
        row["id"],
        row["question"],
        tuple(row["history"]),
        row["answerable"],
        row["kind"],
        evidence,
        tuple(row["answers"]),
        row.get("domain", ""),
        tuple(row.get("within", ())),
        tuple(row.get("without", ())),
    )
    _check_gold(question)
    for name in (*question.within, *question.without):
        if name not in documents:
            raise _RowError(f"there is no document {name!r}; the suite has {_some(documents)}")
    return question


def _fact(fact: object, documents: Mapping[str, str]) -> tuple[GoldSpan, ...]:
    if not isinstance(fact, list) or not fact:
        raise _RowError("each fact of 'evidence' must be a list of sentences: [[sentence, sentence], [sentence]]")
    return tuple(_sentence(sentence, documents) for sentence in fact)


def _sentence(sentence: object, documents: Mapping[str, str]) -> GoldSpan:
    if not isinstance(sentence, dict):
        raise _RowError(f"a sentence of 'evidence' must be an object with {', '.join(_SENTENCE)}")
    _check_fields(sentence, _SENTENCE, "a sentence of 'evidence'")
    gold = GoldSpan(**sentence)
    text = documents.get(gold.document)
    if text is None:
        raise _RowError(f"there is no document {gold.document!r}; the suite has {_some(documents)}")
    if not 0 <= gold.start < gold.end <= len(text) or text[gold.start : gold.end] != gold.text:
        found = text.find(gold.text)
        hint = f"it stands at [{found}, {found + len(gold.text)})" if found >= 0 else "it stands nowhere in it"
        raise _RowError(
            f"[{gold.start}, {gold.end}) of {gold.document} is not the text {gold.text!r:.60}; {hint}; "
            "correct the offsets"
        )
    return gold


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _check_gold(question: Question) -> None:
    if question.answerable and not question.evidence:
        raise _RowError("it is answerable but has no 'evidence'; name its sentences or set 'answerable' to false")
    if not question.answerable and (question.evidence or question.answers):
        raise _RowError("it is not answerable but has 'evidence' or 'answers'; empty both or set 'answerable' to true")
    sentences = [sentence.text for fact in question.evidence for sentence in fact]
    for answer in question.answers:
        if not any(answer in sentence for sentence in sentences):
            raise _RowError(f"the answer {answer!r} stands in none of its evidence sentences; copy it from one of them")
