"""`recto show`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .adding import counted
from .console import note, plain, write, write_bytes, write_json
from .filters import require_question
from .opening import TrustOption, open_existing
from .pictures import FORMATS, encoded, file_name, save
from .settings import JsonOption, LibraryOption, QuietOption, TenantOption, argument, chosen

if TYPE_CHECKING:
    from PIL.Image import Image

    from recto.engine.heatmap import HeatMap
    from recto.engine.matches import Match
    from recto.library import Library
    from recto.results import Page

_STDOUT = Path("-")
_SIGNS = re.compile(r"^[\W_Ġ]+|[\W_]+$")
"""Before a token, where encoders mark the beginning of a word, and behind it."""


def show(
    context: typer.Context,
    document: Annotated[
        str,
        argument("DOCUMENT"),
    ],
    page: Annotated[int, argument("PAGE", least=1)],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="PNG, JPEG or WebP by its suffix; - for PNG to stdout; else "
            "<document>-p<page>.png in the working folder.",
            show_default=False,
        ),
    ] = None,
    question: Annotated[
        str | None,
        typer.Option(metavar="QUESTION", help="Mark what matches it.", show_default=False),
    ] = None,
    heat: Annotated[
        bool,
        typer.Option("--heat", help="Paint how much each place answers --question, instead."),
    ] = False,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="WORD", help="With --heat: this word of it alone.", show_default=False
        ),
    ] = None,
    width: Annotated[
        int, typer.Option(min=64, max=8000, metavar="PIXELS", help="How wide.")
    ] = 1280,
    trust_remote_code: TrustOption = False,
    library: LibraryOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a picture of a page, with matches marked.

    DOCUMENT is a name, the end of a path, or the beginning of an id, as `recto list` shows them.
    PAGE counts from 1. The places that match --question are marked.

    \b
    Examples:
      recto show report.pdf 7 -o page.png --question "capital expenditure"
      recto show report.pdf 7 --question "capital expenditure" --heat --token capital
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json, quiet=quiet)
    _check(output, as_json=settings.json)
    if question is not None:
        require_question(question)
    elif heat:
        raise typer.BadParameter("there is no --question to be hot for.", param_hint="--heat")
    if token is not None and not heat:
        raise typer.BadParameter("it is of use with --heat only.", param_hint="--token")
    with open_existing(settings, trust=trust_remote_code) as opened:
        shown = opened.page(document, page)
        wanted = None if heat else question
        matches = _matches(opened, shown, wanted) if wanted is not None else ()
        image = shown.image(width, [match.box for match in matches])
        if heat and question is not None:
            image = _heated(image, opened.heat_map(question, document, page), token)
        elif question is not None and not matches:
            note("Nothing on this page matches the question; no place is marked.")
        if output == _STDOUT:
            write_bytes(encoded(image, "PNG"))
            return
        path = output or Path(file_name(shown.document, page))
        save(image, path)
    if settings.json:
        write_json(
            {
                "document": shown.document.name,
                "document_id": shown.document.id,
                "page": page,
                "path": str(path),
                "matches": [{"box": list(m.box), "score": m.score} for m in matches],
            }
        )
    elif not settings.quiet:
        marked = f", {counted(len(matches), 'place')} marked" if matches else ""
        write(f"Wrote {plain(str(path))} ({image.width} × {image.height} pixels{marked}).")


def _matches(library: Library, page: Page, question: str) -> tuple[Match, ...]:
    hits = library.search(
        question, limit=1, documents=[page.document.id], pages=(page.number, page.number)
    )
    return hits[0].matches if hits else ()


def _heated(image: Image, found: HeatMap, token: str | None) -> Image:
    """The picture with the heat of one token, or of the whole question, painted over it."""
    import numpy as np
    from PIL import Image as Pillow

    from recto.engine.heatmap import paint

    place = None if token is None else _place(found.tokens, token)
    if not found.boxes.size:
        note("This page has no places of its own to show; nothing is painted.")
    return Pillow.fromarray(paint(np.asarray(image), found.boxes, found.of(place)))


def _place(tokens: Sequence[str], token: str) -> int:
    """Which token is meant, whatever its case and the signs that its encoder puts around it."""
    for place, text in enumerate(tokens):
        if _SIGNS.sub("", text).casefold() == _SIGNS.sub("", token).casefold():
            return place
    raise typer.BadParameter(
        f"{plain(token)!r} is no token of the question; these are: {plain(', '.join(tokens))}.",
        param_hint="--token",
    )


def _check(output: Path | None, *, as_json: bool) -> None:
    """Refuse what cannot be written before a page is drawn for it."""
    if output == _STDOUT:
        if as_json:
            raise typer.BadParameter("'-' and --json both want stdout.", param_hint="--output")
        if sys.stdout.isatty():
            raise typer.BadParameter(
                "stdout is a terminal; redirect it, or give the name of a file.",
                param_hint="--output",
            )
    elif output is not None and output.suffix.lower() not in FORMATS:
        raise typer.BadParameter(
            f"{plain(output.name)!r} ends in none of {', '.join(FORMATS)}.", param_hint="--output"
        )
