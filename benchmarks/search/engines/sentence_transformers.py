"""sentence-transformers: a list of tensors in memory, in float32, compared by its `maxsim`, which
`MultiVectorEncoder.similarity` calls. It has no index: its `semantic_search` takes single vectors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recto.benchmarks.search.engines import tensor_files
from recto.benchmarks.search.engines.protocol import Needs
from recto.benchmarks.search.pageset import PageSet
from recto.engine.vectors import FloatArray


class Engine:
    needs = Needs(memory=4.5, reopening=4.5, disk=4)
    ways = ("exact",)

    def __init__(self) -> None:
        import torch
        from sentence_transformers.util import maxsim

        self._torch: Any = torch
        self._score: Any = maxsim
        self._pages: list[Any] = []

    def add(self, pages: PageSet, folder: Path) -> None:
        self._pages = tensor_files.write(pages, folder)

    def open(self, folder: Path, pages: PageSet) -> None:
        self._pages = tensor_files.read(folder)

    def search(self, question: FloatArray, way: str) -> list[int]:
        with self._torch.inference_mode():
            scores = self._score([self._torch.from_numpy(question)], self._pages)[0]
        best: list[int] = self._torch.topk(scores, min(10, len(scores))).indices.tolist()
        return best

    def close(self) -> None:
        self._pages = []
