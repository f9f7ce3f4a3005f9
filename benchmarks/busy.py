"""How long each of several things is busy, while they work at the same time."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Busy:
    """Seconds within watched methods, by stage, until the end of a `with` block.

    Calls of one stage within another of it, in the same thread, count once.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._watched: list[tuple[object, str]] = []
        self._lock = threading.Lock()
        self._mine = threading.local()

    def watch(self, stage: str, thing: object, *methods: str) -> None:
        """Count the time of calls of these methods of this one object."""
        for name in methods:
            self.replace(thing, name, self._timed(stage, getattr(thing, name)))

    def replace(self, thing: object, name: str, method: Callable[..., object]) -> None:
        """Let this one object have another method of that name."""
        setattr(thing, name, method)
        self._watched.append((thing, name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for thing, name in self._watched:
            delattr(thing, name)  # what its class has is seen again

    def _timed(self, stage: str, method: Callable[P, T]) -> Callable[P, T]:
        def timed(*arguments: P.args, **named: P.kwargs) -> T:
            inside: set[str] = self._mine.__dict__.setdefault("inside", set())
            if stage in inside:
                return method(*arguments, **named)
            inside.add(stage)
            begun = time.perf_counter()
            try:
                return method(*arguments, **named)
            finally:
                inside.discard(stage)
                with self._lock:
                    self.seconds[stage] += time.perf_counter() - begun

        return timed
