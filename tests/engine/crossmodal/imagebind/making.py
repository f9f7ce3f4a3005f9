"""A small ImageBind with weights from a fixed recipe, as a file of the published layout."""

from __future__ import annotations

import zlib
from pathlib import Path

import torch

from recto.engine.crossmodal.imagebind.config import ImageBindConfig, TowerSize
from recto.engine.crossmodal.imagebind.network import ImageBind

SMALL = ImageBindConfig(
    vision=TowerSize(32, 2, 4),
    text=TowerSize(24, 2, 3),
    audio=TowerSize(40, 2, 5),
    depth=TowerSize(16, 1, 2),
    thermal=TowerSize(36, 1, 6),
    imu=TowerSize(14, 1, 7),
    dim=20,
)
"""No two towers have the same number of heads."""


_QUIET = 0.005
"""Times as large as the rest is all that the blocks add up, so that the term in a LayerNorm that
keeps it from dividing by 0 is felt: beside sums of some size nobody would see a wrong one."""
_QUIET_PARTS = (
    "cls_token",
    "pos_embed",
    "token_embedding.weight",
    "_stem.proj.weight",
    "_stem.proj.1.weight",
    "_stem.norm_layer.weight",
    "_stem.norm_layer.bias",
    "pre_transformer_layer.0.weight",
    "pre_transformer_layer.0.bias",
    "attn.out_proj.weight",
    "attn.out_proj.bias",
    "mlp.fc2.weight",
    "mlp.fc2.bias",
)


def small_state() -> dict[str, torch.Tensor]:
    """Each tensor from its own name, so that none depends on the order of the others."""
    with torch.device("meta"):
        names = {key: value.shape for key, value in ImageBind(SMALL).state_dict().items()}
    state = {key: _tensor(key, tuple(shape)) for key, shape in names.items()}
    state["modality_preprocessors.text.mask"] = torch.full((77, 77), float("-inf")).triu(1)
    for tower, scale in (("text", 250.0), ("audio", 20), ("depth", 5), ("thermal", 10), ("imu", 5)):
        name = f"modality_postprocessors.{tower}.1.log_logit_scale"
        state[name] = torch.tensor(float(scale)).log()
    return state


def _tensor(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    values = torch.randn(shape, generator=generator) * 0.3
    if len(shape) == 1 and name.endswith("weight"):  # of a LayerNorm
        values += 1
    return values * _QUIET if name.endswith(_QUIET_PARTS) else values


def write_small(folder: Path) -> Path:
    path = folder / "imagebind_huge.pth"
    torch.save(small_state(), path)
    return path
