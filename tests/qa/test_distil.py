"""Learning from several readers: rows of tokens on disk, batches of them, and a reader that learns from several."""

from __future__ import annotations

import logging
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch

from index.types import Span
from qa.train import distil
from qa.train.batch import collate, loss, soft_loss
from qa.train.distil import Recipe, batches, fit, held_out, reader, train
from qa.train.examples import Example
from qa.train.loop import load_tokenizer
from qa.train.packed import PackedModel, _one_by_one, _side_by_side, new_model
from qa.train.rows import Rows, to_rows

TOWNS = ["Ulm", "Bern", "Graz", "Metz", "Gent", "Lund", "Bath", "Pisa"]


def examples() -> list[Example]:
    """Groups of two passages for each town, of which one answers, and one that nothing answers."""
    made = []
    for number, town in enumerate(TOWNS):
        text = f"{town} lies on a river. Its bridge was opened in {1900 + number}."
        first = text.index("Its")
        sentences = (Span(0, first - 1), Span(first, len(text)))
        other = f"In {town} people fish for trout, pike, perch, eel, carp and whatever else there is in its river."
        asked = f"When was the bridge of {town} opened?"
        answer = Span(len(text) - 5, len(text) - 1)
        made.append(Example(2 * number, asked, town, text, sentences, answer, frozenset({1})))
        made.append(Example(2 * number, asked, town, other, (Span(0, len(other)),), None, frozenset()))
        made.append(Example(2 * number + 1, f"Who built {town}?", town, text, sentences, None, frozenset()))
    return made


@pytest.fixture(scope="module")
def rows() -> Rows:
    return to_rows(examples(), load_tokenizer())


def test_rows_come_back_from_their_file(rows: Rows, tmp_path: Path) -> None:
    rows.save(tmp_path / "towns.rows")
    read = Rows.load(tmp_path / "towns.rows")
    assert len(read) == 3 * len(TOWNS)
    for one in fields(Rows):
        assert torch.equal(getattr(read, one.name), getattr(rows, one.name)), one.name


def test_a_batch_of_some_rows_is_what_these_examples_give_by_themselves(rows: Rows) -> None:
    places = [7, 3, 4, 11]
    some, alone = rows.batch(torch.tensor(places)), collate([examples()[one] for one in places], load_tokenizer())
    for one in fields(some):
        assert torch.equal(getattr(some, one.name), getattr(alone, one.name)), one.name


def test_batches_hold_each_example_once_and_groups_as_a_whole(rows: Rows) -> None:
    made = batches(rows, 120, (0, 1))
    assert len(made) > 3
    assert sorted(np.concatenate(made).tolist()) == list(range(len(rows)))
    of_batch = [set(rows.groups[one].tolist()) for one in made]
    assert sum(map(len, of_batch)) == 2 * len(TOWNS), "no group is in two"
    again, others = batches(rows, 120, (0, 1)), batches(rows, 120, (0, 2))
    assert all(np.array_equal(one, same) for one, same in zip(made, again, strict=True))
    assert any(not np.array_equal(one, other) for one, other in zip(made, others, strict=False))


def test_attention_side_by_side_is_that_of_each_sequence_by_itself() -> None:
    mask = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0]])
    at = mask.flatten().nonzero().squeeze(1)
    three = [torch.randn(9, 2, 4, generator=torch.Generator().manual_seed(seed)) for seed in range(3)]
    expected = _one_by_one([3, 5, 1])(three)
    spare = [torch.cat([one, one[:2]]) for one in three]
    found = _side_by_side(mask, at)(spare)
    assert torch.allclose(found[:9], expected, atol=1e-6)
    assert found.shape == spare[0].shape


def test_the_soft_loss_is_least_where_it_says_what_the_teachers_say(rows: Rows) -> None:
    batch = rows.batch(torch.arange(6))
    chance = torch.Generator().manual_seed(0)
    taught = torch.randn((*batch.input_ids.shape, 3), generator=chance)
    scores = taught.clone().requires_grad_()
    soft_loss(scores, [taught, taught], batch).backward()
    assert scores.grad is not None
    assert scores.grad.abs().max() < 1e-6
    nudged = taught + 0.1 * torch.randn(taught.shape, generator=chance)
    assert soft_loss(nudged, [taught], batch) > soft_loss(taught, [taught], batch)


def test_a_reader_learns_from_several_and_goes_on_where_it_was_stopped(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rows.save(tmp_path / "taught.rows")
    rows.save(tmp_path / "held-out.rows")
    monkeypatch.setattr(distil, "Recipe", lambda passes, seed: Recipe(passes, seed, batch_tokens=300, dropout=0.0))
    to = tmp_path / "runs"
    with caplog.at_level(logging.INFO):
        train(tmp_path, to, teachers=2, teacher_passes=6, passes=4, device="cpu")
    said = [one.message for one in caplog.records if "held out" in one.message]
    assert [one.partition(":")[0] for one in said] == ["teacher 0", "teacher 1", "the reader"]
    assert all("of 8" in one for one in said)
    student = reader(Recipe(1, 0), "cpu", to / "reader.pt").eval()
    untrained = PackedModel(new_model()).eval()
    batch = rows.batch(torch.arange(len(rows)))

    def value(model: PackedModel) -> float:
        with torch.no_grad():
            return float(loss(model(batch.input_ids, batch.attention_mask, batch.token_type_ids), batch))

    assert value(student) < 0.6 * value(untrained)
    kept = (to / "teacher-1.pt").stat().st_mtime_ns
    train(tmp_path, to, teachers=2, teacher_passes=6, passes=1, device="cpu")
    assert (to / "teacher-1.pt").stat().st_mtime_ns == kept, "a teacher that is there is not trained again"


def test_what_is_held_out_is_judged_by_group(rows: Rows) -> None:
    class Sure(torch.nn.Module):
        """Finds what a batch of all rows holds."""

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
            digits = {load_tokenizer().token_to_id(str(1900 + number)) for number in range(len(TOWNS))}
            scores = torch.zeros((*input_ids.shape, 3))
            scores[..., 2] = torch.tensor([[float(one in digits) for one in row] for row in input_ids.tolist()])
            return scores

    said = held_out(Sure(), rows, "cpu")  # type: ignore[arg-type]
    assert said.endswith("right sentence first 1.000 of 8")


def test_a_pass_and_a_half_is_half_as_long_again(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []
    model = PackedModel(new_model())
    monkeypatch.setattr(distil, "rate", lambda done, *_: steps.append(done) or 0.0)
    fit(model, rows, Recipe(1, 0, batch_tokens=120), "cpu")
    whole = len(steps)
    fit(model, rows, Recipe(1.5, 0, batch_tokens=120), "cpu")
    assert len(steps) - whole == pytest.approx(1.5 * whole, abs=1)
