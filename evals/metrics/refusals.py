"""Was it right to refuse, or to answer? One question at a time; a refusal is an answer without citations."""

from __future__ import annotations


def right_refusal(refused: bool, answerable: bool) -> float | None:
    """Return 1 if an unanswerable question was refused, else 0; None if it is answerable.

    Its mean is SQuAD 2.0's no-answer accuracy (Rajpurkar et al. 2018).
    """
    return None if answerable else float(refused)


def wrong_answer(refused: bool, answerable: bool) -> float | None:
    """Return 1 if an unanswerable question was answered, else 0; None if it is answerable. Lower is better."""
    return None if answerable else float(not refused)


def wrong_denial(refused: bool, unsure: bool, answerable: bool) -> float | None:
    """Return 1 if an answerable question was refused by saying that there is no answer, else 0; None if unanswerable.

    A refusal that is unsure leaves that open. Lower is better.
    """
    return float(refused and not unsure) if answerable else None


def wrong_refusal(refused: bool, answerable: bool) -> float | None:
    """Return 1 if an answerable question was refused, else 0; None if it is unanswerable. Lower is better."""
    return float(refused) if answerable else None
