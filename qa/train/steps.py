"""How the weights move: the optimizer, a step of it, and the rate over a run."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch


def optimizer(trained: Iterable[torch.Tensor]) -> torch.optim.AdamW:
    """Return what moves these weights; matrices are drawn towards zero, biases and scales are not."""
    values = list(trained)
    matrices, others = [one for one in values if one.ndim >= 2], [one for one in values if one.ndim < 2]
    return torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
        betas=(0.9, 0.98), fused=True,
    )  # fmt: skip


def take_step(moving: torch.optim.Optimizer, learning_rate: float) -> None:
    """Move the weights by their gradients, of which the length counts as 1 at most, and forget these."""
    torch.nn.utils.clip_grad_norm_([one for group in moving.param_groups for one in group["params"]], 1.0)
    for group in moving.param_groups:
        group["lr"] = learning_rate
    moving.step()
    moving.zero_grad()


def rate(done: float, warm_up: float, cool_down: float) -> float:
    """Return the share of the learning rate at a share of the run: up, level, and down as a cosine."""
    if done < warm_up:
        return done / warm_up
    left = min(1.0, (1 - done) / cool_down) if cool_down else 1.0
    return (1 - math.cos(math.pi * left)) / 2
