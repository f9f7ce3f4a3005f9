"""A library whose encoder is on another machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import recto
from recto.engine.errors import BackendUnreachable, EncoderMismatch, RectoWarning
from tests.engine.encoders.remote.conftest import vllm as vllm
from tests.engine.encoders.remote.vllm import FakeVllm
from tests.facade.conftest import Write

pytestmark = pytest.mark.filterwarnings(
    f"ignore::{RectoWarning.__module__}.{RectoWarning.__name__}"
)


def test_add_search_and_ask_with_a_remote_encoder(
    vllm: FakeVllm, write: Write, tmp_path: Path
) -> None:
    write("birds.pdf", "the heron waits", "the swift flies")
    with recto.open(tmp_path / "library", encoder=vllm.url) as library:
        assert library.add(tmp_path / "files").complete
    with recto.open(tmp_path / "library") as library:
        assert [hit.page.number for hit in library.search("swift")] == [2, 1]
        assert "swift" in library.ask("What flies?").text
        assert len(library.search(image=library.page("birds.pdf", 1).image())) == 2


def test_another_model_at_the_same_address_is_refused(
    vllm: FakeVllm, write: Write, tmp_path: Path
) -> None:
    with recto.open(tmp_path / "library", encoder=vllm.url) as library:
        library.add(write("birds.pdf", "the heron waits"))
    vllm.cell = 32
    with recto.open(tmp_path / "library") as library, pytest.raises(EncoderMismatch):
        library.search("heron")


def test_other_weights_under_the_same_name_are_refused_until_encoded_again(
    vllm: FakeVllm, write: Write, tmp_path: Path
) -> None:
    with recto.open(tmp_path / "library", encoder=vllm.url) as library:
        library.add(write("birds.pdf", "the heron waits"))
    vllm.change = lambda vectors: vectors[:, ::-1]
    with recto.open(tmp_path / "library") as library:
        with pytest.raises(EncoderMismatch, match=r"What differs: vectors was '\w+', is '\w+'"):
            library.search("heron")
        assert library.reencode().changed
    with recto.open(tmp_path / "library") as library:
        assert len(library.search("heron")) == 1


def test_rounding_makes_no_other_encoder(vllm: FakeVllm, write: Write, tmp_path: Path) -> None:
    with recto.open(tmp_path / "library", encoder=vllm.url) as library:
        library.add(write("birds.pdf", "the heron waits"))
    vllm.change = lambda vectors: vectors.astype(np.float16).astype(np.float32)
    with recto.open(tmp_path / "library", encoder=vllm.url) as library:
        assert len(library.search("heron")) == 1


def test_a_library_can_be_listed_while_its_encoder_is_away(
    vllm: FakeVllm, write: Write, tmp_path: Path
) -> None:
    with recto.open(tmp_path / "library", encoder=vllm.url) as library:
        library.add(write("birds.pdf", "the heron waits"))
    vllm.faults.extend([lambda handler: handler.connection.close()] * 99)
    with recto.open(tmp_path / "library") as library:
        assert [document.name for document in library.documents()] == ["birds.pdf"]
        with pytest.raises(BackendUnreachable):
            library.search("heron")
