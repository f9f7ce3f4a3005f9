"""The published file becomes one safetensors file a tower: loaded in parts, and without pickle.

Imports torch. Once is enough: a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import save_file

from recto.engine.crossmodal.imagebind.config import HUGE, TOWERS, ImageBindConfig, TowerName
from recto.engine.crossmodal.imagebind.weights import (
    PUBLISHED,
    ConvertedFolder,
    PublishedFile,
    Tensors,
    description,
    tower_path,
)
from recto.engine.errors import DiskFull, EncoderError

Dtype = Literal["float32", "bfloat16"]


def convert(
    source: Path,
    folder: Path,
    *,
    dtype: Dtype = "float32",
    towers: Sequence[TowerName] = TOWERS,
    config: ImageBindConfig = HUGE,
    told: Callable[[TowerName], None] = lambda _: None,
) -> None:
    """Write the `towers` of the file `source` into `folder`; those that are there are kept.

    `told` is called before each that is written. A tower appears under its name only when it was
    read back and found equal. Raises EncoderError, DiskFull.
    """
    if not source.is_file():
        raise EncoderError(f"{source} is no file; expected {PUBLISHED}, which is never fetched.")
    published = PublishedFile(source, config)
    meant = {
        "source": published.fingerprint,
        "dtype": dtype,
        "config": json.dumps(config.to_json(), sort_keys=True),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name in towers:
        path = tower_path(folder, name)
        if path.is_file() and description(path) == meant:
            continue
        told(name)
        _write(path, in_type(published.tower(name), getattr(torch, dtype)), meant)
    ConvertedFolder(folder)


def in_type(tensors: Tensors, dtype: torch.dtype) -> Tensors:
    """A single number stays what it is: it is a logarithm, of which rounding is felt."""
    return {
        key: (value.to(dtype) if value.ndim else value).contiguous()
        for key, value in tensors.items()
    }


def _write(path: Path, tensors: Tensors, described: dict[str, str]) -> None:
    partial = path.with_suffix(".partial")
    try:
        save_file(tensors, partial, metadata=described)
        _flush(partial)
        _compare(partial, tensors)
        os.replace(partial, path)
    except OSError as error:
        raise DiskFull(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)
    _flush(path.parent)


def _flush(path: Path) -> None:
    """Onto the disk, so that what is named is there after a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _compare(path: Path, tensors: Tensors) -> None:
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        same = set(file.keys()) == tensors.keys() and all(
            torch.equal(file.get_tensor(key), value) for key, value in tensors.items()
        )
    if not same:
        raise EncoderError(f"{path} was not read back as it was written. Check the disk.")
