"""Sound and film become documents: whole, once, resumed after a kill, removed without a trace."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import recto
from recto.engine.errors import EncoderMismatch, InputError
from recto.indexing.progress import Progress
from recto.library import Library
from tests.engine.crossmodal.imagebind.conftest import ACCEPTED
from tests.fakes import FakeEncoder
from tests.indexing.media.making import tone, write_sound
from tests.media.conftest import Open

_KILLED = """
import os, signal, sys
import recto
from recto.engine.store.clips.edge import EdgeClips
from tests.fakes import FakeEncoder

class Deadly:
    def __init__(self, put):
        self.put, self.calls = put, 0
    def __call__(self, clips, points):
        self.calls += 1
        if self.calls == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        self.put(clips, points)

deadly = Deadly(EdgeClips._write)
EdgeClips._write = lambda clips, points: deadly(clips, points)
library = recto.open(sys.argv[1], encoder=FakeEncoder(), crossmodal=sys.argv[2],
                     crossmodal_settings={"accept_license": "cc-by-nc-sa-4.0"})
library.add(sys.argv[3])
"""


def test_files_of_all_kinds_are_added_in_order(filled: Library) -> None:
    assert [(d.name, d.kind, d.pages) for d in filled.documents()] == [
        ("beach.png", "png", 1),
        ("birds.pdf", "pdf", 2),
        ("low.wav", "wav", 0),
        ("night.png", "png", 1),
        ("noise.wav", "wav", 0),
        ("talk.mp4", "mov", 0),
    ]
    places = {
        d.name: [(p.modality, p.start, p.end, p.page) for p in filled.clips(d.id)]
        for d in filled.documents()
    }
    assert places["low.wav"] == [("audio", 0, 10, 0), ("audio", 5, 12, 0)]
    assert places["beach.png"] == [("image", 0, 0, 1)]
    assert places["birds.pdf"] == [("page", 0, 0, 1), ("page", 0, 0, 2)]
    film = [place for place in places["talk.mp4"] if place[0] == "video"]
    assert film == [("video", 0, 3, 0), ("video", 3, 6, 0)]


def test_adding_again_changes_nothing(library: Library, media: Path) -> None:
    first = library.add(media / "low.wav")
    assert (first.clips, first.pages, first.complete) == (2, 0, True)
    again = library.add(media / "low.wav")
    assert [(o.kind, o.clips) for o in again.outcomes] == [("unchanged", 0)]


def test_pages_join_later(library: Library, media: Path) -> None:
    assert library.add(media / "birds.pdf").clips == 0
    report = library.add(media / "birds.pdf", crossmodal=True)
    assert [(o.kind, o.clips, o.pages) for o in report.outcomes] == [("unchanged", 2, 0)]
    assert library.add(media / "birds.pdf", crossmodal=True).clips == 0


def test_replaced_file_leaves_no_clips(library: Library, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tone(1, 8000), 8000)
    library.add(path)
    (old,) = library.documents()
    write_sound(path, tone(2, 8000, 500), 8000)
    assert [o.kind for o in library.add(path).outcomes] == ["replaced"]
    (new,) = library.documents()
    assert [hit.document for hit in library.find(audio=path)] == [new]
    store = library._holdings.store.clips()
    assert store is not None
    assert store.clips(old.id) == []


def test_removed_file_is_not_found(library: Library, media: Path) -> None:
    library.add(media / "low.wav", media / "talk.mp4")
    removed = library.remove("low.wav")
    assert {hit.document.name for hit in library.find(audio=media / "low.wav")} == {"talk.mp4"}
    assert not [path for path in library.folder.rglob("*") if removed.id in path.name]


def test_killed_in_the_middle_of_a_file(
    open_library: Open, tmp_path: Path, towers: Path, media: Path
) -> None:
    path = write_sound(tmp_path / "long.wav", tone(80, 8000, 300), 8000)
    code = [sys.executable, "-c", _KILLED, str(tmp_path / "library"), str(towers), str(path)]
    killed = subprocess.run(code, check=False, cwd=Path(__file__).parents[2])
    assert killed.returncode == -9
    library = open_library()
    assert library.documents() == []
    assert library.find(audio=media / "low.wav") == []
    report = library.add()
    assert [(o.path.name, o.kind) for o in report.outcomes] == [("long.wav", "added")]
    assert 0 < report.clips < len(library.clips("long.wav")) == 15


def test_progress_of_a_file_is_told(library: Library, media: Path) -> None:
    told: list[Progress] = []
    library.add(media / "talk.mp4", on_progress=told.append)
    done = [progress.bytes_done for progress in told]
    assert done == sorted(done)
    assert done[-1] == told[-1].bytes
    assert len(set(done)) > 2


@pytest.mark.parametrize("name", ["broken.mp4", "silent.wav", "empty.mp3", "odd.wav"])
def test_what_cannot_be_indexed_fails_alone(
    library: Library, media: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if name == "silent.wav":
        write_sound(path, np.zeros((1, 8000), np.float32), 8000)
    else:
        film = (media / "talk.mp4").read_bytes()
        path.write_bytes({"broken.mp4": film[:600], "empty.mp3": b"", "odd.wav": b"RIFF"}[name])
    report = library.add(path, media / "low.wav")
    assert [o.kind for o in report.outcomes] == ["failed", "added"]
    assert name in str(report.failed[0].error)
    assert [d.name for d in library.documents()] == ["low.wav"]
    assert not list(library.folder.rglob(f"{report.failed[0].document_id or 'none'}*"))


def test_library_without_encoder_says_how(tmp_path: Path, media: Path) -> None:
    with recto.open(tmp_path / "plain", encoder=FakeEncoder()) as library:
        report = library.add(media / "low.wav", media / "birds.pdf")
        assert [o.kind for o in report.outcomes] == ["failed", "added"]
        assert "--crossmodal-encoder NAME" in str(report.failed[0].error)
        with pytest.raises(InputError, match="--crossmodal-encoder NAME"):
            library.find("heron")
        with pytest.raises(InputError, match="--crossmodal-encoder NAME"):
            library.add(media / "birds.pdf", crossmodal=True)
        assert library.crossmodal is None
        assert not (library.folder / "clips").exists()


def test_encoder_is_recorded(open_library: Open, tmp_path: Path, towers: Path, media: Path) -> None:
    with open_library() as library:
        library.add(media / "low.wav")
    with recto.open(tmp_path / "library", encoder=FakeEncoder()) as library:
        assert library.crossmodal is not None
        assert library.crossmodal.settings["clips"] == "1"
        assert library.find(audio=media / "low.wav")[0].document.name == "low.wav"
    other = ACCEPTED | {"clips": "3"}
    with pytest.raises(EncoderMismatch, match="clips was '1', is '3'"):
        recto.open(
            tmp_path / "library",
            encoder=FakeEncoder(),
            crossmodal=towers,
            crossmodal_settings=other,
        )


def test_clips_stay_when_pages_are_encoded_anew(library: Library, media: Path) -> None:
    library.add(media / "low.wav", media / "birds.pdf")
    report = library.reencode(FakeEncoder(revision="2"))
    assert report.complete
    assert [d.name for d in library.documents()] == ["birds.pdf", "low.wav"]
    assert library.find(audio=media / "low.wav")[0].document.name == "low.wav"
