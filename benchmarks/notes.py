"""Writes the measured numbers of the documentation: `python -m recto.benchmarks.notes [--check]`.

A block between two markers is made of results, and nothing else:

    <!-- measured: strategies northwind -->
    (a table)
    <!-- /measured -->

Its first word names a function, the others are given to it. The functions of a kind of results are
in `notes_KIND.BLOCKS`; each takes the results of `benchmarks/results`, then the words, and gives
the text of the block. To add one, add it there; to add a module, add it to `_MODULES`.

The report of one command, `benchmarks/report.md` with its plots, is made of the results in
`benchmarks/results/northwind`. With `--check` nothing is written, and what differs is an error.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from recto.benchmarks.report import markdown
from recto.benchmarks.report_page import picture
from recto.benchmarks.result_files import Result, load
from recto.engine.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
FILES = ("README.md", "benchmarks/README.md", "docs/performance.md")
REPORT = "benchmarks/report.md"
REPORTED = RESULTS / "northwind"
_TITLE = "recto on northwind, beside other engines"
_MODULES = ("notes_quality", "notes_answers", "notes_speed")
_BLOCK = re.compile(
    r"(?P<begin><!-- measured: (?P<words>[^\n]+?) -->\n).*?(?P<end><!-- /measured -->)", re.DOTALL
)

Block = Callable[..., str]
"""Of the results and of some words; without an end of line at its end."""


def blocks() -> dict[str, Block]:
    """By name."""
    found: dict[str, Block] = {}
    for name in _MODULES:
        own: Mapping[str, Block] = import_module(f"recto.benchmarks.{name}").BLOCKS
        found.update(own)
    return found


def rendered(text: str, results: Sequence[Result]) -> str:
    """The same text with its blocks made anew. Raises InputError for a block that nothing makes."""
    known = blocks()

    def block(found: re.Match[str]) -> str:
        name, *words = found["words"].split()
        if name not in known:
            raise InputError(f"No block is called {name!r}. There is: {', '.join(known)}.")
        return f"{found['begin']}{known[name](results, *words)}\n{found['end']}"

    return _BLOCK.sub(block, text)


def report() -> dict[str, str]:
    """The files of the report, by their place under the root. Raises NotFound, InputError."""
    place = Path(REPORT)
    folder = place.with_name(f"{place.stem}-figures")
    document = markdown(load(REPORTED), folder=folder.name, title=_TITLE)
    plots = {f"{folder}/{name}": picture(svg) for name, svg in document.plots.items()}
    return {REPORT: document.text, **plots}


def made() -> dict[str, str]:
    """Everything that is made of results, as it should be, by its place under the root."""
    results = load(RESULTS)
    texts = {name: rendered((ROOT / name).read_text(encoding="utf-8"), results) for name in FILES}
    return {**texts, **report()}


def main() -> None:
    """Write all files, or check them."""
    for name, new in made().items():
        path = ROOT / name
        if path.exists() and path.read_text(encoding="utf-8") == new:
            continue
        if "--check" in sys.argv[1:]:
            raise SystemExit(
                f"{name} is not what the results say: python -m recto.benchmarks.notes"
            )
        path.parent.mkdir(exist_ok=True)
        path.write_text(new, encoding="utf-8")
        sys.stdout.write(f"{name}: written anew\n")


if __name__ == "__main__":
    main()
