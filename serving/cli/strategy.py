"""The option that says how pages are found."""

from __future__ import annotations

from typing import Annotated

import typer

StrategyOption = Annotated[
    str,
    typer.Option(
        "--strategy",
        metavar="NAME",
        help="How pages are found: default, or one to compare with: single; crossmodal, which "
        "needs `recto add --crossmodal`; summaries or summaries-pages, which need `recto add "
        "--summaries`.",
        show_default=False,
    ),
]
