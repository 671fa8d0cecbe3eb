"""Examples -> tensors, and what the model's scores should have been -> the loss."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from qa.pairs import END, EVIDENCE, START, first_text, token_sentences
from qa.train.examples import Example

NO_TARGET = -100
SENTENCE_WEIGHT, PASSAGE_WEIGHT, LIST_WEIGHT = 0.5, 0.25, 0.5
"""How much the three other losses count beside that of the answer's two ends."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples as tensors; ``segments`` numbers the sentence of each token through the batch, -1 for none."""

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    token_type_ids: torch.Tensor
    segments: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    answered: torch.Tensor
    is_evidence: torch.Tensor  # one for each sentence
    groups: torch.Tensor  # the group of each sentence

    def to(self, device: str) -> Batch:
        """Return the batch on another device."""
        return Batch(*(getattr(self, name).to(device) for name in self.__slots__))


def collate(examples: Sequence[Example], tokenizer: Tokenizer) -> Batch:
    """Turn examples into one batch, padded to the longest."""
    encoded = tokenizer.encode_batch([(first_text(one.question, one.title), one.text) for one in examples])
    width = max(len(item.ids) for item in encoded)
    shape = (len(examples), width)
    ids, mask, types = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    segments = torch.full(shape, -1, dtype=torch.long)
    starts, ends = (torch.full(shape[:1], NO_TARGET) for _ in range(2))
    is_evidence: list[float] = []
    groups: list[int] = []
    for row, (example, item) in enumerate(zip(examples, encoded, strict=True)):
        length = len(item.ids)
        ids[row, :length] = torch.tensor(item.ids)
        mask[row, :length] = 1
        types[row, :length] = torch.tensor(item.type_ids)
        sentences = token_sentences(item, example.text, example.sentences)
        present = sorted({number for number in sentences if number >= 0})
        renumbered = {number: len(is_evidence) + place for place, number in enumerate(present)}
        segments[row, :length] = torch.tensor([renumbered.get(number, -1) for number in sentences])
        groups += [example.group] * len(present)
        is_evidence += [float(number in example.evidence) for number in present]
        if not example.evidence:
            starts[row] = ends[row] = 0
        elif example.answer is not None:
            inside = [
                place
                for place, (start, end) in enumerate(item.offsets)
                if sentences[place] >= 0 and start < example.answer.end and end > example.answer.start
            ]
            if inside:
                starts[row], ends[row] = inside[0], inside[-1]
    return Batch(
        ids, mask, types, segments, starts, ends,
        torch.tensor([float(bool(one.evidence)) for one in examples]),
        torch.tensor(is_evidence), torch.tensor(groups),
    )  # fmt: skip


def sentence_scores(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return one score for each sentence: the mean of its tokens'."""
    inside = batch.segments >= 0
    places = batch.segments[inside]
    count = len(batch.is_evidence)
    total = torch.zeros(count, device=scores.device).index_add(0, places, scores[..., EVIDENCE][inside])
    return total / torch.bincount(places, minlength=count)


def loss(scores: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the loss of a batch: the answer's ends, each sentence by itself, the passage, sentences in competition.

    The ends compete with the first token, which stands for no answer (as in SQuAD 2.0). Sentences of all the passages
    read for one question compete in one softmax, so that scores compare between passages (Clark and Gardner 2018).
    """
    allowed = batch.segments >= 0
    allowed[:, 0] = True
    ends = scores[..., [START, END]].masked_fill(~allowed[..., None], float("-inf"))
    total = scores.new_zeros(())
    if (batch.starts != NO_TARGET).any():
        total = total + cross_entropy(ends[..., 0], batch.starts, ignore_index=NO_TARGET)
        total = total + cross_entropy(ends[..., 1], batch.ends, ignore_index=NO_TARGET)
    sentences = sentence_scores(scores, batch)
    total = total + SENTENCE_WEIGHT * binary_cross_entropy_with_logits(sentences, batch.is_evidence)
    total = total + PASSAGE_WEIGHT * binary_cross_entropy_with_logits(scores[:, 0, EVIDENCE], batch.answered)
    return total + LIST_WEIGHT * _list_loss(sentences, batch)


def _list_loss(sentences: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the mean, over groups that hold evidence, of the mean negative log share of its evidence."""
    same = batch.groups[:, None] == batch.groups[None, :]
    shares = sentences - sentences.expand(len(sentences), -1).masked_fill(~same, float("-inf")).logsumexp(dim=1)
    found = batch.is_evidence > 0
    if not found.any():
        return sentences.new_zeros(())
    weights = 1 / (same & found[None, :]).sum(dim=1)[found]
    return -(shares[found] * weights).sum() / weights.sum()


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
