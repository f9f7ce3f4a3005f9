"""What is measured: an engine that keeps pages in a folder and finds the best for a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from recto.benchmarks.search.pageset import PageSet
from recto.engine.vectors import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Bytes, about, for each number of the vectors."""

    memory: float
    reopening: float
    """Memory, too."""
    disk: float


class SearchEngine(Protocol):
    """Made without arguments, in a process of its own; ModuleNotFoundError where it is not
    installed."""

    needs: Needs
    ways: tuple[str, ...]
    """How it can search: "exact", or a name of its own."""

    def add(self, pages: PageSet, folder: Path) -> None:
        """Write all pages into an empty folder, and be ready to search."""
        ...

    def open(self, folder: Path, pages: PageSet) -> None:
        """Be ready to search what another process has added, with whatever it needs to know of the
        pages but their vectors."""
        ...

    def search(self, question: FloatArray, way: str) -> Sequence[int]:
        """The ten best pages, best first."""
        ...

    def close(self) -> None: ...
