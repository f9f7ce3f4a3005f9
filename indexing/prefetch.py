"""Work ahead of the consumer in a thread of its own, a bounded number of items ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
_END: Final = object()


def prefetch(items: Iterable[T], *, ahead: int) -> Generator[T]:
    """Yield `items`, computed in a thread, at most `ahead` of them waiting or at hand.

    An exception of the iterable is raised where its item would have come. When the consumer stops
    early, the item at hand is finished and the iterable closed.
    """
    iterator = iter(items)
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="prefetch")
    try:
        waiting = deque(thread.submit(next, iterator, _END) for _ in range(ahead))
        while (item := waiting.popleft().result()) is not _END:
            waiting.append(thread.submit(next, iterator, _END))
            yield item  # type: ignore[misc]  # mypy cannot narrow by a sentinel
    finally:
        thread.shutdown(cancel_futures=True)
        if isinstance(iterator, Generator):
            iterator.close()
