"""A library over the real store and reader, with an encoder that tests can reason about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from recto.engine.encoders.protocol import Encoder
from recto.engine.store.opening import open_edge
from recto.indexing.limits import Limits
from recto.library import Library
from tests.fakes import FakeEncoder
from tests.pdfs import lines, pdf

Open = Callable[..., Library]
Write = Callable[..., Path]


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[Open]:
    """Opens the test's library with a fake encoder; `limits` and `encoder` may be given."""
    with ExitStack() as stack:

        def opened(
            *, limits: Limits | None = None, encoder: Callable[[], Encoder] = FakeEncoder
        ) -> Library:
            folder = tmp_path / "library"
            store = open_edge(folder, FakeEncoder().id, create=True)
            library = Library(folder, store=store, encoder=encoder, limits=limits or Limits())
            return stack.enter_context(library)

        yield opened


@pytest.fixture
def library(open_library: Open) -> Library:
    return open_library()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a PDF, a page a text, below the folder `files`, and returns its path."""

    def written(name: str, *pages: str) -> Path:
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pdf([lines(page) for page in pages], title="Untold"))
        return path

    return written
