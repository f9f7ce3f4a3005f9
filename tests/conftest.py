"""What all tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endpoints.fixtures import (
    llama,
    llama_by_rote,
    transformers_by_rote,
    transformers_serve,
)

__all__ = ["llama", "llama_by_rote", "transformers_by_rote", "transformers_serve"]

MakeCheckpoint = Callable[[str], Path]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> MakeCheckpoint:
    """The folder of a tiny checkpoint of a family, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("checkpoints")

    def made(family: str) -> Path:
        from tests.checkpoints.making import make

        return folder / family if (folder / family).exists() else make(family, folder / family)

    return made
