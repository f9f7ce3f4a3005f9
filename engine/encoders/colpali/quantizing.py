"""A model in int8, for processors. Imports torch."""

from __future__ import annotations

import warnings

import torch

_HEADS = ("custom_text_proj", "embedding_proj_layer", "linear")
"""What makes the vectors themselves, which is small, stays as exact as it is."""


def quantized(model: torch.nn.Module) -> torch.nn.Module:
    """The model with the weights of its linear layers in int8; it changes the one given."""
    from torch.ao import quantization

    layers = {
        name: quantization.default_dynamic_qconfig
        for name, module in model.named_modules()
        # Not of kinds derived from it, of which others take the weights in their hands.
        if type(module) is torch.nn.Linear and name not in _HEADS
    }
    with warnings.catch_warnings():
        # All of torch.ao is to leave torch, which the extra's upper bound of torch allows for.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "torch.quantize_per_tensor", UserWarning)
        changed: torch.nn.Module = quantization.quantize_dynamic(
            model, layers, dtype=torch.qint8, inplace=True
        )
    return changed
