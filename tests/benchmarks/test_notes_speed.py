"""Blocks of the documentation that tell of speed."""

from __future__ import annotations

from typing import Any

import pytest

from recto.benchmarks.notes import rendered
from recto.benchmarks.result_files import Result
from recto.engine.errors import InputError

MACHINE = {"processor": "a chip", "cores": "2", "memory": "25 GB", "load average": "0.1"}
OURS = {
    "engine": "recto",
    "way": "recall 0.95",
    "ms": {"p50": 17.84, "p95": 20.0, "p99": 21.0, "least": 12.0},
    "ratio": 1.0,
    "recall": 0.993,
    "pages_per_second": 112.0,
    "reopen_seconds": None,
    "disk_bytes": 1_152_000_000,
    "memory_bytes": 113_000_000,
}
LIBRARY = {
    "pages": 1000,
    "add_pages_per_second": 17.4,
    "add_cpu_ms_per_page": 109.4,
    "add_peak_mb": 797.0,
    "add_stage_seconds": {"read": 9.0, "draw": 0.0, "encode": 55.5},
    "open_seconds": 0.541,
    "search_ms_p50": 64.2,
    "search_ms_p95": 89.4,
    "bytes_per_page": 180_123.0,
    "help_seconds": 0.135,
}


def result(**data: Any) -> Result:  # noqa: ANN401 - JSON
    return Result(
        kind="speed",
        made="2026-12-01 10:30 UTC",
        command="recto bench speed --prose 5000",
        machine=MACHINE,
        versions={"recto": "0.1.0, abc"},
        data={"library": None, "search": [], **data},
    )


def searched(*engines: dict[str, Any], pages: int = 5000) -> Result:
    numbers = {"vectors": 540.2, "dim": 128, "questions": 40, "engines": list(engines)}
    return result(search=[{"set": "prose", "pages": pages, **numbers}])


def block(words: str, *results: Result) -> list[str]:
    text = rendered(f"<!-- measured: {words} -->\n<!-- /measured -->", results)
    return text.splitlines()[1:-1]


def test_engines_stand_in_a_table_and_missing_ones_below_it() -> None:
    missing = {"engine": "byaldi", "reason": "byaldi is not installed"}
    more = {"pages_per_second": 22_400.0, "disk_bytes": 288_000_000, "reopen_seconds": 0.04}
    other = OURS | more | {"engine": "numpy_map", "way": "exact", "ratio": 26.51}
    lines = block(
        "search-speed prose 5000", searched(OURS, other, missing), searched(OURS, pages=9)
    )
    assert lines[5] == (
        "| numpy_map | exact | 17.8 | 20.0 | 21.0 | 26.5 | 0.993 | 22,400 (200×) | 0.0 | 288 (0.2×)"
        " | 113 (1.0×) |"
    )
    assert lines[0] == "prose: 5,000 pages of 540 vectors of 128 numbers; 40 questions."
    assert lines[4] == (
        "| recto | recall 0.95 | 17.8 | 20.0 | 21.0 | 1.0 | 0.993 | 112 | not run | 1,152 | 113 |"
    )
    assert lines[-1] == "No numbers of byaldi: byaldi is not installed."


def test_a_library_is_told_in_words() -> None:
    lines = block("library-speed", result(library=LIBRARY), searched(OURS))
    assert lines[2] == "| indexing | 17 pages a second; 109 ms of CPU a page |"
    assert "| memory while indexing, all processes | 0.8 GB |" in lines
    assert "| a search, matches on the page included | 64 ms (p50), 89 ms (p95) |" in lines
    assert "| disk | 180 kB a page |" in lines
    assert block("library-stages", result(library=LIBRARY))[2:] == [
        "| read | 9.0 |",
        "| encode | 55.5 |",
    ]


@pytest.mark.parametrize("words", ["library-how", "speed-how prose 5000"])
def test_machine_and_command_are_those_of_the_result(words: str) -> None:
    lines = block(words, result(library=LIBRARY, search=searched(OURS).data["search"]))
    assert lines[0].startswith("Hardware: a chip, 2 cores, 25 GB; load 0.1 when it ended. Made:")
    assert lines[-1] == "    recto bench speed --prose 5000"


@pytest.mark.parametrize("found", [[], [searched(OURS), searched(OURS)]])
def test_what_was_measured_never_or_twice_is_refused(found: list[Result]) -> None:
    with pytest.raises(InputError, match=rf"{len(found)} results of 5000 pages of prose"):
        block("search-speed prose 5000", *found)
