"""qdrant-client without a server ("local mode"), which reads all into memory."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from qdrant_client import QdrantClient, models

from recto.benchmarks.search.engines.protocol import Needs
from recto.benchmarks.search.pageset import PageSet
from recto.engine.vectors import FloatArray

_NAME = "pages"
_BATCH = 8


class Engine:
    needs = Needs(memory=5, reopening=50, disk=10)
    ways = ("exact",)

    def __init__(self) -> None:
        self._client: QdrantClient | None = None

    def add(self, pages: PageSet, folder: Path) -> None:
        client = self._opened(folder)
        multi = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
        vectors = models.VectorParams(
            size=pages.dim, distance=models.Distance.DOT, multivector_config=multi
        )
        client.create_collection(_NAME, vectors_config=vectors)
        for first in range(0, len(pages), _BATCH):
            numbers = list(range(first, min(first + _BATCH, len(pages))))
            vectors_of: list[Any] = [pages.page(n) for n in numbers]  # arrays are taken fastest
            client.upsert(_NAME, models.Batch(ids=[*numbers], vectors=vectors_of))

    def open(self, folder: Path, pages: PageSet) -> None:
        self._opened(folder)

    def search(self, question: FloatArray, way: str) -> list[int]:
        assert self._client is not None
        found = self._client.query_points(_NAME, query=question.tolist(), limit=10)
        return [int(point.id) for point in found.points]

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _opened(self, folder: Path) -> QdrantClient:
        warnings.simplefilter("ignore")  # that so many points are too many for it
        self._client = QdrantClient(path=str(folder))
        return self._client
