"""A claim beside the sentences that it cites -> whether they support it, how surely, and why not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from index import Index
from index.embed import Encoder
from qa.check.rules import broken_rules
from qa.check.support import CALIBRATION, WITHOUT_MODEL, Calibration, word_features
from qa.check.verifier import Verifier, load_verifier
from qa.likeness import Likeness

_log = logging.getLogger(__name__)

UNSUPPORTED = "the sentences cited do not say this"

MOST_CHARS = 4_000
"""Of a longer claim only the beginning is checked, and so it never holds; of evidence and context ten times as much."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: ``support`` (0..1) is the chance that the evidence supports the claim.

    ``reasons`` say in plain sentences why it does not hold; there is none where it holds, and at least one where not.
    """

    holds: bool
    support: float
    reasons: tuple[str, ...] = ()


class Checker:
    """Checks claims. Keep it: it keeps its model, loaded at the first need. Safe to use from several threads.

    ``encoder`` compares claim and evidence; give it that of the index, which is loaded anyway.
    """

    def __init__(self, encoder: Encoder, verifier: Verifier | None = None) -> None:
        self._likeness = Likeness(encoder)
        self._verifier = verifier
        self._calibration: Calibration | None = CALIBRATION if verifier else None
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
        text = "\n".join(given)[: 10 * MOST_CHARS]
        around = "\n".join(" ".join(one.split()) for one in context)[: 10 * MOST_CHARS]
        reasons = broken_rules(claim, text, around)
        support, calibration = self._support(claim, text, around, broken=bool(reasons))
        if not reasons and support < calibration.threshold:
            reasons = (UNSUPPORTED,)
        return Verdict(holds=not reasons, support=support, reasons=reasons)

    def _support(self, claim: str, evidence: str, context: str, *, broken: bool) -> tuple[float, Calibration]:
        """Return the chance that the evidence supports the claim, and the calibration that it comes from."""
        calibration = self._loaded()
        (cosine,) = self._likeness.cosines(claim, [evidence])
        features = {**word_features(claim, evidence), "cosine": cosine, "broken": float(broken)}
        if self._verifier is not None:
            features |= self._verifier.features(claim, evidence, context)
        return calibration.chance(features), calibration

    def _loaded(self) -> Calibration:
        """Load the model at the first need; where it does not run, say so once and judge by the words."""
        with self._loading:
            if self._calibration is None:
                try:
                    self._verifier, self._calibration = load_verifier(), CALIBRATION
                except Exception as error:  # exporting can fail in any way; words and rules are better than nothing
                    _log.warning("the model that checks claims cannot be loaded (%s); rules and words stand in", error)
                    self._calibration = WITHOUT_MODEL
            return self._calibration


def open_checker(index: Index) -> Checker:
    """Return a checker for claims about the documents of an index."""
    return Checker(index.encoder)


def _is_copied(claim: str, evidence: Sequence[str]) -> bool:
    """Whether a claim is one of the sentences, or all of them in order, word for word."""
    bare = claim.strip(_EDGES)
    return any(bare == sentence.strip(_EDGES) for sentence in (*evidence, " ".join(evidence)))


_EDGES = ' ."“”'
