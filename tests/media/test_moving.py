"""What is told of sound and film where a library is copied."""

from __future__ import annotations

from pathlib import Path

import pytest

import recto
from recto.engine.errors import RectoWarning
from recto.moving.libraries import copy_library
from recto.places import FolderPlace
from tests.fakes import FakeEncoder
from tests.media.conftest import Open


def test_sound_is_left_out_of_a_copy_and_told(
    open_library: Open, tmp_path: Path, media: Path
) -> None:
    with open_library() as library:
        library.add(media / "low.wav", media / "birds.pdf")
    with pytest.warns(RectoWarning, match="1 files of sound and film are left out"):
        copy_library(FolderPlace(tmp_path / "library"), FolderPlace(tmp_path / "copy"))
    with recto.open(tmp_path / "copy", encoder=FakeEncoder()) as copy:
        assert [document.name for document in copy.documents()] == ["birds.pdf"]
