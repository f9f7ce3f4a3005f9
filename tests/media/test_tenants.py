"""Sound and film of two tenants in one library."""

from __future__ import annotations

from pathlib import Path

import pytest

from recto.engine.errors import NotFound
from tests.media.conftest import Open


def test_nothing_of_another_tenant_is_found(open_library: Open, media: Path) -> None:
    a = open_library(tenant="a")
    b = a.within("b")
    a.add(media / "low.wav", media / "beach.png", crossmodal=True)
    (sound, picture) = reversed(a.documents())
    assert b.find("x") == b.find(audio=media / "low.wav") == b.find(image=media / "beach.png") == []
    for document in (sound, picture):
        for look in (b.clips, b.waveform, lambda name: b.frame(name, 0)):
            with pytest.raises(NotFound, match="among the 0"):
                look(document.id)
    b.add(media / "low.wav")
    (mine,) = b.documents()
    assert mine.id == sound.id
    b.remove("low.wav")
    assert [hit.document for hit in a.find(audio=media / "low.wav", targets=["audio"])] == [sound]
    assert len(a.clips("low.wav")) == 2
