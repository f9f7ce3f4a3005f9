"""A server over sound, film, pictures and pages, by the small ImageBind."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi")

import recto
from recto.serving.http.settings import ServeSettings
from tests.media.conftest import media, towers

__all__ = ["media", "media_settings", "towers"]
LICENCE = "cc-by-nc-sa-4.0"


def media_settings(folder: Path, towers: Path) -> ServeSettings:
    """Of a server that finds across modalities, over an empty library in `folder`."""
    return ServeSettings(
        libraries={"main": str(folder / "library")},
        state=folder / "state",
        rate=100_000,
        crossmodal=str(towers),
        accept_license=LICENCE,
        crossmodal_pages=True,
    )


def fill(settings: ServeSettings, media: Path, tenant: str = "") -> None:
    """Add all of `media`."""
    with recto.open(
        settings.libraries["main"],
        crossmodal=settings.crossmodal,
        crossmodal_settings={"accept_license": LICENCE},
        tenant=tenant,
    ) as library:
        assert library.add(media, crossmodal=True).complete
