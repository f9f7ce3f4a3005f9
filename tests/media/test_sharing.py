"""What the threads of a program share of a library with sound and film."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Event

from recto.crossmodal import CrossModal
from recto.engine.crossmodal.protocol import CrossModalEncoder
from recto.indexing.limits import Limits
from recto.indexing.media.segments import Span
from recto.library import Library

_ENOUGH = 60


def test_encoder_is_made_once(filled: Library) -> None:
    made = filled._holdings.shared.crossmodal.encoder
    both_inside = Barrier(2)
    calls: list[int] = []

    def make() -> CrossModalEncoder:
        calls.append(1)
        with suppress(BrokenBarrierError):  # the other thread is inside as well, or never comes
            both_inside.wait(timeout=0.5)
        return made

    store = filled._holdings.store
    with (
        CrossModal(store, place="here", limits=Limits(), make=make) as shared,
        ThreadPoolExecutor(2) as threads,
    ):
        first, second = (threads.submit(lambda: (shared.encoder, shared.reader)) for _ in range(2))
        assert first.result(_ENOUGH) == second.result(_ENOUGH)
    assert calls == [1]


def test_pictures_do_not_wait_for_what_is_added(filled: Library, media: Path) -> None:
    shared = filled._holdings.shared.crossmodal
    begun, shown = Event(), Event()

    def index() -> None:
        with shared.reader.open(media / "low.wav") as opened, shared.reader._workers.lock:
            begun.set()
            assert shown.wait(_ENOUGH)
            opened.listen(Span(0, 1))

    with ThreadPoolExecutor(1) as threads:
        indexed = threads.submit(index)
        assert begun.wait(_ENOUGH)
        assert filled.frame("talk.mp4", 1).size == (128, 96)
        shown.set()
        indexed.result(_ENOUGH)
