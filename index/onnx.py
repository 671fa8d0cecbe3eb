"""A SentenceTransformer, exported once and run by ONNX Runtime: no torch is loaded, and eight bits do most of the work.

The whole model is exported, from token ids to the unit vector, so that every architecture that can be traced is
covered. The export is kept in the user's cache folder. It is believed only after it gave the same vectors as the model,
and its form in eight bits only after that gave nearly the same.

Texts are encoded one by one. In eight bits the scale of a number depends on what stands beside it in a batch, and alone
a text always gets the same vector; nothing is padded, so nothing has to be masked; and on a CPU a batch of passages is
hardly faster (3 %).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from sentence_transformers import SentenceTransformer

Precision = Literal["fp32", "int8"]

EXPORT_VERSION = 4

TOLERANCE = 1e-4
"""The largest difference in any component that is taken for the same vector."""

LEAST_AGREEMENT = 0.98
"""The least mean cosine between the probes' vectors in eight bits and in full precision. The default encoder reaches
0.993 over 4,700 passages (0.977 at worst), and fused with words it finds the right passage first as often as in full
precision: for 63.0 against 63.5 % of 400 questions about news, 84.3 against 85.0 % (Wikipedia), 84.5 against 84.5 %
(Reddit). With one scale for all of a matrix, which is not good enough, it is 0.955."""

_PROBES = (
    "What happened?",
    "Who signed the treaty of 1648, and where?",
    "The bridge, 2,500 m long, opened on 3 May 1998.",
    "word " * 400,
    "Ünïcödé 🙂 שלום",
    "To reset the pump, hold the green button for ten seconds. If the lamp blinks, close valve B and wait a minute.",
    "Dr. Okafor told the committee that revenue fell by 12% in the third quarter, mostly because two ships were late.",
)


class OnnxEncoder:
    """An exported encoder. Safe to use from several threads."""

    def __init__(self, folder: Path, precision: Precision) -> None:
        from tokenizers import Tokenizer

        settings = json.loads((folder / "settings.json").read_text())
        self.dimension: int = settings["dimension"]
        self.precision: Precision = precision
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(settings["max_tokens"])
        self._tokenizer.no_padding()
        self._session = session(folder / f"{precision}.onnx")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one float32 row of length 1 for each text."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        threads = min(len(texts), cores())
        if threads <= 1:
            for row, text in enumerate(texts):
                vectors[row] = self._vector(text)
        else:
            with ThreadPoolExecutor(threads) as pool:
                for row, vector in enumerate(pool.map(self._vector, texts)):
                    vectors[row] = vector
        return vectors

    def _vector(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        vector: NDArray[np.float32] = self._session.run(None, {"input_ids": ids})[0][0]
        return vector


def session(file: Path) -> InferenceSession:
    """Load an exported model, to be run on the thread that asks.

    More threads for one text took more than twice as long, on two cores: they wait for each other by spinning. Several
    texts at once are the better use of several cores.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    options.intra_op_num_threads = 1
    # ONNX Runtime 1.32 has a slow kernel for what this puts together: left apart, the encoder is 18 % faster, and the
    # reader 2 % (in eight bits 4 %; medians of 40 windows by turns, with AVX2 alone).
    return onnxruntime.InferenceSession(
        file, options, ["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def export_folder(model_folder: Path) -> Path:
    """Return the folder that the export of this model has, whether it is there yet or not."""
    from platformdirs import user_cache_path

    weights = sorted(model_folder.rglob("*.safetensors"))
    state = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in weights]
    key = hashlib.sha256(repr((EXPORT_VERSION, str(model_folder), state)).encode()).hexdigest()[:16]
    return user_cache_path("verbatim", appauthor=False) / "encoders" / key


def export_precision(folder: Path) -> Precision:
    """Return the precision in which an export is to be run: eight bits if they agree with the model."""
    agreement: float = json.loads((folder / "settings.json").read_text())["agreement"]
    return "int8" if agreement >= LEAST_AGREEMENT else "fp32"


def export(model: SentenceTransformer, folder: Path) -> None:
    """Export a model into ``folder``, as a whole or not at all.

    Raises ValueError if the model cannot be exported or its export gives other vectors.
    """
    if model.default_prompt_name:
        raise ValueError("the model puts a prompt before every text")
    with made_whole(folder) as temporary:
        expected = model.encode(list(_PROBES), normalize_embeddings=True, show_progress_bar=False)
        settings = _write(model, temporary)
        (temporary / "settings.json").write_text(json.dumps(settings))
        full = OnnxEncoder(temporary, "fp32").encode(_PROBES)
        difference = np.abs(full - expected).max()
        if difference > TOLERANCE:
            raise ValueError(f"the export gives other vectors (by {difference:.1e})")
        quantise(temporary / "fp32.onnx", temporary / "int8.onnx")
        cosines = (full * OnnxEncoder(temporary, "int8").encode(_PROBES)).sum(axis=1)
        (temporary / "settings.json").write_text(json.dumps(settings | {"agreement": float(cosines.mean())}))


def quantise(full: Path, quantised: Path) -> None:
    """Write a model with weights of eight bits, which scales its activations to eight bits as it runs.

    Weights have a scale for each column, and one bit is left free: processors without instructions for this (VNNI) add
    pairs of products in 16 bits, which would overflow. That way all give the same, and it costs a cosine of 0.001.
    Word vectors, which are only looked up, stay as they are. Scales for activations that are fixed beforehand were
    neither faster nor as exact.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises to optimise first, which was measured to be no faster
    try:
        quantize_dynamic(
            full,
            quantised,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
    finally:
        root.setLevel(level)


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


def _write(model: SentenceTransformer, folder: Path) -> dict[str, object]:
    """Write the model in full precision and its tokenizer; return what else is needed to run it."""
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    tokenizer = model.tokenizer
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise TypeError(f"the model's tokenizer is a {type(tokenizer).__name__}, which has no file of its own")
    for module in model.modules():
        if isinstance(module, PreTrainedModel):
            module.set_attn_implementation("eager")  # its export is 10 % faster than that of the default

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            vectors = self.model.forward({"input_ids": ids})["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of what `export` then tries out on texts of other lengths
        torch.onnx.export(
            Whole().eval(),
            (tokenizer(_PROBES[0], return_tensors="pt")["input_ids"],),
            folder / "fp32.onnx",
            input_names=["input_ids"],
            output_names=["vector"],
            dynamic_axes={"input_ids": {1: "tokens"}},
            dynamo=False,
        )
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    return {"dimension": model.get_embedding_dimension(), "max_tokens": model.max_seq_length}


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
