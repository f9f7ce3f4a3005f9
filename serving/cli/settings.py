"""The options that every command shares, which may stand before its name or after it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from typer.models import ArgumentInfo

DEFAULT_LIBRARY = Path(".recto")

LibraryOption = Annotated[
    str | None,
    typer.Option(
        "--library",
        "-l",
        metavar="DIR|URL",
        help="The library's folder, or http://HOST:6333/NAME on a Qdrant server.",
        show_default=False,
    ),
]


TenantOption = Annotated[
    str | None,
    typer.Option(
        "--tenant", metavar="NAME", help="Whose documents; else $RECTO_TENANT.", show_default=False
    ),
]


def argument(name: str, *, least: int | None = None) -> ArgumentInfo:
    """An argument that the command's own text explains: Typer would list it by its Python type."""
    made: ArgumentInfo = typer.Argument(metavar=name, min=least, show_default=False, hidden=True)
    return made


JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user chose of them."""

    library: Path | str
    """A folder, or the address of a library on a server."""
    json: bool
    quiet: bool
    tenant: str = ""
    """Whose documents are meant, in a library with those of several."""

    @property
    def folder(self) -> Path:
        """What is kept of the library on this machine."""
        from recto.places import place_of

        return place_of(self.library).folder


def chosen(
    context: typer.Context,
    *,
    library: str | None = None,
    tenant: str | None = None,
    as_json: bool = False,
    quiet: bool = False,
) -> Settings:
    """What a command was given, completed by what stands before its name."""
    before = context.find_root().params
    return Settings(
        library=parse_library(library or before["library"]),
        json=as_json or before["as_json"],
        quiet=quiet or before["quiet"],
        tenant=tenant or before["tenant"] or "",
    )


def parse_library(text: str | None) -> Path | str:
    """The place of a library, as `Settings` has it."""
    if not text:
        return DEFAULT_LIBRARY
    return text if "://" in text else Path(text)
