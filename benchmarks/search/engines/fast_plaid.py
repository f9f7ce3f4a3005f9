"""fast-plaid, on the processor: centroids and residuals of 4 bits, as it does by default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recto.benchmarks.search.engines.protocol import Needs
from recto.benchmarks.search.pageset import PageSet
from recto.engine.vectors import FloatArray


class Engine:
    needs = Needs(memory=6, reopening=2, disk=1)
    ways = ("default",)

    def __init__(self) -> None:
        import torch
        from fast_plaid.search import FastPlaid  # type: ignore[import-not-found]

        self._torch: Any = torch
        self._make: Any = FastPlaid
        self._index: Any = None

    def add(self, pages: PageSet, folder: Path) -> None:
        self.open(folder, pages)
        made = [self._torch.from_numpy(page) for page in pages.pages()]
        self._index.create(documents_embeddings=made)

    def open(self, folder: Path, pages: PageSet) -> None:
        self._index = self._make(index=str(folder), device="cpu")

    def search(self, question: FloatArray, way: str) -> list[int]:
        asked = self._torch.from_numpy(question)[None]
        found = self._index.search(asked, top_k=10, show_progress=False)[0]
        return [int(number) for number, _ in found]

    def close(self) -> None:
        if self._index is not None:
            self._index.close()
