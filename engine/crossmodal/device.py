"""Where a model runs unless it is told. Imports torch."""

from __future__ import annotations

import torch


def best_device() -> str:
    """As torch names it."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
