"""Writes the measured numbers of the documentation: `python -m recto.benchmarks.notes [--check]`.

A block between two markers is made of results, and nothing else:

    <!-- measured: strategies northwind -->
    (a table)
    <!-- /measured -->

Its first word names a function, the others are given to it. The functions of a kind of results are
in `notes_KIND.BLOCKS`; each takes the results of `benchmarks/results`, then the words, and gives
the text of the block. To add one, add it there; to add a module, add it to `_MODULES`. With
`--check` nothing is written, and what differs is an error.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from recto.benchmarks.result_files import Result, load
from recto.engine.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
FILES = ("README.md", "benchmarks/README.md", "docs/performance.md")
_MODULES = ("notes_quality",)
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


def main() -> None:
    """Write all files, or check them."""
    results = load(RESULTS)
    for name in FILES:
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        new = rendered(text, results)
        if new == text:
            continue
        if "--check" in sys.argv[1:]:
            raise SystemExit(
                f"{name} is not what the results say: python -m recto.benchmarks.notes"
            )
        path.write_text(new, encoding="utf-8")
        sys.stdout.write(f"{name}: written anew\n")


if __name__ == "__main__":
    main()
