"""A model in main memory is spread over cards and main memory by accelerate. Imports torch."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import torch


def spread(
    model: torch.nn.Module,
    *,
    memory: Mapping[int | str, int] | None = None,
    folder: Path | None = None,
) -> torch.nn.Module:
    """Cards are filled first; what stays in main memory comes to a card for each call.

    `memory` has bytes by the number of a card or "cpu", and where it leaves too little of these, a
    `folder` takes the rest; None is all that there is.
    """
    from accelerate import dispatch_model, infer_auto_device_map
    from accelerate.utils import get_balanced_memory

    whole = list(getattr(model, "_no_split_modules", None) or ())
    if memory is None:
        memory = get_balanced_memory(model, no_split_module_classes=whole)
        # It is there already; what it fills would count as lacking.
        memory = {**memory, "cpu": sys.maxsize}
    places = infer_auto_device_map(model, max_memory=memory, no_split_module_classes=whole)
    skipped = getattr(model, "_skip_keys_device_placement", None)
    spread: torch.nn.Module = dispatch_model(
        model, device_map=places, offload_dir=folder, skip_keys=skipped
    )
    return spread
