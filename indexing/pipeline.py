"""Stages of work, each in a thread of its own, a bounded number of items apart.

Knows nothing of what is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from threading import Condition, Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Stopped(BaseException):
    """Raised in a stage that takes from another, when nobody wants more; it need not be caught."""


class Channel(Generic[T]):
    """What a stage has made and the next has not yet taken. For one thread on either side."""

    def __init__(self, ahead: int) -> None:
        self._ahead = ahead
        self._items: deque[T] = deque()
        self._changed = Condition()
        self._ended = False
        self._stopped = False
        self._error: BaseException | None = None

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        return self.take()

    def take(self, patience: float | None = None) -> T:
        """The next item; waits for it, or for so many seconds.

        Raises StopIteration after the last, TimeoutError, and what the stage raised in place of
        the item that it was making.
        """
        with self._changed:
            if not self._changed.wait_for(self._is_decided, patience):
                raise TimeoutError
            if self._stopped:
                raise Stopped
            if self._items:
                self._changed.notify_all()
                return self._items.popleft()
            if self._error is not None:
                raise self._error
            raise StopIteration

    def room(self) -> bool:
        """Wait until an item more may be made; False when none is wanted any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._items) < self._ahead)
            return not self._stopped

    def put(self, item: T) -> None:
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()

    def end(self, error: BaseException | None) -> None:
        """There are no more items, because of an error if there is one."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def stop(self) -> None:
        """Nobody wants more: wake up who waits, on either side."""
        with self._changed:
            self._stopped = True
            self._items.clear()
            self._changed.notify_all()

    def _is_decided(self) -> bool:
        return bool(self._items) or self._ended or self._stopped


class Pipeline:
    """A `with` block that no thread outlives.

    At its end, however it came about, stages stop after the items at hand, and are closed.

    >>> with Pipeline() as pipeline:
    ...     halves = pipeline.stage((n / 2 for n in range(3)), ahead=1)
    ...     print(list(pipeline.stage((half + 1 for half in halves), ahead=1)))
    [1.0, 1.5, 2.0]
    """

    def __init__(self) -> None:
        self._channels: list[Channel[object]] = []
        self._threads: list[Thread] = []

    def stage(self, items: Iterable[T], *, ahead: int) -> Channel[T]:
        """Compute `items` in a thread, at most `ahead` of them waiting or at hand.

        What the iterable raises is raised where its item would have come.
        """
        channel: Channel[T] = Channel(ahead)
        thread = Thread(target=_work, args=(items, channel), name=f"stage {len(self._threads)}")
        self._channels.append(channel)  # type: ignore[arg-type]  # only to be stopped
        self._threads.append(thread)
        thread.start()
        return channel

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for channel in self._channels:
            channel.stop()
        for thread in self._threads:
            thread.join()


def _work(items: Iterable[T], channel: Channel[T]) -> None:
    iterator = iter(items)
    error: BaseException | None = None
    try:
        while channel.room():
            channel.put(next(iterator))
    except (StopIteration, Stopped):
        pass
    except BaseException as raised:  # raised again by who takes
        error = raised
    try:
        if isinstance(iterator, Generator):
            iterator.close()
    except Exception as raised:
        error = error or raised
    channel.end(error)
