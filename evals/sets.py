"""Sets of questions in one file ``NAME.jsonl.gz``, made suites in two ways. The files stay where they are.

First the contexts, ``{"context": 7, "text": "..."}``, then the questions, ``{"id", "question", "context": 7,
"answers": [{"text", "start"}], "evidence": [{"text", "start"}], "answerable"}``, some with ``history``, ``title`` and
``domain``. Every context becomes a document.

- *open* (the default): all contexts are searched together. Each answerable question is asked twice, the second time
  with its own document left out, and then is not answerable: as hard a refusal as there is, since what else the set
  holds on the subject stays in. (Now and then another document answers it as well. Such a question counts against
  every system alike.)
- *given*: each question is asked of its own document alone.
- *near*: as given, but only answerable questions that have a twin: the same with a name, number or word swapped, so
  that no sentence of the document states it. Both are asked.

`load_written` makes a suite of questions written as those that the reader learns from are.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from evals.make.corpus import Corpus, documents_of
from evals.make.pairs import twin_of
from evals.rows import SuiteError
from evals.suite import Evidence, GoldSpan, Question, Suite
from index.sentences import sentence_spans
from index.types import Span
from qa.train.written import written_rows

EACH_SUFFICES = frozenset({"selqa", "wikiqa", "trecqa", "mtrag"})
"""The sets whose gold sentences (or passages) each answer the question; elsewhere all of them are needed."""

QUESTION_WORDS = frozenset({"who", "whom", "whose", "when", "where", "which", "what", "why", "how"})

LEFT_OUT, TWIN = "left-out", "twin"
"""The kinds of a question whose own document is left out, and of one with a term swapped."""

GOLD = ("answers", "evidence")
"""What of a question is said by places in its context."""

Half = Literal["choose", "report"]
HALVES: tuple[Half, Half] = ("choose", "report")


def load_set(
    path: str | Path,
    *,
    given: bool = False,
    near: bool = False,
    sample: int | None = None,
    seed: int = 0,
    half: Half | None = None,
    stand_alone: bool = False,
) -> Suite:
    """Read a set as a suite; `SuiteError` if the file is not one.

    ``given`` asks each question of its own document, ``near`` also its twin, see above. ``sample`` questions are drawn
    by ``seed`` (before the second asking; all the documents stay). ``half`` takes one half of the questions, by their
    id: figures are chosen on the one and reported on the other. ``stand_alone`` leaves out questions that only make
    sense beside their document, see `stands_alone`.
    """
    path = Path(path)
    contexts, rows = _rows(path)
    documents = {_name(context): text for context, text in contexts.items()}
    chosen = [row for row in rows if half is None or half_of(row["id"]) == half]
    chosen = [row for row in chosen if not stand_alone or stands_alone(row["question"])]
    if near:
        answerable = [row for row in chosen if row["answerable"]]
        chosen = random.Random(seed).sample(answerable, len(answerable))  # noqa: S311 - not a secret
    elif sample is not None and sample < len(chosen):
        chosen = random.Random(seed).sample(chosen, sample)  # noqa: S311 - not a secret
    asked = [_of_context(row, documents, given=given or near) for row in chosen]
    asked = [question for question in asked if question.evidence or not question.answerable]
    if near:
        asked = list(islice(_with_twins(asked, documents), None if sample is None else 2 * sample))
    elif not given:
        asked += [left_out(question) for question in asked if question.answerable]
    if not asked:
        raise SuiteError(f"{path} holds no question of that choice; take a larger sample or the whole set")
    name = path.name.removesuffix(".jsonl.gz") + ("-near" if near else "-given" if given else "")
    return _suite(name, asked, documents)


def load_written(path: str | Path, *, together: int, sample: int | None = None, seed: int = 0) -> Suite:
    """Read passages and questions of the form of `qa.train.written` as a suite; `SuiteError` if they are not.

    Each passage is a document, and each question is asked of ``together`` that follow each other, its own among them:
    people ask of a folder of theirs, where a question need not say which document it means. ``sample`` questions are
    drawn by ``seed``.
    """
    path = Path(path)
    documents = dict[str, str]()
    rows = list[tuple[str, dict[str, Any]]]()
    try:
        for row in written_rows(path, {}):
            name, head = f"{row['context']:05}.md", f"# {row['title']}\n\n"
            if "question" in row:
                moved = {kind: [one | {"start": one["start"] + len(head)} for one in row[kind]] for kind in GOLD}
                rows.append((name, row | moved | {"id": f"{path.stem}-{len(rows):04}", "dataset": path.stem}))
            else:
                documents[name] = head + row["text"]
    except (OSError, ValueError) as error:
        raise SuiteError(f"{path} cannot be read as written questions: {error}") from error
    names = list(documents)
    groups = [names[place : place + together] for place in range(0, len(names), together)]
    beside = {name: tuple(group) for group in groups for name in group}
    if sample is not None and sample < len(rows):
        rows = random.Random(seed).sample(rows, sample)  # noqa: S311 - not a secret
    asked = [_question(row, name, documents[name], within=beside[name]) for name, row in rows]
    return _suite(path.stem, asked, documents)


def _suite(name: str, asked: Sequence[Question], documents: Mapping[str, str]) -> Suite:
    digest = hashlib.sha256("\n".join(map(repr, asked)).encode()).hexdigest()
    return Suite(name, tuple(asked), MappingProxyType(documents), MappingProxyType({}), digest)


def half_of(question_id: str) -> Half:
    """Return which half a question belongs to, by its id alone."""
    return "report" if sum(question_id.encode()) % 2 else "choose"


def stands_alone(question: str) -> bool:
    """Whether a question can be understood without its document: six words or more, and a name after the first."""
    words = question.split()
    return len(words) >= 6 and any(word[:1].isupper() for word in words[1:])


def question_type(question: str) -> str:
    """Return the word that tells what is asked for: "number" for how many and how much, or "other"."""
    words = question.lower().replace("?", " ").split()
    if any(pair in (("how", "many"), ("how", "much")) for pair in pairwise(words)):
        return "number"
    asking = {"whom": "who", "whose": "who"}
    return next((asking.get(word, word) for word in words if word in QUESTION_WORDS), "other")


def _rows(path: Path) -> tuple[dict[int, str], list[dict[str, Any]]]:
    contexts: dict[int, str] = {}
    rows = []
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if "question" in row:
                    rows.append(row)
                else:
                    contexts[row["context"]] = row["text"]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise SuiteError(f"{path} cannot be read as a set of questions: {error}") from error
    return contexts, rows


def _name(context: int) -> str:
    return f"{context:05}.txt"


def _of_context(row: Mapping[str, Any], documents: Mapping[str, str], *, given: bool) -> Question:
    try:
        document = _name(row["context"])
        return _question(row, document, documents[document], within=(document,) if given else ())
    except (KeyError, TypeError) as error:
        raise SuiteError(f"the question {row.get('id')!r} lacks {error}; it is not a set of this format") from error


def _question(row: Mapping[str, Any], document: str, text: str, *, within: tuple[str, ...]) -> Question:
    return Question(
        str(row["id"]),
        row["question"],
        tuple(_asked_before(row.get("history", ()))),
        row["answerable"],
        question_type(row["question"]) if row["answerable"] else "unanswerable",
        _evidence(row, document, text) if row["answerable"] else (),
        tuple(dict.fromkeys(answer["text"] for answer in row["answers"])) if row["answerable"] else (),
        row.get("domain", ""),
        within=within,
    )


def _asked_before(history: Iterable[str]) -> Iterable[str]:
    """Yield what the person said before; the other side's turns are left out, as in every suite."""
    for turn in history:
        speaker, _, said = turn.partition(":")
        if speaker.strip().lower() == "user":
            yield said.strip()


def _evidence(row: Mapping[str, Any], document: str, text: str) -> Evidence:
    """Return the needed facts. Spans become the sentences that they touch, any one of which is then acceptable."""
    if not row["evidence"] or row["evidence"] == row["answers"]:
        touched = (sentence for answer in row["answers"] for sentence in _touched(answer, document, text))
        return _facts([tuple(dict.fromkeys(touched))])
    spans = [
        GoldSpan(document, gold["start"], gold["start"] + len(gold["text"]), gold["text"]) for gold in row["evidence"]
    ]
    return _facts([tuple(spans)] if row["dataset"] in EACH_SUFFICES else [(span,) for span in spans])


def _facts(facts: Sequence[tuple[GoldSpan, ...]]) -> Evidence:
    return tuple(fact for fact in facts if fact)


def _touched(answer: Mapping[str, Any], document: str, text: str) -> Iterable[GoldSpan]:
    start, end = answer["start"], answer["start"] + len(answer["text"])
    for sentence in _sentences(text):
        if start < sentence.end and sentence.start < end:
            yield GoldSpan(document, sentence.start, sentence.end, text[sentence.start : sentence.end])


@cache
def _sentences(text: str) -> tuple[Span, ...]:
    return tuple(sentence_spans(text))


def _with_twins(asked: Iterable[Question], documents: Mapping[str, str]) -> Iterator[Question]:
    """Yield each question that has a twin, and its twin."""
    corpus = Corpus(documents_of(documents))
    for question in asked:
        twin = twin_of(question.question, next(iter(question.answers), ""), question.within[0], corpus)
        if twin:
            yield question
            yield replace(
                question,
                id=f"{question.id}~{TWIN}",
                question=twin,
                answerable=False,
                kind=TWIN,
                evidence=(),
                answers=(),
            )


def left_out(question: Question) -> Question:
    """Return the question with the documents of its evidence left out: it has no answer any more."""
    documents = tuple(dict.fromkeys(gold.document for fact in question.evidence for gold in fact))
    return replace(
        question,
        id=f"{question.id}~{LEFT_OUT}",
        answerable=False,
        kind=LEFT_OUT,
        evidence=(),
        answers=(),
        without=documents,
    )
