"""byaldi: its own `search`, over a list of tensors in memory. What stands in for its model gives
the vectors of the question; what is measured is all the rest.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
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
        from byaldi.colpali import ColPaliModel  # type: ignore[import-not-found]
        from colpali_engine.utils.processing_utils import BaseVisualRetrieverProcessor

        self._torch: Any = torch
        self._asked: Any = None
        model: Any = object.__new__(ColPaliModel)
        model.device, model.collection, model.doc_id_to_metadata = "cpu", {}, {}
        model.processor = SimpleNamespace(
            process_queries=lambda texts: {},
            score=lambda qs, ps: BaseVisualRetrieverProcessor.score_multi_vector(
                qs, ps, device="cpu"
            ),
        )
        model.model = lambda: self._asked
        self._model = model

    def add(self, pages: PageSet, folder: Path) -> None:
        self._know(tensor_files.write(pages, folder))

    def open(self, folder: Path, pages: PageSet) -> None:
        self._know(tensor_files.read(folder))

    def search(self, question: FloatArray, way: str) -> list[int]:
        self._asked = self._torch.from_numpy(question)[None]
        return [int(hit.doc_id) for hit in self._model.search("", k=10)]

    def close(self) -> None:
        self._model.indexed_embeddings = []

    def _know(self, pages: list[Any]) -> None:
        """Each page is a document."""
        self._model.indexed_embeddings = pages
        self._model.embed_id_to_doc_id = {n: {"doc_id": n, "page_id": 1} for n in range(len(pages))}
