"""maxsim-cpu over float32 arrays in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from recto.benchmarks.search.engines.protocol import Needs
from recto.benchmarks.search.pageset import PageSet
from recto.engine.vectors import FloatArray


class Engine:
    needs = Needs(memory=8, reopening=8, disk=4)
    ways = ("exact",)

    def __init__(self) -> None:
        import maxsim_cpu

        self._library: Any = maxsim_cpu
        self._pages: list[FloatArray] = []
        self._block: FloatArray | None = None

    def add(self, pages: PageSet, folder: Path) -> None:
        self._keep(list(pages.pages()))
        np.save(folder / "flat.npy", np.concatenate(self._pages))

    def open(self, folder: Path, pages: PageSet) -> None:
        flat = np.load(folder / "flat.npy")
        self._keep(np.split(flat, pages.ends[:-1]))

    def search(self, question: FloatArray, way: str) -> list[int]:
        if self._block is not None:
            scores = self._library.maxsim_scores(question, self._block)
        else:
            scores = self._library.maxsim_scores_variable(question, self._pages)
        best: list[int] = np.argsort(-np.asarray(scores))[:10].tolist()
        return best

    def close(self) -> None:
        self._pages, self._block = [], None

    def _keep(self, pages: list[FloatArray]) -> None:
        self._pages = pages
        if len({len(page) for page in pages}) == 1:  # for which it has a faster call
            self._block = np.stack(pages)
            self._pages = list(self._block)
