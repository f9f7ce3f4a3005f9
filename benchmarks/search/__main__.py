"""`python -m recto.benchmarks.search [PAGES ...]`: engines beside each other on large collections.

    --prose PAGES      also on pages of real text by the built-in encoder, which takes some minutes
    --questions FILE   ask the prose these questions, too, one JSON object a line
    --data DIR         keep the sets of pages here; else they are made in a temporary folder
    --engines NAMES    only these, separated by commas
    --cores N          confine each engine to so many cores; where others use the machine, one core
                       compares them better, as threads that wait for each other do not wait then
    --ask N            so many questions of each set

Peers are measured where they are installed: `recto bench peers NAME ...` gives each an environment
of its own.

Prints Markdown. Needs psutil, and Linux to tell memory from mapped files.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from recto.benchmarks.search.clusters import Clusters
from recto.benchmarks.search.measuring import Result, mean_recall, measure
from recto.benchmarks.search.pageset import PageSet, load, save, truth
from recto.benchmarks.search.peers import NAMES
from recto.benchmarks.search.prose import Prose

_QUESTIONS = 40
_MEASURE = "recall 0.95"
"""The way of recto that others are compared with."""


def main() -> None:
    arguments = _arguments()
    console = Console(width=200, markup=False, highlight=False, emoji=False)
    if arguments.cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.cores])
    with tempfile.TemporaryDirectory(prefix="recto-bench-") as temporary:
        data = arguments.data or Path(temporary)
        for place, make in _sets(data, arguments):
            pages = asking(load(place) if place.exists() else make(place), arguments.ask)
            results = measure(arguments.engines.split(","), pages, place, truth(pages))
            console.print(table(pages, results))


def asking(pages: PageSet, count: int) -> PageSet:
    """The same with fewer questions, some of each kind."""
    step = max(1, len(pages.questions) // count)
    return replace(pages, questions=pages.questions[::step][:count])


def table(pages: PageSet, results: list[Result]) -> str:
    """In Markdown."""
    vectors = len(pages.flat) / len(pages)
    tokens = sum(map(len, pages.questions)) / len(pages.questions)
    lines = [
        f"{pages.name}: {len(pages):,} pages of {vectors:.0f} vectors of {pages.dim} numbers, "
        f"{pages.gigabytes:.1f} GB as float32; {len(pages.questions)} questions of {tokens:.0f} "
        "vectors",
        "",
        "| engine | search | ms | least ms | times recto's | recall@10 | add, pages/s | reopen, s "
        "| disk, MB "
        "| memory, MB |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    ours = next((r for r in results if r.way == _MEASURE), None)
    lines += [_row(result, ours) for result in results]
    return "\n".join([*lines, ""])


def _row(result: Result, ours: Result | None) -> str:
    if result.reason:
        return f"| {result.engine} | no numbers: {result.reason} |  |  |  |  |  |  |  |  |"
    reopen = "not run" if result.reopen_seconds is None else f"{result.reopen_seconds:.1f}"
    cells = [
        result.engine,
        result.way,
        f"{result.milliseconds:.1f}",
        f"{1000 * min(result.seconds):.1f}",
        "" if ours is None else f"{result.ratio(ours):.1f}",
        f"{mean_recall(result):.3f}",
        f"{result.pages_per_second:.0f}",
        reopen,
        f"{result.disk_bytes / 1e6:,.0f}",
        f"{result.memory_bytes / 1e6:,.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _sets(
    data: Path, arguments: argparse.Namespace
) -> list[tuple[Path, Callable[[Path], PageSet]]]:
    """Where each set is kept, and how it is made."""
    sets: list[tuple[Path, Callable[[Path], PageSet]]] = []
    if arguments.prose:
        sets.append((data / f"prose-{arguments.prose}", lambda p: _prose(p, arguments)))
    for count in arguments.pages:
        sets.append((data / f"clusters-{count}", lambda p, n=count: _clusters(p, n)))  # type: ignore[misc]
    return sets


def _clusters(place: Path, count: int) -> PageSet:
    made = Clusters()
    return save(place, "clusters", made.pages(count), made.questions(_QUESTIONS, count))


def _prose(place: Path, arguments: argparse.Namespace) -> PageSet:
    made = Prose()
    pages = list(made.pages(arguments.prose))
    questions = made.questions(_QUESTIONS)
    if arguments.questions:
        questions += made.asked(arguments.questions, _QUESTIONS)
    return save(place, "prose", pages, questions)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="*", type=int, help="how many made-up pages; may be several")
    parser.add_argument("--prose", type=int, metavar="PAGES")
    parser.add_argument("--questions", type=Path, metavar="FILE")
    parser.add_argument("--data", type=Path, metavar="DIR")
    parser.add_argument("--cores", type=int, metavar="N")
    parser.add_argument("--ask", type=int, default=2 * _QUESTIONS, metavar="N")
    parser.add_argument("--engines", default=",".join(NAMES), metavar="NAMES")
    return parser.parse_args()


if __name__ == "__main__":
    main()
