"""Other vectors for a library: all at once, nothing else lost, and resumed when interrupted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

import recto
from recto.engine.bm25 import TERMS, terms_vector
from recto.engine.encoders.protocol import Encoder, PageInput
from recto.engine.errors import DiskFull, EncoderMismatch
from recto.engine.store.manifest import new_manifest, write_manifest
from recto.engine.store.opening import open_edge
from recto.engine.store.plan import PageFilter, SearchPlan, SparseArm
from recto.engine.store.protocol import Store
from recto.engine.store.records import PageRecord
from recto.engine.vectors import PageVectors
from recto.indexing.limits import Limits
from recto.indexing.progress import Progress
from recto.library import Library
from tests.facade.conftest import Write
from tests.fakes import FakeEncoder

OLD = FakeEncoder()


class Second(FakeEncoder):
    """Another revision, of fewer dimensions; remembers the pages that it is given."""

    def __init__(self) -> None:
        super().__init__(dim=32, revision="2")
        self.seen: list[PageInput] = []

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        self.seen += pages
        return super().encode_pages(pages)

    @property
    def texts(self) -> list[str]:
        return [page.content.text.text for page in self.seen]


class Stopping(Second):
    """Ctrl-C comes when a page with a certain word is encoded."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        if any(self.word in page.content.text.text for page in pages):
            raise KeyboardInterrupt
        return super().encode_pages(pages)


class Seeing(Second):
    """Looks at pictures, too."""

    def __init__(self) -> None:
        super().__init__()
        self.needs_image = True

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        assert all(page.image is not None and page.image.shape[1] == 1280 for page in pages)
        return super().encode_pages(pages)


OpenBy = Callable[..., Library]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def opened(folder: Path) -> OpenBy:
    """Opens the library by an encoder, which makes it if there is none."""

    def open_by(
        encoder: Encoder = OLD, *, limits: Limits | None = None, reserve: int = 0
    ) -> Library:
        store = open_edge(folder, encoder.id, create=True, reserve=reserve)
        return Library(folder, store=store, encoder=lambda: encoder, limits=limits or Limits())

    return open_by


def _found(library: Library, question: str) -> list[tuple[str, int]]:
    """The pages found that have a word of the question."""
    hits = library.search(question, limit=20)
    wanted = set(question.split())
    return [(h.document.name, h.page.number) for h in hits if wanted & set(h.page.text.split())]


def _dims(folder: Path) -> set[int]:
    """Of all vectors of all pages."""
    with open_edge(folder, None, create=False) as store:
        stored = [page.vectors for page in store.scroll(PageFilter(), with_vectors=True)]
    arrays = [v.patches.vectors for v in stored if v is not None and v.patches is not None]
    return {array.shape[1] for array in arrays}


def test_another_encoder_answers_and_nothing_else_has_changed(
    opened: OpenBy, folder: Path, write: Write
) -> None:
    with opened(limits=Limits(characters=40)) as library:
        library.add(write("b.pdf", "the heron waits", "swift " * 20), tags=["wet"])
        library.add(write("a.pdf", "the pike lurks"), metadata={"year": 2024})
        before = library.documents()
        pages = {d.id: library.page(d.name, 1).content for d in before}
        report = library.reencode(Second())
        assert (report.changed, report.encoder) == (True, Second().id)
        assert [(o.path.name, o.kind, o.pages) for o in report.outcomes] == [
            ("a.pdf", "encoded", 1),
            ("b.pdf", "encoded", 1),
        ]
        assert library.documents() == before
        assert {d.id: library.page(d.name, 1).content for d in before} == pages
        assert _found(library, "heron") == [("b.pdf", 1)]
        library.add(write("c.pdf", "the heron flies"))
        assert _found(library, "flies heron") == [("c.pdf", 1), ("b.pdf", 1)]
    assert _dims(folder) == {32}
    with pytest.raises(EncoderMismatch, match=r"reencode"):
        opened(OLD)
    with opened(Second()) as library:
        assert _found(library, "pike") == [("a.pdf", 1)]


def test_words_are_not_read_again(opened: OpenBy, folder: Path, write: Write) -> None:
    with opened() as library:
        library.add(write("birds.pdf", *[f"swift number{n}" for n in range(1, 41)]))
        shutil.rmtree(folder / "sources")
        encoder = Second()
        assert library.reencode(encoder).complete
        assert encoder.texts == [f"swift number{n}" for n in range(1, 41)]
        assert _found(library, "number40") == [("birds.pdf", 40)]


def test_pages_that_could_not_be_read_are_tried_again(opened: OpenBy, write: Write) -> None:
    with opened(limits=Limits(characters=40)) as library:
        library.add(write("birds.pdf", "the heron waits", "swift " * 20, "the crane dances"))
        assert list(library.documents()[0].skipped) == [2]
    with opened() as library:
        assert library.reencode(Second()).complete
        assert library.documents()[0].skipped == {}
        assert "swift" in library.page("birds.pdf", 2).text
        assert _found(library, "swift") == [("birds.pdf", 2)]


def test_pictures_are_drawn_for_an_encoder_that_needs_them(opened: OpenBy, write: Write) -> None:
    with opened() as library:
        library.add(write("birds.pdf", "the heron waits", "the swift flies"))
        encoder = Seeing()
        assert library.reencode(encoder).complete
        assert encoder.texts == ["the heron waits", "the swift flies"]


def test_document_whose_pictures_are_lost_is_found_by_its_words(
    opened: OpenBy, folder: Path, write: Write
) -> None:
    with opened() as library:
        library.add(write("birds.pdf", "the heron waits", "the swift flies"))
        library.add(write("fish.pdf", "the pike lurks"))
        lost = library.document("birds.pdf")
        next((folder / "sources").rglob(f"{lost.id}*")).unlink()
        report = library.reencode(Seeing())
        assert [o.kind for o in report.outcomes] == ["failed", "encoded"]
        assert "none of its 2 pages can be encoded" in str(report.outcomes[0].error)
        (kept, _) = library.documents()
        assert replace(kept, skipped={}) == lost
        assert "words alone" in kept.skipped[1]
        assert _found(library, "swift") == [("birds.pdf", 2)]


def test_nothing_is_done_for_the_same_encoder(opened: OpenBy, folder: Path, write: Write) -> None:
    with opened() as library:
        library.add(write("birds.pdf", "the heron waits"))
        with pytest.raises(KeyboardInterrupt):
            library.reencode(Stopping("heron"))
        assert (folder / "reencode").exists()
        report = library.reencode(FakeEncoder())
        assert (report.changed, report.outcomes, report.complete) == (False, (), True)
        assert not (folder / "reencode").exists()
        assert _found(library, "heron") == [("birds.pdf", 1)]


def test_interrupted_it_leaves_the_old_and_goes_on(
    opened: OpenBy, folder: Path, write: Write
) -> None:
    with opened() as library:
        library.add(write("a.pdf", "the heron waits"), write("b.pdf", "the swift flies"))
        library.add(write("c.pdf", "the pike lurks"))
        with pytest.raises(KeyboardInterrupt):
            library.reencode(Stopping("swift"))
        assert _found(library, "heron") == [("a.pdf", 1)]
        encoder = Second()
        report = library.reencode(encoder)
        assert [o.kind for o in report.outcomes] == ["unchanged", "encoded", "encoded"]
        assert encoder.texts == ["the swift flies", "the pike lurks"]
        assert _found(library, "heron") == [("a.pdf", 1)]
    assert {path.name for path in folder.iterdir()} == {
        "library.json",
        "lock",
        "sources",
        "store",
    }


def test_what_changes_between_two_attempts_is_as_it_was_left(opened: OpenBy, write: Write) -> None:
    with opened() as library:
        library.add(write("a.pdf", "the heron waits"), write("b.pdf", "the swift flies"))
        library.add(write("d.pdf", "the crane dances"))
        with pytest.raises(KeyboardInterrupt):
            library.reencode(Stopping("crane"))
        library.remove("b.pdf")
        library.add(write("a.pdf", "the heron waits"), tags=["wet"])
        library.add(write("c.pdf", "the pike lurks"))
        before = library.documents()
        library.reencode(Second())
        assert library.documents() == before
        assert [d.name for d in library.documents(tags=["wet"])] == ["a.pdf"]
        assert set(_found(library, "swift pike heron")) == {("a.pdf", 1), ("c.pdf", 1)}


def test_another_encoder_after_an_interruption_begins_anew(
    opened: OpenBy, folder: Path, write: Write
) -> None:
    third = FakeEncoder(dim=16, revision="3")
    with opened() as library:
        library.add(write("a.pdf", "the heron waits"), write("b.pdf", "the swift flies"))
        with pytest.raises(KeyboardInterrupt):
            library.reencode(Stopping("swift"))
        assert [o.kind for o in library.reencode(third).outcomes] == ["encoded", "encoded"]
    assert _dims(folder) == {16}


def test_document_that_was_being_added_is_completed_by_the_next_add(
    opened: OpenBy, write: Write
) -> None:
    class Interrupted(FakeEncoder):
        def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
            if any("swift" in page.content.text.text for page in pages):
                raise KeyboardInterrupt
            return super().encode_pages(pages)

    with opened(Interrupted()) as library:
        library.add(write("a.pdf", "the heron waits"))
        with pytest.raises(KeyboardInterrupt):
            library.add(write("b.pdf", "the swift flies"))
        assert [o.path.name for o in library.reencode(Second()).outcomes] == ["a.pdf"]
        assert [d.name for d in library.documents()] == ["a.pdf"]
        assert library.add().complete
        assert _found(library, "swift") == [("b.pdf", 1)]


_KILLED = """
import os, signal, sys
from pathlib import Path
from recto.engine.store.opening import open_edge
from recto.indexing.limits import Limits
from recto.library import Library
from tests.facade.test_reencode import OLD, Second

class Deadly(Second):
    def encode_pages(self, pages):
        if any("number60" in page.content.text.text for page in pages):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_pages(pages)

folder = Path(sys.argv[1])
store = open_edge(folder, OLD.id, create=False)
Library(folder, store=store, encoder=lambda: OLD, limits=Limits()).reencode(Deadly())
"""


def test_killed_it_leaves_the_old_and_goes_on(opened: OpenBy, folder: Path, write: Write) -> None:
    with opened() as library:
        library.add(write("a.pdf", "the heron waits"))
        library.add(write("b.pdf", *[f"swift number{n}" for n in range(1, 101)]))
    code = [sys.executable, "-c", _KILLED, str(folder)]
    killed = subprocess.run(code, check=False, cwd=Path(__file__).parents[2])
    assert killed.returncode == -9

    with opened() as library:
        assert _found(library, "number99") == [("b.pdf", 99)]
        encoder = Second()
        report = library.reencode(encoder)
        assert [(o.path.name, o.kind) for o in report.outcomes] == [
            ("a.pdf", "unchanged"),
            ("b.pdf", "encoded"),
        ]
        assert 0 < len(encoder.seen) < 100
        assert report.pages == len(encoder.seen)
        for number in (7, 99):
            assert _found(library, f"number{number}") == [("b.pdf", number)]
        assert library.documents()[1].pages == 100
    assert _dims(folder) == {32}


def test_others_search_the_whole_time(opened: OpenBy, write: Write) -> None:
    wrong: list[object] = []
    changed: list[bool] = []

    def search() -> None:
        while not changed:
            try:
                found = _found(library, "number7")
            except Exception as error:
                wrong.append(error)
                return
            if found != [("birds.pdf", 7)]:
                wrong.append(found)

    with opened() as library:
        library.add(write("birds.pdf", *[f"swift number{n}" for n in range(1, 31)]))
        threads = [Thread(target=search) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for revision in ("2", "3"):
                library.reencode(FakeEncoder(dim=16 + int(revision), revision=revision))
        finally:
            changed.append(True)
            for thread in threads:
                thread.join()
    assert wrong == []


def test_without_room_the_old_stays(opened: OpenBy, folder: Path, write: Write) -> None:
    with opened() as library:
        library.add(write("birds.pdf", "the heron waits"))
    with opened(reserve=shutil.disk_usage(folder).total) as library:
        with pytest.raises(DiskFull, match="must stay free"):
            library.reencode(Second())
        assert _found(library, "heron") == [("birds.pdf", 1)]
    assert _dims(folder) == {64}


def test_progress_counts_pages_and_bytes(opened: OpenBy, write: Write) -> None:
    told: list[Progress] = []
    with opened() as library:
        path = write("birds.pdf", *["the heron waits"] * 20)
        library.add(path)
        size = path.stat().st_size
        path.unlink()
        library.reencode(Second(), on_progress=told.append)
    assert [p.pages_done for p in told] == sorted(p.pages_done for p in told)
    assert (told[-1].pages_done, told[-1].files_done) == (20, 1)
    assert told[-1].bytes_done == told[-1].bytes == size


def test_other_revision_of_terms_is_made_again(opened: OpenBy, folder: Path, write: Write) -> None:
    with opened() as library:
        library.add(write("birds.pdf", "the heron waits"))
    with open_edge(folder, OLD.id, create=False) as store:
        assert _by_words(store, "heron") == [1]
        _change_words(store)
        assert _by_words(store, "heron") == []
    write_manifest(folder, replace(new_manifest(OLD.id), terms=TERMS + 1))
    store = open_edge(folder, None, create=False)
    with Library(folder, store=store, encoder=FakeEncoder, limits=Limits()) as library:
        with pytest.raises(EncoderMismatch, match=f"recto reencode --library {folder}"):
            library.search("heron")
        assert [d.name for d in library.documents()] == ["birds.pdf"]
        assert library.reencode(FakeEncoder()).changed
        assert _found(library, "heron") == [("birds.pdf", 1)]
    with open_edge(folder, OLD.id, create=False) as store:
        assert store.terms == TERMS
        assert _by_words(store, "heron") == [1]


def _change_words(store: Store) -> None:
    """As if every word had given another term."""
    for page in list(store.scroll(PageFilter(), with_vectors=True)):
        assert page.vectors is not None
        words = terms_vector({"else": 1.0})
        store.put_pages(
            [
                PageRecord(
                    document_id=page.document_id,
                    content=page.content,
                    vectors=page.vectors,
                    words=words,
                )
            ]
        )


def _by_words(store: Store, term: str) -> list[int]:
    """Numbers of the pages that have this term."""
    arm = SparseArm(query=terms_vector({term: 1.0}), limit=10)
    (ranking,) = store.search(SearchPlan(arms=(arm,)))
    return [page.content.number for page in store.pages([hit.id for hit in ranking])]


def test_own_encoder_of_another_revision(folder: Path, opened: OpenBy, write: Write) -> None:
    """As after an update that brought other weights."""
    older = FakeEncoder(revision="older")
    older.id = replace(older.id, name="words")
    with opened(older) as library:
        library.add(write("birds.pdf", "The heron waits.", "The swift flies at dusk."))
    with recto.open(folder) as library:
        with pytest.raises(EncoderMismatch, match=r"words \(revision older.*recto reencode"):
            library.search("swift")
        report = library.reencode()
        assert report.encoder.name == "words"
        assert library.search("When does the swift fly?")[0].page.number == 2
    with recto.open(folder, encoder="words") as library:
        assert not library.reencode("words").changed


def test_settings_of_an_encoder_that_is_made_are_refused(opened: OpenBy) -> None:
    with opened() as library, pytest.raises(ValueError, match=r"registry\.make"):
        library.reencode(Second(), settings={"dtype": "float32"})


def test_vectors_are_those_of_a_library_made_by_the_new_encoder(
    opened: OpenBy, folder: Path, write: Write, tmp_path: Path
) -> None:
    path = write("birds.pdf", "the heron waits", "Heron and swift")
    with opened() as library:
        library.add(path)
        library.reencode(Second())
    fresh = open_edge(tmp_path / "fresh", Second().id, create=True)
    with Library(tmp_path / "fresh", store=fresh, encoder=Second, limits=Limits()) as library:
        library.add(path)
    with (
        open_edge(folder, None, create=False) as one,
        open_edge(tmp_path / "fresh", None, create=False) as other,
    ):
        pairs = zip(
            one.scroll(PageFilter(), with_vectors=True),
            other.scroll(PageFilter(), with_vectors=True),
            strict=True,
        )
        for again, anew in pairs:
            assert (again.id, again.content) == (anew.id, anew.content)
            assert again.vectors is not None
            assert anew.vectors is not None
            assert again.vectors.patches is not None
            assert anew.vectors.patches is not None
            np.testing.assert_array_equal(
                again.vectors.patches.vectors, anew.vectors.patches.vectors
            )
            np.testing.assert_array_equal(again.vectors.patches.boxes, anew.vectors.patches.boxes)
