"""Who holds something of the server, and for how long: connections, threads, turns."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

import httpx2
import pytest

from recto.serving.http.feeds import Feed
from recto.serving.http.readiness import Readiness
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing
from tests.endpoints.known import make_known
from tests.endpoints.scripted import Reply, scripted
from tests.pdfs import lines, pdf

from .conftest import Client, running

MAIN = "/api/libraries/main"
HEAD = f"POST {MAIN}/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture
def own(tmp_path: Path) -> ServeSettings:
    return ServeSettings(
        libraries={"main": str(tmp_path / "library")}, state=tmp_path / "state", rate=100_000
    )


@contextmanager
def connected(address: str, sent: str = "") -> Iterator[socket.socket]:
    url = httpx2.URL(address)
    assert url.port is not None
    with socket.create_connection((url.host, url.port), timeout=60) as connection:
        connection.sendall(sent.encode())
        yield connection


def told(connection: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    parts = []
    with suppress(ConnectionResetError):  # what was sent had not been read
        while part := connection.recv(4096):
            parts.append(part)
    return b"".join(parts)


def test_who_sends_too_slowly_is_left(own: ServeSettings) -> None:
    KeyRing(own.state).create("someone", "read")
    impatient = replace(own, patience=0.3)
    with running(impatient) as address:
        with connected(address) as silent:
            assert told(silent) == b""
        with connected(address, HEAD) as half_a_head:
            assert told(half_a_head).startswith(b"HTTP/1.1 408 ")
        # Without a key nothing of a body is read, and the rest of it not waited for.
        with connected(address, f"{HEAD}Content-Length: 99\r\n\r\n{{") as refused:
            assert told(refused).startswith(b"HTTP/1.1 401 ")


def test_a_body_that_does_not_come_is_not_waited_for(own: ServeSettings) -> None:
    with (
        running(replace(own, patience=0.3)) as address,
        connected(address, f"{HEAD}Content-Length: 99\r\n\r\n{{") as half,
    ):
        assert told(half).startswith(b"HTTP/1.1 408 ")


def test_connections_that_ask_for_nothing_make_room(own: ServeSettings) -> None:
    with running(replace(own, connections=3)) as address, ExitStack() as stack:
        first, *_ = [stack.enter_context(connected(address, "GET")) for _ in range(3)]

        assert httpx2.get(f"{address}/livez", timeout=60).status_code == 200
        assert told(first) == b""


@pytest.fixture
def stalling(own: ServeSettings, tmp_path: Path) -> Iterator[str]:
    """A server with one turn for answers, whose model begins to write and then is silent."""
    with (
        scripted([Reply.stalled("Twelve crowns.")] * 9) as endpoint,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
        make_known(endpoint)
        asking = replace(own, model=endpoint.model, base_url=endpoint.url, answers=1, wait=0.1)
        with running(asking) as address:
            files = {"files": ("ferry.pdf", pdf([lines("Tickets cost twelve crowns.")]))}
            job = httpx2.post(f"{address}{MAIN}/documents", files=files, timeout=60).json()
            httpx2.get(f"{address}{MAIN}/jobs/{job['job']}/events", timeout=60)
            yield address
            endpoint.over.set()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{MAIN}/ask", {"question": "What do tickets cost?"}),
        (
            "/v1/chat/completions",
            {"model": "main", "messages": [{"role": "user", "content": "What do tickets cost?"}]},
        ),
    ],
)
def test_answers_that_are_streamed_are_as_few_as_others(
    stalling: str, path: str, body: dict[str, object]
) -> None:
    with (
        Client(base_url=stalling, timeout=60) as client,
        client.stream("POST", path, json={**body, "stream": True}) as first,
    ):
        assert first.status_code == 200
        assert next(first.iter_lines())  # so it has its turn
        others = [client.post(path, json={**body, "stream": True}) for _ in range(3)]
        whole = client.post(path, json=body)

        assert {reply.status_code for reply in (*others, whole)} == {503}
        assert client.get("/readyz").status_code == 200
        found = client.post(f"{MAIN}/search", json={"question": "tickets"})
        assert found.json()["hits"]


def counted(*, until: Event, ended: list[bool]) -> Generator[int, None, None]:
    try:
        yield 1
        until.wait(60)
        yield 2
    finally:
        ended.append(True)


def test_work_ends_with_who_reads_it_and_not_before_it_is_read() -> None:
    go, ended, over = Event(), list[bool](), Event()

    async def leave_early() -> list[int | None]:
        seen = []
        reading = Feed(counted(until=go, ended=ended), on_end=over.set).read(every=0.01)
        async for one in reading:
            seen.append(one)
            if one is None:
                break
        await reading.aclose()
        go.set()
        return seen

    assert asyncio.run(leave_early()) == [1, None]
    assert over.wait(60)
    assert ended == [True]


def test_work_goes_on_while_nobody_reads() -> None:
    go, over = Event(), Event()
    go.set()

    async def read_late() -> list[int | None]:
        feed = Feed(counted(until=go, ended=[]), on_end=over.set)
        assert over.wait(60)
        return [one async for one in feed.read(every=60)]

    assert asyncio.run(read_late()) == [1, 2]


def looked(look: Callable[[], None], times: int) -> list[bool]:
    async def ask() -> list[bool]:
        readiness = Readiness(look, patience=0.1)
        return [await readiness.ready() for _ in range(times)]

    return asyncio.run(ask())


def test_readiness_is_found_out_once_in_a_while() -> None:
    looks: list[bool] = []

    def fail() -> None:
        looks.append(True)
        raise OSError

    assert looked(lambda: None, 2) == [True, True]
    assert looked(fail, 3) == [False] * 3
    assert len(looks) == 1


def test_a_library_that_never_answers_is_asked_once() -> None:
    looks: list[bool] = []
    go = Event()

    def hang() -> None:
        looks.append(True)
        go.wait(60)

    async def ask() -> list[bool]:
        readiness = Readiness(hang, patience=0.1)
        found = await asyncio.gather(*(readiness.ready() for _ in range(20)))
        go.set()
        return found

    assert asyncio.run(ask()) == [False] * 20
    assert len(looks) == 1
