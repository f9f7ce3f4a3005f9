"""Who may write to a library on a server: one process at a time, until it is done or dead.

Ids that say what a thing is make a write safe to repeat, but not two writers safe: one would take
what the other is adding for the leavings of a crash, and finish or remove it.

The lease is a point that its holder counts up every few seconds. It is free when nobody is named in
it, when the process that is named has ended on this machine, or when it has not been counted up
while somebody watched for `PATIENCE` seconds; so that no two machines' clocks are compared. It is
taken, counted up and let go by writes on the condition that it is as it was read.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from recto.engine.errors import LibraryBusy, RectoError
from recto.engine.store.remote.state import LEASE, StatePoints

PATIENCE = 20.0
"""Seconds without a sign after which a holder is taken for dead."""
_SIGN = 4.0
"""Seconds between two signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What the point says."""

    holder: str = ""
    """"" is nobody."""
    host: str = ""
    process: int = 0
    count: int = 0


class Lease:
    """The right to write to one library. Threads of one process share it."""

    def __init__(
        self,
        points: StatePoints,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._points = points
        self._clock = clock
        self._sleep = sleep
        self._me = _Held(holder=str(uuid.uuid4()), host=socket.gethostname(), process=os.getpid())
        self._mine: _Held | None = None
        self._seen = 0.0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes meanwhile. Raises LibraryBusy."""
        self._take()
        done = threading.Event()
        sign = threading.Thread(target=self._give_signs, args=(done,), daemon=True)
        sign.start()
        try:
            yield
        finally:
            done.set()
            sign.join()
            self._let_go()

    def check(self) -> None:
        """Before each write: LibraryBusy if the lease was held and has been lost."""
        if self._mine is not None and self._clock() - self._seen > PATIENCE / 2:
            self._renew()  # this process was stopped, or the server could not be reached
        if self._lost:
            raise LibraryBusy(
                f"{self._points.address} is being written to by {_named(self._read())}, which took"
                " this process for dead. What was acknowledged is kept; run the same again later."
            )

    @property
    def _lost(self) -> bool:
        return self._mine is not None and self._mine.holder != self._me.holder

    def _take(self) -> None:
        held = self._read()
        if held.holder and not _has_ended(held):
            held = self._watched(held)
        taken = replace(self._me, count=held.count + 1)
        if not self._put(taken, instead_of=held):
            raise self._busy(self._read())
        self._mine = taken

    def _watched(self, held: _Held) -> _Held:
        """The lease after nobody has counted it up for long enough. Raises LibraryBusy."""
        end = self._clock() + PATIENCE
        while self._clock() < end:
            self._sleep(_SIGN / 2)
            now = self._read()
            if not now.holder:
                return now
            if now != held:
                raise self._busy(now)
        return held

    def _give_signs(self, done: threading.Event) -> None:
        while not done.wait(_SIGN):
            try:
                self._renew()
            except RectoError:
                continue  # the next write meets the same, and tells of it
            if self._lost:
                return

    def _renew(self) -> None:
        mine = self._mine
        assert mine is not None, "held"
        counted = replace(mine, count=mine.count + 1)
        self._mine = counted if self._put(counted, instead_of=mine) else self._read()

    def _let_go(self) -> None:
        mine, self._mine = self._mine, None
        assert mine is not None, "held"
        if mine.holder == self._me.holder:
            self._put(_Held(count=mine.count + 1), instead_of=mine)

    def _read(self) -> _Held:
        payload = self._points.get(LEASE)
        return _Held(**payload) if payload else _Held()

    def _put(self, wanted: _Held, *, instead_of: _Held) -> bool:
        """Whether it is there now. An attempt whose answer was lost has succeeded as well."""
        condition = {"holder": instead_of.holder, "count": instead_of.count}
        self._points.put(LEASE, asdict(wanted), only_if=condition)
        self._seen = self._clock()
        return self._read() == wanted

    def _busy(self, held: _Held) -> LibraryBusy:
        return LibraryBusy(
            f"{self._points.address} is being written to by {_named(held)}; one process at a time"
            " may add, remove or encode. Wait until it has ended."
        )


def _named(held: _Held) -> str:
    return f"process {held.process} on {held.host}" if held.holder else "another process"


def _has_ended(held: _Held) -> bool:
    """Whether the holder was a process of this machine that is no more."""
    if held.host != socket.gethostname() or held.process == os.getpid():
        return False
    try:
        os.kill(held.process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
