"""One process a library: a lock that dies with its holder. Knows nothing of what it guards."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from pathlib import Path

from recto.engine.errors import LibraryBusy

_PATIENCE = 30.0
"""Seconds to wait for the store's process of a killed owner, which ends after its last call."""


def lock_file(path: Path, *, owner: int) -> int:
    """Take the lock for `owner`, a process id; it is held until the descriptor is closed.

    Whether a lock is held is the operating system's word, so that none outlives its process; the
    file says whose it is only to name them. Raises LibraryBusy.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    deadline = time.monotonic() + _PATIENCE
    while not _taken(descriptor):
        holder = _holder(path)
        if _alive(*holder) or time.monotonic() > deadline:
            os.close(descriptor)
            raise LibraryBusy(
                f"{path.parent} is open in process {holder[0]} on {holder[1]}; a library can be"
                " open in one process at a time. Close it there, or wait until it has ended."
            )
        time.sleep(0.02)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{owner} {socket.gethostname()}\n".encode(), 0)
    return descriptor


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> tuple[int, str]:
    """Process id and host of the holder; 0 when it has not written them yet."""
    fields = path.read_text().split()
    if len(fields) == 2 and fields[0].isdecimal():
        return int(fields[0]), fields[1]
    return 0, socket.gethostname()


def _alive(pid: int, host: str) -> bool:
    if host != socket.gethostname():
        return True  # cannot be known from here
    if pid == 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
