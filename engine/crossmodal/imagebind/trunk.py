"""The transformer that all towers have. Imports torch.

Shapes: B items, T tokens, D width, H heads.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from recto.engine.crossmodal.imagebind.config import TowerSize

EPS = 1e-6
"""Of the LayerNorms of trunk and head; those of the stems have torch's 1e-5."""


class Attention(nn.Module):
    """Self-attention with one packed projection for query, key and value."""

    def __init__(self, size: TowerSize, *, extra_position: bool) -> None:
        """`extra_position`: each block has learned a key and a value that every token can see
        besides the others."""
        super().__init__()
        self.heads = size.heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * size.width, size.width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * size.width))
        if extra_position:
            self.bias_k = nn.Parameter(torch.empty(1, 1, size.width))
            self.bias_v = nn.Parameter(torch.empty(1, 1, size.width))
        self.extra_position = extra_position
        self.out_proj = nn.Linear(size.width, size.width)

    def forward(self, x_BTD: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        packed = functional.linear(x_BTD, self.in_proj_weight, self.in_proj_bias)
        query, key, value = packed.chunk(3, dim=-1)
        if self.extra_position:  # after the projection, so that they are not projected themselves
            key = torch.cat([key, self.bias_k.expand(len(key), -1, -1)], dim=1)
            value = torch.cat([value, self.bias_v.expand(len(value), -1, -1)], dim=1)
        seen = functional.scaled_dot_product_attention(
            self._split(query), self._split(key), self._split(value), attn_mask=mask
        )
        return self.out_proj(seen.transpose(1, 2).flatten(2))

    def _split(self, x_BTD: torch.Tensor) -> torch.Tensor:
        """(B, H, T, D / H)"""
        return x_BTD.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Mlp(nn.Module):
    """Four times as wide inside, with the exact GELU: its approximations are visible in vectors."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(functional.gelu(self.fc1(x)))


class Block(nn.Module):
    """Normalised before, added after."""

    def __init__(self, size: TowerSize, *, extra_position: bool) -> None:
        super().__init__()
        self.attn = Attention(size, extra_position=extra_position)
        self.norm_1 = nn.LayerNorm(size.width, eps=EPS)
        self.mlp = Mlp(size.width)
        self.norm_2 = nn.LayerNorm(size.width, eps=EPS)

    def forward(self, x_BTD: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        x_BTD = x_BTD + self.attn(self.norm_1(x_BTD), mask)
        return x_BTD + self.mlp(self.norm_2(x_BTD))


class Trunk(nn.Module):
    """The blocks, and for vision a LayerNorm before them."""

    def __init__(self, size: TowerSize, *, extra_position: bool, norm_first: bool) -> None:
        super().__init__()
        if norm_first:
            self.pre_transformer_layer = nn.Sequential(nn.LayerNorm(size.width, eps=EPS))
        self.norm_first = norm_first
        self.blocks = nn.ModuleList(
            Block(size, extra_position=extra_position) for _ in range(size.blocks)
        )

    def forward(self, x_BTD: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        if self.norm_first:
            x_BTD = self.pre_transformer_layer(x_BTD)
        for block in self.blocks:
            x_BTD = block(x_BTD, mask)
        return x_BTD
