"""The coefficients of `recto plan`: `python -m recto.benchmarks.coefficients [FILE [PROSE]]`.

PROSE is a folder prose-N that `recto bench speed --sets` has kept; else 1,000 pages are made.

Times are of the processor, not of the clock, so that other work on the machine changes them little.
Recall and depth are measured on made-up clusters, which are harder than any real pages, and on real
prose; of each, the worse counts.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import get_args

import numpy as np
import psutil  # type: ignore[import-untyped]

from recto.benchmarks.search.clusters import DIM, Clusters
from recto.benchmarks.search.measuring import own_memory
from recto.benchmarks.search.pageset import PageSet, load, recall, save, truth
from recto.benchmarks.search.prose import Prose
from recto.benchmarks.server_engine import compared
from recto.benchmarks.store import page
from recto.engine.encoders.protocol import EncoderId
from recto.engine.page import PageContent, PageText
from recto.engine.retrieval import RetrievalSettings
from recto.engine.store.edge import EdgeStore
from recto.engine.store.manifest import Datatype
from recto.engine.store.opening import open_edge
from recto.engine.store.plan import DenseArm, SearchPlan
from recto.engine.store.records import PageRecord, page_id
from recto.engine.store.sizes import disk_usage
from recto.engine.store.sketch import depth
from recto.engine.store.sketch.book import Book
from recto.engine.store.sketch.finding import CERTAIN, LIKELY, Finder
from recto.engine.store.sketch.kernel import Kernel
from recto.engine.vectors import FloatArray, Multivector, PageVectors, SparseVector

_ENCODER = EncoderId(name="benchmark", revision="1", dim=DIM)
_PAGES = 600
_SAMPLE = 2000
"""Pages whose depth is measured, of clusters."""
_PROSE = 1000
_GRAPHED = 4000
_QUESTIONS = 30
_RECALLS = ("0.95", "0.99")
_DOCUMENT = "0" * 64


def main() -> None:
    """Measure all, and write them as JSON."""
    prose = load(Path(sys.argv[2])).pages() if len(sys.argv) > 2 else Prose().pages(_PROSE)
    with tempfile.TemporaryDirectory() as folder:
        made = _measured(Path(folder), prose)
    text = json.dumps(made, indent=2) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text)
    else:
        sys.stdout.write(text)


def _measured(folder: Path, prose: Iterable[FloatArray]) -> dict[str, object]:
    clusters = Clusters()
    pages = save(
        folder / "set",
        "clusters",
        clusters.pages(_PAGES),
        clusters.questions(_QUESTIONS, _PAGES),
    )
    stores = {
        name: _store(folder / f"store-{name}", name, pages, truth(pages))
        for name in get_args(Datatype)
    }
    fine, coarse, sketch = _sketch(folder / "book", pages)
    scored = _scored(folder / "scored", pages)
    close = [_close(folder / "clusters", clusters.pages(_SAMPLE)), _close(folder / "prose", prose)]
    return {
        "exact_ns": {name: _digits(store[0]) for name, store in stores.items()},
        "fine_ns": _digits(fine),
        "coarse_ns": _digits(coarse),
        "search_ms": _digits(_search_ms(folder / "nothing")),
        "disk": {name: _digits(store[1]) for name, store in stores.items()},
        "sketch": _digits(sketch),
        "page": round(_besides(folder / "page", stores["float16"][1])),
        "recall": {name: round(store[2], 3) for name, store in stores.items()},
        "close": {name: _digits(max(each[name] for each in close)) for name in _RECALLS},
        "scored": {name: _digits(count) for name, count in scored.items()},
        "graph": _digits(compared(folder / "graph", _GRAPHED)),
        "process": round(max(store[3] for store in stores.values())),
        "provenance": {
            "command": "python -m recto.benchmarks.coefficients",
            "processor": _processor(),
            "date": datetime.now(UTC).date().isoformat(),
            "recto": metadata.version("recto"),
            "python": platform.python_version(),
        },
    }


def _store(
    folder: Path,
    datatype: Datatype,
    pages: PageSet,
    scores: FloatArray,
) -> tuple[float, float, float, int]:
    """ns of an exact comparison, bytes on the disk, recall, bytes of memory; the first two for each
    number."""
    opened = open_edge(folder, _ENCODER, create=True, sketch_from=10**9, patches_datatype=datatype)
    with opened as store:
        for number, vectors in enumerate(pages.pages()):
            store.put_pages([_record(number, vectors)])
        store.optimize()
        times, recalls = [], []
        for question, true in zip(pages.questions, scores, strict=True):
            before = _processor_time(store)
            arm = DenseArm(using="patches", query=question, limit=10)
            (ranking,) = store.search(SearchPlan(arms=(arm,)))
            times.append((_processor_time(store) - before) * 1e9 / len(question))
            numbers = {page_id(_DOCUMENT, n + 1, _ENCODER): n for n in range(len(pages))}
            recalls.append(recall([numbers[hit.id] for hit in ranking], true))
        memory = own_memory(psutil.Process(store.process_id))
    size = pages.flat.size
    took = statistics.median(times) / size
    return took, _segments(folder) / size, statistics.fmean(recalls), memory


def _segments(folder: Path) -> int:
    """Without the write-ahead log, which does not grow with the library."""
    return sum(disk_usage(path) for path in (folder / "store").rglob("segments"))


def _sketch(folder: Path, pages: PageSet) -> tuple[float, float, float]:
    """ns fine and coarse, and bytes, for each number."""
    book = Book(folder, pages.dim)
    for number, vectors in enumerate(pages.pages()):
        book.add(str(uuid.UUID(int=number)), vectors)
    kernel = Kernel(threads=1)
    finder = Finder(kernel, book.table)
    everything = np.arange(len(pages))
    times: dict[bool, list[float]] = {False: [], True: []}
    for question in pages.questions:
        for coarse, spent in times.items():
            before = time.process_time()
            finder.scores(question, everything, coarse=coarse)
            spent.append((time.process_time() - before) * 1e9 / len(question))
    kernel.close()
    book.close()
    size = pages.flat.size
    fine, coarse_ns = (statistics.median(spent) / size for spent in times.values())
    return fine, coarse_ns, disk_usage(folder) / size


def _scored(folder: Path, pages: PageSet) -> dict[str, float]:
    """How many pages need an exact score, on average: where none of the ten best may be missed, and
    where it is likely enough that the best that are read are among them."""
    book = Book(folder, pages.dim)
    for number, vectors in enumerate(pages.pages()):
        book.add(str(uuid.UUID(int=number)), vectors)
    kernel = Kernel()
    finder = Finder(kernel, book.table)
    found = [finder.guesses(asked, np.arange(len(pages)), len(pages)) for asked in pages.questions]
    kernel.close()
    book.close()
    wanted = {"exact": (10, CERTAIN), "likely": (RetrievalSettings().read, LIKELY)}
    return {
        name: statistics.fmean(float(one.near(count, errors).sum()) for one in found)
        for name, (count, errors) in wanted.items()
    }


def _close(folder: Path, pages: Iterable[FloatArray]) -> dict[str, float]:
    """By recall, the share of pages to look closely at."""
    book = Book(folder, DIM)
    for number, vectors in enumerate(pages):
        book.add(str(uuid.UUID(int=number)), vectors)
    kernel = Kernel()
    measured = depth.measure(Finder(kernel, book.table), book.table)
    shares = {name: measured.close(float(name), len(book)) / len(book) for name in _RECALLS}
    kernel.close()
    book.close()
    return shares


def _search_ms(folder: Path) -> float:
    """Of a search among hardly any pages, on the clock."""
    with open_edge(folder, _ENCODER, create=True) as store:
        store.put_pages([_record(n, np.ones((1, DIM), np.float32)) for n in range(2)])
        times = []
        for _ in range(_QUESTIONS):
            begun = time.perf_counter()
            query = np.ones((20, DIM), np.float32)
            store.search(SearchPlan(arms=(DenseArm(using="patches", query=query, limit=10),)))
            times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times)


def _besides(folder: Path, number: float) -> float:
    """Bytes of a page of text besides its patches."""
    random = np.random.default_rng(0)
    records = [page(random, n) for n in range(1, 201)]
    with open_edge(folder, _ENCODER, create=True) as store:
        store.put_pages(records)
        store.optimize()
    numbers = sum(r.vectors.patches.vectors.size for r in records if r.vectors.patches)
    return (_segments(folder) - number * numbers) / len(records)


def _record(number: int, vectors: FloatArray) -> PageRecord:
    text = PageText(words=(), source="none")
    boxes = np.zeros((len(vectors), 4), np.float32)
    return PageRecord(
        document_id=_DOCUMENT,
        content=PageContent(number=number + 1, width=1.0, height=1.0, text=text),
        vectors=PageVectors(patches=Multivector(vectors, boxes), rows=None),
        words=SparseVector((), ()),
    )


def _processor_time(store: EdgeStore) -> float:
    times = psutil.Process(store.process_id).cpu_times()
    return float(times.user + times.system)


def _processor() -> str:
    lines: Sequence[str] = ()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
    return lines[0].partition(":")[2].strip() if lines else platform.processor()


def _digits(value: float) -> float:
    return float(f"{value:.3g}")


if __name__ == "__main__":
    main()
