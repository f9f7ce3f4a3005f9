"""Sound and film of a served library, held against the same library on this machine."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

pytest.importorskip("fastapi")

import recto
from recto.clip_results import ClipHit, Label
from recto.engine.errors import InputError, NotFound, QuestionError, UnreadableFile
from recto.engine.store.clips.records import ClipPlace
from recto.library import Library
from recto.serving.client.library import ServedLibrary
from tests.indexing.media.making import tone, write_sound
from tests.serving.http.conftest import running
from tests.serving.media_server import fill, media, media_settings, towers

__all__ = ["media", "towers"]
MEASURED = {"depth", "thermal", "imu"}
"""What only a library on this machine is asked with."""


class Local(NamedTuple):
    """What the library on this machine says."""

    by_text: list[ClipHit]
    by_files: list[ClipHit]
    clips: list[ClipPlace]
    labels: list[Label]


def asked(media: Path) -> dict[str, Any]:
    return {
        "text": ["waves", "wind"],
        "image": media / "beach.png",
        "audio": [media / "low.wav"],
        "minus": "people",
        "targets": ["audio", "video"],
        "limit": 2,
        "moments": 1,
        "where": 'kind in ("wav", "mov")',
    }


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, towers: Path, media: Path
) -> Iterator[tuple[ServedLibrary, Local]]:
    settings = media_settings(tmp_path_factory.mktemp("media-client"), towers)
    fill(settings, media)
    with recto.open(settings.libraries["main"]) as library:
        local = Local(
            by_text=library.find("a dog barks", documents=["talk.mp4", "low.wav"]),
            by_files=library.find(**asked(media)),
            clips=library.clips("talk.mp4"),
            labels=library.classify(media / "low.wav", ["dog", "car"]),
        )
    with running(settings) as address, recto.connect(address) as served:
        yield served, local


def plain(hits: list[ClipHit]) -> list[dict[str, Any]]:
    return [hit.as_json() for hit in hits]


def test_the_same_is_found(both: tuple[ServedLibrary, Local], media: Path) -> None:
    served, local = both

    by_text = served.find("a dog barks", documents=["talk.mp4", "low.wav"])

    assert plain(by_text) == plain(local.by_text)
    assert plain(served.find(**asked(media))) == plain(local.by_files)
    assert served.find("a dog barks", documents=[]) == []


def test_the_same_is_told_of_a_file(both: tuple[ServedLibrary, Local], media: Path) -> None:
    served, local = both

    labels = served.classify(media / "low.wav", ["dog", "car"])

    assert [label.name for label in labels] == [label.name for label in local.labels]
    assert [label.probability for label in labels] == pytest.approx(
        [label.probability for label in local.labels]
    )
    assert served.clips("talk.mp4") == local.clips


def test_hits_show_themselves(both: tuple[ServedLibrary, Local]) -> None:
    served, _ = both

    hits = served.find("x", limit=9)

    assert {hit.modality for hit in hits} == {"audio", "video", "image", "page"}
    assert all(hit.thumbnail(width=96).width == 96 for hit in hits)


def test_frames_and_waveforms_are_those_of_the_file(both: tuple[ServedLibrary, Local]) -> None:
    served, _ = both

    frame = np.asarray(served.frame("talk.mp4", 4.5, width=64))
    part = served.waveform("low.wav", start=1, end=2, points=10)

    assert frame.shape == (48, 64, 3)
    assert frame.mean() > 160
    assert np.allclose(part, [[-0.5, 0.5]] * 10, atol=0.02)


def test_errors_are_those_of_a_library(both: tuple[ServedLibrary, Local], media: Path) -> None:
    served, _ = both
    with pytest.raises(QuestionError, match="Nothing is asked"):
        served.find()
    with pytest.raises(UnreadableFile, match=r"nowhere\.wav"):
        served.find(audio="nowhere.wav")
    with pytest.raises(NotFound, match="sound alone"):
        served.frame("low.wav", 1)
    with pytest.raises(InputError, match="lasts"):
        served.waveform("low.wav", start=5, end=4)
    for labels in ("dog", ["dog"]):
        with pytest.raises(InputError):
            served.classify(media / "low.wav", labels)


def test_sound_that_is_added_tells_how_far_it_is(tmp_path: Path, towers: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tone(2, 8000), 8000)
    done: list[float] = []
    settings = media_settings(tmp_path, towers)
    with running(settings) as address, recto.connect(address) as library:
        report = library.add(path, on_progress=lambda progress: done.append(progress.bytes_done))

    assert [(o.kind, o.pages, o.clips) for o in report.outcomes] == [("added", 0, 1)]
    assert done == sorted(done)
    assert done[-1] == path.stat().st_size


@pytest.mark.parametrize("name", ["find", "clips", "frame", "waveform", "classify"])
def test_arguments_are_those_of_a_library(name: str) -> None:
    def arguments(method: object) -> list[tuple[str, object, object]]:
        parameters = inspect.signature(method).parameters.values()  # type: ignore[arg-type]
        return [(p.name, p.kind, p.default) for p in parameters if p.name not in MEASURED]

    assert arguments(getattr(ServedLibrary, name)) == arguments(getattr(Library, name))
