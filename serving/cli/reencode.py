"""`recto reencode`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .adding import counted, list_failures, outcome_as_json
from .console import plain, write, write_json
from .failures import ExitCode
from .opening import EncoderSettingOption, TrustOption, open_existing, parse_settings
from .progress import progress_bar, rate
from .settings import JsonOption, LibraryOption, QuietOption, Settings, chosen
from .telling import placement_told

if TYPE_CHECKING:
    from recto.indexing.outcome import ReencodeReport


def reencode(
    context: typer.Context,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="ENCODER",
            help="What is to read the pages: a name that `recto encoders` lists, the folder of a "
            "checkpoint, or its id on the hub. Else the library's own, as it is now.",
            show_default=False,
        ),
    ] = None,
    encoder_setting: EncoderSettingOption = None,
    trust_remote_code: TrustOption = False,
    library: LibraryOption = None,
    as_json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Encode all documents of a library again, by another encoder.

    The new vectors are made beside the old ones and take their place at once when all are there; a
    library needs room for both until then. It may be interrupted: the library is as it was, and
    the same command goes on from there. Documents, their tags and the words that were read are
    kept; pages that could not be read are tried again. Without --encoder, settings change those
    that the library has.

    \b
    Examples:
      recto reencode --encoder colqwen2.5
      recto reencode --library finance --encoder-setting pool_factor=3
    """
    settings = chosen(context, library=library, as_json=as_json_, quiet=quiet)
    changes = parse_settings(encoder_setting or ())
    with (
        placement_told(settings),
        open_existing(settings, all_tenants=True) as opened,
        progress_bar(settings) as on_progress,
    ):
        report = opened.reencode(
            encoder,
            settings=changes,
            trust_remote_code=trust_remote_code,
            on_progress=on_progress,
        )
    for outcome in report.outcomes:
        list_failures(outcome)
    if settings.json:
        write_json(as_json(report))
    elif not settings.quiet:
        write(summary(report, settings))
    raise typer.Exit(ExitCode.FINE if report.complete else ExitCode.PARTLY)


def summary(report: ReencodeReport, settings: Settings) -> str:
    """A report in one sentence or two."""
    name = f"{report.encoder.name} (revision {report.encoder.revision})"
    if not report.changed:
        return plain(f"Nothing is to be done: {settings.library} has the vectors of {name}.")
    documents = counted(len(report.outcomes), "document")
    text = f"{settings.library} now has the vectors of {name}: {documents}."
    if report.pages:
        speed = rate(report.pages, report.seconds)
        text += f" Encoded {counted(report.pages, 'page')} in {report.seconds:.1f} s ({speed})."
    return plain(text)


def as_json(report: ReencodeReport) -> dict[str, Any]:
    """A report as `recto reencode --json` prints it."""
    encoder = report.encoder
    return {
        "encoder": {"name": encoder.name, "revision": encoder.revision, "dim": encoder.dim},
        "changed": report.changed,
        "documents": [outcome_as_json(outcome) for outcome in report.outcomes],
        "pages": report.pages,
        "seconds": round(report.seconds, 3),
        "complete": report.complete,
    }
