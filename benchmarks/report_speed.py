"""What a report tells of speed and size: `recto bench speed --save`. A kind of `report_kinds`.

"data": {"library": {…} or null,       the fields of `speed.Speed`
         "search": [{"set": "clusters", "pages": 5000, "vectors": 1024.0, "dim": 128,
                     "questions": 40,
                     "engines": [{"engine": "recto", "way": "exact",
                                  "ms": {"p50": …, "p95": …, "p99": …, "least": …},
                                  "ratio": 1.0, "recall": 1.0, "pages_per_second": …,
                                  "reopen_seconds": … or null, "disk_bytes": …,
                                  "memory_bytes": …},
                                 {"engine": "byaldi", "reason": "not installed"}],
                     "expected": [{"pages": 5000, "ms": …, "disk_bytes": …, "memory_bytes": …},
                                  …]}, …]}       what `recto plan` expects, of larger ones as well
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recto.benchmarks.report_parts import Figure, Part, Section, Table, Text
from recto.benchmarks.report_plots import Point, points, stacked
from recto.benchmarks.result_files import Result
from recto.engine.errors import InputError

HEAD = (
    *("engine", "search", "p50, ms", "p95, ms", "p99, ms", "times recto's", "recall@10"),
    *("add, pages/s", "reopen, s", "disk, MB", "memory, MB"),
)
_EXPECTED = (
    "What recto plan expects of the same pages, and of more of them, at a recall of 0.95. Times are"
    " of this number of cores of the machine that its coefficients are from; memory is what the"
    " system may use, not what it must."
)
_EXPECTED_HEAD = ("pages", "search, ms", "disk, GB", "memory, GB")
_LIBRARY = {
    "add_pages_per_second": "pages added a second",
    "add_cpu_ms_per_page": "CPU a page added, ms",
    "add_peak_mb": "memory while adding, MB",
    "open_seconds": "opening in a fresh process, s",
    "first_search_seconds": "until its first hits, s",
    "search_ms_p50": "a search, p50, ms",
    "search_ms_p95": "a search, p95, ms",
    "bytes_per_page": "disk a page, bytes",
    "help_seconds": "recto --help, s",
}


def lead(results: Sequence[Result]) -> str:
    told = [
        f"{one['pages']:,} pages of {one['set']}: {row['ms']['p50']:.0f} ms a search with"
        f" {row['way']} (recall@10 {row['recall']:.3f})"
        for one in _searched(results)
        for row in one["engines"]
        if row["engine"] == "recto" and row.get("way") == "recall 0.95"
    ]
    return "; ".join(told) + "." if told else "Speed was measured."


def sections(results: Sequence[Result]) -> list[Section]:
    try:
        libraries = [one.data["library"] for one in results if one.data["library"]]
        made = [_library(one) for one in libraries]
        made += [_collection(one) for one in _searched(results)]
        return [*made, *_growth(_searched(results))]
    except (KeyError, TypeError) as error:
        raise InputError(f"A result of speed has no {error}. Measure again.") from error


def _searched(results: Sequence[Result]) -> list[Mapping[str, Any]]:
    return [one for result in results for one in result.data["search"]]


def _library(speed: Mapping[str, Any]) -> Section:
    rows = [[said, _number(speed[name])] for name, said in _LIBRARY.items()]
    stages = {name: seconds for name, seconds in speed["add_stage_seconds"].items() if seconds}
    plot = stacked({"adding": stages}, title="Adding by stage", unit="s")
    return Section(
        title=f"One PDF of {speed['pages']:,} pages",
        about="Added, opened and searched as a user does it; times are on the clock.",
        parts=[
            Table(head=("what", "measured"), rows=rows),
            Table(head=("stage", "busy, ms a page"), rows=_stages(stages, speed["pages"])),
            Figure(caption="What adding spends its time on; stages overlap", svg=plot),
        ],
    )


def _stages(seconds: Mapping[str, float], pages: int) -> list[list[str]]:
    return [[name, f"{1000 * value / pages:.1f}"] for name, value in seconds.items()]


def _collection(one: Mapping[str, Any]) -> Section:
    about = (
        f"{one['vectors']:.0f} vectors of {one['dim']} numbers a page; {one['questions']}"
        " questions, each put to one engine after the other; ratios are medians over the questions."
    )
    missing = [engine for engine in one["engines"] if "reason" in engine]
    parts: list[Part] = [Table(head=HEAD, rows=engine_rows(one))]
    parts += [Text(text=f"{gone['engine']}: {_why(gone)}.", small=True) for gone in missing]
    parts.append(Text(text=_EXPECTED, small=True))
    parts.append(Table(head=_EXPECTED_HEAD, rows=[_expected(size) for size in one["expected"]]))
    return Section(
        title=f"Search: {one['pages']:,} pages of {one['set']}", about=about, parts=parts
    )


def _expected(size: Mapping[str, Any]) -> list[str]:
    return [
        f"{size['pages']:,}",
        f"{size['ms']:,.0f}",
        f"{size['disk_bytes'] / 1e9:,.1f}",
        f"{size['memory_bytes'] / 1e9:,.1f}",
    ]


def engine_rows(one: Mapping[str, Any]) -> list[list[str]]:
    """Of the engines that gave numbers, under `HEAD`; in brackets, how many times recto's."""
    told = [engine for engine in one["engines"] if "reason" not in engine]
    ours = next((engine for engine in told if engine["engine"] == "recto"), None)
    return [_row(engine, ours) for engine in told]


def _row(engine: Mapping[str, Any], ours: Mapping[str, Any] | None) -> list[str]:
    reopen = engine["reopen_seconds"]
    return [
        engine["engine"],
        engine["way"],
        *(f"{engine['ms'][name]:.1f}" for name in ("p50", "p95", "p99")),
        "" if engine["ratio"] is None else f"{engine['ratio']:.1f}",
        f"{engine['recall']:.3f}",
        f"{engine['pages_per_second']:,.0f}{_times('pages_per_second', engine, ours)}",
        "not run" if reopen is None else f"{reopen:.1f}",
        f"{engine['disk_bytes'] / 1e6:,.0f}{_times('disk_bytes', engine, ours)}",
        f"{engine['memory_bytes'] / 1e6:,.0f}{_times('memory_bytes', engine, ours)}",
    ]


def _why(gone: Mapping[str, Any]) -> str:
    """Without the full stop that an engine's own words may end with."""
    return str(gone["reason"]).rstrip(".")


def _times(name: str, engine: Mapping[str, Any], ours: Mapping[str, Any] | None) -> str:
    """Of one that is not ours."""
    if ours is None or engine["engine"] == ours["engine"] or not ours[name]:
        return ""
    times = engine[name] / ours[name]
    return f" ({times:,.0f}×)" if times >= 10 else f" ({times:.1f}×)"


def _growth(searched: Sequence[Mapping[str, Any]]) -> list[Section]:
    """Latency against pages, where several sizes of one set were measured."""
    made = []
    for name in dict.fromkeys(one["set"] for one in searched):
        own = [one for one in searched if one["set"] == name]
        if len(own) > 1:
            plotted = [_point(one["pages"], row) for one in own for row in one["engines"]]
            svg = points(
                [point for point in plotted if point is not None],
                title=f"Milliseconds a search, by pages of {name}",
                x="pages",
                y="ms",
            )
            figure = Figure(caption="Median, and p95 above it.", svg=svg)
            made.append(Section(title=f"Latency against pages of {name}", parts=[figure]))
    return made


def _point(pages: int, row: Mapping[str, Any]) -> Point | None:
    if "reason" in row:
        return None
    name = f"{row['engine']}, {row['way']}"
    p50, p95 = row["ms"]["p50"], row["ms"]["p95"]
    return Point(name=name, series=name, x=pages, y=p50, low=p50, high=p95)


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
