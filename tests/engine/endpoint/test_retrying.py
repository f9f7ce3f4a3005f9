from __future__ import annotations

import pytest

from recto.engine.endpoint.limits import Limits
from recto.engine.endpoint.retrying import Retrying, TryLater
from recto.engine.errors import RateLimited

LATER = RateLimited("too often")


def waited(*asked: float | None, dice: float = 1.0, limits: Limits | None = None) -> list[float]:
    """How long is waited between calls that fail so often, asking for these waits."""
    waits: list[float] = []
    failures = [TryLater(LATER, wait) for wait in asked]

    def once() -> str:
        if failures:
            raise failures.pop(0)
        return "done"

    retrying = Retrying(waits.append, lambda: dice)
    assert retrying.call(once, (limits or Limits(timeout=1000, attempts=20)).start()) == "done"
    return waits


def test_each_wait_is_twice_as_long_up_to_a_limit() -> None:
    assert waited(*[None] * 8) == [0.5, 1, 2, 4, 8, 16, 20, 20]


def test_no_two_clients_wait_alike() -> None:
    assert waited(None, None, dice=0.0) == [0.25, 0.5]
    assert waited(None, None, dice=0.5) == [0.375, 0.75]


def test_what_the_endpoint_asks_for_counts() -> None:
    assert waited(0.0, 33.0, None) == [0, 33, 2]


def test_the_last_failure_is_told() -> None:
    with pytest.raises(RateLimited, match="too often"):
        waited(None, None, limits=Limits(attempts=2))


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    with pytest.raises(RateLimited):
        waited(31.0, limits=Limits(timeout=30))
