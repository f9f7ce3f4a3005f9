"""One reader for all tests of a module, as a program has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recto.indexing.media.reader import MediaReader


@pytest.fixture(scope="module")
def reader() -> Iterator[MediaReader]:
    pytest.importorskip("av")
    with MediaReader() as reader:
        yield reader
