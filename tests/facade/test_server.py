"""A library on a server: added to, searched, asked, encoded anew, as one in a folder; and what is
different, because others are there, too, and files are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import recto
from recto.engine.errors import EncoderMismatch, InputError, LibraryBusy, NotFound
from recto.engine.store.remote.settings import ServerSettings
from recto.library import Library
from tests.engine.store.remote.standin import StandIn, running
from tests.facade.conftest import Write
from tests.fakes import FakeEncoder

HTTP = ServerSettings(prefer_grpc=False, attempts=2)
Open = Callable[..., Library]


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with running() as standin:
        yield standin


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A library for each test."""
    return f"{request.node.name.replace('_', '-')[:90]}"


@pytest.fixture
def open_library(server: StandIn, name: str, tmp_path: Path) -> Iterator[Open]:
    """Opens the test's library as one machine does, or another."""
    with ExitStack() as stack:

        def opened(
            *, machine: str = "this", encoder: FakeEncoder | None = None, create: bool = True
        ) -> Library:
            library = recto.open(
                server.address,
                library=name,
                server=HTTP,
                sources=tmp_path / machine,
                encoder=encoder or FakeEncoder(),
                create=create,
            )
            return stack.enter_context(library)

        yield opened


def test_document_is_added_found_quoted_and_removed(open_library: Open, write: Write) -> None:
    library = open_library()
    report = library.add(write("sea.pdf", "The lamp is cleaned every Monday.", "Fog horns sound."))
    assert (report.pages, report.complete) == (2, True)
    (hit, *_) = library.search("lamp cleaned", limit=1)
    assert (hit.document.name, hit.page.number) == ("sea.pdf", 1)
    assert hit.page.image(width=100).width == 100
    answer = library.ask("When is the lamp cleaned?")
    assert [citation.where for citation in answer.citations] == ["page 1"]
    library.remove("sea.pdf")
    assert library.documents() == []
    assert library.search("lamp") == []


def test_other_machine_finds_and_quotes_and_cannot_draw(open_library: Open, write: Write) -> None:
    open_library().add(write("sea.pdf", "The lamp is cleaned every Monday."))
    other = open_library(machine="other", create=False)
    (hit,) = other.search("lamp")
    assert "Monday" in hit.page.text
    assert other.ask("When is the lamp cleaned?").citations
    with pytest.raises(NotFound, match=r"not kept on this machine .*sources="):
        hit.page.image()
    other.add(write("sea.pdf", "The lamp is cleaned every Monday."))
    assert hit.page.image(width=100).width == 100


def test_what_another_adds_is_seen(open_library: Open, write: Write) -> None:
    first, second = open_library(), open_library(machine="other")
    assert second.documents() == []
    first.add(write("sea.pdf", "The lamp."))
    assert [hit.document.name for hit in second.search("lamp")] == ["sea.pdf"]
    second.add(write("land.pdf", "The road."))  # looks anew at what is there
    assert [d.name for d in second.documents()] == ["land.pdf", "sea.pdf"]


def test_two_do_not_write_at_once(open_library: Open, write: Write) -> None:
    first, second = open_library(), open_library(machine="other")
    file = write("sea.pdf", "The lamp.")
    refused = []

    def meanwhile(progress: object) -> None:
        lease = second._holdings.store._shared.lease  # type: ignore[attr-defined]
        holder = first._holdings.store._shared.lease  # type: ignore[attr-defined]
        lease._sleep = lambda seconds: holder._renew()
        with pytest.raises(LibraryBusy, match="is being written to by process"):
            second.add(file)
        refused.append(progress)

    assert first.add(file, on_progress=meanwhile).complete
    assert refused
    assert [outcome.kind for outcome in second.add(file).outcomes] == ["unchanged"]


def test_library_is_encoded_anew(open_library: Open, write: Write) -> None:
    library = open_library()
    library.add(write("sea.pdf", "The lamp."), write("land.pdf", "The road."))
    report = library.reencode(FakeEncoder(dim=32, revision="2"))
    assert (report.pages, report.complete) == (2, True)
    assert [hit.document.name for hit in library.search("road", limit=1)] == ["land.pdf"]
    library.close()
    again = open_library(encoder=FakeEncoder(dim=32, revision="2"))
    assert [hit.document.name for hit in again.search("lamp", limit=1)] == ["sea.pdf"]
    with pytest.raises(EncoderMismatch, match="recto reencode --library http://127"):
        open_library()


class Looking(FakeEncoder):
    """Wants pictures."""

    def __init__(self) -> None:
        super().__init__(revision="sees")
        self.needs_image = True


def test_machine_without_the_files_does_not_encode_pictures_anew(
    open_library: Open, write: Write
) -> None:
    open_library().add(write("sea.pdf", "The lamp."))
    other = open_library(machine="other")
    with pytest.raises(NotFound, match=r"sea\.pdf is not kept on this machine"):
        other.reencode(Looking())
    assert other.search("lamp")
    assert open_library().reencode(Looking()).complete


def test_no_library_is_not_made_by_looking(open_library: Open) -> None:
    with pytest.raises(NotFound, match="There is no library"):
        open_library(create=False)


def test_settings_of_a_server_are_not_for_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="api_key: only for a library on a server"):
        recto.open(tmp_path / "x", api_key="very-secret")
    assert not (tmp_path / "x").exists()


def test_key_of_the_environment_is_sent(
    server: StandIn, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTO_QDRANT_KEY", "very-secret")
    with pytest.raises(NotFound) as raised:
        recto.open(server.address, library=name, server=HTTP, create=False)
    assert server.asked[-1].key == "very-secret"
    assert "very-secret" not in str(raised.value)
