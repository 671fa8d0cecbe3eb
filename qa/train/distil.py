"""On a GPU, train several readers, and one that learns from them all.

    python -m qa.train.distil write --data DATA --to ROWS    # on a CPU: the examples, as tokens
    python -m qa.train.distil train --rows ROWS --to FOLDER

Readers that began at other random numbers err at different places; the mean of what they say is better than each, and
one that learns from it keeps most of that (Hinton et al. 2015). It goes on where it was stopped, reader by reader.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from qa.train.batch import loss, sentence_scores, soft_loss
from qa.train.packed import PackedModel, new_model, scores_of
from qa.train.rows import Rows, to_rows
from qa.train.steps import optimizer, rate, take_step

SOFT = 0.7
"""How much the teachers count; the rest is what the sets say."""

WIDTH_STEP = 32
"""Examples whose lengths differ by less than this many tokens go into one batch, so that little is padding."""

_log = logging.getLogger(__name__)

command = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one reader is trained: how many passes over the examples, and the rate at its highest."""

    passes: float
    seed: int
    learning_rate: float = 4e-4
    warm_up: float = 0.05
    batch_tokens: int = 32_768
    dropout: float = 0.1


def fit(model: PackedModel, rows: Rows, recipe: Recipe, device: str, teachers: Sequence[PackedModel] = ()) -> None:
    """Train a model on examples, beside what the teachers say of them."""
    torch.manual_seed(recipe.seed)
    on_device = rows.to(device)
    steps = optimizer(value for value in model.parameters() if value.requires_grad)
    passes = math.ceil(recipe.passes)
    plan = [one for number in range(passes) for one in batches(rows, recipe.batch_tokens, (recipe.seed, number))]
    plan = plan[: round(len(plan) * recipe.passes / passes)]
    model.train()
    began, total = time.monotonic(), torch.zeros((), device=device)
    for step, places in enumerate(plan):
        batch = on_device.batch(torch.from_numpy(places).to(device))
        scores = scores_of(model, batch)
        value = loss(scores, batch)
        if teachers:
            with torch.no_grad():
                taught = [scores_of(one, batch) for one in teachers]
            value = (1 - SOFT) * value + SOFT * soft_loss(scores, taught, batch)
        value.backward()  # type: ignore[no-untyped-call]
        share = rate(step / len(plan), recipe.warm_up, 1 - recipe.warm_up)
        take_step(steps, recipe.learning_rate * share)
        total += value.detach()
        if (step + 1) % 100 == 0:
            speed = (step + 1) / (time.monotonic() - began)
            _log.info("step %d of %d: loss %.3f, %.1f steps/s", step + 1, len(plan), total.item() / 100, speed)
            total.zero_()
    model.eval()


def batches(rows: Rows, tokens: int, seed: Sequence[int]) -> list[NDArray[np.int64]]:
    """Return the places of the examples of each batch: whole groups, of similar length, otherwise at random."""
    lengths, groups = rows.lengths.numpy().astype(np.int64), rows.groups.numpy()
    firsts = np.flatnonzero(np.diff(groups, prepend=-1))
    sizes = np.diff(firsts, append=len(rows))
    chance = np.random.default_rng(seed)
    order = chance.permutation(len(firsts))
    widths = np.maximum.reduceat(lengths, firsts)[order]
    order = order[np.argsort(widths // WIDTH_STEP, kind="stable")]
    sizes_then = sizes[order]
    places = np.repeat(firsts[order] - (sizes_then.cumsum() - sizes_then), sizes_then) + np.arange(len(rows))
    numbers = np.repeat(np.add.reduceat(lengths, firsts)[order].cumsum() // tokens, sizes_then)
    made = np.split(places, np.flatnonzero(np.diff(numbers)) + 1)
    return [made[number] for number in chance.permutation(len(made))]


@torch.no_grad()
def held_out(model: PackedModel, rows: Rows, device: str) -> str:
    """Say how well a model does on questions held out."""
    values, right, asked = list[float](), 0, 0
    on_device = rows.to(device)
    for places in batches(rows, 32_768, (0,)):
        batch = on_device.batch(torch.from_numpy(places).to(device))
        scores = scores_of(model, batch)
        values.append(loss(scores, batch).item())
        found = sentence_scores(scores, batch)
        for group in set(batch.groups[batch.is_evidence > 0].tolist()):
            own = batch.groups == group
            right += bool(batch.is_evidence[own][found[own].argmax()] > 0)
            asked += 1
    return f"held out: loss {np.mean(values):.3f}, right sentence first {right / max(1, asked):.3f} of {asked}"


def save(model: PackedModel, path: Path) -> None:
    """Write the weights as `qa.train.ship` reads them."""
    torch.save({"average": {name: value for name, value in model.state_dict().items() if value.ndim}}, path)


def reader(recipe: Recipe, device: str, path: Path | None = None) -> PackedModel:
    """Return a model to train, from the encoder or from weights that were saved."""
    torch.manual_seed(recipe.seed)
    model = PackedModel(new_model(recipe.dropout)).to(device)
    if path is not None:
        model.load_state_dict(torch.load(path, map_location=device, weights_only=True)["average"], strict=False)
    return model


@command.command()
def write(
    data: Annotated[Path, typer.Option(help="The folder of sets, NAME.jsonl.gz.")],
    to: Annotated[Path, typer.Option(help="The folder for the files.")],
    epochs: int = 4,
    seed: int = 0,
) -> None:
    """Write the examples of some epochs as tokens, so that a GPU need not wait for them."""
    from qa.train.examples import Epochs
    from qa.train.loop import load_tokenizer
    from qa.train.questions import load_corpus

    to.mkdir(parents=True, exist_ok=True)
    made = Epochs(load_corpus(data), seed)
    tokenizer = load_tokenizer()
    held = made.groups(0, held_out=True)
    taught = [group for number in range(epochs) for group in made.groups(number)]
    taught.sort(key=lambda group: (group[0].title, group[0].text))  # packs to a third of the size; training shuffles
    for name, groups in (("held-out", held), ("taught", taught)):
        rows = to_rows([replace(one, group=number) for number, group in enumerate(groups) for one in group], tokenizer)
        rows.save(to / f"{name}.rows")
        typer.echo(f"{name}: {len(rows)} examples, {len(rows.ids)} tokens")


@command.command()
def train(  # noqa: PLR0917 - each is an option of the command
    rows: Annotated[Path, typer.Option(help="The folder that `write` wrote.")],
    to: Annotated[Path, typer.Option(help="The folder for the weights and the log.")],
    teachers: int = 4,
    teacher_passes: float = 1,
    passes: float = 2,
    device: str = "cuda",
) -> None:
    """Train the teachers and the reader that learns from them, beginning at the first of them."""
    to.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s",
        handlers=[logging.FileHandler(to / "log.txt"), logging.StreamHandler()],
    )  # fmt: skip
    taught = Rows.load(rows / "taught.rows")
    probe = Rows.load(rows / "held-out.rows")
    found = list[PackedModel]()
    for seed in range(teachers):
        path = to / f"teacher-{seed}.pt"
        recipe = Recipe(teacher_passes, seed)
        model = reader(recipe, device, path if path.exists() else None).eval()
        if not path.exists():
            fit(model, taught, recipe, device)
            save(model, path)
        _log.info("teacher %d: %s", seed, held_out(model, probe, device))
        found.append(model)
    recipe = Recipe(passes, teachers)
    student = reader(recipe, device, to / "teacher-0.pt")
    fit(student, taught, recipe, device, found)
    save(student, to / "reader.pt")
    _log.info("the reader: %s", held_out(student, probe, device))


if __name__ == "__main__":
    command()
