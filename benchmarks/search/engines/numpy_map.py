"""float32 in a mapped file, one product of numpy a page; BLAS takes as many threads as it likes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recto.benchmarks.search.engines.protocol import Needs
from recto.benchmarks.search.pageset import PageSet
from recto.engine.vectors import FloatArray


class Engine:
    needs = Needs(memory=4, reopening=4, disk=4)
    ways = ("exact",)

    def add(self, pages: PageSet, folder: Path) -> None:
        with (folder / "flat").open("wb") as file:
            for page in pages.pages():
                file.write(page.tobytes())
        self.open(folder, pages)

    def open(self, folder: Path, pages: PageSet) -> None:
        flat = np.memmap(folder / "flat", np.float32, "r").reshape(-1, pages.dim)
        self._pages = np.split(flat.view(np.ndarray), pages.ends[:-1])

    def search(self, question: FloatArray, way: str) -> list[int]:
        scores = np.array([(question @ page.T).max(axis=1).sum() for page in self._pages])
        best: list[int] = np.argsort(-scores)[:10].tolist()
        return best

    def close(self) -> None:
        self._pages = []
