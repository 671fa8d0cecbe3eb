"""The model that reads a claim beside its evidence: how well this supports it, and which words it does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.check.pairs import EVIDENCE_CHARS, SUPPORTED, claim_text
from qa.model import ReadingModel, load_model

SHIPPED = Path(__file__).parent / "verifier"
"""The trained verifier that comes with Verbatim; its README.md is the model card."""

_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*|[$€£%]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of a claim, in logits: of the whole, and of each of its words, with the word."""

    whole: float
    words: tuple[tuple[str, float], ...]

    @property
    def weakest(self) -> float:
        """The logit of the word that is supported least."""
        return min((score for _, score in self.words), default=self.whole)


class Verifier:
    """Reads claims. Safe to use from several threads."""

    def __init__(self, model: ReadingModel) -> None:
        self._model = model

    def read(self, claim: str, evidence: str, context: str = "") -> Reading:
        """Return what the model says of a claim beside its evidence; the context only tells whom it is about."""
        ((window, *_),) = self._model.windows([(claim_text(claim, context), evidence[:EVIDENCE_CHARS])])
        scores = self._model.scores(window)[:, SUPPORTED]
        places: list[list[float]] = []
        words = list(_WORD.finditer(claim))
        for word in words:
            inside = [
                float(score)
                for score, part, (start, end) in zip(scores, window.sequence_ids, window.offsets, strict=True)
                if part == 0 and start < word.end() and end > word.start()
            ]
            places.append(inside)
        read = tuple((word[0], float(np.mean(inside))) for word, inside in zip(words, places, strict=True) if inside)
        return Reading(float(scores[0]), read)


def load_verifier() -> Verifier:
    """Return the verifier that comes with Verbatim, exported at first use."""
    return Verifier(load_model(SHIPPED))
