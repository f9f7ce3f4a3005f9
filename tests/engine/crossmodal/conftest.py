"""Encoders of tiny checkpoints of transformers, each loaded once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from recto.engine.crossmodal.clap_siglip.encoder import ClapSiglipEncoder
    from recto.engine.crossmodal.pe_av.encoder import PeAvEncoder

os.environ["HF_HUB_OFFLINE"] = "1"  # read when the hub's client is imported

OpenPair = Callable[[str], "ClapSiglipEncoder"]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With clap, siglip, siglip2 and pe-av."""
    for package in ("torch", "transformers", "torchvision", "timm"):
        pytest.importorskip(package)
    from tests.engine.crossmodal import checkpoints

    folder = tmp_path_factory.mktemp("crossmodal")
    checkpoints.write_clap(folder / "clap")
    checkpoints.write_siglip(folder / "siglip", second=False)
    checkpoints.write_siglip(folder / "siglip2", second=True)
    checkpoints.write_pe_av(folder / "pe-av")
    return folder


@pytest.fixture(scope="session")
def pair(folders: Path) -> OpenPair:
    """CLAP with the SigLIP of that name."""
    from recto.engine.crossmodal.clap_siglip.encoder import open_encoder

    opened: dict[str, ClapSiglipEncoder] = {}

    def of(name: str) -> ClapSiglipEncoder:
        if name not in opened:
            opened[name] = open_encoder(f"{folders / 'clap'}+{folders / name}", device="cpu")
        return opened[name]

    return of


@pytest.fixture(scope="session")
def pe_av(folders: Path) -> PeAvEncoder:
    from recto.engine.crossmodal.pe_av.encoder import open_encoder

    return open_encoder(str(folders / "pe-av"), device="cpu")
