"""An adapter becomes part of its base, all of it, or there is an error. Imports torch."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from safetensors import safe_open

from recto.engine.encoders.colpali.checkpoint import Checkpoint
from recto.engine.errors import EncoderError

if TYPE_CHECKING:
    from peft import PeftModel


class _Written(NamedTuple):
    """What the file of an adapter holds."""

    lora: list[str]
    zero: list[str]
    """Of those, the second halves without any effect."""


def merged(model: torch.nn.Module, checkpoint: Checkpoint) -> torch.nn.Module:
    """The model, which is in main memory as a whole, with the adapter in its weights.

    Raises EncoderError where not every tensor of the adapter has found its place.
    """
    path = checkpoint.folder / "adapter_model.safetensors"
    if not path.is_file():
        raise EncoderError(f"{checkpoint.folder} has an adapter_config.json, but no {path.name}.")
    away = sum(weight.is_meta for weight in model.parameters())
    if away:  # peft would leave these as they are
        raise EncoderError(
            f"{checkpoint.folder}: {away} weights of its base are not in main memory, so that the"
            " adapter cannot be merged into them. Load the base as a whole first."
        )
    written = _written(path)
    adapted, unexpected = _adapted(model, checkpoint.folder)
    taken = sum("lora_" in name for name, _ in adapted.named_parameters())
    if unexpected:
        raise EncoderError(
            f"{checkpoint.folder}: the model has no place for {len(unexpected)} weights of the"
            f" adapter, for example {', '.join(unexpected[:3])}; without them its vectors would be"
            " others. Check that it belongs to this base."
        )
    if len(written.lora) != taken or written.zero or not taken:
        raise EncoderError(
            f"{checkpoint.folder}: the adapter has {len(written.lora)} LoRA weights, the model took"
            f" up {taken}, of which {len(written.zero)} are zero; its vectors would be those of the"
            " base. Check that it belongs to this base."
        )
    return adapted.merge_and_unload()


def _written(path: Path) -> _Written:
    """Read from the file: what a model has of it may lie anywhere."""
    with safe_open(path, "pt") as file:
        lora = [name for name in file.keys() if "lora_" in name]  # noqa: SIM118
        zero = [n for n in lora if "lora_B" in n and not bool(file.get_tensor(n).any())]
    return _Written(lora, zero)


def _adapted(model: torch.nn.Module, folder: Path) -> tuple[PeftModel, list[str]]:
    """With the adapter beside the weights; and the names of what it has besides, which
    `PeftModel.from_pretrained` drops without a word."""
    from peft import PeftConfig, PeftModel

    config = PeftConfig.from_pretrained(str(folder))
    config.inference_mode = True
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Found missing adapter keys")  # counted by the caller
        adapted = PeftModel(model, config)
        result = adapted.load_adapter(
            str(folder),
            "default",
            torch_device="cpu",
            key_mapping=getattr(model, "_checkpoint_conversion_mapping", {}),
        )
    unexpected: Iterable[str] = result.unexpected_keys
    return adapted, sorted(unexpected)
