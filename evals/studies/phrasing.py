"""Asks a suite's questions in the ways that people type them: framed, without capitals, with slips, as bare words.

    python -m evals.studies.phrasing [SUITE]

For each way it prints the measures over the questions that do not lean on an earlier one. A slip is two letters
exchanged in every third word of more than five.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated

import typer

from evals.folder import load_suite
from evals.run import run
from qa.ellipsis import ASKING
from qa.train.examples import bare_words

SHOWN = ("right_sentence_at_1", "citation_f1", "wrong_refusals", "wrong_answers")


def main(suite: Annotated[str, typer.Argument(help="A built-in suite, or the folder of one.")] = "seed") -> None:
    """Ask, and print."""
    asked = load_suite(suite)
    alone = [question for question in asked.questions if not question.history]
    for name, phrased in PHRASINGS.items():
        questions = tuple(replace(one, question=phrased(one.question)) for one in alone)
        measured = run(replace(asked, questions=questions)).metrics
        typer.echo(f"{asked.name}, {name}: {', '.join(f'{key} {measured[key]}' for key in SHOWN)}")


def _within(question: str) -> str:
    """Return a question as it goes on after other words: its first letter small, if it begins as questions do."""
    return question[0].lower() + question[1:] if re.match(ASKING, question, re.IGNORECASE) else question


def _with_slips(question: str) -> str:
    return " ".join(
        f"{word[:2]}{word[3]}{word[2]}{word[4:]}" if place % 3 == 1 and len(word) > 5 else word
        for place, word in enumerate(question.split())
    )


PHRASINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "small letters, no question mark": lambda question: question.lower().rstrip("?"),
    "capitals": str.upper,
    "could you tell me": lambda question: f"Could you please tell me {_within(question)}",
    "according to the documents": lambda question: f"According to the documents, {_within(question)}",
    "greeting and thanks": lambda question: f"Hi there! {question} Thanks a lot!",
    "a reporter": lambda question: f"I am a reporter and write about this. {question}",
    "for an article": lambda question: f"{question} I need it for an article.",
    "with slips": _with_slips,
    "bare words": bare_words,
}


if __name__ == "__main__":
    typer.run(main)
