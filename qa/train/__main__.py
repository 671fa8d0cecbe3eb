"""``python -m qa.train``: train the reader."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa.train.loop import Settings, train


def main(  # noqa: PLR0917 - each is an option of the command
    data: Annotated[Path, typer.Option(help="The folder of sets, NAME.jsonl.gz.")],
    to: Annotated[Path, typer.Option(help="The folder for checkpoints and the log; a run goes on from what is there.")],
    seed: int = 0,
    epochs: float = 1.5,
    processes: Annotated[int, typer.Option(help="Each has one thread on a CPU; gradients are averaged.")] = 2,
    device: str = "cpu",
    batch_tokens: Annotated[int, typer.Option(help="Tokens in one pass.")] = 3072,
    passes: Annotated[int, typer.Option(help="Passes of each process for one step.")] = 1,
    learning_rate: float = 2e-4,
    start: Annotated[Path | None, typer.Option(help="A folder of shipped weights to begin from.")] = None,
    cool_down: Annotated[float, typer.Option(help="The share of the run at whose end the rate falls to zero.")] = 0.4,
    replay: Annotated[
        float, typer.Option(help="How often the data's questions are seen beside the written ones.")
    ] = 1.0,
    teacher: Annotated[Path | None, typer.Option(help="A folder of shipped weights to be held to.")] = None,
    new: Annotated[str, typer.Option(help="Sets that the teacher has not seen, by commas.")] = "",
    frozen: Annotated[int, typer.Option(help="The lowest layers that stay as they are.")] = 0,
) -> None:
    """Train the reader, or go on where the last checkpoint stands."""
    train(
        Settings(
            data=str(data),
            to=str(to),
            seed=seed,
            epochs=epochs,
            processes=processes,
            device=device,
            batch_tokens=batch_tokens,
            passes=passes,
            learning_rate=learning_rate,
            start=str(start) if start else None,
            frozen=frozen,
            cool_down=cool_down,
            replay=replay,
            teacher=str(teacher) if teacher else None,
            new=tuple(filter(None, new.split(","))),
        )
    )


if __name__ == "__main__":
    typer.run(main)
