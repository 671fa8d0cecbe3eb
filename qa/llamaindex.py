"""LlamaIndex, both ways: its documents go in (`Index.add` takes them as they are), our parts go into its pipelines.

- `SentencePassageParser` is a ``NodeParser`` whose nodes are our passages, with exact character offsets.
- `VerbatimRetriever` is a ``BaseRetriever`` over an `Index`.
- `VerbatimQueryEngine` is a ``BaseQueryEngine`` whose response holds cited sentences: its source nodes are the
  citations, each with its exact offsets and its address as id, and its metadata holds the confidence.

This is the only module that knows LlamaIndex, and nothing imports it: its types go no further in.
"""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.llms import LLM
from llama_index.core.node_parser import NodeParser
from llama_index.core.node_parser.node_utils import build_nodes_from_splits
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import BaseNode, Document, MetadataMode, NodeWithScore, QueryBundle, TextNode

from index import Hit, Index, Passage, Span
from index.passages import passage_groups
from index.sentences import sentence_spans
from qa.address import Address
from qa.answer import TOP_K, Answerer
from qa.types import Citation

__all__ = ["SentencePassageParser", "VerbatimQueryEngine", "VerbatimRetriever"]


class SentencePassageParser(NodeParser):
    """Splits documents into passages of whole sentences; ``text[start_char_idx:end_char_idx]`` is the node's text.

    ``metadata["sentences"]`` holds the sentences' offsets in the document, as ``[start, end]`` pairs.
    """

    @classmethod
    def class_name(cls) -> str:
        """Return the name under which LlamaIndex stores this parser."""
        return "SentencePassageParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: object) -> list[BaseNode]:
        return [passage for node in nodes for passage in self._split(node)]

    def _split(self, node: BaseNode) -> list[TextNode]:
        text = node.get_content(metadata_mode=MetadataMode.NONE)
        groups = passage_groups(text, sentence_spans(text))
        passages = build_nodes_from_splits(
            [text[group[0].start : group[-1].end] for group in groups], node, id_func=self.id_func
        )
        for passage, group in zip(passages, groups, strict=True):
            passage.start_char_idx, passage.end_char_idx = group[0].start, group[-1].end
            passage.metadata["sentences"] = [[sentence.start, sentence.end] for sentence in group]
            # For machines: neither the encoder nor an LLM gains anything from reading it.
            passage.excluded_embed_metadata_keys = [*passage.excluded_embed_metadata_keys, "sentences"]
            passage.excluded_llm_metadata_keys = [*passage.excluded_llm_metadata_keys, "sentences"]
        return passages

    def _postprocess_parsed_nodes(self, nodes: list[BaseNode], parent_doc_map: dict[str, Document]) -> list[BaseNode]:
        # The base class searches for each node's text again and can find an earlier copy of it: keep what is known.
        exact = [(node.start_char_idx, node.end_char_idx) for node in nodes if isinstance(node, TextNode)]
        nodes = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        for node, (start, end) in zip(nodes, exact, strict=True):
            if isinstance(node, TextNode):
                node.start_char_idx, node.end_char_idx = start, end
        return nodes


class VerbatimRetriever(BaseRetriever):
    """Finds the passages of an `Index` that fit a query best, by meaning and by words."""

    def __init__(self, index: Index, *, top_k: int = TOP_K, callback_manager: CallbackManager | None = None) -> None:
        self._index = index
        self._top_k = top_k
        super().__init__(callback_manager=callback_manager)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._index.search(query_bundle.query_str, top_k=self._top_k)
        return [NodeWithScore(node=_passage_node(hit), score=hit.score) for hit in hits]


class VerbatimQueryEngine(BaseQueryEngine):
    """Answers with cited sentences of an `Index`, or refuses; a refusal has no source nodes.

    With an ``llm`` the response is what it wrote from them, as far as that holds; see `qa.write`.
    ``response.metadata`` has ``abstained``, ``unsure`` (whether the documents may say all the same), ``confidence``
    (0..1), ``short`` (the answer phrase or None) and ``query``.
    """

    def __init__(
        self, index: Index, *, llm: LLM | str | None = None, callback_manager: CallbackManager | None = None
    ) -> None:
        self._answerer = Answerer(index, writer=llm)
        super().__init__(callback_manager=callback_manager)

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._answerer.answer(query_bundle.query_str)
        return Response(
            response=answer.text,
            source_nodes=[
                NodeWithScore(node=_citation_node(citation), score=citation.score) for citation in answer.citations
            ],
            metadata={
                "abstained": answer.abstained,
                "unsure": answer.unsure,
                "confidence": answer.confidence,
                "mentions": answer.mentions,
                "short": answer.short,
                "query": answer.query,
            },
        )

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return self._query(query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _passage_node(hit: Hit) -> TextNode:
    return _node(hit.passage, hit.text, file_path=hit.source, title=hit.title)


def _citation_node(citation: Citation) -> TextNode:
    return _node(citation, citation.text, file_path=citation.source, title=citation.title, number=citation.number)


def _node(place: Passage | Citation, text: str, **metadata: object) -> TextNode:
    metadata = {"document_id": place.document_id, "revision": place.revision, "page": place.page, **metadata}
    return TextNode(
        id_=str(Address(place.document_id, place.revision, Span(place.start, place.end))),
        text=text,
        start_char_idx=place.start,
        end_char_idx=place.end,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=list(metadata),
    )
