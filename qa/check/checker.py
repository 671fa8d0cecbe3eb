"""A claim beside the sentences that it cites -> whether they support it, how surely, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index import Index
from index.lexical import terms
from qa.check.figures import unstated_figures
from qa.check.names import unmentioned_names
from qa.check.polarity import contradictions

UNSUPPORTED = "the sentences cited do not say this"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: ``support`` (0..1) is the chance that the evidence supports the claim.

    ``reasons`` say in plain sentences why it does not hold; there is none where it holds, and at least one where not.
    """

    holds: bool
    support: float
    reasons: tuple[str, ...] = ()


class Checker:
    """Checks claims. Keep it: it keeps its model loaded. Safe to use from several threads."""

    def __init__(self, *, threshold: float = 0.5) -> None:
        self.threshold = threshold

    def check(self, claim: str, evidence: Sequence[str], *, context: Sequence[str] = ()) -> Verdict:
        """Return whether the evidence supports the claim.

        Args:
            claim: One written sentence, without the marks of its citations.
            evidence: The sentences that it cites, word for word. Without any, nothing holds.
            context: What stands around them: neighbours, the document's title, the sentence that names "him". It may
                tell whom a name means and in which year something was; it supports nothing by itself.

        """
        claim = " ".join(claim.split())
        given = [" ".join(sentence.split()) for sentence in evidence if sentence.strip()]
        if not given or not any(map(str.isalnum, claim)):
            return Verdict(holds=False, support=0.0, reasons=("it cites nothing",) if claim else ("it says nothing",))
        if _is_copied(claim, given):
            return Verdict(holds=True, support=1.0)
        text, around = "\n".join(given), "\n".join(context)
        reasons = tuple(dict.fromkeys(_reasons(claim, text, around)))
        support = _support(claim, text, around)
        if reasons:
            return Verdict(holds=False, support=min(support, self.threshold) / 2, reasons=reasons)
        if support < self.threshold:
            return Verdict(holds=False, support=support, reasons=(UNSUPPORTED,))
        return Verdict(holds=True, support=support)


def open_checker(index: Index) -> Checker:
    """Return a checker for answers from an index."""
    return Checker()


def _is_copied(claim: str, evidence: Sequence[str]) -> bool:
    """Whether a claim is one of the sentences, or several in order, word for word."""
    bare = claim.strip(' ."“”')
    return any(bare == sentence.strip(' ."“”') for sentence in (*evidence, " ".join(evidence)))


def _reasons(claim: str, evidence: str, context: str) -> Iterator[str]:
    yield from unstated_figures(claim, evidence, context)
    yield from unmentioned_names(claim, evidence, context)
    yield from contradictions(claim, evidence)


def _support(claim: str, evidence: str, context: str) -> float:
    said = set(terms(claim))
    return len(said & set(terms(f"{evidence} {context}"))) / len(said) if said else 1.0
