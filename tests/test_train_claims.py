"""Teaching the verifier: claims that are true stay so, altered ones know what is wrong in them, and a run learns."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
import torch

from index.types import Span
from qa.check.pairs import SUPPORTED
from qa.check.rules import broken_rules
from qa.model import SHIPPED, load_reference
from qa.train.claims import Claim, Claims, statement
from qa.train.loop import Settings, _Run, load_tokenizer, train
from qa.train.rewording import altered, joined, reworded
from qa.train.ship import ship
from qa.train.verifying import collate, loss, right

SENTENCE = (
    "However, the new bridge, which cost 2,500,000 dollars, was opened on May 3, 1998 by Anna Berg in 12 districts of "
    "Norway, and most people did not like it."
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a set of texts with questions, and one of claims."""
    folder = tmp_path / "sets"
    folder.mkdir()
    with gzip.open(folder / "squad20.jsonl.gz", "wt", encoding="utf-8") as lines:
        for number, town in enumerate(["Ulm", "Bern", "Graz", "Metz", "Gent", "Lund"]):
            text = f"The town of {town} lies on a river. Its bridge was opened in {1900 + number}. People fish there."
            lines.write(json.dumps({"context": number, "text": text}) + "\n")
            answer = {"text": str(1900 + number), "start": text.index(str(1900 + number))}
            row = {"title": town, "context": number, "evidence": [], "answers": [answer], "answerable": True}
            lines.write(
                json.dumps({**row, "id": str(number), "question": f"When was the bridge of {town} opened?"}) + "\n"
            )
    with gzip.open(folder / "claims_fm2.jsonl.gz", "wt", encoding="utf-8") as lines:
        for number in range(6):
            row = {
                "claim": f"The tower is {number} m high.",
                "evidence_text": f"It is {number} m high.",
                "label": "supports",
            }
            lines.write(json.dumps(row) + "\n")
            lines.write(json.dumps({**row, "claim": "The tower is of wood.", "label": "refutes"}) + "\n")
    return folder


def claims(data: Path, seed: int = 0) -> Claims:
    return Claims(data, seed, texts=["squad20"], people={"claims_fm2": 2.0})


def test_other_words_break_no_rule() -> None:
    for seed in range(200):
        said = reworded(SENTENCE, random.Random(seed))
        assert broken_rules(said, SENTENCE) == (), said


def test_what_is_altered_is_known_and_mostly_seen_by_the_rules() -> None:
    seen = 0
    for seed in range(200):
        found = altered(SENTENCE, "In 1999, 700 people of Oslo met Karl Lund in June.", ["Bergen"], random.Random(seed))
        assert found is not None
        assert found.text != SENTENCE
        assert found.wrong
        assert all(0 <= span.start <= span.end <= len(found.text) for span in found.wrong)
        seen += bool(broken_rules(found.text, SENTENCE))
    assert seen > 100


def test_two_sentences_are_joined_into_one() -> None:
    assert joined("It rained.", "The roof held.", random.Random(1)).lower().endswith("the roof held.")
    assert "Anna came" in joined("It rained.", "Anna came.", random.Random(1))


@pytest.mark.parametrize(
    ("question", "answer", "before", "said"),
    [
        ("Who wrote the letter?", "Ann", "", "Ann wrote the letter."),
        ("What is the capital of France?", "Paris", "", "The capital of France is Paris."),
        ("When was the bridge opened?", "1998", "opened in ", "The bridge was opened in 1998."),
        ("Where did Anna go?", "Bergen", "went to ", "Anna did go to Bergen."),
        ("How many people were hurt?", "five", "", "Five people were hurt."),
    ],
)
def test_a_question_with_its_answer_becomes_a_statement(question: str, answer: str, before: str, said: str) -> None:
    assert statement(question, answer, before, random.Random(0)) == said


def test_an_epoch_is_the_same_each_time_and_true_claims_are_borne_out(data: Path) -> None:
    groups = claims(data).groups(1)
    assert groups == claims(data).groups(1) != claims(data).groups(2)
    made = [one for (one,) in groups]
    assert {one.supported for one in made} == {True, False}
    for one in made:
        assert one.wrong != () or one.supported
        if one.supported:
            assert not broken_rules(
                one.claim, one.evidence, f"{one.context} {one.evidence} Ulm Bern Graz Metz Gent Lund The tower"
            )


def test_the_words_that_are_wrong_are_the_targets() -> None:
    claim = Claim("It has five arches.", "Bridges", "It has six arches.", supported=False, wrong=(Span(7, 11),))
    unknown = Claim("It is red.", "", "It has six arches.", supported=False, wrong=None)
    batch = collate([claim, unknown], load_tokenizer())
    assert batch.supported.tolist() == [0, 0]
    words = batch.words[0].tolist()
    assert words.count(0.0) == 1
    assert words.count(1.0) == 4
    assert set(batch.words[1].tolist()) == {-1.0}
    perfect = torch.full((*batch.input_ids.shape, 3), 50.0)
    perfect[:, 0, SUPPORTED] = -50
    perfect[0, words.index(0.0), SUPPORTED] = -50
    assert float(loss(perfect, batch)) < 1e-6
    assert right(perfect, batch) == 2
    assert float(loss(-perfect, batch)) > 10


def test_a_run_changes_only_its_layers_and_ships_only_those(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.train.loop.Claims", claims)
    settings = Settings(
        data=str(data), to=str(tmp_path / "run"), processes=1, epochs=1, batch_tokens=400, start=str(SHIPPED),
        lesson="verifying", frozen_layers=4, bfloat16=False, stop_at=2,
    )  # fmt: skip
    train(settings)
    run = _Run(settings)
    assert run.step == 2
    assert not any(".layer.3." in name or "embeddings" in name for name in run.trained)
    ship(tmp_path / "shipped", [tmp_path / "run" / "checkpoint.pt"], shared=True)
    shipped, reader = load_reference(tmp_path / "shipped").state_dict(), load_reference().state_dict()
    changed = {name for name, value in shipped.items() if not torch.equal(value, reader[name])}
    assert changed
    assert changed <= set(run.model.state_dict()) | {name.removeprefix("model.") for name in run.trained}
    assert all(".layer.4." in name or ".layer.5." in name or "classifier" in name for name in changed)
    assert (tmp_path / "shipped" / "model.safetensors").stat().st_size < 8_000_000
