"""The blocks of the documentation that tell of speed and size. Knows their wording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recto.benchmarks.notes_parts import machine_of, paragraph
from recto.benchmarks.report_markdown import table
from recto.benchmarks.report_speed import HEAD, engine_rows
from recto.benchmarks.result_files import Result
from recto.engine.errors import InputError

KIND = "speed"
Results = Sequence[Result]


def search_speed(results: Results, name: str, pages: str) -> str:
    """One collection, searched by all engines; those that gave no numbers are told with why."""
    _, one = _searched(results, name, pages)
    told = table(HEAD, engine_rows(one))
    about = (
        f"{name}: {one['pages']:,} pages of {one['vectors']:.0f} vectors of {one['dim']} numbers;"
        f" {one['questions']} questions."
    )
    missing = [
        f"No numbers of {engine['engine']}: {engine['reason'].rstrip('.')}."
        for engine in one["engines"]
        if "reason" in engine
    ]
    return "\n\n".join([paragraph(about), told, *map(paragraph, missing)])


def speed_how(results: Results, name: str, pages: str) -> str:
    """Machine and command of that collection."""
    result, _ = _searched(results, name, pages)
    return _how(result)


def library_speed(results: Results) -> str:
    """A library from end to end."""
    _, speed = _library(results)
    memory = speed["add_peak_mb"]
    rows = [
        (
            "indexing",
            f"{speed['add_pages_per_second']:.0f} pages a second;"
            f" {speed['add_cpu_ms_per_page']:.0f} ms of CPU a page",
        ),
        (
            "memory while indexing, all processes",
            "not measured" if memory is None else f"{memory / 1000:.1f} GB",
        ),
        ("opening the library in a fresh process", f"{speed['open_seconds']:.2f} s"),
        (
            "a search, matches on the page included",
            f"{speed['search_ms_p50']:.0f} ms (p50), {speed['search_ms_p95']:.0f} ms (p95)",
        ),
        ("disk", f"{speed['bytes_per_page'] / 1000:.0f} kB a page"),
        ("`recto --help`", f"{speed['help_seconds']:.2f} s"),
    ]
    return table(["", ""], rows)


def library_stages(results: Results) -> str:
    """How long each stage of adding is busy."""
    _, speed = _library(results)
    rows = [
        (stage, f"{1000 * seconds / speed['pages']:.1f}")
        for stage, seconds in speed["add_stage_seconds"].items()
        if seconds
    ]
    return table(["stage", "busy, ms a page"], rows)


def library_how(results: Results) -> str:
    """Machine and command of it."""
    result, _ = _library(results)
    return _how(result)


BLOCKS: Mapping[str, Callable[..., str]] = {
    "search-speed": search_speed,
    "speed-how": speed_how,
    "library-speed": library_speed,
    "library-stages": library_stages,
    "library-how": library_how,
}


def _how(result: Result) -> str:
    return f"{machine_of(result)} Command:\n\n    {result.command}"


def _searched(results: Results, name: str, pages: str) -> tuple[Result, Mapping[str, Any]]:
    return _only(
        [
            (result, one)
            for result in _of_speed(results)
            for one in result.data["search"]
            if (one["set"], str(one["pages"])) == (name, pages)
        ],
        f"{pages} pages of {name}",
    )


def _library(results: Results) -> tuple[Result, Mapping[str, Any]]:
    found = [(one, one.data["library"]) for one in _of_speed(results) if one.data["library"]]
    return _only(found, "a library")


def _of_speed(results: Results) -> list[Result]:
    return [result for result in results if result.kind == KIND]


def _only(
    found: Sequence[tuple[Result, Mapping[str, Any]]], what: str
) -> tuple[Result, Mapping[str, Any]]:
    """Raises InputError unless it was measured once."""
    if len(found) != 1:
        raise InputError(f"{len(found)} results of {what} in benchmarks/results; expected one.")
    return found[0]
