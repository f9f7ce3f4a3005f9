"""How documents come, change and go, without a half state at any point."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.attributes import REVISION
from recto.engine.store.condition import Equals
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import DocumentRecord, PageRecord
from recto.engine.vectors import PageVectors, SparseVector
from recto.indexing.ledger import Ledger
from recto.indexing.sources import Sources
from tests.fakes import page_content


@pytest.fixture
def store() -> OracleStore:
    return OracleStore(EncoderId(name="fake", revision="1", dim=8))


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path / "sources")


@pytest.fixture
def ledger(store: OracleStore, sources: Sources) -> Ledger:
    return Ledger(store, sources)


def _record(digit: str, *paths: str) -> DocumentRecord:
    return DocumentRecord(
        id=digit * 64,
        state="adding",
        name="report.pdf",
        paths=paths,
        kind="pdf",
        title="",
        pages=2,
        size=1,
        added="2026-01-01T00:00:00+00:00",
    )


def _write_page(store: OracleStore, record: DocumentRecord) -> None:
    nothing = PageVectors(patches=None, rows=None)
    page = page_content("a page")
    words = SparseVector((), ())
    store.put_pages([PageRecord(document_id=record.id, content=page, vectors=nothing, words=words)])


def _states(store: OracleStore) -> dict[str, str]:
    return {record.id[0]: record.state for record in store.documents()}


def test_announce_then_publish(store: OracleStore, ledger: Ledger) -> None:
    record = ledger.announce(_record("a", "/reports/a.pdf"))
    assert _states(store) == {"a": "adding"}
    assert ledger.at("/reports/a.pdf") is None
    assert ledger.unfinished() == [record]
    ledger.publish(record)
    assert _states(store) == {"a": "ready"}
    assert ledger.at("/reports/a.pdf") == replace(record, state="ready", described=REVISION)
    assert ledger.unfinished() == []


def test_publish_removes_what_it_replaces(store: OracleStore, ledger: Ledger) -> None:
    old = ledger.publish(_record("a", "/report.pdf"))
    _write_page(store, old)
    ledger.publish(_record("b", "/report.pdf"))
    assert _states(store) == {"b": "ready"}
    assert store.count(PageFilter()) == 0


def test_publish_leaves_a_document_that_has_another_path(
    store: OracleStore, ledger: Ledger
) -> None:
    old = ledger.publish(_record("a", "/report.pdf", "/copy.pdf"))
    _write_page(store, old)
    ledger.publish(_record("b", "/report.pdf"))
    assert _states(store) == {"a": "ready", "b": "ready"}
    assert store.documents([old.id])[0].paths == ("/copy.pdf",)
    assert store.count(PageFilter(documents=(old.id,))) == 1


def test_remove_leaves_nothing(
    store: OracleStore, ledger: Ledger, sources: Sources, tmp_path: Path
) -> None:
    original = tmp_path / "report.pdf"
    original.write_bytes(b"bytes")
    record = replace(_record("a", str(original)), id=sources.keep(original, "pdf"))
    _write_page(store, ledger.announce(record))
    ledger.remove(ledger.publish(record))
    assert store.documents() == []
    assert store.count(PageFilter()) == 0
    assert not sources.path(record.id, "pdf").exists()


def test_recover_completes_a_removal(store: OracleStore, sources: Sources) -> None:
    record = replace(_record("a", "/report.pdf"), state="removing")
    store.put_documents([record])
    _write_page(store, record)
    Ledger(store, sources).recover()
    assert store.documents() == []
    assert store.count(PageFilter()) == 0


def test_recover_keeps_what_was_being_added(store: OracleStore, sources: Sources) -> None:
    record = _record("a", "/report.pdf")
    store.put_documents([record])
    _write_page(store, record)
    ledger = Ledger(store, sources)
    ledger.recover()
    assert ledger.unfinished() == [record]
    assert store.count(PageFilter()) == 1


def test_recover_forgets_bytes_without_a_document(
    ledger: Ledger, sources: Sources, tmp_path: Path
) -> None:
    original = tmp_path / "orphan.pdf"
    original.write_bytes(b"bytes")
    orphan = sources.path(sources.keep(original, "pdf"), "pdf")
    ledger.recover()
    assert not orphan.exists()


def test_crash_while_pages_are_described_is_seen(store: OracleStore, sources: Sources) -> None:
    class Full(Exception):
        pass

    class Crashing(Ledger):
        def describe(self, record: DocumentRecord) -> None:
            raise Full

    with pytest.raises(Full):
        Crashing(store, sources).publish(_record("a", "/reports/a.pdf"))
    (left,) = store.documents()
    assert (left.state, left.described) == ("ready", 0)
    Ledger(store, sources).describe(left)
    assert [record.described for record in store.documents()] == [REVISION]


def test_another_path_describes_the_pages_anew(store: OracleStore, ledger: Ledger) -> None:
    record = _record("a", "/reports/a.pdf", "/reports/b.pdf")
    _write_page(store, record)
    ledger.publish(record)
    ledger.publish(_record("c", "/reports/a.pdf"))
    seen = [PageFilter(where=Equals("path", path)) for path in ("/reports/a.pdf", "/reports/b.pdf")]
    assert [store.count(filter) for filter in seen] == [0, 1]
