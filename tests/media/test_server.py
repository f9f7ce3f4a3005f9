"""Sound and film in a library on a server, found by another machine that has none of the files."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

import recto
from recto.engine.errors import NotFound
from recto.engine.store.remote.settings import ServerSettings
from recto.library import Library
from tests.engine.crossmodal.imagebind.conftest import ACCEPTED
from tests.engine.store.remote.standin import running
from tests.fakes import FakeEncoder


def test_sound_and_film_on_a_server(tmp_path: Path, towers: Path, media: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(running())

        def opened(machine: str) -> Library:
            library = recto.open(
                server.address,
                library="meetings",
                server=ServerSettings(prefer_grpc=False, attempts=1),
                sources=tmp_path / machine,
                encoder=FakeEncoder(),
                crossmodal=towers,
                crossmodal_settings=ACCEPTED,
            )
            return stack.enter_context(library)

        first, second = opened("first"), opened("second")
        report = first.add(
            media / "talk.mp4", media / "low.wav", media / "night.png", crossmodal=True
        )
        assert report.complete
        sound, *_ = second.find(audio=media / "low.wav")
        picture, *_ = second.find(image=media / "night.png")
        assert (sound.document.name, picture.document.name) == ("low.wav", "night.png")
        film, *_ = second.find(video=media / "talk.mp4")
        assert film.document.name == "talk.mp4"
        with pytest.raises(NotFound, match="not kept on this machine"):
            film.thumbnail()
        first.remove("talk.mp4")
        assert {h.document.name for h in second.find("x", targets=["audio", "video"])} == {
            "low.wav"
        }
