"""Calls are tried again where that can help. Knows no protocol.

The openai package could, but it knows no deadline for all calls together.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from recto.engine.endpoint.limits import Budget
from recto.engine.errors import RectoError

T = TypeVar("T")

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 20.0
"""Seconds of our own choice; an endpoint may ask for more."""


class TryLater(Exception):
    """A call failed in a way that another need not. `error` is for the caller who gives up."""

    def __init__(self, error: RectoError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        """Seconds that the endpoint asks for."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """How to wait; tests bring their own time and dice."""

    sleep: Callable[[float], None] = time.sleep
    dice: Callable[[], float] = random.random
    """From 0 to 1."""

    def call(self, once: Callable[[], T], budget: Budget) -> T:
        """Raises what the last attempt failed by; waits no longer than the budget lasts."""
        for attempt in range(1, budget.limits.attempts + 1):
            try:
                return once()
            except TryLater as later:
                wait = self._wait(attempt) if later.wait is None else later.wait
                if attempt == budget.limits.attempts or wait >= budget.seconds_left():
                    # The cause would show what was sent, key and all.
                    raise later.error from None
                self.sleep(wait)
        raise AssertionError(budget.limits.attempts)

    def _wait(self, attempt: int) -> float:
        """Each twice as long as the one before, and of no two clients the same."""
        longest: float = min(_FIRST_WAIT * 2.0 ** (attempt - 1), _LONGEST_WAIT)
        return longest * (0.5 + self.dice() / 2)
