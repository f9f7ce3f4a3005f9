"""Encoders of tiny checkpoints, each loaded once, and pages of noise for them to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest

from recto.engine.encoders.protocol import PageInput
from recto.engine.page import PageContent, PageText
from tests.conftest import MakeCheckpoint

if TYPE_CHECKING:
    from recto.engine.encoders.colpali.encoder import ColPaliEncoder

Pixels = npt.NDArray[np.uint8]
OpenEncoder = Callable[[str], "ColPaliEncoder"]

FLOAT32 = {"dtype": "float32"}
TALL, WIDE = (320, 240), (180, 300)


def page(image: Pixels | None, number: int = 1) -> PageInput:
    content = PageContent(number=number, width=300, height=400, text=PageText((), "none"))
    return PageInput(content=content, image=image)


def noise(size: tuple[int, int], seed: int) -> PageInput:
    """A page of coarse noise; `size` is height and width."""
    height, width = size
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 20, width // 20, 3), dtype=np.uint8)
    return page(np.kron(coarse, np.ones((20, 20, 1), np.uint8)))


@pytest.fixture(scope="session")
def encoder(checkpoint: MakeCheckpoint) -> OpenEncoder:
    """The encoder of a family, in float32."""
    from recto.engine.encoders.colpali.encoder import open_encoder

    opened: dict[str, ColPaliEncoder] = {}

    def of_family(family: str) -> ColPaliEncoder:
        if family not in opened:
            opened[family] = open_encoder(str(checkpoint(family)), settings=FLOAT32)
        return opened[family]

    return of_family
