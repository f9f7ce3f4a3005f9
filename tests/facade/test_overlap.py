"""Files that are read ahead come out as if they had been added one after the other."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from recto.engine.encoders.protocol import PageInput
from recto.engine.errors import DamagedFile
from recto.engine.vectors import PageVectors
from recto.indexing.progress import Progress
from tests.facade.conftest import Open, Write
from tests.fakes import FakeEncoder


def test_outcomes_and_progress_come_in_the_order_of_the_files(
    open_library: Open, write: Write
) -> None:
    texts = {"a.pdf": 3, "b.pdf": 1, "c.pdf": 12, "d.pdf": 1}
    for name, pages in texts.items():
        path = write(name, *[f"{name} page {number}" for number in range(pages)])
    seen: list[Progress] = []
    report = open_library().add(path.parent, on_progress=seen.append)
    assert [(o.path.name, o.pages) for o in report.outcomes] == list(texts.items())
    told = [(p.files_done, p.pages_done) for p in seen]
    assert told == sorted(told)
    assert told[-1] == (4, 17)


def test_a_copy_of_a_file_that_is_under_way_is_not_read_again(
    open_library: Open, write: Write
) -> None:
    first = write("a.pdf", "the heron waits")
    second = write("b.pdf", "the heron waits")
    third = write("c.pdf", "the swift flies")
    library = open_library()
    outcomes = library.add(first, second, third).outcomes
    assert [outcome.kind for outcome in outcomes] == ["added", "unchanged", "added"]
    assert outcomes[0].document_id == outcomes[1].document_id
    (heron, swift) = library.documents()
    assert set(heron.paths) == {str(first), str(second)}
    assert swift.paths == (str(third),)


def test_copies_of_a_file_that_fails_fail_as_well(open_library: Open, write: Write) -> None:
    first, second = write("a.pdf", "one"), write("b.pdf", "two")
    good = write("c.pdf", "the heron waits")
    for path in (first, second):
        path.write_bytes(b"%PDF-1.7\nbroken")
    library = open_library()
    outcomes = library.add(first, second, good).outcomes
    assert [outcome.kind for outcome in outcomes] == ["failed", "failed", "added"]
    assert all(isinstance(outcome.error, DamagedFile) for outcome in outcomes[:2])
    assert str(second) in str(outcomes[1].error)
    assert len(list((library.folder / "sources").rglob("*.pdf"))) == 1


def test_a_new_version_of_a_file_whose_adding_was_interrupted_replaces_it(
    open_library: Open, write: Write
) -> None:
    class Interrupted(FakeEncoder):
        def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
            raise KeyboardInterrupt

    library = open_library(encoder=Interrupted)
    path = write("birds.pdf", "the heron waits")
    with pytest.raises(KeyboardInterrupt):
        library.add(path)
    assert not [t for t in threading.enumerate() if t.name.startswith("stage")]
    library.close()

    library = open_library()
    outcomes = library.add(write("birds.pdf", "the crane dances")).outcomes
    assert [outcome.kind for outcome in outcomes] == ["added", "replaced"]
    assert [hit.page.text for hit in library.search("heron crane")] == ["the crane dances"]


def test_a_callers_error_ends_the_threads(open_library: Open, write: Write) -> None:
    class Fed(Exception):
        pass

    def on_progress(progress: Progress) -> None:
        if progress.files_done:
            raise Fed

    paths = [write(f"{name}.pdf", *["the heron waits"] * 3, name) for name in "abcdef"]
    library = open_library()
    with pytest.raises(Fed):
        library.add(*paths, on_progress=on_progress)
    assert not [t for t in threading.enumerate() if t.name.startswith("stage")]
    assert len(library.documents()) == 1
