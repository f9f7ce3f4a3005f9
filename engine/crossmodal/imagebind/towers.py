"""The towers in memory, each loaded when it is first used. Imports torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import Lock

import numpy as np
import torch

from recto.engine.crossmodal.imagebind.config import TowerName
from recto.engine.crossmodal.imagebind.converting import in_type
from recto.engine.crossmodal.imagebind.network import ImageBind
from recto.engine.crossmodal.imagebind.texts import Ids
from recto.engine.crossmodal.imagebind.weights import Weights
from recto.engine.errors import OutOfMemory
from recto.engine.vectors import FloatArray

_BATCH_ON_CPU = 16
"""Clips a call: there, more at once are no faster, and take memory."""
_BATCH_ON_DEVICE = 128


class Towers:
    """Runs inputs through the tower that they are for. Threads take turns."""

    def __init__(self, weights: Weights, *, dtype: str, device: str) -> None:
        self._weights = weights
        self._dtype: torch.dtype = getattr(torch, dtype)
        self._device = torch.device(device)
        self._loaded: dict[TowerName, ImageBind] = {}
        self._lock = Lock()
        self._batch = _BATCH_ON_CPU if device == "cpu" else _BATCH_ON_DEVICE

    @property
    def loaded(self) -> frozenset[TowerName]:
        return frozenset(self._loaded)

    def run(self, name: TowerName, inputs: Iterable[FloatArray | Ids]) -> FloatArray:
        """(n, dim) as the model gives them, for n inputs of one shape, taken as they are needed.

        Raises EncoderError, OutOfMemory.
        """
        with self._lock:
            parts = [self._forward(name, batch) for batch in self._batches(name, inputs)]
        return np.concatenate([np.empty((0, self._weights.config.dim), np.float32), *parts])

    def _batches(
        self, name: TowerName, inputs: Iterable[FloatArray | Ids]
    ) -> Iterator[list[FloatArray | Ids]]:
        waiting: list[FloatArray | Ids] = []
        for one in inputs:
            waiting.append(one)
            clips = len(one) if one.ndim > 3 else 1
            if (len(waiting) + 1) * clips > self._batch:
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    def _forward(self, name: TowerName, batch: Sequence[FloatArray | Ids]) -> FloatArray:
        tensor = torch.from_numpy(np.stack(batch)).to(self._device)
        try:
            model = self._tower(name)
            with torch.inference_mode():
                vectors = model(name, tensor.to(self._dtype) if name != "text" else tensor)
        except torch.OutOfMemoryError as error:
            raise OutOfMemory(
                f"ImageBind's {name} tower and its input do not fit the memory of the device:"
                f" {error} Choose the encoder setting dtype=bfloat16, or the processor."
            ) from error
        return np.asarray(vectors.float().cpu().numpy(), np.float32)

    def _tower(self, name: TowerName) -> ImageBind:
        if name not in self._loaded:
            self._loaded[name] = load_tower(self._weights, name, self._dtype, self._device)
        return self._loaded[name]


def load_tower(
    weights: Weights, name: TowerName, dtype: torch.dtype, device: torch.device
) -> ImageBind:
    """A model with that tower only, ready to run; its weights were never random."""
    with torch.device("meta"):
        model = ImageBind(weights.config, (name,))
    tensors = in_type(weights.tower(name), dtype)
    model.load_state_dict(
        {key: value.to(device) for key, value in tensors.items()}, strict=True, assign=True
    )
    model.requires_grad_(False)
    model.eval()
    return model
