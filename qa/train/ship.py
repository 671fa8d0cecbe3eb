"""Checkpoints -> the folder of weights that is shipped: ``python -m qa.train.ship FOLDER CHECKPOINT...``."""

from __future__ import annotations

import json
from pathlib import Path

import torch
import typer
from safetensors.torch import load_file, save_file

from qa.model import WORD_VECTORS
from qa.train.loop import load_tokenizer
from qa.train.packed import new_model


def ship(folder: Path, parts: list[Path]) -> None:
    """Write the mean of the parts as a model folder: 16 bits, without the encoder's word vectors.

    A part is a checkpoint, of which the running average of the weights is taken, or a folder that was shipped before.
    Runs that began at the same weights can be averaged (Wortsman et al. 2022), and read better than each by itself.
    """
    model = new_model()
    found = [_weights(part, model) for part in parts]
    weights = {
        name: torch.stack([one[name].float() for one in found]).mean(dim=0).to(torch.float16).contiguous()
        for name in found[0]
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = model.config
    config.architectures = ["BertForTokenClassification"]
    config.id2label = {0: "START", 1: "END", 2: "EVIDENCE"}
    config.label2id = {name: number for number, name in config.id2label.items()}
    settings = config.to_diff_dict() | {"architectures": config.architectures, "dtype": "float16"}
    settings.pop("_name_or_path", None)
    (folder / "config.json").write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")
    tokenizer = load_tokenizer()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / "tokenizer.json"))
    kinds = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(kinds, indent=2) + "\n")


def _weights(part: Path, model: torch.nn.Module) -> dict[str, torch.Tensor]:
    if part.is_dir():
        return load_file(part / "model.safetensors")
    state = torch.load(part, map_location="cpu", weights_only=True)
    weights = dict(model.state_dict())
    weights.update({name.removeprefix("model."): value for name, value in state["average"].items()})
    del weights[WORD_VECTORS]
    return {name: value for name, value in weights.items() if value.is_floating_point()}


if __name__ == "__main__":
    typer.run(ship)
