"""Stages in threads: order, overlap, bounds, errors, and nothing left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.indexing.pipeline import Pipeline

_LONG = 60.0
"""Seconds after which a test that waits for ever fails instead."""


def stages() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("stage")]


@given(st.lists(st.integers()), st.integers(1, 4), st.integers(1, 4))
def test_stages_keep_the_items_and_their_order(items: list[int], first: int, second: int) -> None:
    with Pipeline() as pipeline:
        doubled = pipeline.stage((2 * item for item in items), ahead=first)
        shown = pipeline.stage((str(item) for item in doubled), ahead=second)
        assert list(shown) == [str(2 * item) for item in items]
    assert stages() == []


def test_two_stages_and_the_caller_work_at_the_same_time() -> None:
    """The second stage has item n when the first has n + 1 and the caller n - 1."""
    meeting = threading.Barrier(3, timeout=_LONG)

    def first() -> Iterator[int]:
        yield from (0, 1)
        meeting.wait()
        yield 2

    def second(items: Iterable[int]) -> Iterator[int]:
        for item in items:
            if item == 1:
                meeting.wait()
            yield item

    with Pipeline() as pipeline:
        items = pipeline.stage(second(pipeline.stage(first(), ahead=2)), ahead=2)
        assert items.take() == 0
        meeting.wait()
        assert list(items) == [1, 2]


def test_a_stage_waits_when_nobody_takes() -> None:
    made: list[int] = []
    third = threading.Event()

    def endless() -> Iterator[int]:
        while True:
            made.append(len(made))
            if len(made) == 3:
                third.set()
            yield made[-1]

    with Pipeline() as pipeline:
        channel = pipeline.stage(endless(), ahead=2)
        assert channel.take() == 0
        assert third.wait(_LONG)
    assert made == [0, 1, 2]  # one taken, two ahead
    assert stages() == []


def test_an_error_comes_where_its_item_would_have_come() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise LookupError("no second")

    with Pipeline() as pipeline:
        items = pipeline.stage((n for n in pipeline.stage(failing(), ahead=3)), ahead=3)
        assert items.take() == 1
        with pytest.raises(LookupError, match="no second"):
            items.take()
    assert stages() == []


def test_the_first_error_is_the_one_that_is_raised() -> None:
    def failing(items: Iterable[int]) -> Iterator[int]:
        for item in items:
            if item == 7:
                raise LookupError("second stage")
            yield item

    def lost() -> Iterator[int]:
        yield 7
        raise ValueError("first stage")

    with Pipeline() as pipeline:
        items = pipeline.stage(failing(pipeline.stage(lost(), ahead=3)), ahead=3)
        with pytest.raises(LookupError, match="second stage"):
            items.take()


def test_stages_that_wait_are_woken_and_closed_when_the_caller_fails() -> None:
    closed: list[str] = []

    def empty() -> Iterator[int]:
        try:
            yield 0
            while True:
                yield 1
        finally:
            closed.append("first")

    def waiting(items: Iterable[int]) -> Iterator[int]:
        try:
            for item in items:
                if item == 0:
                    yield item
        finally:
            closed.append("second")

    with pytest.raises(KeyboardInterrupt), Pipeline() as pipeline:  # noqa: PT012 - what came before counts
        items = pipeline.stage(waiting(pipeline.stage(empty(), ahead=1)), ahead=1)
        assert items.take() == 0
        raise KeyboardInterrupt
    assert sorted(closed) == ["first", "second"]
    assert stages() == []


def test_take_waits_no_longer_than_its_patience() -> None:
    go_on = threading.Event()

    def slow() -> Iterator[int]:
        assert go_on.wait(_LONG)
        yield 1

    with Pipeline() as pipeline:
        items = pipeline.stage(slow(), ahead=1)
        with pytest.raises(TimeoutError):
            items.take(0.01)
        go_on.set()
        assert items.take(_LONG) == 1
        with pytest.raises(StopIteration):
            items.take()
