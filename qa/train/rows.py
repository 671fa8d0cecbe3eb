"""Examples -> rows of tokens laid end to end, from which batches are cut on any device, and files of them."""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from tokenizers import Encoding, Tokenizer

from qa.pairs import first_text, token_sentences

if TYPE_CHECKING:
    from qa.train.examples import Example

NO_TARGET = -100
NO_SENTENCE = 255
AT_ONCE = 10_000
"""Examples turned into tokens at a time: all of an epoch's would take gigabytes."""


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


@dataclass(frozen=True, slots=True)
class Rows:
    """Examples laid end to end.

    ``ids`` and ``sentences`` (`NO_SENTENCE` for none) are of each token, ``evidence`` is of each sentence, all else of
    each example: its tokens, those before the passage, the tokens that the answer begins and ends at (`NO_TARGET`: not
    known), whether the passage answers, its group, its sentences.
    """

    ids: torch.Tensor
    sentences: torch.Tensor
    evidence: torch.Tensor
    lengths: torch.Tensor
    questions: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    answered: torch.Tensor
    groups: torch.Tensor
    counts: torch.Tensor

    def __len__(self) -> int:
        return len(self.lengths)

    def to(self, device: str) -> Self:
        """Return them on another device."""
        return type(self)(*(getattr(self, one.name).to(device) for one in fields(self)))

    def batch(self, places: torch.Tensor) -> Batch:
        """Return the examples at these places, in this order, padded to the longest."""
        lengths, counts = self.lengths[places].long(), self.counts[places].long()
        firsts = (self.lengths.long().cumsum(0) - self.lengths)[places]
        width = int(lengths.max())
        column = torch.arange(width, device=places.device)
        inside = column < lengths[:, None]
        at = (firsts[:, None] + column).where(inside, 0)
        numbers = self.sentences[at].long()
        own = (counts.cumsum(0) - counts)[:, None]
        of_sentence = torch.repeat_interleave(counts)
        within = torch.arange(len(of_sentence), device=places.device) - own[of_sentence, 0]
        first_sentences = (self.counts.long().cumsum(0) - self.counts)[places]
        return Batch(
            input_ids=self.ids[at].long().where(inside, 0),
            attention_mask=inside.long(),
            token_type_ids=((column >= self.questions[places].long()[:, None]) & inside).long(),
            segments=(numbers + own).where(inside & (numbers != NO_SENTENCE), -1),
            starts=self.starts[places].long(),
            ends=self.ends[places].long(),
            answered=self.answered[places].float(),
            is_evidence=self.evidence[first_sentences[of_sentence] + within].float(),
            groups=self.groups[places].long()[of_sentence],
        )

    def save(self, path: Path) -> None:
        """Write them to a file, packed: passages that come again and again take little room."""
        with lzma.open(path, "wb", filters=[{"id": lzma.FILTER_LZMA2, "preset": 4, "dict_size": 2**29}]) as file:
            for one in fields(self):
                np.save(file, getattr(self, one.name).numpy())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file that `save` wrote."""
        with lzma.open(path) as file:
            return cls(*(torch.from_numpy(np.load(file)) for _ in fields(cls)))


def to_rows(examples: Sequence[Example], tokenizer: Tokenizer) -> Rows:
    """Turn examples into rows."""
    parts = [_encoded(examples[first : first + AT_ONCE], tokenizer) for first in range(0, len(examples), AT_ONCE)]
    return Rows(*(torch.cat([getattr(part, one.name) for part in parts]) for one in fields(Rows)))


def _encoded(examples: Sequence[Example], tokenizer: Tokenizer) -> Rows:
    encoded = tokenizer.encode_batch([(first_text(one.question, one.title), one.text) for one in examples])
    ids, sentences, evidence = list[int](), list[int](), list[bool]()
    per_example: list[tuple[int, ...]] = []
    for example, item in zip(examples, encoded, strict=True):
        numbers = token_sentences(item, example.text, example.sentences)
        present = sorted({number for number in numbers if number >= 0})
        renumbered = {number: place for place, number in enumerate(present)} | {-1: NO_SENTENCE}
        ids += item.ids
        sentences += [renumbered[number] for number in numbers]
        evidence += [number in example.evidence for number in present]
        start, end = _ends(example, item, numbers)
        question, answered = item.type_ids.count(0), bool(example.evidence)
        per_example.append((len(item.ids), question, start, end, answered, example.group, len(present)))
    kinds = ("int16", "int16", "int16", "int16", "bool", "int32", "uint8")
    columns = zip(zip(*per_example, strict=True), kinds, strict=True)
    return Rows(
        *(_tensor(*one) for one in ((ids, "int16"), (sentences, "uint8"), (evidence, "bool"))),
        *(_tensor(*one) for one in columns),
    )


def _ends(example: Example, item: Encoding, numbers: Sequence[int]) -> tuple[int, int]:
    """Return the tokens that the answer begins and ends at, the first of all if nothing answers."""
    if not example.evidence:
        return 0, 0
    if example.answer is None:
        return NO_TARGET, NO_TARGET
    inside = [
        place
        for place, (start, end) in enumerate(item.offsets)
        if numbers[place] >= 0 and start < example.answer.end and end > example.answer.start
    ]
    return (inside[0], inside[-1]) if inside else (NO_TARGET, NO_TARGET)


def _tensor(values: Sequence[int], kind: str) -> torch.Tensor:
    return torch.from_numpy(np.array(values, dtype=kind))
