"""Sound, film and pictures go along where a library is copied, exported and imported."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import recto
from recto.engine.errors import DamagedLibrary, RectoWarning
from recto.engine.store.clips.records import ClipPlace
from recto.library import Library
from recto.moving.libraries import copy_library, export_library, import_archive
from recto.moving.receiving import MoveReport
from recto.places import FolderPlace
from tests.engine.crossmodal.imagebind.conftest import ACCEPTED
from tests.fakes import FakeEncoder
from tests.media.conftest import Open

Move = Callable[[Path, Path], MoveReport]


def _copied(origin: Path, target: Path) -> MoveReport:
    return copy_library(FolderPlace(origin), FolderPlace(target))


def _through_a_file(origin: Path, target: Path) -> MoveReport:
    archive = origin.with_name("archive.zip")
    if not archive.exists():
        export_library(FolderPlace(origin), archive)
    return import_archive(archive, FolderPlace(target))


@pytest.fixture
def origin(open_library: Open, tmp_path: Path, media: Path) -> Path:
    with open_library("from") as library:
        library.add(media / "talk.mp4", media / "low.wav", crossmodal=True)
        library.add(media / "birds.pdf", media / "beach.png", crossmodal=True)
    return tmp_path / "from"


def _places(library: Library) -> dict[str, list[ClipPlace]]:
    return {document.name: library.clips(document.id) for document in library.documents()}


@pytest.mark.parametrize("move", [_copied, _through_a_file])
def test_clips_go_along(origin: Path, tmp_path: Path, media: Path, move: Move) -> None:
    report = move(origin, tmp_path / "to")
    assert (report.complete, report.pages) == (True, 3)
    clips = {outcome.path.name: outcome.clips for outcome in report.outcomes}
    assert clips["low.wav"] == clips["birds.pdf"] == 2
    again = move(origin, tmp_path / "to")
    assert {(outcome.kind, outcome.clips) for outcome in again.outcomes} == {("unchanged", 0)}
    with recto.open(origin, encoder=FakeEncoder()) as old:
        places, found = _places(old), old.find(audio=media / "low.wav", limit=9)
    with recto.open(tmp_path / "to", encoder=FakeEncoder()) as new:
        assert _places(new) == places
        assert new.find(audio=media / "low.wav", limit=9) == found
        assert new.frame("talk.mp4", 1).size == (128, 96)


def test_pages_come_to_be_found_where_they_are_already(
    origin: Path, open_library: Open, tmp_path: Path, media: Path
) -> None:
    with open_library("to") as library:
        library.add(media / "birds.pdf")
    (pages,) = [o for o in _copied(origin, tmp_path / "to").outcomes if o.path.name == "birds.pdf"]
    assert (pages.kind, pages.clips) == ("unchanged", 2)


def test_library_with_another_encoder_takes_pages_alone(
    origin: Path, tmp_path: Path, towers: Path, media: Path
) -> None:
    with recto.open(
        tmp_path / "to",
        encoder=FakeEncoder(),
        crossmodal=towers,
        crossmodal_settings=ACCEPTED | {"clips": "2"},
    ) as library:
        library.add(media / "noise.wav")
    with pytest.warns(RectoWarning, match="another encoder of sound, film and pictures"):
        report = _copied(origin, tmp_path / "to")
    assert {outcome.path.name for outcome in report.outcomes} == {"beach.png", "birds.pdf"}
    with recto.open(tmp_path / "to", encoder=FakeEncoder()) as new:
        assert {name for name, places in _places(new).items() if places} == {"noise.wav"}


def test_tenants_keep_their_own(open_library: Open, tmp_path: Path, media: Path) -> None:
    with open_library("from", tenant="a") as library:
        library.add(media / "low.wav")
        library.within("b").add(media / "noise.wav")
    _copied(tmp_path / "from", tmp_path / "to")
    with recto.open(tmp_path / "to", encoder=FakeEncoder(), tenant="a") as new:
        for tenant, name in (("a", "low.wav"), ("b", "noise.wav")):
            places = _places(new.within(tenant))
            assert {name: len(found) for name, found in places.items()} == {name: 2}


def _changed(archive: Path, kind: str, change: Callable[[bytes], bytes]) -> Path:
    """The same archive with every entry of that kind changed."""
    other = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            info = old.getinfo(name)
            new.writestr(info, change(data) if kind in name else data, info.compress_type)
    return other


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _of_no_size(data: bytes) -> bytes:
    head = json.loads(data)
    head["clips"]["dims"] = dict.fromkeys(head["clips"]["dims"], -1)
    return json.dumps(head).encode()


def _of_another_size(data: bytes) -> bytes:
    head = json.loads(data)
    head["clips"]["dims"] = dict.fromkeys(head["clips"]["dims"], 7)
    return json.dumps(head).encode()


@pytest.mark.parametrize(
    ("kind", "change", "match"),
    [
        ("/clips/", _flipped, "0/clips/.* cannot be understood"),
        ("/clips/", lambda data: b"nothing", "0/clips/.* cannot be understood"),
        ("recto.json", _of_no_size, "recto.json cannot be understood"),
        ("recto.json", _of_another_size, "cannot be moved: .* expected .7,."),
    ],
)
def test_damaged_clips_are_refused(
    origin: Path, tmp_path: Path, kind: str, change: Callable[[bytes], bytes], match: str
) -> None:
    export_library(FolderPlace(origin), tmp_path / "archive.zip")
    damaged = _changed(tmp_path / "archive.zip", kind, change)
    with pytest.raises(DamagedLibrary, match=match):
        import_archive(damaged, FolderPlace(tmp_path / "to"))
    if (tmp_path / "to").exists():
        with recto.open(tmp_path / "to", encoder=FakeEncoder()) as new:
            assert new.documents() == []
