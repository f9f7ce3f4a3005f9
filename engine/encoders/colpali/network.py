"""The model: a batch in, a vector a token out. Knows neither pages nor questions. Imports torch."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import numpy as np
import torch

from recto.engine.encoders.colpali.batch import Batch
from recto.engine.encoders.colpali.families import Family
from recto.engine.errors import OutOfMemory
from recto.engine.vectors import FloatArray

_TOKENS_ON_CPU = 2048
"""Tokens a call: there, several pages at once are no faster than one after the other."""
_TOKENS_ON_DEVICE = 16384
_PATIENCE = 32
"""Calls that must have gone well in a row before a larger one is tried again."""
_MOST_PATIENCE = 4096

Forward = Callable[[Batch], torch.Tensor]
"""Tensors of a batch of B texts of T tokens to a tensor (B, T, d)."""


class Network:
    """Runs batches in parts that fit; learns from an out-of-memory error what fits.

    The lack may pass, as where another program had the memory: after many calls that went well
    twice as much is tried, and ever more rarely where that goes wrong.

    Threads take turns: models of Qwen keep state between calls.
    """

    def __init__(self, forward: Forward, *, tokens: int) -> None:
        """`forward` runs a batch; `tokens` are the most that it is given at once."""
        self._forward = forward
        self._most = self._tokens = tokens
        self._went_well = 0
        self._patience = _PATIENCE
        self._tries = False
        self._lock = Lock()

    @property
    def tokens(self) -> int:
        """The most that the model is given at once, for now."""
        return self._tokens

    def run(self, batch: Batch) -> FloatArray:
        """(B, T, d) float32, as the model gives them. Raises OutOfMemory."""
        with self._lock:
            return self._run(batch)

    def _run(self, batch: Batch) -> FloatArray:
        count, length = batch["input_ids"].shape
        step = max(self._tokens // length, 1)
        parts = []
        begin = 0
        while begin < count:
            end = min(begin + step, count)
            vectors = self._try(part(batch, begin, end))
            if vectors is not None:
                parts.append(vectors)
                begin = end
                self._count_success()
            elif end - begin > 1:
                step = (end - begin) // 2
                self._shrink_to(step * length)
            else:
                raise OutOfMemory(
                    f"One page of {length} tokens is too much for the memory of the device. Choose"
                    " a smaller model, or fewer patches a page with the encoder setting"
                    " visual_tokens."
                )
        return np.concatenate(parts)

    def _count_success(self) -> None:
        if self._tokens < self._most:
            self._went_well += 1
            if self._went_well == self._patience:
                self._tokens = min(2 * self._tokens, self._most)
                self._went_well = 0
                self._tries = True

    def _shrink_to(self, tokens: int) -> None:
        if self._tries:
            self._patience = min(2 * self._patience, _MOST_PATIENCE)
            self._tries = False
        self._tokens = tokens
        self._went_well = 0

    def _try(self, batch: Batch) -> FloatArray | None:
        """None if there is not enough memory."""
        try:
            with torch.inference_mode():
                vectors = self._forward(batch)
                return np.asarray(vectors.float().cpu().numpy(), np.float32)
        except (torch.OutOfMemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
        # Outside of the handler: its traceback would keep what the call had allocated.
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return None


def part(batch: Batch, begin: int, end: int) -> Batch:
    """Some items of a batch; unless they are all, its items must have the same size."""
    count = len(batch["input_ids"])
    if (begin, end) == (0, count):
        return batch
    sliced = {}
    for name, tensor in batch.items():
        each = len(tensor) // count  # of the patches of all pages, one after the other, several
        sliced[name] = tensor[begin * each : end * each]
    return sliced


def network_of(model: torch.nn.Module, family: Family, *, alone: bool = False) -> Network:
    """The network of a loaded model, on the device it is on.

    `alone`: one page at a time, for arithmetic in which one would depend on the others.
    """
    stateful = [module for module in model.modules() if hasattr(module, "rope_deltas")]
    device, dtype = _device_of(model), model.dtype

    def forward(batch: Batch) -> torch.Tensor:
        for module in stateful:
            module.rope_deltas = None  # of the batch before
        moved = {
            name: tensor.to(device, dtype) if tensor.is_floating_point() else tensor.to(device)
            for name, tensor in batch.items()
        }
        if family.positions and "image_grid_thw" in moved:
            moved["position_ids"] = _positions(model, moved)
        output = model(**moved)
        return getattr(output, "embeddings", output)

    tokens = _TOKENS_ON_CPU if device.type == "cpu" else _TOKENS_ON_DEVICE
    return Network(forward, tokens=1 if alone else tokens)


def _device_of(model: torch.nn.Module) -> torch.device:
    """Where its input goes. Of a model that is spread, weights that are brought to a card for each
    call are without storage meanwhile, and hooks bring the input to wherever it is needed."""
    placed = (weight.device for weight in model.parameters() if not weight.is_meta)
    return next(placed, torch.device("cpu"))


def _positions(model: torch.nn.Module, batch: Batch) -> torch.Tensor:
    """Rows and columns of the patches, which transformers' ColQwen2ForRetrieval leaves out."""
    ids = batch["input_ids"]
    positions, _ = model.vlm.get_rope_index(
        ids,
        mm_token_type_ids=(ids == model.config.vlm_config.image_token_id).int(),
        image_grid_thw=batch["image_grid_thw"],
        attention_mask=batch["attention_mask"],
    )
    return positions


def _is_out_of_memory(error: RuntimeError) -> bool:
    text = str(error).lower()
    known = ("out of memory", "can't allocate memory", "alloc_failed", "not enough memory")
    return isinstance(error, torch.OutOfMemoryError) or any(words in text for words in known)
