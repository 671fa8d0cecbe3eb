"""A claim beside its evidence, as the verifier reads it."""

from __future__ import annotations

from typing import Final

CLAIM_CHARS: Final = 400
CONTEXT_CHARS: Final = 240
EVIDENCE_CHARS: Final = 1_500

SUPPORTED: Final = 2
"""Of the three scores of a token the verifier uses one, that of evidence for the reader: of the first token it says
that the evidence supports the claim, of a token of the claim that it supports this word."""


def claim_text(claim: str, context: str) -> str:
    """Return the first text of the pair: the claim, and what tells whom it is about. The second is the evidence."""
    said = claim[:CLAIM_CHARS]
    return f"{said} | {context[-CONTEXT_CHARS:]}" if context else said
