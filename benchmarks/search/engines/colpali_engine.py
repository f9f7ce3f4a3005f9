"""colpali-engine: a list of tensors in memory, padded and compared 128 at a time by its own
`score_multi_vector`, in float32: on a CPU torch takes ten times as long for bfloat16.
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
        from colpali_engine.utils.processing_utils import BaseVisualRetrieverProcessor

        self._torch: Any = torch
        self._score: Any = BaseVisualRetrieverProcessor.score_multi_vector
        self._pages: list[Any] = []

    def add(self, pages: PageSet, folder: Path) -> None:
        self._pages = tensor_files.write(pages, folder)

    def open(self, folder: Path, pages: PageSet) -> None:
        self._pages = tensor_files.read(folder)

    def search(self, question: FloatArray, way: str) -> list[int]:
        with self._torch.inference_mode():
            asked = [self._torch.from_numpy(question)]
            scores = self._score(asked, self._pages, device="cpu")[0]
        best: list[int] = self._torch.topk(scores, min(10, len(scores))).indices.tolist()
        return best

    def close(self) -> None:
        self._pages = []
