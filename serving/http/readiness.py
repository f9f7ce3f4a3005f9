"""Whether the libraries answer. Anybody may ask, so that it costs the server next to nothing: one
look at a time, in a thread of its own, and what it found holds for a moment, good or bad."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import anyio
from anyio.to_thread import run_sync

_log = logging.getLogger("recto.http")
_FRESH = 2.0
"""Seconds for which a finding holds."""
_PATIENCE = 4.0
"""Seconds after which what does not answer is taken not to."""


class Readiness:
    """Of one server. For its event loop."""

    def __init__(self, look: Callable[[], None], *, patience: float = _PATIENCE) -> None:
        """`look` raises what is wrong."""
        self._look = look
        self._patience = patience
        self._found = False
        self._until = float("-inf")
        self._looking = anyio.Lock()
        self._busy = False
        """Whether a look is under way, perhaps one that nobody waits for any more."""
        self._limiter = anyio.CapacityLimiter(1)
        """Not of the threads in which handlers wait."""

    async def ready(self) -> bool:
        """Whether everything answers; within a few seconds."""
        with anyio.move_on_after(self._patience):
            async with self._looking:
                if time.monotonic() >= self._until:
                    self._found = await self._finds()
                    self._until = time.monotonic() + _FRESH
                return self._found
        return False

    async def _finds(self) -> bool:
        """A look that takes too long goes on by itself; until it is over there is no other."""
        if self._busy:
            return False
        self._busy = True
        with anyio.move_on_after(self._patience / 2):
            return await run_sync(self._is_fine, abandon_on_cancel=True, limiter=self._limiter)
        return False

    def _is_fine(self) -> bool:
        try:
            self._look()
        except Exception as error:
            _log.warning("not ready: %s", error)
            return False
        finally:
            self._busy = False
        return True
