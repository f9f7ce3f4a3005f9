"""Killed in the middle: nothing half visible, nothing acknowledged lost, the next add finishes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from recto.engine.encoders.protocol import PageInput
from recto.engine.store.opening import open_edge
from recto.engine.store.plan import PageFilter
from recto.engine.vectors import PageVectors
from tests.facade.conftest import Open, Write
from tests.fakes import FakeEncoder

_KILLED = """
import os, signal, sys
from pathlib import Path
from recto.engine.store.opening import open_edge
from recto.indexing.limits import Limits
from recto.library import Library
from tests.fakes import FakeEncoder

class Deadly(FakeEncoder):
    def encode_pages(self, pages):
        if pages[-1].content.number > 60:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_pages(pages)

folder = Path(sys.argv[1])
store = open_edge(folder, FakeEncoder().id, create=True)
Library(folder, store=store, encoder=Deadly, limits=Limits()).add(*sys.argv[2:])
"""


class _Interrupted(FakeEncoder):
    """Ctrl-C comes when the page with a certain word is encoded."""

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        if any("swift" in page.content.text.text for page in pages):
            raise KeyboardInterrupt
        return super().encode_pages(pages)


class _Counting(FakeEncoder):
    """Remembers which pages it has encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[int] = []

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        self.numbers += [page.content.number for page in pages]
        return super().encode_pages(pages)


def test_killed_in_the_middle_of_add(tmp_path: Path, open_library: Open, write: Write) -> None:
    small = write("a.pdf", "the heron waits")
    large = write("b.pdf", *[f"swift number{n}" for n in range(1, 101)])
    code = [sys.executable, "-c", _KILLED, str(tmp_path / "library"), str(small), str(large)]
    killed = subprocess.run(code, check=False, cwd=Path(__file__).parents[2])
    assert killed.returncode == -9

    encoder = _Counting()
    library = open_library(encoder=lambda: encoder)
    assert [document.name for document in library.documents()] == ["a.pdf"]
    assert {hit.document.name for hit in library.search("swift number7", limit=50)} <= {"a.pdf"}

    report = library.add()
    assert [(o.path.name, o.kind) for o in report.outcomes] == [("b.pdf", "added")]
    assert 0 < len(encoder.numbers) < 100  # what had been written is not encoded again
    assert [(d.name, d.pages) for d in library.documents()] == [("a.pdf", 1), ("b.pdf", 100)]
    for number in (7, 99):
        assert library.search(f"number{number}", limit=1)[0].page.number == number
    assert library.add(small, large).pages == 0


def test_interrupted_replacement_keeps_the_old(open_library: Open, write: Write) -> None:
    library = open_library(encoder=_Interrupted)
    path = write("birds.pdf", "the heron waits")
    library.add(path)
    write("birds.pdf", "the crane dances", "the swift flies")
    with pytest.raises(KeyboardInterrupt):
        library.add(path)
    assert [hit.page.text for hit in library.search("heron crane")] == ["the heron waits"]
    library.close()

    library = open_library()
    assert [hit.page.text for hit in library.search("heron")] == ["the heron waits"]
    library.add(path)
    assert [d.pages for d in library.documents()] == [2]
    assert {hit.page.text for hit in library.search("heron")} == {
        "the crane dances",
        "the swift flies",
    }


def test_interrupted_removal_is_completed(open_library: Open, write: Write) -> None:
    library = open_library()
    library.add(write("birds.pdf", "the heron waits"))
    (document,) = library.documents()
    library.close()
    folder = library.folder
    with open_edge(folder, None, create=False) as store:
        store.put_documents([replace(store.documents()[0], state="removing")])

    library = open_library()
    assert library.documents() == []
    assert library.search("heron") == []
    library.add()
    assert not [p for p in folder.rglob("*") if document.id in p.name]
    library.close()
    with open_edge(folder, None, create=False) as store:
        assert store.count(PageFilter()) == 0
