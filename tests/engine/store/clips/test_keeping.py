"""Clips beside the pages of a library: kept when it is closed, killed, or encoded anew."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from recto.engine.errors import DamagedLibrary, NewerLibrary
from recto.engine.store.clips.protocol import ClipFilter, ClipStore
from recto.engine.store.opening import open_edge
from recto.engine.store.protocol import Store
from tests.engine.store.clips.samples import CROSSMODAL, DIMS, clip
from tests.engine.store.samples import ENCODER


def _filled(store: Store) -> ClipStore:
    clips = store.make_clips(CROSSMODAL, DIMS)
    clips.put_clips([clip("a", "audio", n) for n in range(1, 30)])
    return clips


def _count(store: Store) -> int:
    clips = store.clips()
    assert clips is not None
    return clips.count_clips(ClipFilter())


def test_library_without_media_has_nothing_more_on_its_disk(tmp_path: Path) -> None:
    with open_edge(tmp_path, ENCODER, create=True):
        pass
    assert not (tmp_path / "clips").exists()


def test_clips_are_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with open_edge(tmp_path, ENCODER, create=True) as store:
        _filled(store)
    with open_edge(tmp_path, None, create=False) as store:
        assert _count(store) == 29


def test_clips_survive_the_death_of_the_process(tmp_path: Path) -> None:
    with open_edge(tmp_path, ENCODER, create=True) as store:
        _filled(store)
        os.kill(store.process_id, signal.SIGKILL)
        os.waitid(os.P_PID, store.process_id, os.WEXITED | os.WNOWAIT)
        assert _count(store) == 29


def test_clips_stay_when_pages_are_encoded_anew(tmp_path: Path) -> None:
    with open_edge(tmp_path, ENCODER, create=True) as store:
        _filled(store)
        other = replace(ENCODER, revision="2")
        with store.beside(other) as beside:
            assert beside.clips() is None
            store.become(beside)
        assert store.encoder == other
        assert _count(store) == 29


def test_what_an_interrupted_making_left_is_made_anew(tmp_path: Path) -> None:
    with open_edge(tmp_path, ENCODER, create=True) as store:
        _filled(store)
    (tmp_path / "clips" / "clips.json").unlink()
    with open_edge(tmp_path, None, create=False) as store:
        assert store.clips() is None
        assert store.make_clips(CROSSMODAL, DIMS).count_clips(ClipFilter()) == 0


@pytest.mark.parametrize(
    ("text", "error"),
    [('{"format": 2}', NewerLibrary), ("{}", DamagedLibrary), ("x", DamagedLibrary)],
)
def test_record_that_is_not_understood_is_refused(
    tmp_path: Path, text: str, error: type[Exception]
) -> None:
    with open_edge(tmp_path, ENCODER, create=True) as store:
        _filled(store)
        (tmp_path / "clips" / "clips.json").write_text(text)
        with pytest.raises(error):
            store.clips()
