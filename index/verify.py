"""Every law of a store, checked on all that it holds. What is found is told; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from index.catalog import Catalog
from index.embed import Encoder
from index.errors import StoreError
from index.types import Document, Passage

SAMPLED_PASSAGES = 20
"""Passages whose text is embedded again, to see that their vector is theirs."""

LEAST_COSINE = 0.98
"""Of a vector to that of the same text embedded again: eight bits agree with full precision to about 0.99."""


def faults(catalog: Catalog, encoder: Encoder) -> Iterator[str]:
    """Yield each fault of the catalog in words: none, if every law holds."""
    yield from catalog.faults()
    for document_id in catalog.ids():
        yield from _found(_document_faults(catalog, document_id))
    yield from _found(_vector_faults(catalog, encoder))


def _found(faults: Iterator[str]) -> Iterator[str]:
    """Yield the faults; what is so damaged that the catalog does not give it out is one, too."""
    try:
        yield from faults
    except StoreError as error:
        yield str(error)


def _document_faults(catalog: Catalog, document_id: str) -> Iterator[str]:
    for revision in catalog.revisions(document_id):
        document = catalog.document(document_id, revision)
        where = f"{document.source} ({document.id}@{revision})"
        yield from (f"{where}: {fault}" for fault in _text_faults(document))
    document = catalog.document(document_id)
    passages = list(catalog.passages(catalog.passage_ids([document_id])).values())
    yield from (f"{document.source}: {fault}" for fault in _passage_faults(document, passages))


def _text_faults(document: Document) -> Iterator[str]:
    if not document.sha256.startswith(document.revision):
        yield "its revision is not that of its text"
    starts = document.page_starts
    if not starts or starts[0] != 0 or list(starts) != sorted(starts) or starts[-1] > len(document.text):
        yield "its pages do not begin inside its text"


def _passage_faults(document: Document, passages: Sequence[Passage]) -> Iterator[str]:
    if not passages:
        yield "it has no passage, so that nothing of it can be found"
    for passage in passages:
        sentences, text = passage.sentences, document.text
        if passage.revision != document.revision:
            yield f"passage {passage.id} is of the revision {passage.revision}"
        elif not sentences or (sentences[0].start, sentences[-1].end) != (passage.start, passage.end):
            yield f"passage {passage.id} does not begin and end with its sentences"
        elif passage.end > len(text) or any(span.of(text) != span.of(text).strip() for span in sentences):
            yield f"passage {passage.id} has sentences that do not lie in the text"
        elif passage.page != document.page(passage.start):
            yield f"passage {passage.id} is said to be on page {passage.page}"
    spans = sorted(span for passage in passages for span in passage.sentences)
    if any(before.end > after.start for before, after in pairwise(spans)):
        yield "two of its sentences overlap"


def _vector_faults(catalog: Catalog, encoder: Encoder) -> Iterator[str]:
    ids, vectors = catalog.vectors()
    if not ids:
        return
    lengths = np.linalg.norm(vectors, axis=1)
    if vectors.shape[1] != encoder.dimension or not np.allclose(lengths, 1, atol=1e-3):
        yield f"the vectors are not all of length 1 and of {encoder.dimension} components"
        return
    rows = np.linspace(0, len(ids) - 1, num=min(SAMPLED_PASSAGES, len(ids)), dtype=int)
    texts = dict(catalog.texts(ids[row] for row in rows))
    again = encoder.encode([texts[ids[row]] for row in rows])
    for row, vector in zip(rows, again, strict=True):
        if float(vectors[row] @ vector) < LEAST_COSINE:
            yield f"the vector of passage {ids[row]} is not that of its text"
