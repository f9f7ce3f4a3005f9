"""Documents are read, prepared, encoded and stored at the same time, and come out as if not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from recto.engine.encoders.protocol import EncoderId, PageInput, Staged
from recto.engine.errors import DamagedFile, DiskFull
from recto.engine.page import PageContent
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import PageRecord
from recto.engine.vectors import PageVectors
from recto.indexing.outcome import Outcome
from recto.indexing.reading.raw import Image
from recto.indexing.task import Opened
from recto.indexing.writing import PageWriter
from tests.fakes import FakeEncoder, StagedEncoder, page_content

_LONG = 60.0
"""Seconds after which a test that waits for ever fails instead."""


class Texts:
    """Pages made of texts; an exception in place of one is raised."""

    def __init__(self, texts: Sequence[str | Exception], on_read: Callable[[], None]) -> None:
        self._texts = texts
        self._on_read = on_read
        self.pages = len(texts)
        self.drawn_at_once = 1
        self.is_closed = False

    def read(self, number: int) -> PageContent:
        self._on_read()
        text = self._texts[number - 1]
        if isinstance(text, Exception):
            raise text
        return page_content(text, number=number)

    def image(self, number: int, width: int) -> Image:
        raise AssertionError("the encoder reads words")

    def close(self) -> None:
        self.is_closed = True


class Document:
    """A task that notes how it was settled. `stops`: errors are raised."""

    def __init__(
        self,
        name: str,
        *texts: str | Exception,
        stops: bool = False,
        written: frozenset[int] = frozenset(),
        on_read: Callable[[], None] = lambda: None,
    ) -> None:
        self.id = name * 64
        self._path = Path(name)
        self._stops = stops
        self._written = written
        self.pages = Texts(texts, on_read)
        self.error: Exception | None = None
        self.settled_in: str | None = None

    def open(self) -> Opened:
        return Opened(id=self.id, pages=self.pages, written=self._written)

    def settle(self, skipped: Mapping[int, str], error: Exception | None) -> Outcome:
        self.settled_in = threading.current_thread().name
        self.error = error
        if error is not None and self._stops:
            raise error
        return Outcome(
            path=self._path,
            kind="added" if error is None else "failed",
            document_id=self.id,
            skipped=skipped,
        )


class Store(OracleStore):
    """Tells which pages it is given, as `on_step` of the encoder is told."""

    def __init__(self, on_step: Callable[[str, list[str]], None] = lambda *_: None) -> None:
        super().__init__(FakeEncoder().id)
        self._on_step = on_step

    def within(self, tenant: str) -> Self:
        raise AssertionError("one tenant is enough")

    def beside(self, encoder: EncoderId) -> Self:
        raise AssertionError("nothing is encoded anew")

    def put_pages(self, pages: Sequence[PageRecord]) -> None:
        self._on_step("store", [page.content.text.text for page in pages])
        super().put_pages(pages)

    def texts_of(self, document: Document) -> list[str]:
        pages = self.scroll(PageFilter(documents=(document.id,)))
        return [
            page.content.text.text for page in sorted(pages, key=lambda page: page.content.number)
        ]


class Silent:
    def page(self, page: int, pages: int) -> None:
        pass

    def done(self, outcome: Outcome) -> Outcome:
        return outcome


def stages() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("stage")]


def nothing(step: str, texts: list[str]) -> None:
    pass


def write(
    documents: Sequence[Document],
    *,
    store: Store,
    on_step: Callable[[str, list[str]], None] = nothing,
    batch: int = 2,
) -> list[str]:
    """Kinds of the outcomes."""
    encoder = StagedEncoder(batch=batch, on_step=on_step)
    assert isinstance(encoder, Staged)
    writer = PageWriter(store, encoder, patient=True)
    outcomes = writer.write(documents, Silent())
    assert [outcome.document_id for outcome in outcomes] == [d.id for d in documents]
    assert all(document.pages.is_closed for document in documents)
    assert stages() == []
    return [outcome.kind for outcome in outcomes]


def test_next_batch_is_prepared_and_last_one_stored_while_one_is_in_the_model() -> None:
    begun: dict[str, threading.Event] = {}
    order = ["heron", "swift", "crane", "finch"]

    def event(step: str, text: str) -> threading.Event:
        return begun.setdefault(f"{step} {text}", threading.Event())

    def on_step(step: str, texts: list[str]) -> None:
        event(step, texts[0]).set()
        if step == "run":
            at = order.index(texts[0])
            if at > 0:
                assert event("store", order[at - 1]).wait(_LONG)
            if at + 1 < len(order):
                assert event("prepare", order[at + 1]).wait(_LONG)

    store = Store(on_step)
    assert write([Document("a", *order)], store=store, on_step=on_step, batch=1) == ["added"]
    assert len(begun) == 4 * len(order)


def test_batches_cross_from_one_document_to_the_next() -> None:
    batches: list[list[str]] = []

    def on_step(step: str, texts: list[str]) -> None:
        if step == "run":
            batches.append(texts)

    documents = [Document("a", "one"), Document("b", "two", "three", "four"), Document("c", "five")]
    store = Store()
    assert write(documents, store=store, on_step=on_step) == ["added"] * 3
    assert batches == [["one", "two"], ["three", "four"], ["five"]]
    assert [store.texts_of(d) for d in documents] == [["one"], ["two", "three", "four"], ["five"]]


def test_documents_are_settled_in_order_after_their_pages_in_the_callers_thread() -> None:
    seen: list[str] = []
    documents = [Document("a", "one"), Document("b"), Document("c", "two", "three")]

    class Listening(Silent):
        def done(self, outcome: Outcome) -> Outcome:
            seen.append(f"{outcome.path} settled")
            return outcome

    store = Store(lambda _, texts: seen.extend(texts))
    encoder = StagedEncoder(batch=8, on_step=nothing)
    PageWriter(store, encoder).write(documents, Listening())
    assert seen == ["one", "a settled", "b settled", "two", "three", "c settled"]
    assert {d.settled_in for d in documents} == {threading.current_thread().name}


def test_vectors_and_pages_are_those_of_an_encoder_with_one_step() -> None:
    texts = [f"page {number} of the heron" for number in range(23)]
    staged, whole = Store(), Store()
    write([Document("a", *texts)], store=staged, batch=3)
    PageWriter(whole, FakeEncoder()).write([Document("a", *texts)], Silent())
    for ours, wanted in zip(
        staged.scroll(PageFilter(), with_vectors=True),
        whole.scroll(PageFilter(), with_vectors=True),
        strict=True,
    ):
        assert ours.id == wanted.id
        assert ours.content == wanted.content
        assert ours.vectors is not None
        assert wanted.vectors is not None
        assert ours.vectors.patches is not None
        assert wanted.vectors.patches is not None
        np.testing.assert_array_equal(ours.vectors.patches.vectors, wanted.vectors.patches.vectors)


@pytest.mark.parametrize("failing", ["prepare", "run", "finish", "store"])
def test_a_failure_stays_with_the_document_that_it_comes_from(failing: str) -> None:
    def on_step(step: str, texts: list[str]) -> None:
        if step == failing and "bad" in texts:
            raise ZeroDivisionError(failing)

    documents = [
        Document("a", "one"),
        Document("b", "two", "bad", "three"),
        Document("c", "four", "five"),
    ]
    store = Store(on_step)
    kinds = write(documents, store=store, on_step=on_step, batch=4)
    assert kinds == ["added", "failed", "added"]
    assert isinstance(documents[1].error, ZeroDivisionError)
    assert store.texts_of(documents[0]) == ["one"]
    assert store.texts_of(documents[2]) == ["four", "five"]


def test_a_failure_of_reading_stays_with_its_document() -> None:
    bad = Document("b", "two", ZeroDivisionError("reading"), "three")
    documents = [Document("a", "one"), bad, Document("c", "four")]
    store = Store()
    assert write(documents, store=store) == ["added", "failed", "added"]
    assert str(bad.error) == "reading"
    assert store.texts_of(documents[2]) == ["four"]


def test_a_page_that_cannot_be_read_is_left_out() -> None:
    document = Document("a", "one", DamagedFile("torn"), "three")
    store = Store()
    encoder = StagedEncoder(batch=2, on_step=nothing)
    (outcome,) = PageWriter(store, encoder).write([document], Silent())
    assert outcome.skipped == {2: "torn"}
    assert store.texts_of(document) == ["one", "three"]


def test_pages_that_are_written_are_not_read() -> None:
    reads: list[None] = []
    written = frozenset({1, 3})
    document = Document(
        "a", "one", "two", "three", written=written, on_read=lambda: reads.append(None)
    )
    store = Store()
    write([document], store=store)
    assert store.texts_of(document) == ["two"]
    assert len(reads) == 1


def test_the_pages_of_a_failed_document_are_read_no_further() -> None:
    reads: list[None] = []
    settled = threading.Event()

    def on_step(step: str, texts: list[str]) -> None:
        if step == "run" and "bad" in texts:
            raise ZeroDivisionError("bad")

    class Settling(Silent):
        def done(self, outcome: Outcome) -> Outcome:
            settled.set()
            return outcome

    def on_read() -> None:
        reads.append(None)
        if len(reads) == 14:
            assert settled.wait(_LONG)

    document = Document("a", "bad", *["good"] * 500, on_read=on_read)
    writer = PageWriter(Store(), StagedEncoder(batch=2, on_step=on_step), patient=True)
    (outcome,) = writer.write([document], Settling())
    assert outcome.kind == "failed"
    assert len(reads) <= 14


def test_what_stops_everything_is_raised_and_what_came_before_is_kept() -> None:
    def on_step(step: str, texts: list[str]) -> None:
        if step == "store" and "bad" in texts:
            raise DiskFull("no room")

    documents = [
        Document("a", "one", "two"),
        Document("b", "bad", stops=True),
        Document("c", *["good"] * 100),
    ]
    store = Store(on_step)
    writer = PageWriter(store, StagedEncoder(batch=2, on_step=nothing))
    with pytest.raises(DiskFull, match="no room"):
        writer.write(documents, Silent())
    assert store.texts_of(documents[0]) == ["one", "two"]
    assert store.texts_of(documents[2]) == []
    assert documents[2].settled_in is None
    assert stages() == []


def test_an_interruption_ends_all_threads() -> None:
    class Interrupted(Silent):
        def page(self, page: int, pages: int) -> None:
            raise KeyboardInterrupt

    document = Document("a", *["page"] * 200)
    store = Store()
    with pytest.raises(KeyboardInterrupt):
        PageWriter(store, StagedEncoder(batch=2, on_step=nothing)).write([document], Interrupted())
    assert len(store.texts_of(document)) == 2
    assert document.settled_in is None  # to be resumed
    assert document.pages.is_closed
    assert stages() == []


def test_reading_waits_for_the_model() -> None:
    """With a batch in the model, two are prepared and eight pages wait: 2 + 2 * 2 + 8."""
    reads: list[None] = []
    enough = threading.Event()

    def on_read() -> None:
        reads.append(None)
        if len(reads) == 14:
            enough.set()

    at_most: list[int] = []

    def on_step(step: str, texts: list[str]) -> None:
        if step == "run" and not at_most:
            assert enough.wait(_LONG)
            at_most.append(len(reads))

    write([Document("a", *["page"] * 100, on_read=on_read)], store=Store(), on_step=on_step)
    assert at_most == [14]
    assert len(reads) == 100


def test_pages_do_not_wait_long_for_their_batch_to_fill() -> None:
    """The second document is not read before the first is stored."""
    stored = threading.Event()

    def on_step(step: str, texts: list[str]) -> None:
        if step == "store":
            stored.set()

    def on_read() -> None:
        assert stored.wait(_LONG)

    second = Document("b", "two", on_read=on_read)
    encoder = StagedEncoder(batch=8, on_step=nothing)
    outcomes = PageWriter(Store(on_step), encoder).write([Document("a", "one"), second], Silent())
    assert [outcome.kind for outcome in outcomes] == ["added", "added"]


def test_an_encoder_with_one_step_is_given_pages_while_others_are_stored() -> None:
    meeting = threading.Barrier(2, timeout=_LONG)

    class Meeting(FakeEncoder):
        calls = 0

        def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
            self.calls += 1
            if self.calls == 2:
                meeting.wait()
            return super().encode_pages(pages)

    stored: list[int] = []

    def on_step(step: str, texts: list[str]) -> None:
        stored.append(len(texts))
        if len(stored) == 1:
            meeting.wait()

    document = Document("a", *["page"] * 20)
    PageWriter(Store(on_step), Meeting(), patient=True).write([document], Silent())
    assert stored == [8, 8, 4]
