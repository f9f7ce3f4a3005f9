"""`recto show`."""

from __future__ import annotations

import sys
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
    from recto.engine.matches import Match
    from recto.library import Library
    from recto.results import Page

_STDOUT = Path("-")


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
    Example:
      recto show report.pdf 7 -o page.png --question "capital expenditure"
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json, quiet=quiet)
    _check(output, as_json=settings.json)
    if question is not None:
        require_question(question)
    with open_existing(settings, trust=trust_remote_code) as opened:
        shown = opened.page(document, page)
        matches = _matches(opened, shown, question) if question is not None else ()
        image = shown.image(width, [match.box for match in matches])
        if question is not None and not matches:
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
