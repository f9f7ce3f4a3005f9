"""How fast and how large: `python -m recto.benchmarks.speed [PAGES]`.

Adds one born-digital PDF, then opens the library again and searches it. Times are on the clock:
run it on an idle machine. Memory needs psutil.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from recto.benchmarks import specimen
from recto.benchmarks.busy import Busy
from recto.benchmarks.memory import PeakMemory
from recto.benchmarks.stages import ADDING, watch_adding

_SEARCHES = 40
_STARTS = 5
_OPENING = """
import sys, time
import recto
begun = time.perf_counter()
with recto.open(sys.argv[1], create=False) as library:
    library.documents()
    print(time.perf_counter() - begun)
    library.search("generator expression")
    print(time.perf_counter() - begun)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one run measured."""

    pages: int
    add_pages_per_second: float
    add_cpu_ms_per_page: float
    """Of all processes together: says more than the rate where the machine is shared."""
    add_peak_mb: float | None
    """Of all processes together, shared memory counted for each; None without psutil."""
    add_stage_seconds: Mapping[str, float]
    """How long each of `stages.ADDING` was busy; they overlap."""
    open_seconds: float
    """A fresh process, from `recto.open` to the list of documents."""
    first_search_seconds: float
    """The same process, from `recto.open` to its first hits."""
    search_ms_p50: float
    search_ms_p95: float
    bytes_per_page: float
    """Everything in the library's folder, the kept source included."""
    source_bytes_per_page: float
    help_seconds: float
    """`recto --help`, the fastest of several."""
    import_is_light: bool
    """`import recto` imports neither onnxruntime nor numpy."""


def main() -> None:
    """Measure with as many pages as the first argument says, print a table and a line of JSON."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory(prefix="recto-speed-") as folder:
        speed = measure(Path(folder), pages)
    table = Table("what", "value", title=f"recto, one PDF of {pages} pages")
    for name, value in asdict(speed).items():
        for label, number in _flat(name, value):
            table.add_row(label, f"{number:,.2f}" if isinstance(number, float) else str(number))
    Console(stderr=True).print(table)
    Console(soft_wrap=True, highlight=False).print(json.dumps(asdict(speed)))


def measure(folder: Path, pages: int) -> Speed:
    """Make a document and a library in an empty folder, and measure them."""
    import recto

    source, home = folder / "specimen.pdf", folder / "library"
    specimen.write(source, pages)
    before = _cpu_seconds()
    with PeakMemory() as memory, recto.open(home) as library, Busy() as busy:
        watch_adding(busy, library)
        report = library.add(source)
    spent = _cpu_seconds() - before
    if report.pages != pages or not report.complete:
        raise RuntimeError(f"read {report.pages} of {pages} pages: {report.outcomes}")
    with recto.open(home) as library:
        searches = sorted(_search_seconds(library.search))
    opened, searched = map(float, _python("-c", _OPENING, str(home)).split())
    return Speed(
        pages=pages,
        add_pages_per_second=pages / report.seconds,
        add_cpu_ms_per_page=spent / pages * 1000,
        add_peak_mb=None if memory.bytes is None else memory.bytes / 1e6,
        add_stage_seconds={stage: busy.seconds[stage] for stage in ADDING},
        open_seconds=opened,
        first_search_seconds=searched,
        search_ms_p50=statistics.median(searches) * 1000,
        search_ms_p95=searches[int(len(searches) * 0.95)] * 1000,
        bytes_per_page=_size(home) / pages,
        source_bytes_per_page=source.stat().st_size / pages,
        help_seconds=min(_timed_help() for _ in range(_STARTS)),
        import_is_light=import_is_light(),
    )


def import_is_light() -> bool:
    """Whether `import recto` leaves the heavy packages alone."""
    heavy = "import sys, recto; print(not {'onnxruntime', 'numpy'} & set(sys.modules))"
    return _python("-c", heavy).strip() == "True"


def _search_seconds(search: Callable[[str], object]) -> Iterator[float]:
    """Questions are lines from all over the text; the first, which loads things, does not count."""
    text = specimen.lines()
    search(text[0])
    for i in range(_SEARCHES):
        question = text[(i + 1) * len(text) // (_SEARCHES + 1)]
        begun = time.perf_counter()
        search(question)
        yield time.perf_counter() - begun


def _flat(name: str, value: object) -> list[tuple[str, object]]:
    if isinstance(value, Mapping):
        return [(f"{name}, {part}", one) for part, one in value.items()]
    return [(name, value)]


def _cpu_seconds() -> float:
    """Of this process and its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _timed_help() -> float:
    begun = time.perf_counter()
    _python("-m", "recto.serving.cli.app", "--help")
    return time.perf_counter() - begun


def _python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _size(folder: Path) -> int:
    """Bytes that are allocated, where the system tells: the store keeps sparse files."""
    stats = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum(getattr(s, "st_blocks", -(-s.st_size // 512)) * 512 for s in stats)


if __name__ == "__main__":
    main()
