"""Options that several of `recto bench` have."""

from __future__ import annotations

from typing import Annotated

import typer

EncoderOption = Annotated[
    str | None,
    typer.Option("--encoder", metavar="NAME|DIR", help="As in recto add.", show_default=False),
]
LibraryOption = Annotated[
    str | None,
    typer.Option(
        "--library",
        "-l",
        metavar="DIR|URL",
        help="Keep the library here, to index only once; else it is a temporary one.",
        show_default=False,
    ),
]
PeersOption = Annotated[
    str,
    typer.Option("--peers", metavar="NAME,...|all|none", help="Other engines to search with."),
]


def named_before(context: typer.Context) -> str | None:
    """The library of a command line; not that of the environment, which is for real documents."""
    root = context.find_root()
    source = root.get_parameter_source("library")
    named: str | None = root.params["library"]
    return named if source is not None and source.name == "COMMANDLINE" else None
