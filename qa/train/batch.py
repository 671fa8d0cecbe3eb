"""The losses: how far the model's scores are from what they should have been, or from what an ensemble says."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, log_softmax

from qa.pairs import END, EVIDENCE, START
from qa.train.rows import NO_TARGET, Batch, to_rows

if TYPE_CHECKING:
    from qa.train.examples import Example

SENTENCE_WEIGHT, PASSAGE_WEIGHT, LIST_WEIGHT = 0.5, 0.25, 0.5
"""How much the three other losses count beside that of the answer's two ends."""


def collate(examples: Sequence[Example], tokenizer: Tokenizer, device: str = "cpu") -> Batch:
    """Turn examples into one batch, padded to the longest."""
    return to_rows(examples, tokenizer).to(device).batch(torch.arange(len(examples), device=device))


def sentence_scores(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return one score for each sentence: the mean of its tokens'."""
    count = len(batch.is_evidence)
    places = batch.segments.where(batch.segments >= 0, count).flatten()  # what lies in none is counted behind them
    zero = torch.zeros(count + 1, device=scores.device)
    total = zero.index_add(0, places, scores[..., EVIDENCE].flatten())
    return total[:count] / zero.index_add(0, places, torch.ones_like(places, dtype=zero.dtype))[:count]


def loss(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the loss of a batch: the answer's ends, each sentence by itself, the passage, sentences in competition.

    The ends compete with the first token, which stands for no answer (as in SQuAD 2.0). Sentences of all the passages
    read for one question compete in one softmax, so that scores compare between passages (Clark and Gardner 2018).
    """
    known = (batch.starts != NO_TARGET).sum().clamp(min=1)
    ends = _ends(scores, batch)
    sentences = sentence_scores(scores, batch)
    total = SENTENCE_WEIGHT * binary_cross_entropy_with_logits(sentences, batch.is_evidence)
    total = total + PASSAGE_WEIGHT * binary_cross_entropy_with_logits(scores[:, 0, EVIDENCE], batch.answered)
    for place, targets in ((START, batch.starts), (END, batch.ends)):
        total = total + cross_entropy(ends[..., place], targets, ignore_index=NO_TARGET, reduction="sum") / known
    found = batch.is_evidence
    per_sentence = found / _sum_of_group(found, batch).clamp(min=1)
    return total + LIST_WEIGHT * _list_loss(sentences, per_sentence, batch)


def soft_loss(scores: torch.Tensor, taught: Sequence[torch.Tensor], batch: Batch) -> torch.Tensor:
    """Return the loss against what several teachers score: as `loss`, with the means of their chances as the targets.

    They are also asked where a set marks no answer's ends; sentences compete where there is evidence, as in `loss`.
    """
    total = scores.new_zeros(())
    ends = log_softmax(_ends(scores, batch), dim=1)
    chances = _mean([_ends(one, batch).softmax(dim=1) for one in taught])
    total = total - (chances * ends).sum(dim=(1, 2)).mean()
    sentences, theirs = sentence_scores(scores, batch), [sentence_scores(one, batch) for one in taught]
    judged = _mean([one.sigmoid() for one in theirs])
    total = total + SENTENCE_WEIGHT * binary_cross_entropy_with_logits(sentences, judged)
    passages = _mean([one[:, 0, EVIDENCE].sigmoid() for one in taught])
    total = total + PASSAGE_WEIGHT * binary_cross_entropy_with_logits(scores[:, 0, EVIDENCE], passages)
    has_evidence = _sum_of_group(batch.is_evidence, batch) > 0
    shares = _mean([_log_shares(one, batch).exp() for one in theirs]) * has_evidence
    return total + LIST_WEIGHT * _list_loss(sentences, shares, batch)


def _mean(values: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.stack(list(values)).mean(dim=0)


def _ends(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the scores of the two ends, of those tokens that can be ends: a finite, very low one for the others."""
    allowed = batch.segments >= 0
    allowed[:, 0] = True
    return scores[..., [START, END]].masked_fill(~allowed[..., None], -1e4)


def _same_group(batch: Batch) -> torch.Tensor:
    return batch.groups[:, None] == batch.groups[None, :]


def _sum_of_group(values: torch.Tensor, batch: Batch) -> torch.Tensor:
    return _same_group(batch).to(values.dtype) @ values


def _log_shares(sentences: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the logarithm of each sentence's share in the softmax of its group."""
    others = sentences.expand(len(sentences), -1).masked_fill(~_same_group(batch), -1e4)
    return sentences - others.logsumexp(dim=1)


def _list_loss(sentences: torch.Tensor, shares: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the mean, over groups that hold evidence, of the cross entropy between these shares and the scores'."""
    return -(_log_shares(sentences, batch) * shares).sum() / shares.sum().clamp(min=1e-6)


def micro_batches(groups: Sequence[Sequence[Example]], tokens: int, chance: random.Random) -> list[list[Example]]:
    """Pack whole groups, in the order given, into batches of about ``tokens`` tokens, in random order."""
    batches: list[list[Example]] = []
    left = 0
    for group in groups:
        size = sum(one.chars // 4 + 12 for one in group)
        if size > left:
            batches.append([])
            left = tokens
        batches[-1].extend(group)
        left -= size
    chance.shuffle(batches)
    return batches
