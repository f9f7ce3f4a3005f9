"""What a server or the way to it does wrong: nothing lost, nothing doubled, every error clear."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from recto.engine.errors import BackendUnreachable, DiskFull, LibraryError, RectoError, RectoWarning
from recto.engine.store.plan import PageFilter
from recto.engine.store.remote.address import parse_address
from recto.engine.store.remote.opening import open_server
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.store import RemoteStore
from recto.engine.store.sizes import BATCH_POINTS
from tests.engine.store.remote.conftest import HTTP
from tests.engine.store.remote.standin import Fault, StandIn
from tests.engine.store.samples import ENCODER, document, page, pid

KEY = "very-secret-key"
UPSERT = "PUT .*pages.*/points"
Waits = list[float]


@pytest.fixture
def waits() -> Waits:
    """Seconds that were waited for, without waiting."""
    return []


@pytest.fixture
def store(server: StandIn, waits: Waits) -> Iterator[RemoteStore]:
    address = parse_address(server.address, "finance", key=KEY)
    with open_server(address, ENCODER, create=True, settings=HTTP, sleep=waits.append) as opened:
        opened.put_pages([page("a", 1, [[1, 2]], words={7: 1.0})])
        server.asked.clear()
        yield opened


LATER = [
    pytest.param(Fault(UPSERT, times=2), id="dropped"),
    pytest.param(Fault(UPSERT, times=2, applied=True), id="answer lost"),
    pytest.param(Fault(UPSERT, 500, b"{}", times=2), id="500"),
    pytest.param(Fault(UPSERT, 503, b"<html>busy</html>", times=2), id="503 of a proxy"),
    pytest.param(Fault(UPSERT, 500, b"{}", times=1, applied=True), id="500 but done"),
]


@pytest.mark.parametrize("fault", LATER)
def test_write_is_repeated_until_it_is_there_once(
    store: RemoteStore, server: StandIn, waits: Waits, fault: Fault
) -> None:
    times = fault.times
    server.faults.append(replace(fault))
    store.put_pages([page("a", n, [[n, 2]], words={7: 1.0}) for n in (1, 2, 3)])
    assert waits == [0.5, 1.0][:times]
    assert [p.id for p in store.scroll(PageFilter())] == sorted(pid("a", n) for n in (1, 2, 3))
    assert len(server.requests(UPSERT)) == times + 1


def test_read_is_repeated(store: RemoteStore, server: StandIn) -> None:
    server.faults.append(Fault("POST .*/points/count"))
    assert store.count(PageFilter()) == 1


def test_slow_answer_is_not_waited_for_for_ever(
    store: RemoteStore, server: StandIn, waits: Waits
) -> None:
    hold = threading.Event()
    server.faults.append(Fault(UPSERT, hold=hold, applied=True))
    address = parse_address(server.address, "finance")
    hasty = replace(HTTP, timeout=1)
    with open_server(address, None, create=False, settings=hasty, sleep=waits.append) as opened:
        try:
            opened.put_pages([page("a", 2, [[2, 2]])])
        finally:
            hold.set()
    assert waits == [0.5]
    assert store.count(PageFilter()) == 2


def _put(store: RemoteStore) -> None:
    store.put_pages([page("b", 1, [[1, 1]])])


def _count(store: RemoteStore) -> None:
    store.count(PageFilter())


Call = Callable[[RemoteStore], None]
FOREVER = 99


@pytest.mark.parametrize(
    ("call", "fault", "kind", "said"),
    [
        (_put, Fault(UPSERT, times=FOREVER), BackendUnreachable, "tried 4 times"),
        (_put, Fault(UPSERT, 500, b"{}", FOREVER), BackendUnreachable, "tried 4 times: 500"),
        (
            _put,
            Fault(UPSERT, 500, b'{"status": {"error": "No space left on device"}}', FOREVER),
            DiskFull,
            "No space left",
        ),
        (
            _put,
            Fault(UPSERT, 507, b'{"status": {"error": "Disk quota exceeded"}}', FOREVER),
            DiskFull,
            "quota",
        ),
        (
            _count,
            Fault("count", 401, b"Must provide an API key", FOREVER),
            BackendUnreachable,
            "key",
        ),
        (_count, Fault("count", 403, b"Forbidden " + KEY.encode()), BackendUnreachable, "key"),
        (
            _count,
            Fault("count", 200, b"<html>hello</html>", FOREVER),
            BackendUnreachable,
            "answers",
        ),
        (
            _count,
            Fault("count", 200, b'{"result": 3}', FOREVER),
            BackendUnreachable,
            "answers, but",
        ),
        (_count, Fault("count", 302, b"", FOREVER), LibraryError, "302"),
        (_count, Fault("count", 404, b'{"status": {"error": "gone"}}'), LibraryError, "Open it"),
        (
            _put,
            Fault(UPSERT, 400, b'{"status": {"error": "Too large"}}'),
            LibraryError,
            "Too large",
        ),
    ],
)
def test_error_is_of_a_kind_of_ours_and_tells_the_reason(
    store: RemoteStore,
    server: StandIn,
    call: Call,
    fault: Fault,
    kind: type[RectoError],
    said: str,
) -> None:
    server.faults.append(replace(fault))
    with pytest.raises(kind, match=said) as raised:
        call(store)
    assert KEY not in str(raised.value)
    assert store.encoder == ENCODER
    server.faults.clear()
    assert store.count(PageFilter()) == 1  # what was there before is there, and it goes on


def test_batch_that_fails_leaves_those_before_it(store: RemoteStore, server: StandIn) -> None:
    pages = [page("b", number, [[1, number]]) for number in range(1, BATCH_POINTS + 2)]
    server.faults.append(Fault(UPSERT, 400, after=1))
    with pytest.raises(LibraryError):
        store.put_pages(pages)
    assert store.count(PageFilter()) == 1 + BATCH_POINTS
    store.put_pages(pages)
    assert store.count(PageFilter()) == 1 + len(pages)


def test_unreachable_server_is_named_without_the_key() -> None:
    address = parse_address("http://127.0.0.1:1", "finance", key=KEY)
    waits: Waits = []
    with pytest.raises(BackendUnreachable, match=r"http://127\.0\.0\.1:1 was tried") as raised:
        open_server(address, ENCODER, create=True, settings=HTTP, sleep=waits.append)
    assert KEY not in str(raised.value)
    assert waits == [0.5, 1.0, 2.0]


def test_old_server_is_refused(server: StandIn) -> None:
    server.version = "1.18.2"
    address = parse_address(server.address, "finance")
    with pytest.raises(LibraryError, match=r"1\.18\.2; expected 1\.19"):
        open_server(address, ENCODER, create=True, settings=HTTP)


def test_http_is_used_where_grpc_does_not_answer(server: StandIn) -> None:
    settings = ServerSettings(grpc_port=1, timeout=1)
    address = parse_address(server.address, "finance")
    with pytest.warns(RectoWarning, match="not by gRPC on port 1"):
        opened = open_server(address, ENCODER, create=True, settings=settings)
    with opened as store:
        store.put_documents([document("a")])
        assert store.documents() == [document("a")]


def test_key_is_sent_with_every_request(store: RemoteStore, server: StandIn) -> None:
    store.put_pages([page("b", 1, [[1, 1]])])
    assert {asked.key for asked in server.asked} == {KEY}
