from __future__ import annotations

import json
from pathlib import Path

import pytest

import recto
from recto.engine.errors import InputError, RectoWarning
from tests.fakes import FakeEncoder


def test_datatype_is_that_of_a_new_library_in_a_folder(tmp_path: Path) -> None:
    with recto.open(tmp_path, encoder=FakeEncoder(), patches_datatype="turbo8"):
        pass
    assert json.loads((tmp_path / "library.json").read_text())["patches_datatype"] == "turbo8"


def test_datatype_that_a_library_cannot_take_is_told(tmp_path: Path) -> None:
    with recto.open(tmp_path, encoder=FakeEncoder()):
        pass
    with (
        pytest.warns(RectoWarning, match="keeps its vectors as float16; turbo8 is for a new"),
        recto.open(tmp_path, encoder=FakeEncoder(), patches_datatype="turbo8"),
    ):
        pass


def test_unknown_datatype_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is 'float99'; expected one of"):
        recto.open(tmp_path, patches_datatype="float99")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["folder", "http://qdrant.example:6333/finance"])
def test_recall_must_be_a_share(place: str) -> None:
    with pytest.raises(InputError, match=r"recall is 1\.5; expected above 0"):
        recto.open(place, recall=1.5)


def test_datatype_of_a_library_on_a_server_is_among_its_settings() -> None:
    with pytest.raises(InputError, match=r"ServerSettings\(patches_datatype='turbo8'\)"):
        recto.open("http://qdrant.example:6333/finance", patches_datatype="turbo8")
