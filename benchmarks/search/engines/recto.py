"""The embedded store of recto."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recto.benchmarks.search.engines.protocol import Needs
from recto.benchmarks.search.pageset import PageSet
from recto.engine.encoders.protocol import EncoderId
from recto.engine.page import PageContent, PageText
from recto.engine.store.edge import EdgeStore
from recto.engine.store.opening import open_edge
from recto.engine.store.plan import DenseArm, SearchPlan
from recto.engine.store.records import PageRecord, page_id
from recto.engine.vectors import FloatArray, Multivector, PageVectors, SparseVector

_BATCH = 8
_DOCUMENT = 10
_WAYS = {"exact": 1.0, "recall 0.95": 0.95, "recall 0.99": 0.99}


class Engine:
    needs = Needs(memory=0, reopening=0, disk=10)
    ways = tuple(_WAYS)

    def __init__(self) -> None:
        self._store: EdgeStore | None = None
        self._numbers: dict[str, int] = {}

    def add(self, pages: PageSet, folder: Path) -> None:
        encoder = EncoderId(name="benchmark", revision="1", dim=pages.dim)
        self._store = open_edge(folder, encoder, create=True)
        self._learn(pages)
        for first in range(0, len(pages), _BATCH):
            numbers = range(first, min(first + _BATCH, len(pages)))
            self._store.put_pages([_record(n, pages.page(n)) for n in numbers])
        self._store.flush()
        self._store.optimize()

    def open(self, folder: Path, pages: PageSet) -> None:
        self._store = open_edge(folder, None, create=False)
        self._learn(pages)

    def search(self, question: FloatArray, way: str) -> list[int]:
        assert self._store is not None
        arm = DenseArm(using="patches", query=question, limit=10, recall=_WAYS[way])
        (ranking,) = self._store.search(SearchPlan(arms=(arm,)))
        return [self._numbers[hit.id] for hit in ranking]

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def _learn(self, pages: PageSet) -> None:
        assert self._store is not None
        encoder = self._store.encoder
        self._numbers = {
            page_id(_document(n), n % _DOCUMENT + 1, encoder): n for n in range(len(pages))
        }


def _document(page: int) -> str:
    return f"{page // _DOCUMENT:064x}"


def _record(page: int, vectors: FloatArray) -> PageRecord:
    text = PageText(words=(), source="none")
    return PageRecord(
        document_id=_document(page),
        content=PageContent(number=page % _DOCUMENT + 1, width=595.0, height=842.0, text=text),
        vectors=PageVectors(
            patches=Multivector(vectors, np.zeros((len(vectors), 4), np.float32)), rows=None
        ),
        words=SparseVector((), ()),
    )
