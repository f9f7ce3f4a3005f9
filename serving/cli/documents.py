"""`recto list` and `recto remove`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from .adding import counted
from .console import plain, write, write_json
from .conversation import forget_turns
from .evidence import forget
from .filters import TagOption, WhereOption
from .opening import emptiness, open_existing
from .settings import JsonOption, LibraryOption, QuietOption, TenantOption, argument, chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from recto.results import Document


def list_documents(
    context: typer.Context,
    tag: TagOption = None,
    where: WhereOption = None,
    library: LibraryOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List the documents of the library.

    \b
    Example:
      recto list --tag finance
      recto list --where 'added >= 2024-01-01 and pages > 10'
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json, quiet=quiet)
    with open_existing(settings) as opened:
        found = opened.documents(tags=tag or (), where=where)
    if settings.json:
        write_json({"documents": [document.as_json() for document in found]})
    elif found:
        write(_table(found))
        if not settings.quiet:
            pages = sum(document.pages for document in found)
            write("", f"{counted(len(found), 'document')}, {counted(pages, 'page')}.")
    elif where is not None:
        write("No document of which this holds.")
    elif tag:
        write(f"No document has {'these tags' if len(tag) > 1 else 'this tag'}.")
    else:
        write(emptiness(settings))


def _table(documents: Sequence[Document]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("document", overflow="fold")
    table.add_column("pages", justify="right")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("added", no_wrap=True)
    table.add_column("id", no_wrap=True)
    tagged = any(document.tags for document in documents)
    if tagged:
        table.add_column("tags", overflow="fold")
    for document in documents:
        skipped = len(document.skipped)
        table.add_row(
            Text(plain(document.name), "bold"),
            Text(f"{document.pages:,}" + (f" ({skipped} skipped)" if skipped else "")),
            Text(size_of(document.size)),
            Text(plain(document.added[:10])),
            Text(document.id[:8], "dim"),
            *([Text(plain(", ".join(document.tags)))] if tagged else []),
        )
    return table


def remove(
    context: typer.Context,
    documents: Annotated[
        list[str],
        argument("DOCUMENT"),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    library: LibraryOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Remove documents from the library.

    DOCUMENT is a name, the end of a path, or the beginning of an id, as `recto list` shows them.
    Their pages go, the copies that the library keeps of them, and the pictures that answers have
    left in it. The files that they were added from are not touched. Asks before it removes; where
    nobody can answer, --yes is needed. Nothing is removed when one of the documents is not there.

    \b
    Example:
      recto remove report.pdf --yes
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json, quiet=quiet)
    with open_existing(settings) as opened:
        found = {d.id: d for d in (opened.document(name) for name in documents)}
        if not yes:
            _confirm(list(found.values()))
        removed = [opened.remove(document_id) for document_id in found]
        for document in removed:
            forget(document, opened.folder)
        if removed:
            forget_turns(opened.folder)
    if settings.json:
        write_json({"removed": [document.as_json() for document in removed]})
    elif not settings.quiet:
        for document in removed:
            write(f"Removed {plain(document.name)} ({counted(document.pages, 'page')}).")


def _confirm(documents: Sequence[Document]) -> None:
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "nobody can be asked here; say --yes to remove.", param_hint="--yes"
        )
    listed = ", ".join(
        f"{plain(document.name)} ({counted(document.pages, 'page')})" for document in documents
    )
    if not typer.confirm(f"Remove {listed} from the library?", err=True):
        typer.echo("Nothing was removed.", err=True)
        raise typer.Exit


def size_of(count: int) -> str:
    """Bytes for people: 12.3 MB."""
    size, units = float(count), ["bytes", "kB", "MB", "GB"]
    while size >= 1000 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "bytes" else f"{size:.1f} {units[0]}"
