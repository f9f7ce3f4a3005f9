"""What a model is given. Imports torch."""

from __future__ import annotations

import torch

Batch = dict[str, torch.Tensor]
"""Tensors by the names of the model's arguments."""
