"""Pages are drawn several at a time and told in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recto.engine.errors import DamagedFile
from recto.engine.page import PageContent
from recto.indexing.drawing import PageReading, width_for
from recto.indexing.outcome import Outcome
from recto.indexing.reader import Reader
from recto.indexing.reading.raw import Image
from recto.indexing.task import Event, Opened, Read, Skipped
from tests.fakes import FakeEncoder, page_content
from tests.pdfs import lines, pdf

_LONG = 60.0


class Drawn:
    """Pages whose pictures hold their numbers."""

    def __init__(self, pages: int, at_once: int, on_draw: Callable[[int], None]) -> None:
        self.pages = pages
        self.drawn_at_once = at_once
        self._on_draw = on_draw

    def read(self, number: int) -> PageContent:
        return page_content(f"page {number}" if number != 5 else "", number=number)

    def image(self, number: int, width: int) -> Image:
        self._on_draw(number)
        return np.full((1, width, 3), number, np.uint8)

    def close(self) -> None:
        pass


class Task:
    def open(self) -> None:
        pass

    def settle(self, skipped: Mapping[int, str], error: Exception | None) -> Outcome:
        raise AssertionError


def events(pages: Drawn, *, words_alone: bool = False) -> list[Event]:
    reading = PageReading(width=lambda _: 2, words_alone=words_alone)
    return list(reading.events(Task(), Opened(id="0" * 64, pages=pages), set()))


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_pages_come_in_order_with_their_own_pictures(at_once: int) -> None:
    found = events(Drawn(7, at_once, lambda _: None))
    assert len(found) == 7
    for number, event in enumerate(found, start=1):
        assert isinstance(event, Read)
        assert event.page.content.number == number
        assert event.page.image is not None
        assert event.page.image.tolist() == [[[number] * 3] * 2]


def test_as_many_are_drawn_at_the_same_time_as_can_be() -> None:
    together = threading.Barrier(3, timeout=_LONG)

    def on_draw(number: int) -> None:
        together.wait()

    assert len(events(Drawn(9, 3, on_draw))) == 9


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_page_that_cannot_be_drawn_is_left_out_or_has_words_alone(at_once: int) -> None:
    def on_draw(number: int) -> None:
        if number in (2, 5):
            raise DamagedFile(f"torn {number}")

    told = [type(event) for event in events(Drawn(6, at_once, on_draw))]
    assert told == [Read, Skipped, Read, Read, Skipped, Read]
    pages = events(Drawn(6, at_once, on_draw), words_alone=True)
    assert [type(event) for event in pages] == [Read, Skipped, Read, Read, Read, Skipped, Read]
    alone = pages[2]
    assert isinstance(alone, Read)
    assert alone.page.image is None


class Sharp(FakeEncoder):
    """Wants twice the pixels for pages that lie on their side."""

    def picture_width(self, width: float, height: float) -> int:
        return 4 if width > height else 2


def test_page_is_drawn_as_wide_as_its_encoder_wants() -> None:
    pages = Drawn(2, 1, lambda _: None)
    turned = replace(pages.read(2), width=842.0, height=595.0)
    assert [width_for(Sharp())(page) for page in (pages.read(1), turned)] == [2, 4]
    assert width_for(FakeEncoder())(turned) == 1280
    reading = PageReading(width=width_for(Sharp()), words_alone=False)
    found = list(reading.events(Task(), Opened(id="0" * 64, pages=pages), set()))
    images = [event.page.image for event in found if isinstance(event, Read)]
    assert [image.shape[1] for image in images if image is not None] == [2, 2]


def test_threads_end_when_nobody_wants_more() -> None:
    reading = PageReading(width=lambda _: 2, words_alone=False)
    pages = Drawn(50, 3, lambda _: None)
    stream = reading.events(Task(), Opened(id="0" * 64, pages=pages), set())
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # it is a generator
    assert not [t for t in threading.enumerate() if t.name.startswith("stage")]


def test_several_processes_draw_as_one_does(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([lines(f"page number {number}") for number in range(1, 8)]))
    with Reader(drawing=3) as many, many.open(path, "pdf", all_drawn=True) as document:
        assert document.drawn_at_once == 3
        reading = PageReading(width=lambda _: 200, words_alone=False)
        found = list(reading.events(Task(), Opened(id="0" * 64, pages=document), set()))
        # A picture that is wanted alone starts no more processes.
        with many.open(path, "pdf") as one:
            assert one.drawn_at_once == 1
            wanted = [one.image(number, 200) for number in range(1, 8)]
    for event, image in zip(found, wanted, strict=True):
        assert isinstance(event, Read)
        assert event.page.image is not None
        np.testing.assert_array_equal(event.page.image, image)
