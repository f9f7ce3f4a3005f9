"""What the embedded store costs: `python -m recto.benchmarks.store [PAGES]`.

Pages are like those that the built-in encoder makes: about 450 vectors of 128 numbers, 6 rows, 450
words. Their contents are random, which MaxSim does not care about; their words follow Zipf's law.
Times are on the clock: run it on an idle machine.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from recto.engine.encoders.protocol import EncoderId
from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.store.edge import EdgeStore
from recto.engine.store.opening import open_edge
from recto.engine.store.plan import DenseArm, PageFilter, SearchPlan, SparseArm
from recto.engine.store.records import PageRecord, page_id
from recto.engine.vectors import FloatArray, Multivector, PageVectors, SparseVector

_ENCODER = EncoderId(name="benchmark", revision="1", dim=128)
_PAGES_A_DOCUMENT = 20
_WORDS = 450
_ROWS = 6
_QUERY_VECTORS = 15
_BATCH = 16
_SEARCHES = 20
_TERMS = 20_000
_ZIPF = 1 / np.arange(1, _TERMS + 1) / np.sum(1 / np.arange(1, _TERMS + 1))


def main() -> None:
    """Measure a library of as many pages as the first argument says, and print a table."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    table = Table("what", "value", title=f"embedded store, {pages} pages")
    with tempfile.TemporaryDirectory() as folder:
        with open_edge(Path(folder), _ENCODER, create=True) as store:
            _measure_writing(store, pages, table)
        with _timed(table, "open"):
            store = open_edge(Path(folder), _ENCODER, create=False)
        with store:
            _measure_searching(store, table)
            _measure_reading(store, pages, table)
            _measure_deleting(store, pages, table)
    Console().print(table)


def _measure_writing(store: EdgeStore, pages: int, table: Table) -> None:
    random = np.random.default_rng(0)
    spent = 0.0
    for start in range(1, pages + 1, _BATCH):
        batch = [page(random, n) for n in range(start, min(start + _BATCH, pages + 1))]
        began = time.perf_counter()
        store.put_pages(batch)
        spent += time.perf_counter() - began
    table.add_row(
        "put_pages", f"{pages / spent:.0f} pages/s ({1000 * spent / pages:.1f} ms a page)"
    )
    with _timed(table, "flush"):
        store.flush()
    with _timed(table, "optimize"):
        store.optimize()
    table.add_row("disk a page", f"{store.info().bytes_on_disk / pages / 1000:.0f} kB")
    table.add_row("memory of the store's process", _memory(store.process_id))


def _measure_searching(store: EdgeStore, table: Table) -> None:
    random = np.random.default_rng(1)
    plans: dict[str, list[SearchPlan]] = {"patches": [], "rows": [], "words": [], "all three": []}
    for _ in range(_SEARCHES):
        query = _unit(random, _QUERY_VECTORS)
        terms = SparseVector.of(dict.fromkeys(_terms(random, 8), 1.0))
        patches = DenseArm(using="patches", query=query, limit=100)
        rows = DenseArm(using="rows", query=query, limit=100)
        words = SparseArm(query=terms, limit=100)
        plans["patches"].append(SearchPlan(arms=(patches,)))
        plans["rows"].append(SearchPlan(arms=(rows,)))
        plans["words"].append(SearchPlan(arms=(words,)))
        plans["all three"].append(SearchPlan(arms=(patches, rows, words)))
    store.search(plans["all three"][0])  # the first one reads the vectors from the disk
    for name, some in plans.items():
        times = [_seconds(store, plan) for plan in some]
        median, least = 1000 * np.median(times), 1000 * min(times)
        table.add_row(f"search {name}", f"{median:.1f} ms median, {least:.1f} ms at best")
    table.add_row("memory of the store's process", _memory(store.process_id))


def _measure_reading(store: EdgeStore, pages: int, table: Table) -> None:
    ids = [_id(n) for n in range(1, min(pages, 50) + 1)]
    with _timed(table, f"{len(ids)} pages"):
        store.pages(ids)
    with _timed(table, f"{len(ids)} pages with vectors"):
        store.pages(ids, with_vectors=True)
    with _timed(table, "scroll all pages"):
        assert sum(1 for _ in store.scroll(PageFilter())) == pages


def _measure_deleting(store: EdgeStore, pages: int, table: Table) -> None:
    documents = range(0, pages // _PAGES_A_DOCUMENT, 2)
    with _timed(table, f"delete {len(documents) * _PAGES_A_DOCUMENT} pages"):
        for document in documents:
            store.delete_pages(_document_id(document))
    with _timed(table, "optimize again"):
        store.optimize()
    info = store.info()
    table.add_row("disk a page left", f"{info.bytes_on_disk / info.pages / 1000:.0f} kB")


def _seconds(store: EdgeStore, plan: SearchPlan) -> float:
    began = time.perf_counter()
    store.search(plan)
    return time.perf_counter() - began


@contextmanager
def _timed(table: Table, what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    table.add_row(what, f"{time.perf_counter() - began:.3f} s")


def page(random: np.random.Generator, n: int) -> PageRecord:
    """Number n of some documents: random vectors, words as frequent as words are."""
    count = int(random.integers(400, 500))
    patches = Multivector(vectors=_unit(random, count), boxes=_boxes(random, count))
    rows = Multivector(vectors=_unit(random, _ROWS), boxes=_boxes(random, _ROWS))
    terms = _terms(random, _WORDS)
    places = _boxes(random, _WORDS).tolist()
    words = tuple(
        Word(f"w{term:x}", Box(*box), index // 10)
        for index, (term, box) in enumerate(zip(terms, places, strict=True))
    )
    return PageRecord(
        document_id=_document_id((n - 1) // _PAGES_A_DOCUMENT),
        content=PageContent(
            number=n, width=595.0, height=842.0, text=PageText(words=words, source="layer")
        ),
        vectors=PageVectors(patches=patches, rows=rows),
        words=SparseVector.of(dict.fromkeys(terms, 1.0)),
    )


def _boxes(random: np.random.Generator, count: int) -> FloatArray:
    """Words in lines of ten, each with its place."""
    index = np.arange(count)
    left = 0.1 + index % 10 * 0.08 + random.random(count) * 0.02
    top = 0.05 + index // 10 * 0.018
    edges = [left, top, left + 0.03 + random.random(count) * 0.03, top + 0.012]
    return np.stack(edges, axis=1).astype(np.float32)


def _unit(random: np.random.Generator, count: int) -> FloatArray:
    vectors = random.standard_normal((count, _ENCODER.dim), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _terms(random: np.random.Generator, count: int) -> list[int]:
    return [int(term) for term in random.choice(_TERMS, count, p=_ZIPF)]


def _document_id(index: int) -> str:
    return f"{index:064x}"


def _id(n: int) -> str:
    return page_id(_document_id((n - 1) // _PAGES_A_DOCUMENT), n, _ENCODER)


def _memory(pid: int) -> str:
    """What the process holds, and with it the pages of files that the system may drop."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    held, mapped = (int(fields[name].split()[0]) / 1024 for name in ("RssAnon", "VmRSS"))
    return f"{held:.0f} MB ({mapped:.0f} MB with mapped files)"


if __name__ == "__main__":
    main()
