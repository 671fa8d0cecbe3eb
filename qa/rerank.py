"""Hits -> the same hits in a better order, by a cross-encoder that the user names. None is needed or shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index import Hit
from index.errors import VerbatimError
from qa.model import model_folder


class Reranker(Protocol):
    """Puts the passages that a search found in the order in which they should be read."""

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Return the hits, the most promising first. ``rank`` is counted anew; ``score`` stays the search's."""


class CrossEncoderReranker:
    """Any cross-encoder of sentence-transformers, by folder or by name in the hub's cache on this machine.

    Raises `VerbatimError` when it cannot be loaded.
    """

    def __init__(self, name: str | Path) -> None:
        from sentence_transformers import CrossEncoder

        folder = model_folder(name)
        try:
            self._model = CrossEncoder(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError) as error:
            raise VerbatimError(f"the reranker {str(name)!r} cannot be loaded: {error}") from error

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Return the hits, the most promising first."""
        if not hits:
            return []
        scores = self._model.predict([(question, hit.text) for hit in hits], show_progress_bar=False)
        order = sorted(range(len(hits)), key=lambda place: (-float(scores[place]), hits[place].rank))
        return [replace(hits[place], rank=rank) for rank, place in enumerate(order, start=1)]
