"""Libraries copied, exported and imported hold what they held; what is cut off goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from qdrant_client import models

from recto.engine.errors import DamagedLibrary, EncoderMismatch, InputError, NotFound, RectoWarning
from recto.engine.store.manifest import Datatype
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import DocumentRecord
from recto.engine.summaries import Summaries, Summary
from recto.indexing.progress import Progress
from recto.moving.libraries import copy_library, export_library, import_archive
from recto.moving.origin import sources_of
from recto.places import FolderPlace, Place
from tests.engine.store.remote.standin import Fault, StandIn
from tests.engine.store.samples import ENCODER
from tests.moving.conftest import MemoryPlace, fill
from tests.moving.holding import held

At = Callable[[str], Place]


def test_copy_to_a_server_and_back_holds_the_same(
    folder: FolderPlace, on_server: At, tmp_path: Path
) -> None:
    report = copy_library(folder, on_server("x"))
    assert (report.pages, report.complete, report.without_file) == (14, True, 0)
    assert [outcome.kind for outcome in report.outcomes] == ["added", "added"]
    assert held(on_server("x")) == held(folder)
    copy_library(on_server("x"), FolderPlace(tmp_path / "back"))
    assert held(FolderPlace(tmp_path / "back")) == held(folder)


def test_export_and_import_hold_the_same(folder: FolderPlace, tmp_path: Path) -> None:
    report = export_library(folder, tmp_path / "library.zip")
    assert (report.pages, report.complete) == (14, True)
    target = FolderPlace(tmp_path / "new")
    assert import_archive(tmp_path / "library.zip", target).pages == 14
    assert held(target) == held(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["from", "library.zip", "new"]


@pytest.mark.parametrize("datatype", ["turbo8", "turbo4"])
def test_copy_into_a_library_that_keeps_vectors_smaller(
    memory: MemoryPlace, tmp_path: Path, datatype: Datatype
) -> None:
    export_library(memory, tmp_path / "library.zip")
    copied = FolderPlace(tmp_path / "copied", datatype)
    assert copy_library(memory, copied).complete
    again = copy_library(memory, copied)
    assert [outcome.kind for outcome in again.outcomes] == ["unchanged", "unchanged"]
    imported = FolderPlace(tmp_path / "imported", datatype)
    assert import_archive(tmp_path / "library.zip", imported).pages == 14
    exact = held(memory)
    for place in (copied, imported):
        assert {**held(place), "pages": None} == {**exact, "pages": None}
    copy_library(copied, back := MemoryPlace(tmp_path / "back"))
    assert held(back) == held(copied)


def test_summaries_go_with_their_documents(memory: MemoryPlace, tmp_path: Path) -> None:
    written = {n: Summary(number=n, page=f"About {n}.", tables=("Sales",)) for n in (1, 3)}
    (record, *_) = _records(memory)
    _summaries(memory).put(record.id, *written.values())
    export_library(memory, tmp_path / "library.zip")
    copied, imported = MemoryPlace(tmp_path / "copied"), MemoryPlace(tmp_path / "imported")
    copy_library(memory, copied)
    import_archive(tmp_path / "library.zip", imported)
    for place in (copied, imported):
        assert _summaries(place).of(record.id) == written
        assert [r.name for r in _records(place)] == ["a", "b"]


def test_summaries_of_documents_that_are_there_are_added_to_and_never_replaced(
    memory: MemoryPlace, tmp_path: Path
) -> None:
    target = MemoryPlace(tmp_path / "to")
    copy_library(memory, target)
    (record, *_) = _records(memory)
    mine, theirs = Summary(number=1, page="Mine."), Summary(number=1, page="Theirs.")
    other = Summary(number=3, page="Other.")
    _summaries(target).put(record.id, mine)
    _summaries(memory).put(record.id, theirs, other)
    copy_library(memory, target)
    assert _summaries(target).of(record.id) == {1: mine, 3: other}


def test_broken_summaries_are_told_and_the_rest_copied(memory: MemoryPlace, tmp_path: Path) -> None:
    (record, *_) = _records(memory)
    sources_of(memory.folder, "").summaries(record.id).write_text("broken")
    with pytest.warns(RectoWarning, match=r"summaries in .* cannot be read"):
        report = copy_library(memory, target := MemoryPlace(tmp_path / "to"))
    assert report.complete
    assert held(target) == held(memory)


def _summaries(place: Place) -> Summaries:
    return Summaries(sources_of(place.folder, "").summaries)


def test_tenants_stay_apart(tmp_path: Path) -> None:
    place = MemoryPlace(tmp_path / "from")
    for tenant in ("acme", "zenith"):
        fill(place, tenant, pages=2, text=b"the same", tenant=tenant)
    export_library(place, tmp_path / "library.zip")
    copied, imported = MemoryPlace(tmp_path / "copied"), MemoryPlace(tmp_path / "imported")
    copy_library(place, copied)
    import_archive(tmp_path / "library.zip", imported)
    for target in (copied, imported):
        for tenant in ("acme", "zenith"):
            assert held(target, tenant=tenant) == held(place, tenant=tenant)
        with target.open(None, create=False) as store:
            assert store.tenants() == ["acme", "zenith"]
            assert store.count(PageFilter()) == 0


def test_second_copy_has_nothing_to_do(memory: MemoryPlace, tmp_path: Path) -> None:
    target = MemoryPlace(tmp_path / "to")
    copy_library(memory, target)
    again = copy_library(memory, target)
    assert [outcome.kind for outcome in again.outcomes] == ["unchanged", "unchanged"]
    assert again.pages == 0


def test_copy_adds_to_what_is_there(memory: MemoryPlace, tmp_path: Path) -> None:
    target = MemoryPlace(tmp_path / "to")
    fill(target, "c", pages=1, text=b"bytes of c")
    copy_library(memory, target)
    with target.open(None, create=False) as store:
        assert [record.name for record in store.documents()] == ["a", "b", "c"]


@pytest.mark.parametrize("requests", [1, 2, 3])
def test_cut_off_copy_shows_no_half_document_and_goes_on(
    memory: MemoryPlace, on_server: At, server: StandIn, requests: int
) -> None:
    server.faults.append(Fault(r"PUT .*\.(pages|documents)\..*/points$", after=requests, times=1))
    with pytest.raises(Exception, match="did not answer"):
        copy_library(memory, on_server("x"))
    visible = [r for r in _records(on_server("x")) if r.state == "ready"]
    assert all(record.name == "a" for record in visible)
    server.asked.clear()
    report = copy_library(memory, on_server("x"))
    assert report.complete
    assert held(on_server("x")) == held(memory)


def _records(place: Place) -> list[DocumentRecord]:
    with place.open(None, create=False) as store:
        return store.documents()


def test_document_whose_pages_are_incomplete_is_not_shown(
    memory: MemoryPlace, tmp_path: Path
) -> None:
    with memory.open(None, create=False) as store:
        store.delete_pages(store.documents()[1].id, after=7)
    target = MemoryPlace(tmp_path / "to")
    report = copy_library(memory, target)
    assert [outcome.kind for outcome in report.outcomes] == ["added", "failed"]
    assert "page 8 first" in str(report.outcomes[1].error)
    assert not report.complete
    with target.open(None, create=False) as store:
        assert [record.name for record in store.documents()] == ["a"]
        assert store.count(PageFilter()) == 2


def test_pages_that_read_back_otherwise_are_not_shown(
    memory: MemoryPlace, on_server: At, server: StandIn
) -> None:
    with on_server("x").open(ENCODER, create=True):
        broken = server.qdrant.upsert

    def upsert(
        name: str, points: list[models.PointStruct], update_filter: models.Filter | None = None
    ) -> object:
        for point in points:
            if isinstance(point.vector, dict) and "rows" in point.vector:
                point.vector["rows"] = [[9.0, 9.0]]
        return broken(name, points, update_filter=update_filter)

    server.qdrant.upsert = upsert  # type: ignore[method-assign, assignment]
    with pytest.raises(DamagedLibrary, match=r"2 of 2 pages of a that .* otherwise, page 1"):
        copy_library(memory, on_server("x"))
    assert [record.state for record in _records(on_server("x"))] == ["adding"]
    server.qdrant.upsert = broken  # type: ignore[method-assign]
    copy_library(memory, on_server("x"))
    assert held(on_server("x")) == held(memory)


def test_changed_source_is_told(memory: MemoryPlace, tmp_path: Path) -> None:
    (source, *_) = sorted(memory.folder.rglob("*.pdf"))
    source.write_bytes(b"something else")
    with pytest.raises(DamagedLibrary, match="changed or is damaged"):
        copy_library(memory, MemoryPlace(tmp_path / "to"))


def test_missing_source_is_told_and_the_rest_copied(memory: MemoryPlace, tmp_path: Path) -> None:
    for source in memory.folder.rglob("*.pdf"):
        source.unlink()
    with pytest.warns(RectoWarning, match="files of 2 documents"):
        report = copy_library(memory, target := MemoryPlace(tmp_path / "to"))
    assert report.without_file == 2
    assert held(target) == held(memory)


def test_other_encoder_is_refused(memory: MemoryPlace, tmp_path: Path) -> None:
    other = MemoryPlace(tmp_path / "to")
    other.open(replace(ENCODER, revision="2"), create=True).close()
    with pytest.raises(EncoderMismatch):
        copy_library(memory, other)


def test_place_is_not_copied_to_itself_nor_from_nowhere(
    memory: MemoryPlace, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="to itself"):
        copy_library(memory, memory)
    with pytest.raises(NotFound):
        copy_library(MemoryPlace(tmp_path / "nothing"), MemoryPlace(tmp_path / "to"))
    assert not (tmp_path / "to").exists()


def test_file_is_not_overwritten(memory: MemoryPlace, tmp_path: Path) -> None:
    (tmp_path / "library.zip").write_bytes(b"mine")
    with pytest.raises(InputError, match="already"):
        export_library(memory, tmp_path / "library.zip")
    assert (tmp_path / "library.zip").read_bytes() == b"mine"


def test_progress_counts_pages_and_documents(memory: MemoryPlace, tmp_path: Path) -> None:
    told: list[Progress] = []
    copy_library(memory, MemoryPlace(tmp_path / "to"), on_progress=told.append)
    assert (told[-1].files_done, told[-1].files, told[-1].pages_done) == (2, 2, 14)
