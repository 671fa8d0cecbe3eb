"""A question becomes a cited answer, or an honest "your documents do not say".

``import qa`` is cheap: no model is loaded until something is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from index import Index, default_path
from qa.answer import Answerer
from qa.types import Answer, Citation, Evidence, Statement, Written

if TYPE_CHECKING:
    from qa.check import Checker
    from qa.write import AnyWriter, Writer

__all__ = ["Answer", "Answerer", "Citation", "Evidence", "Statement", "Written", "answer", "stream"]

_making = threading.Lock()


def answer(
    question: str,
    *,
    index: Index | None = None,
    history: Sequence[Answer | str] = (),
    documents: Collection[str] | None = None,
    max_error: float | None = None,
    writer: AnyWriter | None = None,
) -> Answer:
    """Answer a question with sentences copied word for word from the documents, or say that they do not say.

    Args:
        question: In plain words. An empty one is refused, not an error.
        index: Where to look; by default the store in `index.default_path()`.
        history: Earlier answers, or earlier questions as text, oldest first. A question that leans on the last one
            ("How many were injured there?") is completed from it.
        documents: The ids of the documents to answer from; by default all in the index. Of none nothing is asked, and
            the answer is ``unsure``.
        max_error: The share of wrong answers, among those given, that you can live with: 0..1. The smaller, the more
            often it is "your documents do not say". By default the reader's own, 0.3
            for the one that comes with Verbatim.
        writer: A language model that writes the answer out from its citations: a name such as ``ollama:qwen3`` or
            ``llama-cpp:/path/to/model.gguf`` (see `qa.write.open_writer`), or a model of LlamaIndex. Each of its
            sentences is checked against those that it cites. By default nothing is written.

    Returns:
        An `Answer`. No answer is a result too: then ``abstained`` is true, and ``nearest`` and ``missing`` tell why,
        and ``unsure`` whether the documents may say all the same.

    Raises:
        EmptyStoreError: The store holds no documents; the message names the next command.
        UnknownDocumentError: One of ``documents`` is no document's id.
        TypeError: ``documents`` is a text instead of several ids, or ``history`` one answer or text instead of several.
        ValueError: ``max_error`` is not a share.
        WriterError: ``writer`` names no model that could be asked. What goes wrong with one that could is no error but
            a note, ``answer.written.note``, and the quotations are the answer.

    """
    *_, last = stream(question, index=index, history=history, documents=documents, max_error=max_error, writer=writer)
    return last


def stream(
    question: str,
    *,
    index: Index | None = None,
    history: Sequence[Answer | str] = (),
    documents: Collection[str] | None = None,
    max_error: float | None = None,
    writer: AnyWriter | None = None,
) -> Iterator[Answer]:
    """Answer like `answer`, as it goes: first with the quotations, then anew with each sentence that was written.

    Each is a whole `Answer` with the same citations; ``written.sentences`` grows, and the last one is
    ``written.complete``. Without a writer there is one. Closing the iterator stops the model.
    """
    with _making:  # two threads asking first would load everything twice
        answerer = _answerer(index if index is not None else _opened(default_path()), max_error)
        writes = None if writer is None else (_named(writer) if isinstance(writer, str) else _given(writer))
    quoted = answerer.quote(question, history=history, documents=documents)
    if writes is None:
        yield quoted
        return
    from qa.write import written_out

    yield from written_out(quoted, writes, _checker())


@lru_cache(maxsize=8)
def _answerer(index: Index, max_error: float | None) -> Answerer:
    return Answerer(index, max_error=max_error)


@lru_cache(maxsize=4)
def _named(writer: str) -> Writer:
    """Open a model by its name, once: it may hold gigabytes."""
    return _given(writer)


def _given(writer: AnyWriter) -> Writer:
    from qa.write import open_writer

    return open_writer(writer)


@cache
def _checker() -> Checker:
    from qa.check import Checker

    return Checker()


@lru_cache(maxsize=1)
def _opened(path: Path) -> Index:
    return Index.open(path)
