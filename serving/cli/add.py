"""`recto add`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .adding import Metadata, add_documents, as_json, code_of, require_some, summary
from .console import write, write_json
from .opening import EncoderOption, EncoderSettingOption, TrustOption, open_or_make
from .settings import JsonOption, LibraryOption, QuietOption, TenantOption, argument, chosen
from .telling import placement_told


def add(
    context: typer.Context,
    paths: Annotated[list[Path], argument("PATH")],
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Mark the documents with a tag; may be given again."),
    ] = None,
    meta: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Note a fact about them; may be given again."),
    ] = None,
    encoder: EncoderOption = None,
    encoder_setting: EncoderSettingOption = None,
    trust_remote_code: TrustOption = False,
    library: LibraryOption = None,
    tenant: TenantOption = None,
    as_json_: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Index documents: files, and folders of them.

    PATH is a file or a folder. Reads PDF, PNG, JPEG, WebP and TIFF, and office formats when
    LibreOffice is installed. Folders are searched to the bottom. What is there already and has not
    changed is left alone; a file that has changed replaces what was indexed from its path before. A
    file that cannot be read is listed, and the others are indexed. It may be interrupted: the same
    command goes on from there.

    Facts about a single file may stand in a file beside it: report.pdf.meta.json, a JSON object
    such as {"tags": ["finance"], "year": 2018, "due": "2018-12-31"}. Filters (--where) see them as
    meta.year and meta.due; numbers, true and false, and dates (2018-12-31) are compared as such.

    \b
    Examples:
      recto add reports/ --tag finance --meta year=2018 --meta due=2018-12-31
      recto add reports/ --encoder colqwen2.5 --encoder-setting visual_tokens=768
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json_, quiet=quiet)
    metadata = parse_metadata(meta or [])
    require_some(paths)
    with (
        placement_told(settings),
        open_or_make(
            settings, encoder=encoder, trust=trust_remote_code, encoder_settings=encoder_setting
        ) as opened,
    ):
        report = add_documents(opened, paths, settings, tags=tag or (), metadata=metadata)
    if settings.json:
        write_json(as_json(report))
    elif not settings.quiet:
        write(summary(report))
    raise typer.Exit(code_of(report))


def parse_metadata(pairs: list[str]) -> Metadata:
    """`KEY=VALUE` pairs; a value that is written like a number or as true or false becomes one."""
    metadata: dict[str, str | int | float | bool] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise typer.BadParameter(f"{pair!r} is not of the form KEY=VALUE.", param_hint="--meta")
        metadata[key.strip()] = _typed(value.strip())
    return metadata


def _typed(value: str) -> str | int | float | bool:
    """Only what reads back exactly as it was written is converted: 007 is no number."""
    if value in ("true", "false"):
        return value == "true"
    for kind in (int, float):
        try:
            number = kind(value)
        except ValueError:
            continue
        if str(number) == value and value not in ("inf", "-inf", "nan"):
            return number
    return value
