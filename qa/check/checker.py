"""A claim beside the sentences that it cites -> whether they support it, how surely, and why not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from qa.check.rules import broken_rules
from qa.check.support import CALIBRATION, WITHOUT_READER, Calibration, reader_features, word_features
from qa.model import ReadingModel, load_model

_log = logging.getLogger(__name__)

UNSUPPORTED = "the sentences cited do not say this"
FOREIGN = "none of its words is in the sentences cited"

MOST_CHARS = 2_000
"""A longer claim never holds; of evidence and context five times as much is read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: ``support`` (0..1) is the chance that the evidence supports the claim.

    ``reasons`` say in plain sentences why it does not hold; there is none where it holds, and at least one where not.
    """

    holds: bool
    support: float
    reasons: tuple[str, ...] = ()


class Checker:
    """Checks claims. Keep it: it keeps the reader, loaded at the first need. Safe to use from several threads."""

    def __init__(self) -> None:
        self._model: ReadingModel | None = None
        self._calibration: Calibration | None = None
        self._loading = threading.Lock()

    def check(self, claim: str, evidence: Sequence[str], *, context: Sequence[str] = ()) -> Verdict:
        """Return whether the evidence supports the claim. The same arguments always get the same verdict.

        Args:
            claim: One written sentence, without the marks of its citations.
            evidence: The sentences that it cites, word for word. Without any, nothing holds.
            context: What stands around them: neighbours, the document's title, the sentence that names "him". It may
                tell whom a name means and in which year something was; it supports nothing by itself.

        """
        claim = " ".join(claim.split())
        given = [" ".join(sentence.split()) for sentence in evidence if sentence.strip()]
        if not any(map(str.isalnum, claim)):
            return Verdict(holds=False, support=0.0, reasons=("it says nothing",))
        if not given:
            return Verdict(holds=False, support=0.0, reasons=("it cites nothing",))
        if len(claim) > MOST_CHARS:
            return Verdict(holds=False, support=0.0, reasons=(f"it has more than {MOST_CHARS:,} characters",))
        if _is_copied(claim, given):
            return Verdict(holds=True, support=1.0)
        text = "\n".join(given)[: 5 * MOST_CHARS]
        around = "\n".join(" ".join(one.split()) for one in context)[: 5 * MOST_CHARS]
        reasons = broken_rules(claim, text, around)
        calibration = self._loaded()
        features = self.features(claim, text, broken=bool(reasons))
        support = calibration.chance(features)
        if not features["best"]:
            support = min(support, calibration.threshold) / 2
        if not reasons and support < calibration.threshold:
            reasons = (UNSUPPORTED if features["best"] else FOREIGN,)
        return Verdict(holds=not reasons, support=support, reasons=reasons)

    def features(self, claim: str, evidence: str, *, broken: bool) -> dict[str, float]:
        """Return what the support is made of: see `qa.check.support`. ``broken`` tells whether a rule is."""
        self._loaded()
        features = {**word_features(claim, evidence), "broken": float(broken)}
        return features if self._model is None else features | reader_features(self._model, claim, evidence)

    def _loaded(self) -> Calibration:
        """Load the reader at the first need; where it does not run, say so once and judge without it."""
        with self._loading:
            if self._calibration is None:
                try:
                    self._model, self._calibration = load_model(), CALIBRATION
                except Exception as error:  # exporting can fail in any way; words and rules are better than nothing
                    _log.warning("the trained reader cannot be loaded (%s); claims are checked without it", error)
                    self._calibration = WITHOUT_READER
            return self._calibration


def _is_copied(claim: str, evidence: Sequence[str]) -> bool:
    """Whether a claim is one of the sentences, or all of them in order, word for word."""
    bare = claim.strip(_EDGES)
    return any(bare == sentence.strip(_EDGES) for sentence in (*evidence, " ".join(evidence)))


_EDGES = ' ."“”'
