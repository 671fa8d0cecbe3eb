"""The trained reader: its weights, its run path, what it does with hostile text, and models that a user names."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertTokenizerFast,
    RobertaConfig,
    RobertaForQuestionAnswering,
)

from evals import load_suite
from evals.studies import fit
from index import Index, Source
from index.errors import VerbatimError
from qa import answer, read
from qa.answer import Answerer
from qa.baseline import BaselineReader
from qa.model import SHIPPED, _check, load_model, load_reference, write_export
from qa.pairs import EVIDENCE, first_text, token_sentences
from qa.read import ModelReader, open_reader

QUESTIONS = [
    "How many troops remain in Iraq?",
    "Which concert did they plan to attack?",
    "What happened in Solingen?",
    "Who won the election in Iraq?",
]


# ── The weights ───────────────────────────────────────────────────────────────


def test_the_weights_are_a_small_folder_of_a_known_kind() -> None:
    files = {file.name: file.stat().st_size for file in SHIPPED.iterdir()}
    assert set(files) == {"README.md", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert sum(files.values()) < 25e6
    config = json.loads((SHIPPED / "config.json").read_text())
    assert config["architectures"] == ["BertForTokenClassification"]


def test_the_model_card_names_the_very_weights() -> None:
    card = (SHIPPED / "README.md").read_text()
    assert hashlib.sha256((SHIPPED / "model.safetensors").read_bytes()).hexdigest() in card


def test_the_run_path_agrees_with_full_precision(seed_index: Index) -> None:
    """Token by token, and in which sentence of a passage is the best: over 26 questions."""
    reference, model = load_reference(), load_model()
    same = []
    for question in (one.question for one in load_suite("seed").questions[:26]):
        for hit in seed_index.search(question):
            (item,) = model.windows([(first_text(question, hit.title), hit.text)])[0]
            quick = model.scores(item)
            with torch.inference_mode():
                full = reference(
                    torch.tensor([item.ids]), torch.tensor([item.attention_mask]), torch.tensor([item.type_ids])
                ).logits[0]
            assert np.corrcoef(quick.ravel(), full.numpy().ravel())[0, 1] > 0.95
            spans = [span.moved(-hit.passage.start) for span in hit.passage.sentences]
            places = np.array(token_sentences(item, hit.text, spans))
            means = [
                [scores[places == number, EVIDENCE].mean() for number in range(len(spans))]
                for scores in (quick, full.numpy())
            ]
            same.append(np.argmax(means[0]) == np.argmax(means[1]))
    assert np.mean(same) >= 0.9


def test_eight_bits_are_run_where_they_save_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exported once, and judged once more: the second time they save too little."""

    def is_whole() -> bool:
        return (tmp_path / "model.onnx").read_bytes() == (tmp_path / "full.onnx").read_bytes()

    monkeypatch.setattr("qa.model.WORTH_ITS_LOSS", 0.0)
    write_export(SHIPPED, tmp_path)
    assert not is_whole()
    monkeypatch.setattr("qa.model.WORTH_ITS_LOSS", float("inf"))
    _check(load_reference(), tmp_path, ["input_ids", "token_type_ids"])
    assert is_whole()


# ── Reading ───────────────────────────────────────────────────────────────────


def test_the_trained_reader_is_the_default(seed_index: Index) -> None:
    assert isinstance(Answerer(seed_index).reader, ModelReader)


def test_an_answer_at_the_end_of_a_very_long_passage_is_read(index: Index) -> None:
    index.add(
        Source("long.txt", "It was a bridge, " + "and a road and a river and a town, " * 60 + "opened in May 1998.")
    )
    (hit,) = index.search("When was the bridge opened?", top_k=1)
    evidence = open_reader(None, index).read("When was the bridge opened?", [hit])
    assert len(evidence) == len(hit.passage.sentences)
    last = max(evidence, key=lambda item: item.sentence)
    assert last.answer is not None
    assert last.sentence.start <= last.answer.start < last.answer.end <= last.sentence.end


@pytest.mark.parametrize(
    "question",
    ["", "?", "why " * 3000, "[SEP] [CLS] [MASK]", "\x00\x01", "🙂" * 50, "שלום מה קרה?", "\u202eevil", "a\nb\tc"],
)
def test_any_question_is_read(index: Index, question: str) -> None:
    index.add(Source("a.txt", "[SEP] The bridge opened in May. 🙂 It is long [CLS]. \u202eReversed. שלום לכולם."))
    evidence = open_reader(None, index).read(question, index.search("bridge"))
    assert evidence
    for item in evidence:
        assert all(np.isfinite(value) for value in item.features.values())
        assert item.answer is not None
        assert item.sentence.start <= item.answer.start < item.answer.end <= item.sentence.end


def test_no_hits_are_no_evidence(index: Index) -> None:
    assert open_reader(None, index).read("When?", []) == []


def test_a_sentence_is_found_among_passages_of_several_documents(index: Index) -> None:
    index.add(
        [
            Source("ferry.txt", "The ferry Aurora sank off Kalmar on Tuesday. Nobody was aboard. Divers will go down."),
            Source("bridge.txt", "The bridge opened in May 1998. It cost 40 million kronor. A tunnel was too dear."),
        ]
    )
    result = Answerer(index, threshold=0).answer("How much did the bridge cost?")
    assert result.citations[0].text == "It cost 40 million kronor."
    assert result.short is not None
    assert "40 million" in result.short


def test_a_sure_answer_is_read_in_the_first_passages_alone(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    towns = ["Kalmar", "Borgholm", "Oskarshamn", "Nybro", "Torsås", "Emmaboda"]
    index.add(Source(f"{town}.txt", f"The town of {town} has a harbour and a market.") for town in towns)
    index.add(Source("bridge.txt", "The Kalmar bridge opened in May 1998. It cost 40 million kronor."))
    question = "When did the Kalmar bridge open?"
    quick = Answerer(index).answer(question)
    monkeypatch.setattr(read, "SURE", 2.0)
    whole = Answerer(index).answer(question)
    assert quick.searched
    assert whole.searched
    assert (quick.searched.passages, whole.searched.passages) == (read.READ_FIRST, len(whole.hits))
    assert (quick.citations[0].text, quick.short) == (whole.citations[0].text, whole.short)


def test_an_unsure_answer_is_read_in_all_passages(index: Index) -> None:
    towns = ["Kalmar", "Borgholm", "Oskarshamn", "Nybro", "Torsås", "Emmaboda"]
    index.add(Source(f"{town}.txt", f"The town of {town} has a harbour and a market.") for town in towns)
    question, reader = "When was the opera founded?", open_reader(None, index)
    hits = index.search(question)
    assert {item.hit.rank for item in reader.read(question, hits)} == {hit.rank for hit in hits}


def test_the_fit_sees_the_confidence_that_people_see(
    seed_index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "SURE", 2.0)
    suite, reader = load_suite("seed"), open_reader(None, seed_index)
    question = suite.questions[0]
    hits = seed_index.search(question.question)
    evidence = reader.read(question.question, hits)
    (tmp_path / "seed.jsonl").write_text(json.dumps(fit._row(suite, question, evidence)))
    calibration = reader.calibration
    (chance,) = fit.Confidence(calibration.intercept, calibration.weights).chances(fit.load(tmp_path), read.WEIGHTS)
    assert chance == pytest.approx(calibration.confidence(evidence), abs=0.002)


# ── Models that a user names ──────────────────────────────────────────────────


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> BertTokenizerFast:
    """A tokenizer of a few words."""
    file = tmp_path_factory.mktemp("words") / "vocab.txt"
    letters = [chr(code) for code in range(33, 127)]
    file.write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{one}" for one in letters)])
    )
    return BertTokenizerFast(vocab=str(file))


SMALL = {
    "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16,
    "max_position_embeddings": 514,
}  # fmt: skip


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_a_model_for_extractive_questions_can_be_named(
    kind: str, tmp_path: Path, words: BertTokenizerFast, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    torch.manual_seed(0)
    if kind == "bert":
        model = BertForQuestionAnswering(BertConfig(vocab_size=len(words), **SMALL))
    else:
        model = RobertaForQuestionAnswering(
            RobertaConfig(vocab_size=len(words), type_vocab_size=1, pad_token_id=0, **SMALL)
        )
    model.save_pretrained(tmp_path / "model")
    words.save_pretrained(tmp_path / "model")
    index.add(Source("a.txt", "The bridge opened in May. It is long."))
    result = Answerer(index, reader=str(tmp_path / "model"), threshold=0).answer("When did the bridge open?")
    citation = result.citations[0]
    assert citation.answer is not None
    assert citation.start <= citation.answer.start < citation.answer.end <= citation.end


def test_weights_that_could_run_code_are_refused(tmp_path: Path, index: Index, words: BertTokenizerFast) -> None:
    model = BertForQuestionAnswering(BertConfig(vocab_size=len(words), **SMALL))
    model.config.save_pretrained(tmp_path)
    words.save_pretrained(tmp_path)
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(VerbatimError, match="safetensors"):
        Answerer(index, reader=tmp_path)


@pytest.mark.parametrize("option", ["reader", "reranker"])
def test_a_model_that_is_not_here_is_named_with_the_next_command(index: Index, option: str) -> None:
    with pytest.raises(VerbatimError, match=r"someone/nothing.*hf download someone/nothing"):
        Answerer(index, **{option: "someone/nothing"})  # type: ignore[arg-type]


def test_a_cross_encoder_changes_the_order_of_reading(tmp_path: Path, words: BertTokenizerFast, index: Index) -> None:
    torch.manual_seed(0)
    BertForSequenceClassification(BertConfig(vocab_size=len(words), num_labels=1, **SMALL)).save_pretrained(tmp_path)
    words.save_pretrained(tmp_path)
    index.add([Source(f"{number}.txt", f"The bridge number {number} opened in May.") for number in range(15)])
    answerer = Answerer(index, reranker=tmp_path, threshold=0)
    assert answerer.reranker is not None
    hits = index.search("Which bridge opened?", top_k=15)
    ordered = answerer.reranker.rerank("Which bridge opened?", hits)
    assert sorted(hit.passage.id for hit in ordered) == sorted(hit.passage.id for hit in hits)
    assert [hit.rank for hit in ordered] == list(range(1, 16))
    read = answerer.answer("Which bridge opened?").hits
    assert [hit.passage.id for hit in read] == [hit.passage.id for hit in ordered[:10]]
    assert answerer.reranker.rerank("Which?", []) == []


def test_without_the_model_the_baseline_stands_in(
    index: Index, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("qa.read.load_model", lambda: (_ for _ in ()).throw(RuntimeError("no such processor")))
    assert isinstance(open_reader(None, index), BaselineReader)
    assert re.search("no such processor.*baseline", caplog.text)


def test_the_baseline_can_be_asked_for(seed_index: Index) -> None:
    result = Answerer(seed_index, reader=BaselineReader(seed_index)).answer(QUESTIONS[0])
    assert result.short == "2,500"


# ── Certainty ─────────────────────────────────────────────────────────────────


def test_a_smaller_share_of_errors_asks_for_more_confidence(seed_index: Index) -> None:
    calibration = Answerer(seed_index).reader.calibration
    limits = [calibration.threshold(share) for share in (0, 0.01, 0.05, 0.1, 0.2, 0.5, 1)]
    assert limits == sorted(limits, reverse=True)
    assert (limits[0], limits[-1]) == (1, 0)
    with pytest.raises(ValueError, match="max_error"):
        calibration.threshold(1.5)
    assert answer(QUESTIONS[0], index=seed_index, max_error=1).citations
    assert answer(QUESTIONS[0], index=seed_index, max_error=0).abstained
