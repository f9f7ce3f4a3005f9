"""The kinds of results that a report tells of, and the module that tells of each.

Results of the kind `speed` are told by the module `report_speed`, and so on: to add a kind, add its
name to `KINDS` and write the two functions of `Kind`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from recto.benchmarks.report_parts import Section
from recto.benchmarks.result_files import Result
from recto.engine.errors import InputError

KINDS = ("quality", "answers", "speed")
"""In the order of a report."""


class Kind(Protocol):
    """What a module `report_KIND` has. Both take at least one result, all of this kind."""

    def lead(self, results: Sequence[Result]) -> str:
        """A sentence that stands above everything: what matters most."""
        ...

    def sections(self, results: Sequence[Result]) -> Sequence[Section]:
        """Tables, plots and what else there is to tell; where it was measured is told elsewhere.

        Raises InputError for data that is not what the kind saves.
        """
        ...


def kinds(results: Sequence[Result]) -> list[tuple[Kind, Sequence[Result]]]:
    """The module of each kind that is among these, with its results.

    Raises InputError for a kind that there is not.
    """
    for one in results:
        if one.kind not in KINDS:
            raise InputError(
                f"{one.path} has results of the kind {one.kind!r}; this recto tells of"
                f" {', '.join(KINDS)}."
            )
    by_kind = {kind: [one for one in results if one.kind == kind] for kind in KINDS}
    return [(_module(kind), some) for kind, some in by_kind.items() if some]


def _module(kind: str) -> Kind:
    return cast(Kind, import_module(f"recto.benchmarks.report_{kind}"))
