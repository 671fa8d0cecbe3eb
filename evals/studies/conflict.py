"""Asks whether an answer says where documents differ, and only there.

    python -m evals.studies.conflict [--data DEV]

Pairs of short documents were written for it (``tests/gold/conflicts.jsonl``): some give two values for the same, others
only look like it (another hotel, another year, the same date in other words). Each pair is asked about among the
documents of the gazette suite. With ``--data``, questions of development sets whose answers hold a number are asked in
open corpus, where nothing is known to differ: what is found is printed, to be read.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from evals.folder import load_suite
from evals.run import REPOSITORY, open_verbatim
from evals.sets import HALVES, half_of, load_set
from evals.studies.fit import LEANING
from evals.suite import Suite
from index import Source
from qa.answer import Answerer
from qa.quantities import quantities
from qa.types import Answer

PAIRS = REPOSITORY / "tests/gold/conflicts.jsonl"
SETS = (*LEANING, "covidqa", "squad20")


def main(
    data: Annotated[Path | None, typer.Option(help="The folder with the sets, NAME.jsonl.gz.")] = None,
    sample: Annotated[int, typer.Option(help="Questions a set and half.")] = 150,
    seed: int = 0,
) -> None:
    """Ask, and print."""
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    for differ, title in ((True, "differ"), (False, "only look like it")):
        own = [pair for pair in pairs if pair["differ"] == differ]
        found = [bool(answer.conflicts) for answer in _asked(own)]
        typer.echo(f"pairs that {title}: said to differ {sum(found)} of {len(found)}")
        for pair, told in zip(own, found, strict=True):
            if told != differ:
                texts = " | ".join(document["text"][:60] for document in pair["documents"])
                typer.echo(f"  {pair['question']} {texts}")
    for name in SETS if data else ():
        _in_open_corpus(load_set(f"{data}/{name}.jsonl.gz", stand_alone=name in LEANING), sample, seed)


def _asked(pairs: Iterable[dict[str, Any]]) -> Iterator[Answer]:
    with open_verbatim(load_suite("gazette")) as system:
        answerer = Answerer(system.index)
        for pair in pairs:
            names = [f"document {number}" for number in (1, 2)]
            system.index.add(
                Source(name, document["text"], title=document["title"])
                for name, document in zip(names, pair["documents"], strict=True)
            )
            yield answerer.answer(pair["question"])
            system.index.remove(names)


def _in_open_corpus(suite: Suite, sample: int, seed: int) -> None:
    with open_verbatim(suite) as system:
        answerer = Answerer(system.index)
        for half in HALVES:
            asked = [one for one in suite.questions if one.answerable and half_of(one.id) == half]
            asked = [one for one in asked if any(any(quantities(text)) for text in one.answers)]
            asked = random.Random(seed).sample(asked, min(sample, len(asked)))  # noqa: S311 - not a secret
            given = [answer for answer in (answerer.answer(one.question) for one in asked) if not answer.abstained]
            differing = [several for answer in given for several in answer.differing]
            typer.echo(f"{suite.name} {half}: {len(asked)} asked, {len(given)} answered, {len(differing)} differ")
            for several in differing:
                typer.echo("  " + " | ".join(f"{one.short}: {' '.join(one.text.split())[:100]}" for one in several))


if __name__ == "__main__":
    typer.run(main)
