"""Vectors of summaries: made once, and again when their text or their encoder is another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from recto.engine.encoders.protocol import PageInput
from recto.engine.page import PageContent
from recto.engine.summaries import Summaries, Summary, text_page
from recto.engine.summary_vectors import vectors_of
from recto.engine.vectors import PageVectors
from tests.fakes import FakeEncoder

SUMMARIES = [Summary(number=1, page="Of cranes."), Summary(number=2, page="")]


class Counting(FakeEncoder):
    """Knows which pages it was given."""

    def __init__(self, *, revision: str = "1") -> None:
        super().__init__(revision=revision)
        self.encoded: list[int] = []

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        self.encoded += [page.content.number for page in pages]
        return super().encode_pages(pages)


@pytest.fixture
def summaries(tmp_path: Path) -> Summaries:
    made = Summaries(lambda id: tmp_path / f"{id}.summaries.json")
    for summary in SUMMARIES:
        made.put("one", summary)
    return made


def pages(summaries: Summaries) -> list[PageContent]:
    return [text_page(summary) for summary in summaries.of("one").values()]


def test_vectors_are_made_once(summaries: Summaries) -> None:
    first, second = Counting(), Counting()
    made = vectors_of("one", pages(summaries), first, summaries)
    again = vectors_of("one", pages(summaries), second, summaries)
    assert (first.encoded, second.encoded) == ([1, 2], [])
    assert made[0].patches is not None
    assert again[0].patches is not None
    np.testing.assert_allclose(again[0].patches.vectors, made[0].patches.vectors, atol=1e-3)
    assert (again[1].patches, again[1].rows) == (None, None)


def test_only_what_changed_is_made_again(summaries: Summaries) -> None:
    vectors_of("one", pages(summaries), Counting(), summaries)
    summaries.put("one", Summary(number=2, page="Of herons."))
    encoder = Counting()
    vectors_of("one", pages(summaries), encoder, summaries)
    assert encoder.encoded == [2]


def test_another_revision_makes_its_own(summaries: Summaries) -> None:
    vectors_of("one", pages(summaries), Counting(), summaries)
    encoder = Counting(revision="2")
    vectors_of("one", pages(summaries), encoder, summaries)
    assert encoder.encoded == [1, 2]


@pytest.mark.parametrize("kept", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_damaged_file_is_made_again(summaries: Summaries, kept: bytes) -> None:
    summaries.vectors_path("one").write_bytes(kept)
    encoder = Counting()
    assert len(vectors_of("one", pages(summaries), encoder, summaries)) == 2
    assert encoder.encoded == [1, 2]


def test_nothing_is_left_of_what_was_removed_meanwhile(tmp_path: Path) -> None:
    summaries = Summaries(lambda id: tmp_path / f"{id}.summaries.json")
    vectors_of("one", [text_page(SUMMARIES[0])], Counting(), summaries)
    assert list(tmp_path.iterdir()) == []
