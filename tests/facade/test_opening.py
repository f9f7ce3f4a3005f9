from __future__ import annotations

import json
from pathlib import Path

import pytest

import recto
from recto.engine.errors import EncoderMismatch, InputError, RectoWarning
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


@pytest.mark.parametrize(
    ("encoder", "meant"),
    [
        ("vidore/colqwen2-v1.0", "vidore/colqwen2-v1.0"),
        ("colqwen2", "vidore/colqwen2-v1.0"),
        ("vllm+http://127.0.0.1:1/model", "vllm+http://127.0.0.1:1/model"),
    ],
)
def test_another_encoder_is_refused_before_it_is_looked_for(
    encoder: str, meant: str, tmp_path: Path
) -> None:
    """It need be neither in the hub's cache nor within reach."""
    with recto.open(tmp_path, encoder="words"):
        pass
    with pytest.raises(EncoderMismatch) as refused:
        recto.open(tmp_path, encoder=encoder)
    assert "was made with the encoder words" in str(refused.value)
    assert str(refused.value).endswith(f"recto reencode --library {tmp_path} --encoder {meant}")


def test_the_same_encoder_may_be_named_again(tmp_path: Path) -> None:
    for _ in range(2):
        with recto.open(tmp_path, encoder="words"):
            pass
