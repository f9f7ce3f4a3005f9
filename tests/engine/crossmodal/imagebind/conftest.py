"""The small checkpoint, written once, and its encoder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from recto.engine.crossmodal.imagebind.encoder import ImageBindEncoder

ACCEPTED = {"accept_license": "cc-by-nc-sa-4.0"}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    from tests.engine.crossmodal.imagebind.making import write_small

    return write_small(tmp_path_factory.mktemp("imagebind"))


@pytest.fixture(scope="session")
def encoder(published: Path) -> ImageBindEncoder:
    for package in ("ftfy", "regex"):
        pytest.importorskip(package)
    from recto.engine.crossmodal.imagebind.encoder import open_encoder
    from tests.engine.crossmodal.imagebind.making import SMALL

    return open_encoder(published, settings=ACCEPTED, device="cpu", config=SMALL)
