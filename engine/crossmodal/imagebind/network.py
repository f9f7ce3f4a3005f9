"""The model: tensors of a modality in, vectors of the space that all share out. Imports torch.

Names of modules, parameters and buffers are those of the published checkpoint. An instance may
have some of the towers only; each is complete in itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from recto.engine.crossmodal.imagebind.config import (
    SCALES,
    TOWERS,
    ImageBindConfig,
    TowerName,
    TowerSize,
)
from recto.engine.crossmodal.imagebind.stems import stem
from recto.engine.crossmodal.imagebind.trunk import EPS, Trunk

_LARGEST_SCALE = 100.0


class First(nn.Module):
    """Of all tokens the first, which stands for the whole."""

    def forward(self, x_BTD: torch.Tensor) -> torch.Tensor:
        return x_BTD[:, 0]


class TextHead(nn.Module):
    """Reads the token at the text's end: the largest id, and the first if it occurs again."""

    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        self.proj = nn.Sequential(nn.LayerNorm(width, eps=EPS), nn.Linear(width, dim, bias=False))

    def forward(self, x_BTD: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        ends = x_BTD[torch.arange(len(x_BTD), device=x_BTD.device), ids.argmax(dim=-1)]
        return self.proj(ends)


class Unit(nn.Module):
    """Length 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.normalize(x, dim=-1)


class Scale(nn.Module):
    """A factor kept as its logarithm: learned for text, fixed for the others."""

    def __init__(self, scale: float, *, learned: bool) -> None:
        super().__init__()
        logarithm = torch.tensor(math.log(scale))
        if learned:
            self.log_logit_scale = nn.Parameter(logarithm)
        else:
            self.register_buffer("log_logit_scale", logarithm)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.log_logit_scale.exp().clamp(max=_LARGEST_SCALE) * x


class ImageBind(nn.Module):
    """Some or all of the towers.

    Tensors, by tower: vision (B, 3, 224, 224) or film (B, S, 3, 2, 224, 224); text (B, 77) ids;
    audio (B, S, 1, 128, 204); depth and thermal (B, 1, 224, 224); imu (B, 6, 2000). Any with five
    dimensions or more has S clips an item, of which the vectors are averaged.
    """

    def __init__(self, config: ImageBindConfig, towers: Sequence[TowerName] = TOWERS) -> None:
        super().__init__()
        self.config = config
        self.modality_preprocessors = nn.ModuleDict()
        self.modality_trunks = nn.ModuleDict()
        self.modality_heads = nn.ModuleDict()
        self.modality_postprocessors = nn.ModuleDict()
        for name in towers:
            size = config.tower(name)
            self.modality_preprocessors[name] = stem(name, size.width)
            self.modality_trunks[name] = Trunk(
                size,
                extra_position=name not in ("vision", "text"),
                norm_first=name == "vision",
            )
            self.modality_heads[name] = _head(name, size, config.dim)
            self.modality_postprocessors[name] = _postprocessor(name)

    def forward(self, tower: TowerName, x: torch.Tensor) -> torch.Tensor:
        """(B, dim): length 1 for pictures; `SCALES` for the others; less where clips are averaged,
        as the mean of vectors of one length is shorter."""
        if x.ndim < 5:
            return self._items(tower, x)
        vectors = self._items(tower, x.flatten(0, 1))
        return vectors.unflatten(0, x.shape[:2]).mean(dim=1)

    def _items(self, tower: TowerName, x: torch.Tensor) -> torch.Tensor:
        tokens, mask = self.modality_preprocessors[tower](x)
        seen = self.modality_trunks[tower](tokens, mask)
        head = self.modality_heads[tower]
        vectors = head(seen, x) if tower == "text" else head(seen)
        return self.modality_postprocessors[tower](vectors)


def _head(name: TowerName, size: TowerSize, dim: int) -> nn.Module:
    if name == "text":
        return TextHead(size.width, dim)
    layers: list[nn.Module] = [nn.LayerNorm(size.width, eps=EPS), First()]
    if name == "imu":
        layers.append(nn.Identity())  # a dropout of its training, which counts in the names
    return nn.Sequential(*layers, nn.Linear(size.width, dim, bias=False))


def _postprocessor(name: TowerName) -> nn.Module:
    if name == "vision":
        return Unit()
    return nn.Sequential(Unit(), Scale(_initial_scale(name), learned=name == "text"))


def _initial_scale(name: TowerName) -> float:
    return 1 / 0.07 if name == "text" else SCALES[name]
