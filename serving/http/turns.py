"""How many searches, or answers, run at once. Who comes when all places are taken waits, though not
for ever: threads that wait are threads that nobody else has."""

from __future__ import annotations

from threading import BoundedSemaphore
from types import TracebackType

from .problems import Refusal


class Turns:
    """A place is held within a `with` block, or from `take` to `release`. For several threads."""

    def __init__(self, places: int, *, patience: float) -> None:
        """`patience`: seconds that somebody waits for a place."""
        self.threads = 3 * places
        """Threads that may be in it: those with a place, and those that wait."""
        self._places = BoundedSemaphore(places)
        self._patience = patience
        self._waiting = BoundedSemaphore(2 * places)

    def take(self) -> None:
        """Raises Refusal (503) when no place is free for so long, or too many wait already."""
        if self._places.acquire(blocking=False):
            return
        if not self._waiting.acquire(blocking=False):
            raise _refusal()
        try:
            if not self._places.acquire(timeout=self._patience):
                raise _refusal()
        finally:
            self._waiting.release()

    def release(self) -> None:
        """From any thread."""
        self._places.release()

    def __enter__(self) -> None:
        self.take()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _refusal() -> Refusal:
    return Refusal(503, "Too much is asked at once; try again in a moment.", code="busy")
