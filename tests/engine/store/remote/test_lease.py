"""One process at a time writes, and one that died is not waited for."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from recto.engine.errors import LibraryBusy
from recto.engine.store.remote.client import Client
from recto.engine.store.remote.lease import PATIENCE, Lease
from recto.engine.store.remote.opening import open_with
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.state import LEASE, StatePoints
from tests.engine.store.samples import ENCODER, document
from tests.engine.store.servers import in_memory, memory_store


@dataclass
class Clock:
    """Time passes by sleeping only, and something may happen meanwhile."""

    now: float = 0.0
    meanwhile: Callable[[], object] = field(default=lambda: None)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.meanwhile()


@pytest.fixture
def client() -> Client:
    client = in_memory()
    memory_store(ENCODER, client)
    return client


def _lease(client: Client, clock: Clock | None = None) -> Lease:
    clock = clock or Clock()
    return Lease(StatePoints(client), clock=clock, sleep=clock.sleep)


def _point(client: Client) -> dict[str, object]:
    found = StatePoints(client).get(LEASE)
    assert found is not None
    return found


def _of(client: Client, host: str, process: int) -> None:
    """Somebody else holds the lease."""
    payload = {"holder": "somebody", "host": host, "process": process, "count": 7}
    StatePoints(client).put(LEASE, payload, only_if=None)


def _sign(client: Client) -> None:
    StatePoints(client).put(LEASE, {**_point(client), "count": 8}, only_if=None)


def test_lease_is_held_and_let_go(client: Client) -> None:
    lease = _lease(client)
    with lease.held():
        assert _point(client)["process"] == os.getpid()
        lease.check()
    assert _point(client)["holder"] == ""
    with _lease(client).held():
        assert _point(client)["holder"]


def test_lease_is_let_go_after_an_error(client: Client) -> None:
    with pytest.raises(ZeroDivisionError), _lease(client).held():
        _ = 1 / 0
    assert _point(client)["holder"] == ""


def test_who_gives_signs_is_not_disturbed(client: Client) -> None:
    _of(client, "elsewhere", 4321)
    clock = Clock(meanwhile=lambda: _sign(client))
    with (
        pytest.raises(LibraryBusy, match="process 4321 on elsewhere"),
        _lease(client, clock).held(),
    ):
        pytest.fail("both would write")
    assert clock.now < PATIENCE / 2


def test_who_gives_no_sign_is_taken_for_dead(client: Client) -> None:
    _of(client, "elsewhere", 4321)
    clock = Clock()
    with _lease(client, clock).held():
        assert _point(client)["process"] == os.getpid()
    assert clock.now >= PATIENCE


def test_who_lets_go_meanwhile_is_followed(client: Client) -> None:
    other = _lease(client)
    other._take()

    def let_go() -> None:
        if other._mine is not None:
            other._let_go()

    clock = Clock(meanwhile=let_go)
    with _lease(client, clock).held():
        assert clock.now < PATIENCE / 2


def test_process_of_this_machine_that_has_ended_is_not_waited_for(client: Client) -> None:
    ended = os.fork()
    if not ended:
        os._exit(0)
    os.waitpid(ended, 0)
    _of(client, socket.gethostname(), ended)
    clock = Clock()
    with _lease(client, clock).held():
        assert clock.now == 0


class Overtaken(StatePoints):
    """Somebody else takes the lease between the last look and the write."""

    def put(self, id: str, payload: dict[str, Any], *, only_if: Mapping[str, Any] | None) -> None:
        super().put(id, {**payload, "holder": "faster", "host": "elsewhere"}, only_if=only_if)
        super().put(id, payload, only_if=only_if)


def test_of_two_that_take_it_at_once_one_has_it(client: Client) -> None:
    clock = Clock()
    lease = Lease(Overtaken(client), clock=clock, sleep=clock.sleep)
    with pytest.raises(LibraryBusy, match="on elsewhere"), lease.held():
        pytest.fail("both would write")
    assert _point(client)["holder"] == "faster"


def test_who_was_stopped_too_long_writes_no_more(client: Client) -> None:
    clock = Clock()
    lease = _lease(client, clock)
    with lease.held():
        _of(client, "elsewhere", 4321)  # which took this for dead
        clock.now += PATIENCE
        with pytest.raises(LibraryBusy, match="process 4321 on elsewhere"):
            lease.check()
    assert _point(client)["process"] == 4321


def test_who_was_stopped_and_not_missed_goes_on(client: Client) -> None:
    clock = Clock()
    lease = _lease(client, clock)
    with lease.held():
        clock.now += PATIENCE
        lease.check()
        assert _point(client)["process"] == os.getpid()


def test_store_writes_under_the_lease(client: Client) -> None:
    first = open_with(client, None, create=False, settings=ServerSettings())
    second = open_with(client, None, create=False, settings=ServerSettings())
    with first.writing():
        first.put_documents([document("a")])
        assert second.documents() == [document("a")]
        second._shared.lease._sleep = lambda seconds: first._shared.lease._renew()
        with pytest.raises(LibraryBusy), second.writing():
            pytest.fail("both would write")
    with second.writing():
        second.put_documents([document("b")])
