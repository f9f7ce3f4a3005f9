"""A library with the small ImageBind, and files of sound, film and pictures that tests make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import recto
from recto.library import Library
from tests.fakes import FakeEncoder
from tests.pdfs import lines, pdf

for package in ("torch", "av", "ftfy", "regex", "torchvision", "transformers", "safetensors"):
    pytest.importorskip(package)

from tests.engine.crossmodal.imagebind.conftest import ACCEPTED  # noqa: E402
from tests.engine.crossmodal.imagebind.making import SMALL, write_small  # noqa: E402
from tests.indexing.media.making import tone, write_film, write_sound  # noqa: E402

Open = Callable[..., Library]


@pytest.fixture(scope="session")
def towers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small checkpoint as `convert` leaves it, which says how large it is."""
    from recto.engine.crossmodal.imagebind.converting import convert

    folder = tmp_path_factory.mktemp("towers")
    convert(write_small(tmp_path_factory.mktemp("published")), folder, config=SMALL)
    return folder


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """low.wav and noise.wav, 12 s of each; talk.mp4, two scenes of 3 s with a tone; beach.png,
    night.png; birds.pdf with two pages."""
    folder = tmp_path_factory.mktemp("media")
    rng = np.random.default_rng(5)
    write_sound(folder / "low.wav", tone(12, 8000, 220), 8000)
    write_sound(
        folder / "noise.wav", 0.3 * rng.standard_normal((1, 96000)).astype(np.float32), 8000
    )
    dark, bright = (rng.integers(low, low + 90, (12, 16, 3)) for low in (0, 160))
    scenes = np.repeat(np.stack([dark, bright]).astype(np.uint8), 30, axis=0)
    pictures = scenes.repeat(8, axis=1).repeat(8, axis=2)
    write_film(folder / "talk.mp4", pictures, 10, sound=tone(6, 48000, 880))
    for name, colours in (("beach.png", (250, 220, 120)), ("night.png", (5, 10, 60))):
        noise = rng.integers(0, 40, (90, 120, 3))
        Image.fromarray(np.clip(np.array(colours) + noise, 0, 255).astype(np.uint8)).save(
            folder / name
        )
    (folder / "birds.pdf").write_bytes(pdf([lines("the heron waits"), lines("a crane dances")]))
    return folder


@pytest.fixture
def open_library(tmp_path: Path, towers: Path) -> Iterator[Open]:
    with ExitStack() as stack:

        def opened(folder: str = "library", **options: object) -> Library:
            library = recto.open(
                tmp_path / folder,
                encoder=FakeEncoder(),
                crossmodal=towers,
                crossmodal_settings=ACCEPTED,
                **options,  # type: ignore[arg-type]  # those of `recto.open`
            )
            return stack.enter_context(library)

        yield opened


@pytest.fixture
def library(open_library: Open) -> Library:
    return open_library()


@pytest.fixture(scope="session")
def filled(
    tmp_path_factory: pytest.TempPathFactory, towers: Path, media: Path
) -> Iterator[Library]:
    """All of `media`, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("filled")
    with recto.open(
        folder, encoder=FakeEncoder(), crossmodal=towers, crossmodal_settings=ACCEPTED
    ) as library:
        assert library.add(media, crossmodal=True, tags=["all"]).complete
        yield library
