"""Claims -> tensors, and what the model's scores should have been -> the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits

from qa.check.pairs import EVIDENCE_CHARS, SUPPORTED, claim_text
from qa.train.claims import Claim

WORD_WEIGHT = 0.5
"""How much the loss of the claim's words counts beside that of the claim."""


@dataclass(frozen=True, slots=True)
class ClaimBatch:
    """Claims as tensors. ``words`` is for each token of a claim whether it is supported, and -1 elsewhere."""

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    token_type_ids: torch.Tensor
    words: torch.Tensor
    supported: torch.Tensor

    def to(self, device: str) -> ClaimBatch:
        """Return the batch on another device."""
        return ClaimBatch(*(getattr(self, name).to(device) for name in self.__slots__))


def collate(claims: Sequence[Claim], tokenizer: Tokenizer) -> ClaimBatch:
    """Turn claims into one batch, padded to the longest."""
    pairs = [(claim_text(one.claim, one.context), one.evidence[:EVIDENCE_CHARS]) for one in claims]
    encoded = tokenizer.encode_batch(pairs)
    shape = (len(claims), max(len(item.ids) for item in encoded))
    ids, mask, types = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    words = torch.full(shape, -1.0)
    for row, (claim, item) in enumerate(zip(claims, encoded, strict=True)):
        length = len(item.ids)
        ids[row, :length] = torch.tensor(item.ids)
        mask[row, :length] = 1
        types[row, :length] = torch.tensor(item.type_ids)
        if claim.wrong is None:
            continue
        for place, (part, (start, end)) in enumerate(zip(item.sequence_ids, item.offsets, strict=True)):
            if part == 0 and end <= len(claim.claim):
                words[row, place] = float(not any(start < one.end and end > one.start for one in claim.wrong))
    return ClaimBatch(ids, mask, types, words, torch.tensor([float(one.supported) for one in claims]))


def loss(scores: torch.Tensor, batch: ClaimBatch) -> torch.Tensor:
    """Return the loss of a batch: each claim, and each word of those whose wrong words are known.

    Wrong words are rare, so those of a claim together weigh as much as the others of it.
    """
    total = binary_cross_entropy_with_logits(scores[:, 0, SUPPORTED], batch.supported)
    known = batch.words >= 0
    if not known.any():
        return total
    weights = torch.zeros_like(batch.words)
    for value in (0.0, 1.0):
        same = batch.words == value
        weights += same / same.sum(dim=1, keepdim=True).clamp(min=1)
    each = binary_cross_entropy_with_logits(scores[..., SUPPORTED], batch.words.clamp(min=0), reduction="none")
    return total + WORD_WEIGHT * (each * weights)[known].sum() / weights[known].sum()


def right(scores: torch.Tensor, batch: ClaimBatch) -> int:
    """Return how many claims of a batch are told rightly."""
    return int(((scores[:, 0, SUPPORTED] > 0) == (batch.supported > 0)).sum())
