"""Summaries on disk and back, and laid out as pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.errors import DamagedLibrary, DiskFull, NewerLibrary
from recto.engine.summaries import Summaries, Summary, text_page

TEXTS = st.text(max_size=400)
SUMMARY = Summary(number=2, page="Of cranes.", tables=("Their heights.",), figures=(), model="m")


@pytest.fixture
def summaries(tmp_path: Path) -> Summaries:
    return Summaries(lambda document_id: tmp_path / "ab" / f"{document_id}.json")


def test_summaries_are_read_as_they_were_put(summaries: Summaries) -> None:
    other = Summary(number=1, page="Ägypten – 象", figures=("A map.", "A \ud800 half."))
    summaries.put("one", SUMMARY)
    summaries.put("one", other)
    kept = summaries.of("one")
    assert kept[2] == SUMMARY
    assert (kept[1].page, kept[1].figures[0]) == ("Ägypten – 象", "A map.")
    assert list(kept) == [1, 2]


def test_document_without_summaries_has_none_and_no_stamp(summaries: Summaries) -> None:
    assert summaries.of("one") == {}
    assert summaries.stamp("one") is None


def test_stamp_tells_that_a_summary_came(summaries: Summaries) -> None:
    summaries.put("one", SUMMARY)
    before = summaries.stamp("one")
    summaries.put("one", Summary(number=3, page="Of herons."))
    assert summaries.stamp("one") != before
    assert summaries.stamp("two") is None


@pytest.mark.parametrize(
    "kept", ["", "[]", '{"version": 1}', '{"version": 1, "pages": [{"number": "2"}]}']
)
def test_damaged_file_is_said_with_what_to_do(tmp_path: Path, kept: str) -> None:
    file = tmp_path / "one.json"
    file.write_text(kept)
    with pytest.raises(DamagedLibrary, match=r"one\.json cannot be read.*Remove this file"):
        Summaries(lambda _: file).of("one")


def test_file_of_a_newer_recto_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text('{"version": 2}')
    with pytest.raises(NewerLibrary, match="format 2"):
        Summaries(lambda _: file).put("one", SUMMARY)
    assert file.read_text() == '{"version": 2}'


def test_summary_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskFull, match="cannot be written"):
        Summaries(lambda _: tmp_path / "file" / "one.json").put("one", SUMMARY)


@given(page=TEXTS, tables=st.lists(TEXTS, max_size=3), figures=st.lists(TEXTS, max_size=3))
def test_page_of_a_summary_has_all_its_words_in_order(
    page: str, tables: list[str], figures: list[str]
) -> None:
    summary = Summary(number=3, page=page, tables=tuple(tables), figures=tuple(figures))
    laid = text_page(summary)
    assert "".join(word.text for word in laid.text.words) == "".join(summary.text.split())
    assert laid.number == 3
    for word in laid.text.words:
        assert 0 <= word.box.x0 <= word.box.x1 <= 1
        assert 0 <= word.box.y0 <= word.box.y1 <= 1
    lines = [word.line for word in laid.text.words]
    assert lines == sorted(lines)
