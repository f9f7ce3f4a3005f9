"""`recto plan`."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from .console import write, write_json
from .environment import memory
from .settings import JsonOption, QuietOption, chosen

if TYPE_CHECKING:
    from rich.table import Table

    from recto.engine.planning import Choice, Coefficients, Workload

_GB = 1e9
_WORDS = (450, 128, 12)
"""Vectors of a full page, their numbers and vectors of a question, of the built-in encoder."""


def plan(
    context: typer.Context,
    pages: Annotated[
        float, typer.Option("--pages", help="How many pages there will be, such as 1e6.")
    ],
    encoder: Annotated[
        str, typer.Option("--encoder", "-e", help="A name that `recto encoders` lists.")
    ] = "words",
    cores: Annotated[
        int | None, typer.Option("--cores", min=1, help="Of the machine; else of this one.")
    ] = None,
    memory_gb: Annotated[
        float | None, typer.Option("--memory", metavar="GB", help="Else that of this machine.")
    ] = None,
    disk_gb: Annotated[
        float | None, typer.Option("--disk", metavar="GB", help="Else what is free here.")
    ] = None,
    milliseconds: Annotated[
        float, typer.Option("--within", metavar="MS", help="How long a search may take.")
    ] = 500.0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Work out disk, memory, time and recall before anything is indexed.

    Lists every choice of datatype, pooling and depth of search, and names the settings of the one
    to use: of those that keep to the limits, the one that loses least. Times were measured on
    another machine; those of a server are estimates, and its recall is not known beforehand.

    \b
    Example:
      recto plan --pages 1e6 --encoder colqwen2.5
    """
    from recto.engine.planning import choices, read_coefficients, recommended

    settings = chosen(context, as_json=as_json, quiet=quiet)
    work, known = _workload(pages, encoder), read_coefficients()
    made = choices(work, known, cores=cores or os.cpu_count() or 1)
    best = recommended(
        made,
        milliseconds=milliseconds,
        disk=disk_gb * _GB if disk_gb is not None else shutil.disk_usage(".").free,
        memory=memory_gb * _GB if memory_gb is not None else memory() or float("inf"),
    )
    if settings.json:
        write_json(
            {
                "workload": asdict(work),
                "choices": [asdict(choice) for choice in made],
                "recommended": asdict(best),
                "options": dict(_options(best)),
                "measured": dict(known.provenance),
            }
        )
    else:
        write(_table(made, best), *_told(best, known, milliseconds))


def _workload(pages: float, encoder: str) -> Workload:
    """Raises InputError for an encoder that is not known by name."""
    from recto.engine.encoders.known import KNOWN
    from recto.engine.errors import InputError
    from recto.engine.planning import Workload

    if not 1 <= pages <= 1e12:
        raise InputError(f"--pages is {pages:g}; expected 1 to 1e12.")
    if encoder == "words":
        vectors, dim, question = _WORDS
        return Workload(pages=int(pages), vectors=vectors, dim=dim, question=question, pools=False)
    for model in KNOWN:
        if encoder in (model.name, model.id):
            return Workload(pages=int(pages), vectors=model.patches, dim=model.dim)
    names = ", ".join(["words", *(model.name for model in KNOWN)])
    raise InputError(f"--encoder is {encoder!r}; expected one of {names}.")


def _table(made: list[Choice], best: Choice) -> Table:
    from rich.table import Table

    table = Table("", "where", "datatype", "pool", "search", box=None, pad_edge=False)
    for name in ("disk, GB", "memory, GB", "ms", "recall@10", "nDCG kept"):
        table.add_column(name, justify="right")
    for choice in made:
        table.add_row(
            "*" if choice is best else "",
            choice.place,
            choice.datatype,
            str(choice.pool_factor),
            choice.search,
            _gigabytes(choice.disk),
            _gigabytes(choice.memory),
            f"{'≈ ' if choice.estimated else ''}{choice.milliseconds:,.0f}",
            "?" if choice.recall is None else f"{choice.recall:.2f}",
            f"{choice.quality:.1%}",
        )
    return table


def _told(best: Choice, known: Coefficients, milliseconds: float) -> list[str]:
    from recto.engine.planning import PROPOSED

    source = known.provenance
    where = "an address of a server" if best.place == "server" else "a folder"
    told = [" ".join(["recto", name, "…", *found]) for name, found in _options(best) if found]
    lines = ["", f"* to use: {where}, with {'; '.join(told) or 'the defaults'}"]
    if best.milliseconds > milliseconds:
        lines.append(
            f"  None keeps to {milliseconds:,.0f} ms (--within); this is the fastest. More cores, a"
            " pooled encoder or filters make it faster."
        )
    return [
        *lines,
        f"Times as on {source['processor']}, {source['date']}, of --cores. Those with ≈ are"
        " estimates for a server: its comparisons alone, without network, load and reading from the"
        " disk.",
        'A server\'s recall ("?") is measured on the library itself, by `recto add` or the first'
        f" search: 0.95 is aimed at, for which {PROPOSED[0]:,} to about {PROPOSED[1]:,} pages are"
        " proposed.",
        "nDCG kept by pooling is that published for ColPali (arXiv 2407.01449).",
    ]


def _options(choice: Choice) -> list[tuple[str, list[str]]]:
    """By the command that takes them."""
    from recto.engine.planning import options

    return [("add", options(choice, "add")), ("search", options(choice, "search"))]


def _gigabytes(size: float) -> str:
    return f"{size / _GB:,.1f}" if size < 100 * _GB else f"{size / _GB:,.0f}"
