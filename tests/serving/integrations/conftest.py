"""A library with three pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import recto
from recto.library import Library
from tests.pdfs import lines, pdf

QUESTION = "What do tickets cost?"
PAGES = ("The ferry leaves the harbour at nine.", "Tickets cost twelve crowns.")


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("integrations")
    for name, pages in (("ferry.pdf", PAGES), ("tram.pdf", ("The tram runs all night.",))):
        (folder / name).write_bytes(pdf([lines(page) for page in pages]))
    with recto.open(folder / "library") as made:
        made.add(folder / "ferry.pdf", metadata={"year": 2024})
        made.add(folder / "tram.pdf", metadata={"year": 1999})
    return folder / "library"


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    with recto.open(folder) as opened:
        yield opened
