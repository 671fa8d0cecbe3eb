"""A question becomes a cited answer, or an honest "your documents do not say".

``import qa`` is cheap: no model is loaded until something is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from functools import lru_cache

from index import Index
from qa.answer import Answerer
from qa.types import Answer, Citation, Evidence

__all__ = ["Answer", "Answerer", "Citation", "Evidence", "answer"]

_making = threading.Lock()


def answer(
    question: str,
    *,
    index: Index | None = None,
    history: Sequence[Answer | str] = (),
    documents: Collection[str] | None = None,
    max_error: float | None = None,
) -> Answer:
    """Answer a question with sentences copied word for word from the documents, or say that they do not say.

    Args:
        question: In plain words. An empty one is refused, not an error.
        index: Where to look; by default the store in `index.default_path()`.
        history: Earlier answers, or earlier questions as text, oldest first. A question that leans on the last one
            ("How many were injured there?") is completed from it.
        documents: The ids of the documents to answer from; by default all in the index.
        max_error: The share of wrong answers, among those given, that you can live with: 0..1. The smaller, the more
            often it is "your documents do not say". By default the reader's own, 0.35
            for the one that comes with Verbatim.

    Returns:
        An `Answer`. No answer is a result too: then ``abstained`` is true, and ``nearest`` and ``missing`` tell why.

    Raises:
        EmptyStoreError: The store holds no documents; the message names the next command.
        ValueError: ``max_error`` is not a share.

    """
    with _making:  # two threads asking first would load everything twice
        answerer = _answerer(index if index is not None else _default_index(), max_error)
    return answerer.answer(question, history=history, documents=documents)


@lru_cache(maxsize=8)
def _answerer(index: Index, max_error: float | None) -> Answerer:
    return Answerer(index, max_error=max_error)


@lru_cache(maxsize=1)
def _default_index() -> Index:
    return Index.open()
