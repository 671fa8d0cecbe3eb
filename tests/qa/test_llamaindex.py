"""LlamaIndex, both ways, inside its own pipelines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core import Document, MockEmbedding, SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool

from index import Index
from qa import answer
from qa.llamaindex import SentencePassageParser, VerbatimQueryEngine, VerbatimRetriever

TEXT = "The mayor spoke. She left. The mayor spoke. She left.\n\nThe bridge opened on 3 May 1998. " * 12


def test_documents_of_a_llamaindex_reader_go_in(tmp_path: Path, index: Index) -> None:
    (tmp_path / "bridge.txt").write_text(TEXT)
    documents = SimpleDirectoryReader(str(tmp_path), exclude=["store"], required_exts=[".txt"]).load_data()
    changes = index.add(documents)
    assert len(changes.added) == 1
    assert index.documents()[0].text == TEXT
    assert index.add(documents).unchanged == changes.added
    assert index.documents()[0].source.endswith("bridge.txt")


def test_a_single_document_goes_in_as_it_is(index: Index) -> None:
    changes = index.add(Document(text=TEXT, metadata={"file_name": "bridge.txt"}))
    assert (len(changes.added), changes.failed) == (1, ())
    assert index.documents()[0].text == TEXT


def test_our_splitter_in_a_pipeline_gives_exact_offsets() -> None:
    nodes = IngestionPipeline(transformations=[SentencePassageParser()]).run(documents=[Document(text=TEXT)])
    assert len(nodes) > 1
    for node in nodes:
        assert TEXT[node.start_char_idx : node.end_char_idx] == node.text
    starts = [node.start_char_idx for node in nodes]
    assert starts == sorted(set(starts)), "a passage that stands twice keeps its own place"


@settings(max_examples=60, deadline=None)
@given(
    text=st.lists(st.sampled_from(["bar. ", "foo bar. ", "\n\n", "\r\n", "🙂 ", "שלום. ", "a"]), max_size=200).map(
        "".join
    )
)
def test_repeated_passages_keep_their_own_places(text: str) -> None:
    nodes = SentencePassageParser().get_nodes_from_documents([Document(text=text)]) if text.strip() else []
    end = 0
    for node in nodes:
        assert text[node.start_char_idx : node.end_char_idx] == node.text
        assert node.start_char_idx >= end
        end = node.end_char_idx
        for start, stop in node.metadata["sentences"]:
            assert node.start_char_idx <= start < stop <= node.end_char_idx


def test_our_splitter_feeds_a_vector_store_index() -> None:
    vectors = VectorStoreIndex.from_documents(
        [Document(text=TEXT)],
        transformations=[SentencePassageParser()],
        embed_model=MockEmbedding(embed_dim=8),
        storage_context=StorageContext.from_defaults(),
    )
    for found in vectors.as_retriever(similarity_top_k=3).retrieve("mayor"):
        assert TEXT[found.node.start_char_idx : found.node.end_char_idx] == found.node.text


def test_our_index_is_a_retriever_in_their_query_engine(seed_index: Index) -> None:
    engine = RetrieverQueryEngine.from_args(VerbatimRetriever(seed_index, top_k=3), llm=MockLLM())
    response = engine.query("How many troops remain in Iraq?")
    assert len(response.source_nodes) == 3
    assert "2,500" in response.source_nodes[0].node.text
    for source in response.source_nodes:
        document = seed_index.document(source.node.metadata["document_id"])
        assert document.text[source.node.start_char_idx : source.node.end_char_idx] == source.node.text


@pytest.fixture
def engine(seed_index: Index) -> Iterator[VerbatimQueryEngine]:
    yield VerbatimQueryEngine(seed_index)


def test_our_answerer_is_a_query_engine(engine: VerbatimQueryEngine, seed_index: Index) -> None:
    question = "How many troops remain in Iraq?"
    response, expected = engine.query(question), answer(question, index=seed_index)
    assert str(response) == expected.text
    assert response.metadata["confidence"] == expected.confidence
    for source, citation in zip(response.source_nodes, expected.citations, strict=True):
        assert (source.node.start_char_idx, source.node.end_char_idx) == (citation.start, citation.end)
        assert seed_index.document(citation.document_id).text[citation.start : citation.end] == source.node.text
    assert str(asyncio.run(engine.aquery(question))) == expected.text


def test_a_refusal_has_no_source_nodes(engine: VerbatimQueryEngine) -> None:
    response = engine.query("Who won the chess championship in Norway?")
    assert response.metadata["abstained"]
    assert response.source_nodes == []
    assert "do not say" in str(response)


def test_our_query_engine_is_a_tool_of_theirs(engine: VerbatimQueryEngine) -> None:
    class Chooser(MockLLM):
        def complete(self, prompt, formatted=False, **kwargs):
            done = super().complete("", **kwargs)
            done.text = '[{"choice": 1, "reason": "it is the only one"}]'
            return done

    tool = QueryEngineTool.from_defaults(engine, name="documents", description="Answers from the documents.")
    router = RouterQueryEngine.from_defaults(
        [tool], llm=Chooser(), selector=LLMSingleSelector.from_defaults(llm=Chooser())
    )
    assert "2,500" in str(router.query("How many troops remain in Iraq?"))
