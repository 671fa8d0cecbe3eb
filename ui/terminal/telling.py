"""An answer in a terminal as it comes: the quotations at once, then each sentence that a model writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rich.console import Console

from qa.display import rich_aside, rich_statement, rich_writer
from qa.types import Answer, Statement
from ui.render.written import pace


def tell(answers: Iterator[Answer], console: Console) -> Answer:
    """Print what `qa.stream` yields, and return the last of it.

    What is printed stays, even a sentence that turns out to be a thought of the model's; it was checked like any other.
    """
    answer = next(answers)
    console.print(replace(answer, written=None))
    if answer.written:
        console.print(rich_writer(answer.written))
    told: list[Statement] = []
    for answer in answers:
        for sentence in answer.written.sentences if answer.written else ():
            if sentence not in told:
                told.append(sentence)
                console.print(rich_statement(sentence))
    if answer.written and answer.written.note:
        console.print(rich_aside(answer.written.note))
    if speed := pace(answer):
        console.print(rich_aside(speed))
    return answer
