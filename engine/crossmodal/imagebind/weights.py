"""Where the towers' weights come from: the published file, or a folder that we converted it into.

Imports torch. Either way they stay on disk until a tower is used, and nothing in them is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from pickle import UnpicklingError
from typing import Protocol

import torch
from safetensors import SafetensorError, safe_open

from recto.engine.crossmodal.imagebind.config import HUGE, TOWERS, ImageBindConfig, TowerName
from recto.engine.crossmodal.imagebind.network import ImageBind
from recto.engine.encoders.colpali.fingerprint import fingerprint_of
from recto.engine.errors import EncoderError

PUBLISHED = "imagebind_huge.pth"
Tensors = dict[str, torch.Tensor]
_SHOWN = 3
_PARTS = ("modality_preprocessors", "modality_trunks", "modality_heads", "modality_postprocessors")


class Weights(Protocol):
    @property
    def config(self) -> ImageBindConfig: ...

    @property
    def fingerprint(self) -> str:
        """Of the published file, also after conversion."""
        ...

    def tower(self, name: TowerName) -> Tensors:
        """All of a tower, on the processor. Raises EncoderError."""
        ...


class PublishedFile:
    """imagebind_huge.pth, mapped into memory: what is not used is not read."""

    def __init__(self, path: Path, config: ImageBindConfig = HUGE) -> None:
        self.path = path
        self.config = config

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint_of(self.path)

    def tower(self, name: TowerName) -> Tensors:
        parts = tuple(f"{part}.{name}." for part in _PARTS)
        chosen = {key: value for key, value in self._all.items() if key.startswith(parts)}
        check(str(self.path), chosen, expected(self.config, name))
        return chosen

    @cached_property
    def _all(self) -> Tensors:
        """Everything, checked to be the whole checkpoint and nothing else."""
        with _told(self.path):
            loaded = torch.load(self.path, map_location="cpu", weights_only=True, mmap=True)
        if not isinstance(loaded, dict) or not all(
            isinstance(value, torch.Tensor) for value in loaded.values()
        ):
            raise EncoderError(
                f"{self.path} holds {type(loaded).__name__}; expected {PUBLISHED}: names and"
                " tensors."
            )
        towers = [expected(self.config, name) for name in TOWERS]
        check(
            str(self.path), loaded, {key: shape for tower in towers for key, shape in tower.items()}
        )
        return loaded


class ConvertedFolder:
    """A safetensors file for each tower, as `converting` writes them."""

    def __init__(self, folder: Path) -> None:
        """Raises EncoderError if no tower is in it, or if they do not belong together."""
        self.folder = folder
        described = {
            name: description(path)
            for name in TOWERS
            if (path := tower_path(folder, name)).is_file()
        }
        if not described:
            raise EncoderError(
                f"{folder} holds neither {PUBLISHED} nor towers converted from it, such as"
                f" {tower_path(folder, 'vision').name}."
            )
        first = next(iter(described.values()))
        if any(other != first for other in described.values()):
            raise EncoderError(
                f"The towers in {folder} were converted from different files, or to different"
                " types. Convert them again."
            )
        self.fingerprint = first["source"]
        self.config = ImageBindConfig.from_json(json.loads(first["config"]))

    def tower(self, name: TowerName) -> Tensors:
        path = tower_path(self.folder, name)
        with _told(path), safe_open(path, "pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        check(str(path), tensors, expected(self.config, name))
        return tensors


def open_weights(path: Path, config: ImageBindConfig = HUGE) -> Weights:
    """The published file, a folder with it, or a folder of converted towers, which is preferred.

    `config` is for a published file of other sizes. Raises EncoderError.
    """
    if path.is_file():
        return PublishedFile(path, config)
    if not path.is_dir():
        raise EncoderError(
            f"{path} is not there; expected {PUBLISHED}, which is never fetched by itself, or the"
            " folder with it or with the towers converted from it."
        )
    converted = any(tower_path(path, name).is_file() for name in TOWERS)
    if (path / PUBLISHED).is_file() and not converted:
        return PublishedFile(path / PUBLISHED, config)
    return ConvertedFolder(path)


def tower_path(folder: Path, name: TowerName) -> Path:
    return folder / f"imagebind-{name}.safetensors"


def description(path: Path) -> Mapping[str, str]:
    """What `converting` wrote into a file's head: source, dtype and config."""
    with _told(path), safe_open(path, "pt") as file:
        written = dict(file.metadata() or {})
    if not {"source", "dtype", "config"} <= written.keys():
        raise EncoderError(f"{path} does not say what it was converted from. Convert it again.")
    return {key: written[key] for key in ("source", "dtype", "config")}


def expected(config: ImageBindConfig, name: TowerName) -> Mapping[str, tuple[int, ...]]:
    """Every name and shape of a tower."""
    with torch.device("meta"):
        model = ImageBind(config, (name,))
    return {key: tuple(value.shape) for key, value in model.state_dict().items()}


def check(place: str, found: Tensors, wanted: Mapping[str, tuple[int, ...]]) -> None:
    """Raises EncoderError unless names and shapes are exactly those that are wanted."""
    shapes = {
        key: f"{key} {tuple(found[key].shape)}, expected {shape}"
        for key, shape in wanted.items()
        if key in found and tuple(found[key].shape) != shape
    }
    for trouble, wrong in (
        ("are missing", sorted(wanted.keys() - found.keys())),
        ("are left over", sorted(found.keys() - wanted.keys())),
        ("have another shape", sorted(shapes.values())),
    ):
        if wrong:
            raise EncoderError(
                f"{place} is not the checkpoint of ImageBind that it should be: {len(wrong)}"
                f" weights {trouble}, for example {'; '.join(wrong[:_SHOWN])}. It is another"
                " model, or incomplete; its vectors would be wrong, so it is not used."
            )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What torch and safetensors raise for files that they cannot read is of many kinds."""
    try:
        yield
    except (OSError, RuntimeError, ValueError, EOFError, UnpicklingError, SafetensorError) as error:
        raise EncoderError(
            f"{path} cannot be read as weights: {type(error).__name__}: {error}. It is truncated,"
            " missing, or another kind of file."
        ) from error
