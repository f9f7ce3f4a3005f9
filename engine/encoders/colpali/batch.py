"""What a model is given, and which of it can be given together. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

Batch = dict[str, torch.Tensor]
"""Tensors by the names of the model's arguments."""


class Group(NamedTuple):
    """Some of several batches, as one: all of them have tensors of the same shapes, so that none is
    padded."""

    numbers: Sequence[int]
    """Which of them, in the order of the items of `batch`."""
    batch: Batch


def grouped(batches: Sequence[Batch]) -> list[Group]:
    """All batches, in as few as can be without padding.

    Shapes tell how many tokens and patches there are, which sizes of pictures do not: a processor
    brings pictures of many sizes to the same grid.
    """
    alike: dict[frozenset[tuple[str, tuple[int, ...]]], list[int]] = {}
    for number, batch in enumerate(batches):
        shapes = frozenset((name, tuple(tensor.shape)) for name, tensor in batch.items())
        alike.setdefault(shapes, []).append(number)
    return [Group(numbers, _joined([batches[n] for n in numbers])) for numbers in alike.values()]


def _joined(batches: Sequence[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    return {name: torch.cat([batch[name] for batch in batches]) for name in batches[0]}
