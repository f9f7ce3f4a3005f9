"""A served library, held against the same library on this machine."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

import recto
from recto.engine.answering.protocol import Settled
from recto.engine.errors import (
    BackendUnreachable,
    InputError,
    KeyRefused,
    NotFound,
    QuestionError,
    RectoError,
)
from recto.library import Library
from recto.serving.client.library import ServedLibrary
from recto.serving.client.requests import _KINDS
from recto.serving.http.problems import _STATUS
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing
from tests.endpoints.scripted import Reply, scripted
from tests.pdfs import lines, pdf
from tests.serving.http.conftest import running, settings

__all__ = ["settings"]
QUESTION = "What do tickets cost?"


@pytest.fixture(scope="module")
def served(settings: ServeSettings) -> Iterator[ServedLibrary]:
    with running(settings) as address, recto.connect(address) as library:
        yield library


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[ServedLibrary]:
    settings = ServeSettings(
        libraries={"main": str(tmp_path / "library")}, state=tmp_path / "state", rate=100_000
    )
    with running(settings) as address, recto.connect(address) as library:
        yield library


def test_a_page_is_found_and_read(served: ServedLibrary) -> None:
    (hit, *_) = served.search(QUESTION)

    assert (hit.document.name, hit.page.number) == ("ferry.pdf", 2)
    assert hit.page.text == "Tickets cost twelve crowns."
    assert hit.matches
    assert hit.image(width=200).width == 200


def test_an_answer_has_citations_with_pages(served: ServedLibrary) -> None:
    answer = served.ask(QUESTION)

    (citation,) = answer.citations
    assert citation.quote == "Tickets cost twelve crowns."
    assert citation.boxes
    assert answer.hits[0].page.number == 2


def test_a_streamed_answer_settles(served: ServedLibrary) -> None:
    *_, last = served.ask_stream(QUESTION)

    assert isinstance(last, Settled)
    assert last.answer == served.ask(QUESTION)


def test_documents_are_listed_and_filtered(served: ServedLibrary) -> None:
    assert [document.name for document in served.documents(tags=["travel"])] == ["ferry.pdf"]
    assert served.documents(where="pages > 2") == []
    assert served.document("ferry.pdf") == served.documents()[0]
    assert served.source("ferry.pdf").startswith(b"%PDF-")


def test_a_heat_map_is_that_of_the_page(served: ServedLibrary) -> None:
    found = served.heat_map("tickets crowns", "ferry.pdf", 2)

    assert found.tokens == ("tickets", "crowns")
    assert found.heat.shape == (2, len(found.boxes))


def test_files_are_sent_read_and_removed(empty: ServedLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "plan.pdf").write_bytes(pdf([lines("The plan is green.")]))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "empty.pdf").write_bytes(b"")
    progress: list[int] = []

    report = empty.add(
        folder, tags=["a"], metadata={"year": 2024}, on_progress=lambda p: progress.append(p.files)
    )

    outcomes = {outcome.path.name: outcome for outcome in report.outcomes}
    assert {name: outcome.kind for name, outcome in outcomes.items()} == {
        "plan.pdf": "added",
        "broken.pdf": "failed",
        "empty.pdf": "failed",
    }
    assert "broken.pdf" in str(outcomes["broken.pdf"].error)
    assert set(progress) == {2}
    (document,) = empty.documents()
    assert (document.tags, document.metadata) == (("a",), {"year": 2024})
    assert empty.remove("plan.pdf") == document
    assert empty.documents() == []


def test_errors_are_those_of_a_library(served: ServedLibrary) -> None:
    with pytest.raises(NotFound, match="No document 'absent'"):
        served.document("absent")
    with pytest.raises(NotFound, match="pages 1 to 2"):
        served.page("ferry.pdf", 3)
    with pytest.raises(QuestionError):
        served.search("?!")
    with pytest.raises(InputError):
        served.search(QUESTION, where="colour = 1")


def test_every_code_of_a_problem_is_an_error_of_the_same_kind() -> None:
    for kind, _, code in _STATUS:
        if code in _KINDS:
            assert _KINDS[code] is kind
        else:
            assert code in ("bad-input", "backend-unreachable", "unavailable")


def test_another_server_is_not_taken_for_ours() -> None:
    with scripted([Reply.html()]) as other, pytest.raises(RectoError):
        recto.connect(other.url)


def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(BackendUnreachable, match="does not answer"):
        recto.connect("http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("address", "key", "told"),
    [
        ("ftp://host", "", "no address"),
        ("host:8808", "", "no address"),
        ("http://user:secret@host", "", "name or password"),
        ("http://docs.example.org", "rk_secret", "in the clear"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(address: str, key: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as raised:
        recto.connect(address, key=key)
    assert "secret" not in str(raised.value)


def test_a_key_confines_to_its_tenant(tmp_path: Path) -> None:
    settings = ServeSettings(
        libraries={"main": str(tmp_path / "library")}, state=tmp_path / "state"
    )
    keys = {name: KeyRing(settings.state).create(name, "write", name)[0] for name in "ab"}
    path = tmp_path / "plan.pdf"
    path.write_bytes(pdf([lines("The plan is green.")]))
    with running(settings) as address:
        with recto.connect(address, key=keys["a"]) as a:
            a.add(path)
            assert len(a.documents()) == 1
        with recto.connect(address, key=keys["b"]) as b:
            assert b.documents() == []
        with pytest.raises(KeyRefused):
            recto.connect(address, key="rk_wrong")


def test_every_method_is_one_of_a_library_with_the_same_arguments() -> None:
    for name, method in inspect.getmembers(ServedLibrary, inspect.isfunction):
        if not name.startswith("_"):
            ours = list(inspect.signature(method).parameters)
            theirs = list(inspect.signature(getattr(Library, name)).parameters)
            assert [argument for argument in theirs if argument in ours] == ours
