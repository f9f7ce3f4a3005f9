"""One document's calls to the process that reads: a fresh one after a crash, within its limits.

Knows nothing of what is called.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from recto.engine.errors import DamagedFile, DocumentError, LimitExceeded, WorkerDied
from recto.engine.process import Child
from recto.engine.wire import Value
from recto.indexing.limits import Limits


class Workers:
    """The process that reads, started when first needed and again after each death.

    Sessions hold `lock` while they call: the death of a process, which one document causes, must
    not look to another like one of its own.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        module: str = "recto.indexing.reading.worker",
        name: str = "the process that reads documents",
    ) -> None:
        """`module` is what the process runs, `name` what messages call it."""
        self.limits = limits
        self._module = module
        self._name = name
        self.lock = threading.RLock()
        self._child: Child | None = None

    def living(self) -> Child:
        with self.lock:
            if self._child is None or not self._child.alive:
                self.close()
                self._child = Child(self._module, json.dumps(asdict(self.limits)), name=self._name)
            return self._child

    def close(self) -> None:
        with self.lock:
            if self._child is not None:
                self._child.close(grace=1.0)
                self._child = None


class Session:
    """An open document, from the side of the parent."""

    def __init__(self, workers: Workers, path: str, kind: str, name: str) -> None:
        """`name` is what messages call the document."""
        self._workers = workers
        self._path = path
        self._kind = kind
        self._name = name
        self._child: Child | None = None
        self._handle = 0
        self._crashes = 0
        self._seconds = 0.0

    @property
    def name(self) -> str:
        """What messages call the document."""
        return self._name

    @property
    def child(self) -> Child | None:
        """The process that has the document open; None after its death."""
        return self._child

    def open(self) -> Value:
        """Open the document and return what the process says of it."""
        with self._workers.lock, self._told("", child := self._workers.living()):
            seconds = self._workers.limits.open_seconds
            described = child.call("open", self._path, self._kind, timeout=seconds)
            self._child, self._handle = child, described["handle"]
            return described

    def call(self, number: int, method: str, *arguments: Value) -> Value:
        """Call a method of the process for page `number`.

        Raises a DocumentError that names the page and the document, whatever went wrong.
        """
        return self.ask(f"page {number} of ", method, number, *arguments)

    def ask(self, part: str, method: str, *arguments: Value) -> Value:
        """Call a method of the process for a part of the document, which errors name."""
        with self._workers.lock:
            self._check()
            if self._child is None or not self._child.alive:
                self.open()
            assert self._child is not None
            with self._told(part, self._child):
                seconds = self._workers.limits.page_seconds
                return self._child.call(method, self._handle, *arguments, timeout=seconds)

    @contextmanager
    def spending(self, number: int) -> Iterator[None]:
        """Count the time of a block, and a failure in it, as spent on this document."""
        begun = time.monotonic()
        try:
            yield
        except DocumentError as error:
            self._crashes += 1
            raise type(error)(f"page {number} of {self._name} cannot be read: {error}") from error
        finally:
            self._seconds += time.monotonic() - begun

    def close(self) -> None:
        """May be called twice."""
        with self._workers.lock:
            child, self._child = self._child, None
            # A process that has died holds nothing open.
            with contextlib.suppress(WorkerDied, LimitExceeded):
                if child is not None and child.alive:
                    child.call("close", self._handle, timeout=self._workers.limits.page_seconds)

    def _check(self) -> None:
        limits = self._workers.limits
        if self._seconds > limits.document_seconds:
            raise LimitExceeded(
                f"{self._name} took longer than {limits.document_seconds:g} s; the rest of it is "
                "left out. Raise Limits.document_seconds."
            )
        if self._crashes >= limits.crashes:
            raise LimitExceeded(
                f"{limits.crashes} parts of {self._name} killed or hung the process that reads; "
                "the rest of it is left out. Raise Limits.crashes."
            )

    @contextmanager
    def _told(self, part: str, child: Child) -> Iterator[None]:
        """Errors get the name of the document; time and deaths are counted."""
        begun = time.monotonic()
        try:
            yield
        except DocumentError as error:
            raise type(error)(f"{part}{self._name} cannot be read: {error}") from error
        except (WorkerDied, MemoryError) as error:
            memory = self._workers.limits.memory
            raise DamagedFile(
                f"{part}{self._name} cannot be read: {error or 'out of memory.'} It is damaged, or "
                f"needs more than {memory} MB (Limits.memory)."
            ) from error
        finally:
            self._seconds += time.monotonic() - begun
            if not child.alive:
                self._crashes += 1
                self._child = None
