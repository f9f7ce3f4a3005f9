"""Working ahead in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.indexing.prefetch import prefetch


@given(st.lists(st.integers()), st.integers(1, 5))
def test_prefetch_yields_the_same(items: list[int], ahead: int) -> None:
    assert list(prefetch(items, ahead=ahead)) == items


def test_prefetch_works_in_another_thread() -> None:
    def threads() -> Iterator[int]:
        yield threading.get_ident()

    assert next(prefetch(threads(), ahead=1)) != threading.get_ident()


def test_prefetch_raises_after_the_items_before() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise LookupError("no second")

    seen = []
    with pytest.raises(LookupError, match="no second"):  # noqa: PT012 - what came before counts
        for item in prefetch(failing(), ahead=3):
            seen.append(item)
    assert seen == [1]


def test_prefetch_is_bounded_and_closes_when_abandoned() -> None:
    produced: list[int] = []
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                produced.append(len(produced))
                yield produced[-1]
        finally:
            closed.set()

    stream = prefetch(endless(), ahead=2)
    assert next(stream) == 0
    stream.close()
    assert closed.is_set()
    assert len(produced) <= 1 + 2
