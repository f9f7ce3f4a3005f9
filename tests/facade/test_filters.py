"""Filters on what is said of documents and on what they are, and notes in files beside them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from recto.engine.errors import FilterError, NotesError
from recto.engine.store.attributes import REVISION
from recto.engine.store.condition import Equals
from recto.engine.store.protocol import Store
from recto.library import Library
from tests.facade.conftest import Write


def _notes(document: Path, said: object) -> None:
    text = said if isinstance(said, str) else json.dumps(said)
    document.with_name(f"{document.name}.meta.json").write_text(text)


def _found(library: Library, where: str) -> list[tuple[str, int]]:
    hits = library.search("heron", limit=9, where=where)
    return sorted((hit.document.name, hit.page.number) for hit in hits)


@pytest.fixture
def birds(library: Library, write: Write) -> Library:
    library.add(write("a.pdf", "a heron", "a heron"), tags=["wet"], metadata={"year": 2023})
    library.add(write("b.pdf", "a heron"), metadata={"year": 2024, "due": "2024-05-01"})
    return library


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('name = "a.pdf"', [("a.pdf", 1), ("a.pdf", 2)]),
        ("meta.year > 2023", [("b.pdf", 1)]),
        ("meta.due < 2024-06-01", [("b.pdf", 1)]),
        ("page = 2 and tags = 'wet'", [("a.pdf", 2)]),
        ("pages = 1 or page = 2", [("a.pdf", 2), ("b.pdf", 1)]),
        ("title ~ 'untold' and not meta.year = 2023", [("b.pdf", 1)]),
        ("added < 2000-01-01", []),
    ],
)
def test_search_where(birds: Library, where: str, found: list[tuple[str, int]]) -> None:
    assert _found(birds, where) == found


def test_condition_in_place_of_a_text(birds: Library) -> None:
    (hit,) = birds.search("heron", where=Equals("meta.year", 2024))
    assert hit.document.name == "b.pdf"


def test_ask_and_list_where(birds: Library) -> None:
    answer = birds.ask("heron", where="meta.year = 2024")
    assert {hit.document.name for hit in answer.hits} == {"b.pdf"}
    assert [d.name for d in birds.documents(where="pages = 2")] == ["a.pdf"]
    assert birds.documents(tags=["wet"], where="pages = 1") == []


def test_unknown_field_lists_the_known(birds: Library) -> None:
    with pytest.raises(FilterError, match=r"no field meta\.yaer.*Did you mean meta\.year"):
        birds.search("heron", where="meta.yaer = 3")
    with pytest.raises(FilterError, match="no page number"):
        birds.documents(where="page = 3")


def test_what_is_said_later_is_found(birds: Library, write: Write) -> None:
    birds.add(write("a.pdf", "a heron", "a heron"), tags=["grey"], metadata={"year": 2025})
    assert _found(birds, "meta.year = 2025 and tags = 'grey'") == [("a.pdf", 1), ("a.pdf", 2)]
    assert _found(birds, "meta.year = 2023") == []


def test_moved_file_is_found_by_its_new_paths(birds: Library, write: Write) -> None:
    birds.add(write("b.pdf", "a heron", "a heron"))  # now the same bytes as a.pdf
    assert _found(birds, "path ~ 'b.pdf'") == [("a.pdf", 1), ("a.pdf", 2)]


def test_notes_beside_a_file(library: Library, write: Write) -> None:
    path = write("a.pdf", "a heron")
    _notes(path, {"tags": ["audit"], "year": 2024, "final": True})
    library.add(path.parent, metadata={"year": 1999, "by": "Ito"}, tags=["all"])
    (document,) = library.documents()
    assert document.tags == ("all", "audit")
    assert document.metadata == {"year": 2024, "by": "Ito", "final": True}
    _notes(path, {"year": 2025})
    assert library.add(path).outcomes[0].kind == "unchanged"
    assert _found(library, "meta.year = 2025 and meta.final = true") == [("a.pdf", 1)]


def test_notes_are_no_document(library: Library, write: Write) -> None:
    path = write("a.pdf", "a heron")
    _notes(path, {"year": 2024})
    report = library.add(*path.parent.iterdir())  # as a shell gives them for files/*
    assert [outcome.path.name for outcome in report.outcomes] == ["a.pdf"]


@pytest.mark.parametrize(
    "broken", ["{", "[]", '{"tags": "x"}', '{"a": null}', '{"a": NaN}', '{"a": [1]}', "[" * 10_000]
)
def test_broken_notes_fail_their_file_alone(library: Library, write: Write, broken: str) -> None:
    path = write("a.pdf", "a heron")
    write("b.pdf", "a swift")
    _notes(path, broken)
    report = library.add(path.parent)
    assert [outcome.kind for outcome in report.outcomes] == ["failed", "added"]
    assert isinstance(report.failed[0].error, NotesError)
    assert [document.name for document in library.documents()] == ["b.pdf"]


def test_broken_notes_leave_what_is_there(birds: Library, write: Write) -> None:
    path = write("a.pdf", "a heron", "a heron")
    _notes(path, "{")
    assert isinstance(birds.add(path).failed[0].error, NotesError)
    assert len(_found(birds, "meta.year = 2023")) == 2


def test_pages_that_do_not_say_whose_they_are(birds: Library) -> None:
    """As an older recto has left them, or a crash while they were being described."""
    store: Store = birds._holdings.store
    for record in store.documents():
        store.describe(record.id, {})
        store.put_documents([replace(record, described=0)])
    birds._holdings.catalog.forget()
    assert _found(birds, "meta.year = 2024") == [("b.pdf", 1)]
    assert {record.described for record in store.documents()} == {REVISION}
