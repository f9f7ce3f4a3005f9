"""What goes wrong on the way that is used by default, after it has been found to work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import grpc  # type: ignore[import-untyped]
import numpy as np
import pytest

from recto.engine.errors import BackendUnreachable, DiskFull, LibraryError, RectoError
from recto.engine.store.plan import DenseArm, PageFilter, SearchPlan
from recto.engine.store.remote.address import parse_address
from recto.engine.store.remote.opening import open_server
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.store import RemoteStore
from tests.engine.store.remote.grpc_standin import Fault, StandIn, running
from tests.engine.store.remote.relay import Relay, relaying
from tests.engine.store.samples import ENCODER, page, pid

KEY = "very-secret-key"
Code = grpc.StatusCode
Waits = list[float]


@pytest.fixture
def server() -> Iterator[StandIn]:
    with running() as standin:
        yield standin


@pytest.fixture
def relay(server: StandIn) -> Iterator[Relay]:
    with relaying(server.port) as between:
        yield between


@pytest.fixture
def waits() -> Waits:
    """Seconds that were waited for, without waiting."""
    return []


@pytest.fixture
def store(server: StandIn, relay: Relay, waits: Waits) -> Iterator[RemoteStore]:
    with _open(relay, waits) as opened:
        opened.put_pages([page("a", 1, [[1, 2]])])
        server.asked.clear()
        yield opened


@pytest.fixture
def patient(server: StandIn, store: RemoteStore, relay: Relay) -> Iterator[RemoteStore]:
    """The same library, for connections that break: gRPC needs a moment, shorter than any wait of
    ours, to learn that one has gone, so a wait is a moment here and may be repeated often."""
    address = parse_address("http://127.0.0.1:1/finance", key=KEY)
    settings = ServerSettings(grpc_port=relay.port, attempts=200)

    def moment(seconds: float) -> None:
        threading.Event().wait(0.02)

    with open_server(address, ENCODER, create=False, settings=settings, sleep=moment) as opened:
        opened.count(PageFilter())
        server.asked.clear()
        yield opened


def _open(relay: Relay, waits: Waits, *, timeout: int = 60) -> RemoteStore:
    address = parse_address("http://127.0.0.1:1/finance", key=KEY)
    settings = ServerSettings(grpc_port=relay.port, attempts=4, timeout=timeout)
    return open_server(address, ENCODER, create=True, settings=settings, sleep=waits.append)


LATER = [
    pytest.param(Fault("Upsert", Code.UNAVAILABLE, times=2), id="unavailable"),
    pytest.param(Fault("Upsert", Code.UNAVAILABLE, times=2, applied=True), id="answer lost"),
    pytest.param(Fault("Upsert", Code.INTERNAL, times=1, applied=True), id="internal but done"),
    pytest.param(Fault("Upsert", Code.RESOURCE_EXHAUSTED, times=1), id="too many requests"),
    pytest.param(Fault("Upsert", Code.ABORTED, times=1), id="aborted"),
]


@pytest.mark.parametrize("fault", LATER)
def test_write_is_repeated_until_it_is_there_once(
    store: RemoteStore, server: StandIn, waits: Waits, fault: Fault
) -> None:
    server.faults.append(replace(fault))
    store.put_pages([page("a", n, [[n, 2]]) for n in (1, 2, 3)])
    assert waits == [0.5, 1.0][: fault.times]
    assert [p.id for p in store.scroll(PageFilter())] == sorted(pid("a", n) for n in (1, 2, 3))
    assert server.asked.count("Upsert") == fault.times + 1


@pytest.mark.parametrize("applied", [False, True])
def test_connection_that_breaks_while_a_write_is_answered(
    patient: RemoteStore, server: StandIn, relay: Relay, applied: bool
) -> None:
    before = relay.connections
    server.faults.append(
        Fault("Upsert", Code.UNAVAILABLE, applied=applied, meanwhile=relay.cut, times=2)
    )
    patient.put_pages([page("a", n, [[n, 2]]) for n in (2, 3)])
    assert server.asked.count("Upsert") == 3
    assert relay.connections >= before + 2
    assert patient.count(PageFilter()) == 3


def test_connection_that_breaks_between_calls_is_made_again(
    patient: RemoteStore, relay: Relay
) -> None:
    before = relay.connections
    relay.cut()
    arm = DenseArm(using="patches", query=np.ones((1, 2), np.float32), limit=3)
    assert [hit.id for hit in patient.search(SearchPlan(arms=(arm,)))[0]] == [pid("a", 1)]
    assert relay.connections > before


def test_slow_answer_is_not_waited_for_for_ever(
    server: StandIn, store: RemoteStore, relay: Relay, waits: Waits
) -> None:
    answered = threading.Event()
    server.faults.append(Fault("Upsert", applied=True, meanwhile=answered.wait))
    with _open(relay, waits, timeout=1) as hasty:
        try:
            hasty.put_pages([page("a", 2, [[2, 2]])])
        finally:
            answered.set()
    assert waits == [0.5]
    assert store.count(PageFilter()) == 2


@pytest.mark.parametrize(
    ("code", "said", "kind", "told"),
    [
        (Code.UNAVAILABLE, "closed", BackendUnreachable, "tried 4 times"),
        (Code.INTERNAL, "No space left on device", DiskFull, "No space left"),
        (Code.UNAUTHENTICATED, f"bad {KEY}", BackendUnreachable, "does not take this key"),
        (Code.PERMISSION_DENIED, "read only", BackendUnreachable, "does not take this key"),
        (Code.NOT_FOUND, "gone", LibraryError, "Open it again"),
        (Code.INVALID_ARGUMENT, "too many points", LibraryError, "refuses with 400"),
        (Code.UNIMPLEMENTED, "unknown method", LibraryError, "refuses with 501"),
    ],
)
def test_error_is_of_a_kind_of_ours_and_tells_the_reason(
    store: RemoteStore,
    server: StandIn,
    code: grpc.StatusCode,
    said: str,
    kind: type[RectoError],
    told: str,
) -> None:
    server.faults.append(Fault("Count", code, said, times=99))
    with pytest.raises(kind, match=told) as raised:
        store.count(PageFilter())
    assert KEY not in str(raised.value)
    server.faults.clear()
    assert store.count(PageFilter()) == 1
