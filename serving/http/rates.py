"""How often each caller may ask: a bucket of requests that fills up at an even rate."""

from __future__ import annotations

import math
from threading import Lock

_MAX_CALLERS = 10_000
"""Buckets that are remembered; the fullest are forgotten first, which gives nothing away."""


class Rates:
    """For several threads. Knows no clock: the caller says what time it is, in seconds."""

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def wait(self, caller: str, now: float) -> int:
        """Take one request from the caller's bucket; else whole seconds until there is one."""
        with self._lock:
            left, last = self._buckets.get(caller, (self._most, now))
            left = min(self._most, left + (now - last) * self._most / 60)
            if left >= 1:
                self._buckets[caller] = (left - 1, now)
                self._bound()
                return 0
            self._buckets[caller] = (left, now)
            return math.ceil((1 - left) * 60 / self._most)

    def _bound(self) -> None:
        if len(self._buckets) > _MAX_CALLERS:
            fullest = sorted(self._buckets, key=lambda caller: -self._buckets[caller][0])
            for caller in fullest[: _MAX_CALLERS // 2]:
                del self._buckets[caller]
