"""What was measured of a library on a server, by whoever was there: kept beside it, read by all."""

from __future__ import annotations

import time
from collections.abc import Callable

from recto.engine.store.proposals import Proposals, proposals_of
from recto.engine.store.remote.state import StatePoints, proposals_point

_FRESH = 300.0
"""Seconds after which it is looked at anew: others add pages, and measure."""


class Measured:
    """Of each tenant, and of what belongs to none."""

    def __init__(
        self,
        state: StatePoints,
        version: Callable[[], int],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`version` tells what the library is now: encoded anew it is another."""
        self._state = state
        self._version = version
        self._clock = clock
        self._known: dict[tuple[int, str], tuple[float, Proposals | None]] = {}

    def get(self, tenant: str) -> Proposals | None:
        key = self._version(), tenant
        read, known = self._known.get(key, (None, None))
        if read is None or self._clock() - read > _FRESH:
            payload = self._state.get(proposals_point(tenant)) or {}
            if payload.get("version") == key[0]:
                known = proposals_of(payload) or known
            self._known[key] = self._clock(), known
        return known

    def put(self, tenant: str, measured: Proposals) -> None:
        """Known to this process whether or not it can be written."""
        version = self._version()
        self._known[version, tenant] = self._clock(), measured
        payload = {**measured.to_json(), "version": version}
        self._state.put(proposals_point(tenant), payload, only_if=None)
