"""Reads a suite from its folder.

``questions.jsonl`` holds one question a line; the documents stand in ``documents/`` or are named by
``suite.json``. The format is written out in ``docs/evals.md``. Everything is checked while it is read, so that a
score never comes from a wrong gold offset. Sets of questions in another format are read by `evals.sets`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evals.rows import (
    Fields,
    RowError,
    SuiteError,
    check_fields,
    is_list,
    is_list_of_words,
    is_truth,
    is_whole,
    is_words,
    read_bytes,
    read_rows,
    some,
)
from evals.suite import GoldSpan, Question, Suite
from index.errors import VerbatimError
from index.load import absolute

BUILT_IN = Path(__file__).resolve().parent / "suites"
"""The suites that come with the package."""


def load_suite(suite: str | Path, *, sample: int | None = None) -> Suite:
    """Read and check a suite: the name of one that comes with the package ("seed"), a folder of your own, or a set.

    A set is a file ``NAME.jsonl.gz``, see `evals.sets`; with "#given" after its name each question is asked of its
    own passage alone, with "#near" also its twin that has no answer there. Of a set ``sample`` questions can be drawn.
    Raises `SuiteError` if there is no such suite, or something in it is wrong.
    """
    set_file, _, mode = str(suite).partition("#")
    if set_file.endswith(".jsonl.gz"):
        from evals.sets import load_set  # with the word lists that twins are drafted by; 0.1 s

        if mode not in ("", "given", "near"):
            raise SuiteError(f"{str(suite)!r}: a set is asked as it is, with #given or with #near after its name")
        return load_set(set_file, given=mode == "given", near=mode == "near", sample=sample)
    if sample is not None:
        raise SuiteError(f"--sample is for sets (NAME.jsonl.gz); {str(suite)!r} is asked as a whole")
    folder = _folder(suite)
    paths = _document_paths(folder)
    documents = {name: _document_text(name, path) for name, path in paths.items()}
    file = folder / "questions.jsonl"
    data = read_bytes(file)
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
    folder = absolute(suite)
    if folder.is_file():
        raise SuiteError(f"{folder} is a file; a suite is a folder: give {folder.parent}")
    if not folder.is_dir():
        raise SuiteError(
            f"there is no folder {str(folder)!r}, and no suite of that name; give a folder that holds questions.jsonl, "
            f"or one of: {', '.join(built_in)}"
        )
    if not (folder / "questions.jsonl").exists():
        raise SuiteError(
            f"{folder} holds no questions.jsonl, so it is no suite; make one of its documents with "
            f"`verbatim eval make {suite} --to my-suite`"
        )
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
        documents = json.loads(read_bytes(listing))["documents"]
    except (ValueError, KeyError, TypeError) as error:
        raise SuiteError(f'{listing}: write it as {{"documents": ["../a.txt"]}} ({error})') from error
    if not is_list_of_words(documents):
        raise SuiteError(f'{listing}: "documents" must be a list of paths, relative to {listing.parent}')
    return list(documents)


def _document_text(name: str, path: Path) -> str:
    """Return the text as the index will hold it, which is what the gold offsets count."""
    from index.load import expand, say_nothing
    from index.types import Source

    if not path.is_file():
        hint = "; the package must be installed from a checkout (pip install -e .)" if "seeds" in path.parts else ""
        raise SuiteError(f"the document {path} is missing; put it back or correct the suite{hint}")
    (listed,) = expand([Source(name, read_bytes(path))])
    try:
        return listed.load().read(say_nothing)[0].text
    except VerbatimError as error:
        raise SuiteError(f"the document {path} cannot be used: {error}") from error


# ---- the rows ------------------------------------------------------------------------------------


def _questions(file: Path, data: bytes, documents: Mapping[str, str]) -> tuple[Question, ...]:
    questions: dict[str, Question] = {}

    def read(row: dict[str, Any]) -> Question:
        question = _question(row, documents)
        if question.id in questions:
            raise RowError(f"the id {question.id!r} is used twice; give each question its own")
        return question

    for question in read_rows(file, data, read):
        questions[question.id] = question
    if not questions:
        raise SuiteError(f"{file} holds no question; write one JSON object a line")
    return tuple(questions.values())


_ROW: Fields = {
    "id": (is_words, "a text that is not empty"),
    "question": (is_words, "a text that is not empty"),
    "history": (is_list_of_words, "a list of earlier questions, [] for none"),
    "answerable": (is_truth, "true or false"),
    "kind": (is_words, "a word"),
    "evidence": (is_list, "a list of facts, each a list of sentences"),
    "answers": (is_list_of_words, "a list of short answers, [] for none"),
}

_ROW_OPTIONAL: Fields = {
    "domain": (is_words, "a word"),
    "within": (is_list_of_words, "a list of documents, the only ones to ask"),
    "without": (is_list_of_words, "a list of documents to leave out"),
}

_SENTENCE: Fields = {
    "document": (is_words, "the name of a document"),
    "start": (is_whole, "a whole number"),
    "end": (is_whole, "a whole number"),
    "text": (is_words, "the sentence"),
}


def _question(row: Mapping[str, Any], documents: Mapping[str, str]) -> Question:
    check_fields(row, _ROW, "the question", _ROW_OPTIONAL)
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
            raise RowError(f"there is no document {name!r}; the suite has {some(documents)}")
    return question


def _fact(fact: object, documents: Mapping[str, str]) -> tuple[GoldSpan, ...]:
    if not isinstance(fact, list) or not fact:
        raise RowError("each fact of 'evidence' must be a list of sentences: [[sentence, sentence], [sentence]]")
    return tuple(_sentence(sentence, documents) for sentence in fact)


def _sentence(sentence: object, documents: Mapping[str, str]) -> GoldSpan:
    if not isinstance(sentence, dict):
        raise RowError(f"a sentence of 'evidence' must be an object with {', '.join(_SENTENCE)}")
    check_fields(sentence, _SENTENCE, "a sentence of 'evidence'")
    gold = GoldSpan(**sentence)
    text = documents.get(gold.document)
    if text is None:
        raise RowError(f"there is no document {gold.document!r}; the suite has {some(documents)}")
    if not 0 <= gold.start < gold.end <= len(text) or text[gold.start : gold.end] != gold.text:
        found = text.find(gold.text)
        hint = f"it stands at [{found}, {found + len(gold.text)})" if found >= 0 else "it stands nowhere in it"
        raise RowError(
            f"[{gold.start}, {gold.end}) of {gold.document} is not the text {gold.text!r:.60}; {hint}; "
            "correct the offsets"
        )
    return gold


def _check_gold(question: Question) -> None:
    if question.answerable and not question.evidence:
        raise RowError("it is answerable but has no 'evidence'; name its sentences or set 'answerable' to false")
    if not question.answerable and (question.evidence or question.answers):
        raise RowError("it is not answerable but has 'evidence' or 'answers'; empty both or set 'answerable' to true")
    sentences = [sentence.text for fact in question.evidence for sentence in fact]
    for answer in question.answers:
        if not any(answer in sentence for sentence in sentences):
            raise RowError(f"the answer {answer!r} stands in none of its evidence sentences; copy it from one of them")
