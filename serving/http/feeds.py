"""What a thread of its own makes, one thing after another, for a response that no thread waits for.

Handlers share a few threads, and whoever reads an answer slowly, or a model that is silent, would
keep one of them for minutes. Here the work goes on at its own pace, and what it makes waits for the
reader; a reader who goes away ends it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import closing
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

_log = logging.getLogger("recto.http")
T = TypeVar("T")


class Feed(Generic[T]):
    """Of a generator, which begins at once and is closed in its thread."""

    def __init__(self, made: Generator[T, None, None], *, on_end: Callable[[], None]) -> None:
        """`on_end` is called when the work is over, whether or not somebody has read of it."""
        self._made = made
        self._on_end = on_end
        self._waiting: deque[T] = deque()
        self._lock = Lock()
        self._over = False
        self._left = Event()
        self._wake: Callable[[], object] = lambda: None
        Thread(target=self._work, name="answer", daemon=True).start()

    async def read(self, *, every: float) -> AsyncGenerator[T | None, None]:
        """All of it, once; None after so many seconds in which nothing came."""
        there = asyncio.Event()
        loop = asyncio.get_running_loop()
        with self._lock:
            self._wake = lambda: loop.call_soon_threadsafe(there.set)
        try:
            while True:
                with self._lock:
                    new, over = list(self._waiting), self._over
                    self._waiting.clear()
                    there.clear()
                for one in new:
                    yield one
                if over:
                    return
                if not new:
                    try:
                        await asyncio.wait_for(there.wait(), timeout=every)
                    except TimeoutError:
                        yield None
        finally:
            self._left.set()

    def _work(self) -> None:
        try:
            with closing(self._made):
                for one in self._made:
                    if self._left.is_set():
                        return
                    self._note(one)
        except Exception:  # which the generator should have made one of its things
            _log.exception("an answer broke off")
        finally:
            self._on_end()
            self._note(over=True)

    def _note(self, one: T | None = None, *, over: bool = False) -> None:
        with self._lock:
            if one is not None:
                self._waiting.append(one)
            self._over = over
            try:
                self._wake()
            except RuntimeError:  # the loop has ended, and with it who has read
                self._left.set()
