"""Writes a drafted suite: copies of the documents, the questions, and a README that says what they are."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import fill

from evals.folder import load_suite
from evals.make.clause import FEWEST_WORDS, MOST_WORDS
from evals.make.corpus import Document
from evals.make.pairs import Pair
from evals.rows import SuiteError


def counted(number: int, noun: str) -> str:
    """Return "1 document" or "2 documents"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _rows(pairs: Iterable[Pair]) -> Iterator[dict[str, object]]:
    for pair in pairs:
        kind = f"made-{pair.draft.label}"
        fact = [asdict(gold) for gold in pair.gold]
        yield _row(f"{kind}-{pair.id}", pair.draft.question, kind, [fact], [pair.draft.answer])
        yield _row(f"made-near-miss-{pair.id}", pair.twin, "made-near-miss", [], [])


def _row(
    id_: str, question: str, kind: str, evidence: list[list[dict[str, object]]], answers: list[str]
) -> dict[str, object]:
    return {
        "id": id_,
        "question": question,
        "history": [],
        "answerable": bool(evidence),
        "kind": kind,
        "evidence": evidence,
        "answers": answers,
    }


def write_suite(folder: Path, documents: Sequence[Document], pairs: Sequence[Pair], *, seed: int) -> None:
    """Write the suite beside its place, check it as every suite is checked, and only then give it its name."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as workshop:
            made = Path(workshop) / folder.name
            for document in documents:
                _copy(document, made / "documents" / document.name)
            rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(pairs))
            (made / "questions.jsonl").write_text(rows, encoding="utf-8", newline="\n")
            (made / "README.md").write_text(_readme(documents, pairs, seed), encoding="utf-8", newline="\n")
            load_suite(made)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    except OSError as error:
        raise SuiteError(f"{folder} cannot be written: {error}; give another folder with --to") from error


def _copy(document: Document, target: Path) -> None:
    data = document.path.read_bytes()
    if hashlib.sha256(data).hexdigest() != document.fingerprint:
        raise SuiteError(f"{document.path} changed while the suite was drafted; run the command again")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _readme(documents: Sequence[Document], pairs: Sequence[Pair], seed: int) -> str:
    kinds = Counter(pair.draft.label for pair in pairs)
    listed = ", ".join(f"{number} `made-{kind}`" for kind, number in sorted(kinds.items()))
    answered = fill(
        f"- {len(pairs)} are answered by the documents: {listed}.", 118, subsequent_indent="  ", break_on_hyphens=False
    )
    return _README.format(
        documents=counted(len(documents), "document"),
        pairs=len(pairs),
        rows=2 * len(pairs),
        answered=answered,
        seed=seed,
        fewest=FEWEST_WORDS,
        most=MOST_WORDS,
    )


_README = """\
# A synthetic suite: drafted by a program, read by nobody yet

{rows} questions about {documents}. `verbatim eval make` drafted them by rules from single sentences, with seed {seed}.
No language model was asked, and no person has looked at them.

{answered}
- {pairs} are not: to each of the others a twin with one term swapped (`made-near-miss`).

Where the sentences that can be turned into a question ran out, clozes fill up: a sentence is quoted with a gap
("Which number is missing: ..."). Their kinds begin with `made-cloze-`.

## What it is good for

- To see within a minute whether citations are pinned to the right sentence in documents like these.
- To see whether a system refuses when one name, place, date, number or word of a question is wrong.
- To compare two versions of a system on the same questions.

## What it is not good for

- The questions use the words of their sentence. That flatters any search by words, and every score: people ask in words
  of their own. Clozes quote the whole sentence, and flatter it even more: look at the kinds apart.
- Every answer is a number, a date, a place or a name in a single sentence. Nobody asks why or how, nothing needs two
  sentences, and no question follows on another.
- Some will be clumsy, some wrong. A sentence that states the fact in other words may be missing from the gold.

So read them, throw out what is wrong, put the others in your own words, and add your own.

## How each kind was made

| kind | the sentence holds | asked |
|---|---|---|
| `made-number` | a number with what it counts, a sum of money, a percentage | how many, how much, what percentage |
| `made-date` | "in", "on", "since", "until" or "by" and a date | when, in which year, on which day |
| `made-place` | "in", "near", "to" or "from" and a listed country, city or state | where, in which country |
| `made-name` | a name as its subject, or after "by", "to", "with", "from" | who, which, whose, by whom |
| `made-cloze-number` | any number, sum or percentage that is no part of a name, a series or a reference | the gap |
| `made-cloze-date` | a date, year, weekday or time of day | the gap |
| `made-cloze-place` | a listed country, city or state | the gap |
| `made-cloze-name` | a name of a person, an organisation, a place or a thing | the gap |
| `made-near-miss` | a question from above | the same with one term swapped, below |

Where a sentence could not be turned around for certain, the question word stands in the middle ("The bridge cost how
much?"). A cloze leaves out one whole term of a sentence with {fewest} to {most} words; a long one is shortened where
that is safe. No sentence is asked from twice, and those that lean on a neighbour ("He said ...") were passed over. A
question was dropped if another sentence shares most of its words but has another answer. A sentence that shares them
and has the same answer, or counts as many of the same things, was added to the gold.

In a twin, one term of the question is swapped for another of its type, from the same document if possible, else from
another, else an invented one: a person, place, organisation, date or number; where there is none, a name after the same
preposition, or a common word for its counterpart ("first" for "second", "buyer" for "seller"), or at last a noun for
one of another document. It was kept only if no sentence holds the swapped term together with half of the other words.

## How to edit it

`questions.jsonl` holds one question a line, with the fields `id`, `question`, `history`, `answerable`, `kind`,
`evidence` and `answers`. Change or delete lines, or add your own; give yours a kind that does not begin with `made-`,
so that reports keep them apart. `evidence` is a list of facts, each a list of the sentences that state it; `start` and
`end` count the characters of the document's text, and `text` must equal them. `documents/` holds copies of the
originals: leave them as they are. `verbatim eval` with the path of this folder checks every row before it asks, and
names the line that is wrong.
"""
