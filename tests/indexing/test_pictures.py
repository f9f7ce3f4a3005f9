"""Pictures are drawn once, kept within a bound, and never seen half."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from recto.indexing.pictures import Pictures

Image = npt.NDArray[np.uint8]
PAGE = np.tile(np.arange(200, dtype=np.uint8)[None, :, None], (100, 1, 3))
NOISE = np.random.default_rng(0).integers(0, 255, (100, 100, 3), dtype=np.uint8)


class Drawn:
    """Draws a page and counts how often."""

    def __init__(self, image: Image) -> None:
        self.times = 0
        self._image = image

    def __call__(self) -> Image:
        self.times += 1
        return self._image


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*/*"))


def test_picture_is_what_was_drawn(tmp_path: Path) -> None:
    image = Pictures(tmp_path).image("doc", 1, 200, Drawn(PAGE))
    assert image.shape == PAGE.shape
    assert np.abs(image.astype(int) - PAGE).max() <= 6


def test_picture_is_drawn_once(tmp_path: Path) -> None:
    draw = Drawn(PAGE)
    first = Pictures(tmp_path).image("doc", 1, 200, draw)
    again = Pictures(tmp_path).image("doc", 1, 200, draw)
    assert draw.times == 1
    assert np.array_equal(first, again)


def test_pages_and_widths_do_not_mix(tmp_path: Path) -> None:
    pictures, draw = Pictures(tmp_path), Drawn(PAGE)
    for document, page, width in (("a", 1, 200), ("b", 1, 200), ("a", 2, 200), ("a", 1, 300)):
        pictures.image(document, page, width, draw)
    assert draw.times == 4


@pytest.mark.parametrize("damage", [b"", b"\xff\xd8 half of", b"\xff\xd8 nonsense \xff\xd9"])
def test_damaged_file_is_drawn_again(tmp_path: Path, damage: bytes) -> None:
    pictures, draw = Pictures(tmp_path), Drawn(PAGE)
    expected = pictures.image("doc", 1, 200, draw)
    (path,) = tmp_path.glob("*/*")
    path.write_bytes(damage)
    assert np.array_equal(pictures.image("doc", 1, 200, draw), expected)
    assert draw.times == 2
    assert path.read_bytes() != damage


def test_disk_use_is_bounded(tmp_path: Path) -> None:
    limit = 200_000
    pictures = Pictures(tmp_path, limit=limit)
    for page in range(60):
        pictures.image("doc", page, 100, Drawn(NOISE))
    assert limit / 2 < _size(tmp_path) <= limit


def test_longest_unused_goes_first(tmp_path: Path) -> None:
    Pictures(tmp_path / "x").image("d", 1, 1, Drawn(NOISE))
    pictures = Pictures(tmp_path, limit=10 * _size(tmp_path / "x"))
    for page in range(8):
        pictures.image("doc", page, 100, Drawn(NOISE))
        os.utime(tmp_path / "doc" / f"{page}-100.jpg", (page, page))
    pictures.image("doc", 0, 100, Drawn(NOISE))  # used now
    for page in range(8, 12):
        pictures.image("doc", page, 100, Drawn(NOISE))
    kept = {int(path.name.split("-")[0]) for path in tmp_path.glob("doc/*")}
    assert 0 in kept
    assert 1 not in kept
    assert 11 in kept


def test_leftovers_of_dead_processes_are_removed(tmp_path: Path) -> None:
    (tmp_path / "doc").mkdir()
    old, young = tmp_path / "doc" / "old.part", tmp_path / "doc" / "young.part"
    old.touch()
    young.touch()
    os.utime(old, (0, 0))
    Pictures(tmp_path).image("doc", 1, 100, Drawn(NOISE))
    assert not old.exists()
    assert young.exists()


def test_folder_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    draw = Drawn(PAGE)
    assert Pictures(tmp_path / "file").image("doc", 1, 200, draw).shape == PAGE.shape


def test_remove_drops_one_document(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    for document in ("a", "b"):
        pictures.image(document, 1, 200, Drawn(PAGE))
    pictures.remove("a")
    pictures.remove("never there")
    assert [path.parent.name for path in tmp_path.glob("*/*")] == ["b"]


def test_threads_and_caches_share_a_folder(tmp_path: Path) -> None:
    wrong: list[tuple[int, ...]] = []

    def work() -> None:
        pictures = Pictures(tmp_path, limit=60_000)
        for page in range(40):
            shape = pictures.image("doc", page % 7, 100, Drawn(NOISE)).shape
            if shape != NOISE.shape:
                wrong.append(shape)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert not list(tmp_path.glob("*/*.part"))
