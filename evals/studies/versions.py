"""Asks a suite's questions while each of its documents is there in several versions, as drafts and copies are.

    python -m evals.studies.versions [SUITE] [--versions 3]

A version is the document with a note below it, or above it, which moves all its passages. What states a fact in the
document states it in each version. Of questions with one version of each document and with several it prints the same
measures as `verbatim eval`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from evals.folder import load_suite
from evals.run import run
from evals.suite import GoldSpan, Suite

NOTE = "This version was sent round for comments, and nothing of what it tells was altered since then by anybody. "
SHOWN = ("right_sentence_at_1", "right_if_answered", "citation_f1", "wrong_refusals", "wrong_answers", "verbatim_rate")


def main(
    suite: Annotated[str, typer.Argument(help="A built-in suite, or the folder of one.")] = "gazette",
    versions: Annotated[int, typer.Option(help="How many of each document.", min=2)] = 3,
) -> None:
    """Ask, and print."""
    asked = load_suite(suite)
    for count in (1, versions):
        measured = run(with_versions(asked, count)).metrics
        shown = (f"{name} {measured[name]}" for name in SHOWN)
        typer.echo(f"{asked.name}, {count} of each document: {', '.join(shown)}")


def with_versions(suite: Suite, count: int) -> Suite:
    """Return the suite with its documents' texts in so many versions each, all of them gold."""
    before = [NOTE * number if number % 2 else "" for number in range(count)]
    after = [f"\n\n{NOTE * number}" if number % 2 == 0 and number else "" for number in range(count)]
    documents = {
        _name(name, number): before[number] + text + after[number]
        for name, text in suite.documents.items()
        for number in range(count)
    }

    def everywhere(fact: tuple[GoldSpan, ...]) -> tuple[GoldSpan, ...]:
        return tuple(
            replace(
                one,
                document=_name(one.document, number),
                start=one.start + len(before[number]),
                end=one.end + len(before[number]),
            )
            for one in fact
            for number in range(count)
        )

    questions = tuple(
        replace(
            one,
            evidence=tuple(map(everywhere, one.evidence)),
            within=tuple(_name(name, number) for name in one.within for number in range(count)),
            without=tuple(_name(name, number) for name in one.without for number in range(count)),
        )
        for one in suite.questions
    )
    return replace(suite, questions=questions, documents=documents, paths={})


def _name(document: str, number: int) -> str:
    return f"version {number}/{document}" if number else document


if __name__ == "__main__":
    typer.run(main)
