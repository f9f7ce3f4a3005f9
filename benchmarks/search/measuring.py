"""Engines beside each other on one set of pages: every question is put to one after the other, so
that whatever else the machine does slows all of them alike."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]

from recto.benchmarks.search.pageset import PageSet, recall
from recto.benchmarks.search.peers import FAILURES, runner, why
from recto.engine.process import Child
from recto.engine.store.sizes import disk_usage
from recto.engine.vectors import FloatArray
from recto.engine.wire import Value

_TIMEOUT = 3600.0
"""Seconds for one call, after which an engine is given up."""
_SPARE = 0.7
"""Of the free memory or disk, how much an engine may need."""


@dataclass(slots=True, kw_only=True)
class Result:
    """What came out for one engine searching in one way."""

    engine: str
    way: str = ""
    reason: str = ""
    """Why there are no numbers."""
    pages_per_second: float = 0.0
    reopen_seconds: float | None = None
    """None: it would have needed more memory than there is."""
    seconds: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)
    disk_bytes: int = 0
    memory_bytes: int = 0
    """Of the engine's own, without mapped files, which the system takes back when it needs to."""

    @property
    def milliseconds(self) -> float:
        return 1000 * statistics.median(self.seconds)

    def ratio(self, other: Result) -> float:
        """How much longer it takes than another: the median over the questions."""
        pairs = zip(self.seconds, other.seconds, strict=True)
        return statistics.median(own / others for own, others in pairs)


class _Contestant:
    """One engine that has been filled."""

    def __init__(self, name: str, folder: Path, pages: Path, numbers: int) -> None:
        self.name = name
        self.missing = ""
        self.results: list[Result] = []
        self._folder, self._pages, self._numbers = folder, pages, numbers
        self._child = self._started()

    def fill(self, count: int) -> None:
        """Add all pages and open what was added in a fresh process, if that is possible."""
        try:
            self._fill(count)
        except FAILURES as error:
            self._give_up(error)

    def _fill(self, count: int) -> None:
        said = self._child.call("make", timeout=_TIMEOUT)
        self.missing = f"{said['missing']} is not installed" if "missing" in said else ""
        self.missing = self.missing or self._room(said)
        if self.missing:
            return
        seconds = self._child.call("add", str(self._folder), str(self._pages), timeout=_TIMEOUT)
        reopened = self._reopened(said["reopening"])
        for way in said["ways"]:
            result = Result(engine=self.name, way=way, pages_per_second=count / seconds)
            result.reopen_seconds = reopened
            result.disk_bytes = disk_usage(self._folder)
            self.results.append(result)

    def ask(self, question: FloatArray, scores: FloatArray | None) -> None:
        """Without `scores` it is for warming up."""
        try:
            for result in self.results:
                seconds, found = self._child.call("search", question, result.way, timeout=_TIMEOUT)
                if scores is not None:
                    result.seconds.append(seconds)
                    result.recalls.append(recall(found, scores))
        except FAILURES as error:
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        """The others go on."""
        self.missing = why(error)
        self.results = []

    def weigh(self) -> None:
        """Note the memory that it has come to."""
        for result in self.results:
            result.memory_bytes = sum(map(own_memory, self._processes()))

    def close(self) -> None:
        if self._child.alive and not self.missing:
            with suppress(*FAILURES):  # what was measured stands
                self._child.call("close", timeout=_TIMEOUT)
        self._child.close()

    def _started(self) -> Child:
        where = runner(self.name)
        return Child(
            "recto.benchmarks.search.contestant",
            self.name,
            name=self.name,
            python=where.python,
            packages=where.packages,
        )

    def _room(self, needs: Value) -> str:
        """Why it cannot be run, if so."""
        memory, disk = (needs[kind] * self._numbers for kind in ("memory", "disk"))
        if memory > _SPARE * psutil.virtual_memory().available:
            return f"needs about {memory / 1e9:.0f} GB of memory"
        if disk > _SPARE * psutil.disk_usage(str(self._folder)).free:
            return f"needs about {disk / 1e9:.0f} GB of disk"
        return ""

    def _reopened(self, needs: float) -> float | None:
        if needs * self._numbers > _SPARE * psutil.virtual_memory().available:
            return None
        self.close()
        self._child = self._started()
        self._child.call("make")
        return float(self._child.call("open", str(self._folder), str(self._pages)))

    def _processes(self) -> Iterator[psutil.Process]:
        own = psutil.Process(self._child.pid)
        yield own
        yield from own.children(recursive=True)


def measure(names: Sequence[str], pages: PageSet, place: Path, scores: FloatArray) -> list[Result]:
    """`place` is where the set is; `scores` are its true ones."""
    with ExitStack() as stack:
        engines = []
        for name in names:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=f"{name}-", dir=place))
            engine = _Contestant(name, Path(folder), place, pages.flat.size)
            stack.callback(engine.close)
            engine.fill(len(pages))
            engines.append(engine)
        for engine in engines:  # the first time, files are read from the disk
            engine.ask(pages.questions[0], None)
        for question, true in zip(pages.questions, scores, strict=True):
            for engine in engines:
                engine.ask(question, true)
        for engine in engines:
            engine.weigh()
        return [result for engine in engines for result in engine.results or [_left_out(engine)]]


def _left_out(engine: _Contestant) -> Result:
    return Result(engine=engine.name, reason=engine.missing)


def own_memory(process: psutil.Process) -> int:
    """Bytes that are not those of a file."""
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def mean_recall(result: Result) -> float:
    return float(np.mean(result.recalls))
