"""The model that reads a claim beside its evidence, as the reader reads a question beside a passage."""

from __future__ import annotations

from qa.model import ReadingModel, load_model
from qa.pairs import EVIDENCE, first_text

EVIDENCE_CHARS = 1_500


class Verifier:
    """Reads claims with a model of the reader's kind. Safe to use from several threads."""

    def __init__(self, model: ReadingModel) -> None:
        self._model = model

    def features(self, claim: str, evidence: str, context: str) -> dict[str, float]:
        """Return what the model says of a claim beside its evidence: ``whole``, a logit."""
        ((window, *_),) = self._model.windows([(first_text(claim, ""), evidence[:EVIDENCE_CHARS])])
        scores = self._model.scores(window)
        return {"whole": float(scores[0, EVIDENCE])}


def load_verifier() -> Verifier:
    """Return the verifier that comes with Verbatim: its reader, which was trained on claims as well."""
    return Verifier(load_model())
