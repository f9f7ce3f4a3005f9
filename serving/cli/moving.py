"""`recto copy`, `export`, `import` and `import-byaldi`: libraries from one place to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .adding import counted, list_failures, outcome_as_json
from .console import plain, write, write_json
from .failures import ExitCode
from .opening import DatatypeOption, ServerSettingOption, TrustOption, placing
from .progress import progress_bar, rate
from .settings import (
    JsonOption,
    LibraryOption,
    QuietOption,
    Settings,
    argument,
    chosen,
    parse_library,
)

if TYPE_CHECKING:
    from recto.moving.receiving import MoveReport
    from recto.places import Place


def copy(
    context: typer.Context,
    origin: Annotated[str, argument("FROM")],
    target: Annotated[str, argument("TO")],
    datatype: DatatypeOption = None,
    server_setting: ServerSettingOption = None,
    as_json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Copy a library: from a folder to a server, back, or to another.

    FROM and TO are folders of libraries, or http://HOST:6333/NAME on a Qdrant server. Documents
    come with vectors, clips, words, tags and files; nothing is encoded again. TO is made where
    there is none; what it has already is left alone. Every page is read back and compared before
    its document can be seen. It may be interrupted: the same command goes on from there.

    \b
    Examples:
      recto copy finance http://qdrant:6333/finance
      recto copy http://qdrant:6333/finance backup/finance --datatype turbo8
    """
    from recto.moving.libraries import copy_library
    from recto.places import place_of

    settings = chosen(context, as_json=as_json_, quiet=quiet)
    with progress_bar(settings) as on_progress:
        report = copy_library(
            place_of(parse_library(origin)),
            _target(parse_library(target), datatype, server_setting),
            on_progress=on_progress,
        )
    tell(report, settings, f"{target} has", "copied")


def export(
    context: typer.Context,
    file: Annotated[Path, argument("FILE")],
    library: LibraryOption = None,
    as_json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a whole library into one new file.

    The file holds the documents themselves, their pages and their vectors, of all tenants: who has
    it can read them. `recto import` makes a library of it, in a folder or on a server.

    \b
    Example:
      recto export finance.zip --library finance
    """
    from recto.moving.libraries import export_library
    from recto.places import place_of

    settings = chosen(context, library=library, as_json=as_json_, quiet=quiet)
    with progress_bar(settings) as on_progress:
        report = export_library(place_of(settings.library), file, on_progress=on_progress)
    tell(report, settings, f"{file} has", "written")


def import_(
    context: typer.Context,
    file: Annotated[Path, argument("FILE")],
    datatype: DatatypeOption = None,
    server_setting: ServerSettingOption = None,
    library: LibraryOption = None,
    as_json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take all documents of a file that `recto export` has written into a library.

    The library is made where there is none; what it has already is left alone. It may be
    interrupted: the same command goes on from there.

    \b
    Example:
      recto import finance.zip --library http://qdrant:6333/finance
    """
    from recto.moving.libraries import import_archive

    settings = chosen(context, library=library, as_json=as_json_, quiet=quiet)
    place = _target(settings.library, datatype, server_setting)
    with progress_bar(settings) as on_progress:
        report = import_archive(file, place, on_progress=on_progress)
    tell(report, settings, f"{settings.library} has", "imported")


def import_byaldi(
    context: typer.Context,
    index: Annotated[Path, argument("INDEX")],
    files: Annotated[Path, argument("FILES")],
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="ENCODER",
            help="The model that made the index, where it is here; else as the index names it.",
            show_default=False,
        ),
    ] = None,
    trust_remote_code: TrustOption = False,
    datatype: DatatypeOption = None,
    server_setting: ServerSettingOption = None,
    library: LibraryOption = None,
    as_json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take an index of byaldi into a library, without encoding it again.

    INDEX is the folder of the index, such as .byaldi/NAME. FILES is the folder with the documents
    that were indexed: byaldi keeps no words, which are read from them. The model itself is needed
    to tell where on a page a vector stands, and to ask.

    \b
    Example:
      recto import-byaldi .byaldi/finance reports/ --library finance
    """
    from recto.engine.encoders import registry
    from recto.moving import libraries
    from recto.moving.byaldi import Adopting, model_of

    settings = chosen(context, library=library, as_json=as_json_, quiet=quiet)
    name = encoder or model_of(index)
    made = registry.make(name, trust_remote_code=trust_remote_code, check=True)
    if not isinstance(made, Adopting):
        raise typer.BadParameter(
            f"{made.id.name} is no encoder that byaldi works with; give the one of the index,"
            f" {model_of(index)}.",
            param_hint="--encoder",
        )
    with progress_bar(settings) as on_progress:
        report = libraries.import_byaldi(
            index,
            files,
            _target(settings.library, datatype, server_setting),
            encoder=made,
            on_progress=on_progress,
        )
    tell(report, settings, f"{settings.library} has", "imported")


def _target(place: Path | str, datatype: str | None, server_setting: list[str] | None) -> Place:
    from recto.places import place_of

    return place_of(place, **placing(place, datatype=datatype, server_settings=server_setting))


def tell(report: MoveReport, settings: Settings, where: str, done: str) -> None:
    """Print what was moved, and end with the exit code that it asks for."""
    for outcome in report.outcomes:
        list_failures(outcome)
    if settings.json:
        write_json(as_json(report))
    elif not settings.quiet:
        write(summary(report, where, done))
    raise typer.Exit(ExitCode.FINE if report.complete else ExitCode.PARTLY)


def summary(report: MoveReport, where: str, done: str) -> str:
    """A report in a sentence or two."""
    kinds = [outcome.kind for outcome in report.outcomes]
    there = counted(len(kinds) - kinds.count("failed"), "document")
    text = f"{where} {there}, of which {kinds.count('added')} were {done} now"
    if report.pages:
        text += f" ({counted(report.pages, 'page')}, {rate(report.pages, report.seconds)})"
    if failed := kinds.count("failed"):
        text += f"; {counted(failed, 'document')} could not be"
    return plain(f"{text}.")


def as_json(report: MoveReport) -> dict[str, Any]:
    """A report as `--json` prints it."""
    return {
        "encoder": {"name": report.encoder.name, "revision": report.encoder.revision},
        "documents": [outcome_as_json(outcome) for outcome in report.outcomes],
        "pages": report.pages,
        "without_file": report.without_file,
        "seconds": round(report.seconds, 3),
        "complete": report.complete,
    }
