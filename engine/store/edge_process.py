"""The process that owns a library's shards, seen from here: started, called, started again.

Knows no point and no record. What it calls is in edge_worker.py.
"""

from __future__ import annotations

import os
import shutil
import threading
import warnings
from pathlib import Path

from recto.engine.errors import BackendUnreachable, DiskFull, RectoWarning, WorkerDied
from recto.engine.process import Child
from recto.engine.wire import Value

RESERVE = 128 << 20
"""Bytes on the disk that no write may use up. Edge maps its files into memory, so that it is killed
(SIGBUS) when the disk is full, and needs room for its write-ahead log even to open a library or to
delete from it."""
SKETCH_FROM = 1
"""Pages from which a library has sketches."""
_NEARLY_NOTHING = 4 << 20
"""When a process dies with less than this free, that is why."""
_NAME = "the store's process"


class EdgeProcess:
    """Holds the library's lock while it lives. Calls from several threads wait for each other."""

    def __init__(self, folder: Path, *, reserve: int, sketch_from: int = SKETCH_FROM) -> None:
        """Start it for the library in `folder` and take the lock; nothing is loaded yet.

        No write may leave less than `reserve` bytes free; from `sketch_from`
        pages on there will be sketches of them. Raises LibraryBusy.
        """
        self._folder = folder
        self.reserve = reserve
        self.sketch_from = sketch_from
        self._loaded: tuple[Path, int] | None = None
        self._restarting = threading.Lock()
        self._closed = False
        self._child = self._started()

    @property
    def pid(self) -> int:
        return self._child.pid

    def load(self, shards: Path, dim: int) -> None:
        """Shards of vectors of `dim` numbers."""
        self._call("load", str(shards), dim, self.sketch_from)
        self._loaded = shards, dim

    def unload(self) -> None:
        """Close the shards, so that their folder may be moved; the lock is kept."""
        self._loaded = None
        self._call("close")

    def call(self, method: str, *arguments: Value, room: int | None = None) -> Value:
        """`method` of edge_worker.py. With `room`, DiskFull if that many bytes and the reserve do
        not fit on the disk.

        Raises BackendUnreachable when the process died of this call; the next call starts it anew.
        """
        if self._closed:
            raise BackendUnreachable(f"The library {self._folder} has been closed; open it again.")
        if room is not None:
            self.check_room(room)
        self._restart_if_dead()
        return self._call(method, *arguments)

    def close(self) -> None:
        """Close the shards and end the process. May be called twice.

        A full disk is a warning only: what was acknowledged is in the write-ahead log.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if self._child.alive and self._loaded is not None:
                self._call("close")
        except DiskFull as error:
            warnings.warn(str(error), RectoWarning, stacklevel=2)
        finally:
            self._child.close()

    def _started(self) -> Child:
        child = Child("recto.engine.store.edge_worker", name=_NAME)
        try:
            child.call("lock", str(self._folder / "lock"), os.getpid())
        except BaseException:
            child.close()
            raise
        return child

    def _restart_if_dead(self) -> None:
        with self._restarting:
            if self._child.alive:
                return
            self._child.close()
            self._child = self._started()
            if self._loaded is not None:
                self._load_or_end(*self._loaded)

    def _load_or_end(self, shards: Path, dim: int) -> None:
        """A process without shards must not live to be called."""
        try:
            self.load(shards, dim)
        except BaseException:
            self._child.close()
            raise

    def _call(self, method: str, *arguments: Value) -> Value:
        try:
            return self._child.call(method, *arguments)
        except WorkerDied as error:
            free = self._free()
            if free < _NEARLY_NOTHING or ("SIGBUS" in str(error) and free < self.reserve):
                raise self._full(f"{_megabytes(free)} are free, and {error}") from error
            raise BackendUnreachable(
                f"{error} Nothing that was acknowledged is lost, and the next call starts it anew;"
                " if it ends again and again, there may be too little memory."
            ) from error
        except DiskFull as error:
            raise self._full(str(error)) from error

    def check_room(self, room: int) -> None:
        """DiskFull if that many bytes and the reserve do not fit on the disk."""
        free = self._free()
        if free < room + self.reserve:
            raise self._full(
                f"{_megabytes(free)} are free, {_megabytes(room)} may be written, and"
                f" {_megabytes(self.reserve)} must stay free"
            )

    def _free(self) -> int:
        return shutil.disk_usage(self._folder).free

    def _full(self, what: str) -> DiskFull:
        return DiskFull(
            f"No room on the disk of {self._folder}: {what}. What was acknowledged before is kept;"
            " make room and try again."
        )


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.0f} MB"
