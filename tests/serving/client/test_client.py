"""A served library, held against the same library on this machine."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import httpx2
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
from recto.serving.client.requests import _KINDS, Requests
from recto.serving.http.problems import _STATUS
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing
from tests.endpoints.scripted import Reply, scripted
from tests.pdfs import lines, pdf
from tests.serving.http.conftest import running, settings

__all__ = ["settings"]
QUESTION = "What do tickets cost?"


@pytest.fixture(scope="module")
def address(settings: ServeSettings) -> Iterator[str]:
    with running(settings) as address:
        yield address


@pytest.fixture(scope="module")
def served(address: str) -> Iterator[ServedLibrary]:
    with recto.connect(address) as library:
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


def test_a_file_that_was_edited_replaces_what_was_sent_before(
    empty: ServedLibrary, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "rep.pdf.meta.json").write_text('{"tags": ["b"], "year": 2024}')
    kinds = []
    for said in ("The plan is green.", "The plan is blue.", "The plan is blue."):
        (folder / "rep.pdf").write_bytes(pdf([lines(said)]))
        (outcome,) = empty.add(folder, tags=["a"]).outcomes
        kinds.append(outcome.kind)

    (document,) = empty.documents()
    assert kinds == ["added", "replaced", "unchanged"]
    assert (document.tags, document.metadata) == (("a", "b"), {"year": 2024})
    assert empty.page(document.id, 1).text == "The plan is blue."
    described = empty.describe("rep.pdf", tags=["c"], metadata={})
    assert (described.tags, described.metadata) == (("c",), {})
    assert empty.documents() == [described]


def test_a_question_is_one_request(address: str) -> None:
    seen: list[str] = []
    hooks = {"request": [lambda request: seen.append(request.url.path)]}
    client = httpx2.Client(base_url=address, timeout=60, event_hooks=hooks)
    with ServedLibrary(Requests(client), "main") as library:
        seen.clear()
        hits = library.search(QUESTION)
        answer = library.ask(QUESTION)
        *_, settled = library.ask_stream(QUESTION)

    cited = answer.citations[0].page
    assert cited is not None
    assert hits[0].page.text == cited.text == "Tickets cost twelve crowns."
    assert isinstance(settled, Settled)
    assert seen == ["/api/libraries/main/search", *["/api/libraries/main/ask"] * 2]


def refusing(times: int, status: int = 429, code: str = "too-many-requests") -> httpx2.Client:
    """A client of a server that refuses so often before it answers, and checks what is sent."""
    left = iter(range(times))

    def reply(request: httpx2.Request) -> httpx2.Response:
        assert request.read().count(b"the whole file") == (request.method == "POST")
        if next(left, None) is None:
            return httpx2.Response(200, json={"fine": True})
        told = {"code": code, "detail": "Not now."}
        return httpx2.Response(status, json=told, headers={"Retry-After": "7"})

    return httpx2.Client(base_url="http://server", transport=httpx2.MockTransport(reply))


def test_what_is_refused_for_now_is_sent_again_when_the_server_says() -> None:
    paused: list[float] = []
    with Requests(refusing(2), pause=paused.append) as requests:
        assert requests.get("/x") == {"fine": True}
    with Requests(refusing(1, 503, "busy"), pause=paused.append) as requests:
        files = [("files", ("a", io.BytesIO(b"the whole file")))]
        assert requests.upload("/x", files) == {"fine": True}

    assert paused == [7, 7, 7]


@pytest.mark.parametrize(
    ("client", "kind"),
    [
        (refusing(9), InputError),
        (refusing(1, 503, "backend-unreachable"), BackendUnreachable),
        (refusing(1, 404, "not-found"), NotFound),
    ],
)
def test_what_is_refused_for_good_is_an_error(
    client: httpx2.Client, kind: type[RectoError]
) -> None:
    with Requests(client, pause=lambda seconds: None) as requests, pytest.raises(kind):
        requests.get("/x")


OURS = "for who runs the server"
ELSEWHERE = {
    "within": "a key is of one tenant",
    "tenant": "a key is of one tenant",
    "tenants": "a key is of one tenant",
    "folder": "it is the server's",
    "forget_unfinished": "a job that is cancelled leaves nothing",
    "encode_question": "/v1/embeddings gives vectors",
    "encode_text": "/v1/embeddings gives vectors",
    "encode_picture": "/v1/embeddings gives vectors",
    "illustrate": "no server draws",
    "summarise": OURS,
    "reencode": OURS,
    "info": OURS,
    "encoder": "GET /api/libraries/{library} tells it",
    "takes_images": "GET /api/libraries/{library} tells it",
    "crossmodal": "GET /api/libraries/{library} tells it",
}
"""What a library has and one on a server has not, and why."""
CHOSEN_THERE = {
    "add": {"origin", "crossmodal"},
    "search": {"strategy"},
    "ask": {"answerer", "strategy", "on_step"},
    "ask_stream": {"answerer", "strategy"},
    "find": {"depth", "thermal", "imu"},  # which no request carries
}
"""Arguments that are not given: the server decides, or knows."""


FETCHED = {"add_url"}
"""What only servers do: a program on this machine downloads a file as it likes, and adds it."""


def members(kind: type) -> set[str]:
    kinds = (property, FunctionType)
    found = inspect.getmembers(kind, lambda member: isinstance(member, kinds))
    return {name for name, _ in found if not name.startswith("_")}


def test_it_has_what_a_library_has_or_there_is_a_reason() -> None:
    assert members(Library) - members(ServedLibrary) == set(ELSEWHERE)
    assert members(ServedLibrary) - members(Library) == FETCHED


@pytest.mark.parametrize("name", sorted(members(ServedLibrary) - FETCHED))
def test_a_method_takes_the_arguments_of_a_library(name: str) -> None:
    ours = list(inspect.signature(getattr(ServedLibrary, name)).parameters)
    theirs = list(inspect.signature(getattr(Library, name)).parameters)

    assert [argument for argument in theirs if argument in ours] == ours
    assert set(theirs) - set(ours) == CHOSEN_THERE.get(name, set())
