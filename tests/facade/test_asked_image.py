"""Libraries that are asked with a picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import recto
from recto.asked_image import AskedImage
from recto.engine.errors import DamagedFile, QuestionError, RectoWarning, UnsupportedFile
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint
from tests.facade.conftest import Write

pytestmark = pytest.mark.filterwarnings(
    f"ignore::{RectoWarning.__module__}.{RectoWarning.__name__}"
)
BLACK = np.zeros((40, 30, 3), np.uint8)


def shaded(seed: int) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 6, 3), dtype=np.uint8)
    return Image.fromarray(np.kron(coarse, np.ones((40, 40, 1), np.uint8)))


@pytest.fixture(scope="module")
def pictures(
    tmp_path_factory: pytest.TempPathFactory, checkpoint: MakeCheckpoint
) -> Iterator[recto.Library]:
    """Three pages of coarse noise, and one with words."""
    folder = tmp_path_factory.mktemp("asking")
    with ExitStack() as stack:
        for seed in range(3):
            shaded(seed).save(folder / f"{seed}.png")
        opened = recto.open(folder / "library", encoder=checkpoint("colqwen2"))
        library = stack.enter_context(opened)
        assert library.add(*folder.glob("*.png")).complete
        yield library


@needs_colpali
@pytest.mark.parametrize("seed", range(3))
def test_a_picture_finds_its_page_however_it_is_given(
    pictures: recto.Library, seed: int, tmp_path: Path
) -> None:
    path = tmp_path / "asked.webp"
    shaded(seed).save(path, lossless=True)
    asked: list[AskedImage] = [path, str(path), shaded(seed), np.asarray(shaded(seed))]
    found = [pictures.search(image=image, limit=3) for image in asked]
    for hits in found:
        assert hits[0].document.name == f"{seed}.png"
        assert hits[0].matches
        assert [hit.score for hit in hits] == [hit.score for hit in found[0]]


@needs_colpali
def test_a_large_picture_is_made_as_wide_as_pages_are(pictures: recto.Library) -> None:
    large = shaded(1).resize((4800, 6400), Image.Resampling.NEAREST)
    assert pictures.search(image=large, limit=1)[0].document.name == "1.png"


@needs_colpali
def test_words_may_stand_beside_a_picture(pictures: recto.Library) -> None:
    alone, both = pictures.search(image=shaded(2)), pictures.search("net sales", image=shaded(2))
    assert both[0].document.name == alone[0].document.name == "2.png"
    confined = pictures.search("net sales", image=shaded(2), documents=["0.png"])
    assert [hit.document.name for hit in confined] == ["0.png"]


@needs_colpali
@pytest.mark.parametrize("image", [BLACK[..., 0], BLACK.astype(float), BLACK[:0]])
def test_an_array_that_is_no_picture_is_refused(
    pictures: recto.Library, image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> None:
    with pytest.raises(QuestionError, match=r"expected uint8 of \(height, width, 3\)"):
        pictures.search(image=image)


@needs_colpali
def test_files_that_are_no_pictures_are_refused(
    pictures: recto.Library, write: Write, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    with pytest.raises(DamagedFile):
        pictures.search(image=broken)
    with pytest.raises(UnsupportedFile, match=r"kind pdf.*png"):
        pictures.search(image=write("page.pdf", "words"))


@needs_colpali
def test_a_blank_question_is_refused_beside_a_picture_too(pictures: recto.Library) -> None:
    with pytest.raises(QuestionError):
        pictures.search(" ", image=BLACK)


def test_an_encoder_that_reads_words_names_those_that_read_pictures(library: recto.Library) -> None:
    with pytest.raises(QuestionError, match=r"'fake' cannot.*colqwen2\.5"):
        library.search(image=BLACK)


def test_neither_question_nor_picture_is_refused(library: recto.Library) -> None:
    with pytest.raises(QuestionError, match="The question is ''"):
        library.search()
