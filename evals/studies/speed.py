"""How fast an answer comes over many passages, and what eight bits cost against full precision.

    python -m evals.studies.speed --data DEV --to FOLDER

All the documents of several sets go into one store, which is kept in FOLDER. Questions are asked of it on one core.
Then the passages found are read again by the same weights in full precision, by ONNX Runtime and by torch.
"""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from evals.sets import load_set
from index import Hit, Index
from index.types import Source
from qa.answer import TOP_K, Answerer
from qa.model import SHIPPED, ReadingModel, load_model, load_reference, write_export
from qa.pairs import first_text
from qa.read import ModelReader

SETS = ("newsqa", "squad20", "squadshifts_new_wiki", "squadshifts_reddit", "squadshifts_amazon", "selqa", "fairytaleqa")
ASKED_FROM = ("newsqa", "squad20", "squadshifts_new_wiki")


def main(
    data: Annotated[Path, typer.Option(help="The folder with the sets, NAME.jsonl.gz.")],
    to: Annotated[Path, typer.Option(help="The folder for the store.")],
    questions: Annotated[int, typer.Option(help="Questions asked, after ten to warm up.")] = 200,
    seed: int = 0,
) -> None:
    """Measure, and print."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    suites = {name: load_set(data / f"{name}.jsonl.gz", stand_alone=name in ASKED_FROM) for name in SETS}
    asked = [question.question for name in ASKED_FROM for question in suites[name].questions if question.answerable]
    asked = random.Random(seed).sample(asked, questions + 10)  # noqa: S311 - not a secret
    with Index.open(to / "store") as index:
        if not index.document_count():
            index.add(
                Source(f"{name}/{source}", text)
                for name, suite in suites.items()
                for source, text in suite.documents.items()
            )
        answerer = Answerer(index)
        answers = [answerer.answer(question) for question in asked][10:]
        typer.echo(f"{index.passage_count()} passages, {len(answers)} questions, seed {seed}, one core")
        for stage in ("total", "search", "read", "cite"):
            values = np.array([answer.seconds[stage] for answer in answers]) * 1000
            typer.echo(f"{stage:7} p50 {np.median(values):4.0f} ms, p95 {np.percentile(values, 95):4.0f} ms")
        # Of a run that finds its store made: indexing and torch, which come before and after, take more.
        typer.echo(f"most memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        _compare(index, [(answer.query, answer.hits) for answer in answers if len(answer.hits) == TOP_K], to)


def _compare(index: Index, reads: Sequence[tuple[str, Sequence[Hit]]], to: Path) -> None:
    """Read the same passages in eight bits and in full precision, in turns."""
    import torch

    torch.set_num_threads(1)
    full = to / "full"
    full.mkdir(exist_ok=True)
    write_export(SHIPPED, full)
    models: dict[str, ReadingModel] = {"int8": load_model(), "full": ReadingModel(full, "full.onnx")}
    readers = {name: ModelReader(model, index) for name, model in models.items()}
    seconds: dict[str, list[float]] = {name: [] for name in (*models, "torch")}
    same, moved = [], []
    plain = load_reference(SHIPPED)

    for query, hits in reads:
        pairs = [(first_text(query, hit.title), hit.text) for hit in hits]
        windows = [item for items in models["int8"].windows(pairs) for item in items]
        for name, model in models.items():
            began = time.perf_counter()
            for item in windows:
                model.scores(item)
            seconds[name].append(time.perf_counter() - began)
        tensors = [
            {"input_ids": torch.tensor([item.ids]), "token_type_ids": torch.tensor([item.type_ids])} for item in windows
        ]
        with torch.inference_mode():
            began = time.perf_counter()
            for values in tensors:
                plain(**values)
            seconds["torch"].append(time.perf_counter() - began)
        read = {name: reader.read(query, hits) for name, reader in readers.items()}
        same.append(read["int8"][0].sentence == read["full"][0].sentence)
        confidences = [readers[name].calibration.confidence(evidence) for name, evidence in read.items()]
        moved.append(abs(confidences[0] - confidences[1]))
    for name, taken in seconds.items():
        ratio = np.median(np.array(seconds["torch"]) / np.array(taken))
        typer.echo(
            f"reading {TOP_K} passages, {name:5} p50 {np.median(taken) * 1000:4.0f} ms, torch takes {ratio:.2f} x"
        )
    typer.echo(
        f"the same sentence first in eight bits as in full precision: {np.mean(same):.3f} of {len(same)}; "
        f"confidence moves by {np.mean(moved):.3f}"
    )


if __name__ == "__main__":
    typer.run(main)
