"""How many searches and answers run at once. Who comes when all places are taken waits, though not
for ever: threads that wait are threads that nobody else has."""

from __future__ import annotations

from threading import BoundedSemaphore
from types import TracebackType

from .problems import Refusal

PATIENCE = 30.0
"""Seconds."""


class Turns:
    """A place is held within a `with` block. For several threads."""

    def __init__(self, places: int, *, patience: float = PATIENCE) -> None:
        self._places = BoundedSemaphore(places)
        self._patience = patience

    def __enter__(self) -> None:
        """Raises Refusal (503) when no place was free for so long."""
        if not self._places.acquire(timeout=self._patience):
            raise Refusal(
                503,
                "Too many searches are running; try again in a moment.",
                code="busy",
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._places.release()
