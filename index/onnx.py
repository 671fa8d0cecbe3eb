"""A SentenceTransformer, exported once and run by ONNX Runtime: the same vectors, without loading torch.

The whole model is exported, from token ids to the unit vector, so that every architecture that can be traced is
covered. The export is kept in the user's cache folder and believed only after it gave the same vectors as the model.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

EXPORT_VERSION = 1
BATCH_TOKENS = 512
"""Padded tokens in a batch; what fits a core's cache is 1.3 times as fast as batches of 2,048 or more."""

TOLERANCE = 1e-4
"""The largest difference in any component that is taken for the same vector."""

_PROBES = ("What happened?", "The bridge, 2,500 m long, opened on 3 May 1998.", "word " * 400, "Ünïcödé 🙂 שלום")


class OnnxEncoder:
    """An exported encoder. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        settings = json.loads((folder / "settings.json").read_text())
        self.dimension: int = settings["dimension"]
        self._inputs: list[str] = settings["inputs"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(settings["max_tokens"])
        self._tokenizer.enable_padding(pad_id=settings["pad_id"], pad_token=settings["pad_token"])
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only
        self._session = onnxruntime.InferenceSession(folder / "model.onnx", options, ["CPUExecutionProvider"])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one float32 row of length 1 for each text."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for rows in _batches([len(text) for text in texts]):
            encoded = self._tokenizer.encode_batch([texts[row] for row in rows])
            arrays = {
                "input_ids": np.array([item.ids for item in encoded], dtype=np.int64),
                "attention_mask": np.array([item.attention_mask for item in encoded], dtype=np.int64),
                "token_type_ids": np.array([item.type_ids for item in encoded], dtype=np.int64),
            }
            (found,) = self._session.run(None, {name: arrays[name] for name in self._inputs})
            vectors[rows] = found
        return vectors


def export_folder(model_folder: Path) -> Path:
    """Return the folder that the export of this model has, whether it is there yet or not."""
    from platformdirs import user_cache_path

    weights = sorted(model_folder.rglob("*.safetensors"))
    state = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in weights]
    key = hashlib.sha256(repr((EXPORT_VERSION, str(model_folder), state)).encode()).hexdigest()[:16]
    return user_cache_path("verbatim", appauthor=False) / "encoders" / key


def export(model: SentenceTransformer, folder: Path) -> None:
    """Export a model into ``folder``, as a whole or not at all.

    Raises ValueError if the model cannot be exported or its export gives other vectors.
    """
    if model.default_prompt_name:
        raise ValueError("the model puts a prompt before every text")
    with made_whole(folder) as temporary:
        _write(model, temporary)
        difference = np.abs(
            OnnxEncoder(temporary).encode(_PROBES) - model.encode(list(_PROBES), normalize_embeddings=True)
        )
        if difference.max() > TOLERANCE:
            raise ValueError(f"the export gives other vectors (by {difference.max():.1e})")


@contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """Give a folder to fill, which becomes ``folder`` as a whole; after an error nothing is left of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{folder.name}-"))
    try:
        yield temporary
        if not folder.is_dir():  # another process may have been faster
            temporary.replace(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write(model: SentenceTransformer, folder: Path) -> None:
    import torch
    from transformers import PreTrainedTokenizerFast

    tokenizer = model.tokenizer
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise TypeError(f"the model's tokenizer is a {type(tokenizer).__name__}, which has no file of its own")
    features = tokenizer(list(_PROBES[:2]), padding=True, return_tensors="pt")
    inputs = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in features]

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *arrays: torch.Tensor) -> torch.Tensor:
            vectors = self.model.forward(dict(zip(inputs, arrays, strict=True)))["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of what `export` then tries out on texts of other lengths
        torch.onnx.export(
            Whole().eval(),
            tuple(features[name] for name in inputs),
            folder / "model.onnx",
            input_names=inputs,
            output_names=["vector"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in inputs} | {"vector": {0: "texts"}},
            dynamo=False,
        )
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "dimension": model.get_embedding_dimension(),
        "inputs": inputs,
        "max_tokens": model.max_seq_length,
        "pad_id": tokenizer.pad_token_id,
        "pad_token": tokenizer.pad_token,
    }
    (folder / "settings.json").write_text(json.dumps(settings))


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group rows of like length, about ``BATCH_TOKENS`` a batch when padded (an English token has four characters)."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        tokens = 2 + min(lengths[row], 2048) // 4
        if not batches or (len(batches[-1]) + 1) * tokens > BATCH_TOKENS:
            batches.append([])
        batches[-1].append(row)
    return batches
