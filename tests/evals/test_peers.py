"""The peers: each finds the obvious sentence where it stands, keeps to its documents, refuses and counts as told."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cache

import pytest

from evals.peers import NO_NETWORK, PEERS, BM25Sentences, _library
from evals.rows import SuiteError
from evals.systems import Quote, ScopedSystem

DOCUMENTS = {
    "harbour.txt": "The ferry to Skerry Island leaves at noon. Dogs travel free of charge. Tickets cost 14 crowns.",
    "bakery.txt": "Mrs Olufsen bakes rye bread before dawn. She learned the trade from her aunt in Aarhus.",
    "bridge.md": "# Old bridge\n\nFlood water broke the *middle arch* in 1911. It was rebuilt in steel.\n\n- Toll: 2\n",
    "orchard.txt": "Frost killed most apple blossom this spring. Pear trees flowered later and were spared.",
    "clinic.txt": "The clinic opens at eight. Bring your vaccination card. Parking is behind the building. Welcome! 🙂",
    "empty.txt": " \n",
}

OBVIOUS = [
    ("When does the ferry to the island leave?", "harbour.txt", "The ferry to Skerry Island leaves at noon."),
    ("Who bakes rye bread?", "bakery.txt", "Mrs Olufsen bakes rye bread before dawn."),
    ("What did the flood water break in 1911?", "bridge.md", "Flood water broke the *middle arch* in 1911."),
    ("What killed the apple blossom?", "orchard.txt", "Frost killed most apple blossom this spring."),
    ("Is there parking behind the building?", "clinic.txt", "Parking is behind the building."),
]

NEEDS: dict[str, list[str]] = {
    "baseline": [],
    "bm25": ["bm25s", "Stemmer"],
    "llamaindex": ["llama_index.embeddings.huggingface"],
    "txtai": ["txtai"],
    "haystack": ["haystack", "haystack_integrations.components.embedders.sentence_transformers"],
}


@cache
def _made(key: str, cited: int = 1, threshold: float | None = None) -> ScopedSystem:
    return PEERS[key](DOCUMENTS, cited=cited, threshold=threshold)


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The short name of each peer whose libraries are installed."""
    for name, value in NO_NETWORK.items():
        monkeypatch.setenv(name, value)
    for module in NEEDS[request.param]:
        pytest.importorskip(module)
    return str(request.param)


def assert_exact(quote: Quote, documents: Mapping[str, str] = DOCUMENTS) -> None:
    assert quote.start is not None
    assert quote.end is not None
    assert documents[quote.source][quote.start : quote.end] == quote.text


@pytest.mark.parametrize(("question", "source", "sentence"), OBVIOUS)
def test_the_obvious_sentence_is_cited_where_it_stands(peer: str, question: str, source: str, sentence: str) -> None:
    said = _made(peer).answer(question, ())
    (quote,) = said.citations
    assert quote.source == source
    # LlamaIndex splits by itself: its nodes keep the space after a sentence, and a heading before one.
    assert sentence in quote.text if peer == "llamaindex" else quote.text == sentence
    assert_exact(quote)
    assert said.text == quote.text
    assert said.confidence is not None
    assert said.confidence > 0


def test_a_document_outside_is_left_out_and_nothing_else(peer: str) -> None:
    question, source, _ = OBVIOUS[0]
    others = DOCUMENTS.keys() - {source}
    system = _made(peer, cited=100)
    inside = system.answer(question, (), within={source}).citations
    outside = system.answer(question, (), within=others).citations
    assert {quote.source for quote in inside} == {source}
    assert source not in {quote.source for quote in outside}
    everything = {(quote.source, quote.start) for quote in system.answer(question, (), within=DOCUMENTS).citations}
    assert everything == {(quote.source, quote.start) for quote in [*inside, *outside]}


def test_all_documents_named_are_as_good_as_none_named(peer: str) -> None:
    for question, _, _ in OBVIOUS:
        named, unnamed = (_made(peer).answer(question, (), within=within) for within in (DOCUMENTS, None))
        assert named.citations == unnamed.citations
        assert named.confidence == pytest.approx(unnamed.confidence)  # exact vectors or Chroma's: the last digits


def test_no_document_is_nothing_to_answer_from(peer: str) -> None:
    for within in ([], ["elsewhere.txt"], ["empty.txt"]):
        said = _made(peer).answer("Who bakes rye bread?", (), within=within)
        assert (said.citations, said.nearest, said.confidence) == ((), None, 0.0)


def test_below_the_threshold_it_refuses_and_names_the_nearest(peer: str) -> None:
    question, source, _ = OBVIOUS[1]
    confidence = _made(peer).answer(question, ()).confidence
    assert confidence is not None
    refused = _made(peer, threshold=confidence + 0.01).answer(question, ())
    assert (refused.citations, refused.text, refused.confidence) == ((), "", pytest.approx(confidence))
    assert refused.nearest is not None
    assert refused.nearest.source == source
    assert_exact(refused.nearest)
    answered = _made(peer, threshold=confidence - 0.01).answer(question, ())
    assert answered.nearest is None
    assert answered.citations == (refused.nearest,)


def test_as_many_are_cited_as_asked_for(peer: str) -> None:
    question = "When does the ferry leave, what killed the apple blossom, and where is parking?"
    cited = _made(peer, cited=3).answer(question, ()).citations
    assert len({(quote.source, quote.start) for quote in cited}) == 3
    assert cited[0] == _made(peer).answer(question, ()).citations[0]
    for quote in cited:
        assert_exact(quote)


def test_the_earlier_questions_are_ignored(peer: str) -> None:
    question, *_ = OBVIOUS[3]
    assert _made(peer).answer(question, ("Who bakes rye bread?",)) == _made(peer).answer(question, ())


@pytest.mark.parametrize("question", ["", " \n", "?", "'\"[]{}() AND OR NOT *:^~ \\ %", "zzyzx", "the of and", "🙂"])
def test_odd_questions_are_answered_or_refused(peer: str, question: str) -> None:
    said = _made(peer).answer(question, ())
    assert said.confidence is not None
    for quote in said.citations:
        assert_exact(quote)


def test_one_sentence_is_enough(peer: str) -> None:
    documents = {"only.txt": "Herons nest by the weir."}
    said = PEERS[peer](documents, cited=3).answer("Where do herons nest?", ())
    assert [quote.source for quote in said.citations] == ["only.txt"]
    assert_exact(said.citations[0], documents)


@pytest.mark.parametrize("text", ["!!!", "the of and", "🙂"])
def test_documents_without_a_word_can_be_indexed(peer: str, text: str) -> None:
    documents = {"odd.txt": text}
    for quote in PEERS[peer](documents).answer("Where do herons nest?", ()).citations:
        assert_exact(quote, documents)


def test_a_sentence_said_twice_is_cited_in_the_document_asked_for(peer: str) -> None:
    documents = {"a.txt": "Rain fell. The weir holds 200 herons.", "b.txt": "The weir holds 200 herons. Rain fell."}
    system = PEERS[peer](documents)
    for name in documents:
        (quote,) = system.answer("How many herons does the weir hold?", (), within=[name]).citations
        assert quote.source == name
        assert "herons" in quote.text
        assert_exact(quote, documents)


@pytest.mark.parametrize("documents", [{}, {"empty.txt": " \n"}])
def test_nothing_to_index_is_said(documents: dict[str, str]) -> None:
    for make in PEERS.values():
        with pytest.raises(SuiteError, match="no document holds any text"):
            make(documents)


def test_citing_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        BM25Sentences(DOCUMENTS, cited=0)


def test_a_missing_library_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    for name, value in NO_NETWORK.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SuiteError, match=r"'bm25s'.*pip install -e '\.\[peers\]'"):
        BM25Sentences(DOCUMENTS)


def test_network_and_telemetry_are_off_before_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NO_NETWORK:
        monkeypatch.setenv(name, "changed")
    _library("json")
    assert {name: os.environ[name] for name in NO_NETWORK} == dict(NO_NETWORK)
