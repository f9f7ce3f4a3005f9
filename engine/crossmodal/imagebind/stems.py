"""What turns an input into tokens: patches, a first token for the whole, positions. Imports torch.

Names of modules and parameters are those of the published checkpoint. Patches follow each other
row by row; of a spectrum rows are frequencies, so that time runs inside.
"""

from __future__ import annotations

import torch
from torch import nn

from recto.engine.crossmodal.imagebind.config import (
    AXES,
    CONTEXT,
    FRAMES,
    MELS,
    MOMENTS,
    MOMENTS_A_TOKEN,
    PIXELS,
    SPECTRUM_FRAMES,
    VOCABULARY,
    TowerName,
)

_PATCH = 14
_PATCH_ONE_CHANNEL = 16
_AUDIO_STRIDE = 10
"""Patches of a spectrum overlap."""


class Positions(nn.Module):
    def __init__(self, tokens: int, width: int) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.empty(1, tokens, width))


class Twice(nn.Module):
    """A picture (B, 3, h, w) as a film of two equal frames (B, 3, 2, h, w)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x if x.ndim == 5 else x.unsqueeze(2).expand(-1, -1, FRAMES, -1, -1)


class Patches(nn.Module):
    """Squares of a picture with one channel."""

    def __init__(self, width: int, *, stride: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(1, width, _PATCH_ONE_CHANNEL, stride=stride, bias=False)
        self.norm_layer = nn.LayerNorm(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm_layer(self.proj(x).flatten(2).transpose(1, 2))


class FilmPatches(nn.Module):
    """Squares of two frames at once."""

    def __init__(self, width: int) -> None:
        super().__init__()
        size = (FRAMES, _PATCH, _PATCH)
        self.proj = nn.Sequential(Twice(), nn.Conv3d(3, width, size, stride=size, bias=False))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.proj(x).flatten(2).transpose(1, 2)


class MotionPieces(nn.Module):
    """Pieces of eight moments: all of the first axis, then all of the second."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Linear(AXES * MOMENTS_A_TOKEN, width, bias=False)
        self.norm_layer = nn.LayerNorm(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pieces = x.unflatten(-1, (-1, MOMENTS_A_TOKEN)).transpose(1, 2)  # (B, pieces, axes, 8)
        return self.norm_layer(self.proj(pieces.flatten(2)))


class PictureStem(nn.Module):
    """For vision, audio, depth and thermal."""

    def __init__(self, tower: TowerName, width: int) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.empty(1, 1, width))
        self.stem_name = "depth_stem" if tower == "depth" else "rgbt_stem"
        patches, tokens = _patches(tower, width)
        setattr(self, self.stem_name, patches)
        self.pos_embedding_helper = Positions(tokens + 1, width)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        tokens = getattr(self, self.stem_name)(x)
        first = self.cls_token.expand(len(tokens), -1, -1)
        return torch.cat([first, tokens], dim=1) + self.pos_embedding_helper.pos_embed, None


class TextStem(nn.Module):
    """Ids (B, 77). Gives the mask that lets a token see only those before it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(VOCABULARY, width)
        self.pos_embed = nn.Parameter(torch.empty(1, CONTEXT, width))
        self.register_buffer("mask", torch.full((CONTEXT, CONTEXT), float("-inf")).triu(1))

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        return self.token_embedding(ids) + self.pos_embed, self.mask


class MotionStem(nn.Module):
    """(B, 6, 2000)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.empty(1, MOMENTS // MOMENTS_A_TOKEN + 1, width))
        self.cls_token = nn.Parameter(torch.empty(1, 1, width))
        self.imu_stem = MotionPieces(width)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        tokens = self.imu_stem(x)
        first = self.cls_token.expand(len(tokens), -1, -1)
        return torch.cat([first, tokens], dim=1) + self.pos_embed, None


def stem(tower: TowerName, width: int) -> nn.Module:
    if tower == "text":
        return TextStem(width)
    return MotionStem(width) if tower == "imu" else PictureStem(tower, width)


def _patches(tower: TowerName, width: int) -> tuple[nn.Module, int]:
    """The module, and how many tokens it makes."""
    if tower == "vision":
        return FilmPatches(width), (PIXELS // _PATCH) ** 2
    if tower == "audio":
        rows, columns = (
            (length - _PATCH_ONE_CHANNEL) // _AUDIO_STRIDE + 1 for length in (MELS, SPECTRUM_FRAMES)
        )
        return Patches(width, stride=_AUDIO_STRIDE), rows * columns
    side = PIXELS // _PATCH_ONE_CHANNEL
    return Patches(width, stride=_PATCH_ONE_CHANNEL), side * side
