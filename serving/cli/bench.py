"""`recto bench`."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Measure how well and how fast recto works.", no_args_is_help=True, rich_markup_mode=None
)
