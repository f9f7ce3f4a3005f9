"""Encoders by name, path and pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from recto.engine.crossmodal.known import KNOWN
from recto.engine.crossmodal.registry import canonical, make, names, remake
from recto.engine.errors import EncoderError, LicenceNotAccepted
from tests.engine.crossmodal.conftest import OpenPair


def test_names_are_distinct() -> None:
    assert len(set(names())) == len(KNOWN)


def test_short_name_stands_for_an_id() -> None:
    assert canonical("PE-AV-small") == "facebook/pe-av-small"
    assert canonical("someone/other") == "someone/other"


def test_imagebind_needs_a_path() -> None:
    with pytest.raises(EncoderError, match=r"give the path of imagebind_huge\.pth"):
        make("imagebind")


def test_licence_is_asked_for(folders: Path, tmp_path: Path) -> None:
    with pytest.raises(LicenceNotAccepted, match="CC BY-NC-SA"):
        make(str(tmp_path / "imagebind_huge.pth"))


@pytest.mark.parametrize("name", ["pe-av", "clap+siglip"])
def test_encoder_is_told_by_its_checkpoint(folders: Path, name: str) -> None:
    pytest.importorskip("ftfy")
    pytest.importorskip("av")
    place = "+".join(str(folders / part) for part in name.split("+"))
    assert make(place, device="cpu").id.name == name


def test_recorded_encoder_is_made_again(pair: OpenPair) -> None:
    pytest.importorskip("ftfy")
    pytest.importorskip("av")
    recorded = pair("siglip").id
    assert remake(recorded, device="cpu").id == recorded
