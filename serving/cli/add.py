"""`recto add`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from .adding import Metadata, add_documents, as_json, code_of, require_some, summary
from .console import write, write_json
from .crossmodal import (
    AcceptLicenseOption,
    CrossmodalEncoderOption,
    CrossmodalSettingOption,
    crossmodal_settings,
)
from .endpoint import AllowHttpOption
from .failures import ExitCode
from .models import (
    BaseUrlOption,
    CacheOption,
    MaxCostOption,
    ModelChoice,
    ModelOption,
    PriceInOption,
    PriceOutOption,
    TimeoutOption,
)
from .opening import (
    DatatypeOption,
    EncoderOption,
    EncoderSettingOption,
    ServerSettingOption,
    TrustOption,
    open_or_make,
)
from .settings import JsonOption, LibraryOption, QuietOption, TenantOption, argument, chosen
from .summaries import summaries_as_json, summarise
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
    summaries: Annotated[
        bool,
        typer.Option(
            "--summaries",
            help="Let the model write about the pages that it has not written about yet, for "
            "--strategy summaries and summaries-pages.",
        ),
    ] = False,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    price_in: PriceInOption = None,
    price_out: PriceOutOption = None,
    max_cost: MaxCostOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_http: AllowHttpOption = False,
    encoder: EncoderOption = None,
    encoder_setting: EncoderSettingOption = None,
    datatype: DatatypeOption = None,
    server_setting: ServerSettingOption = None,
    crossmodal: Annotated[
        bool,
        typer.Option(
            "--crossmodal",
            help="Let pages and pictures be found beside sound and film, too, also those of "
            "documents that are there already.",
        ),
    ] = False,
    crossmodal_encoder: CrossmodalEncoderOption = None,
    crossmodal_setting: CrossmodalSettingOption = None,
    accept_license: AcceptLicenseOption = None,
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

    Sound (WAV, FLAC, MP3, M4A, Ogg, Opus) and film (MP4, MKV, WebM, MOV) need an encoder of their
    own, --crossmodal-encoder, which the library keeps: `recto search --in audio,video` finds them.

    With --summaries and --model, each page is shown to a model, which writes what it, its tables
    and its figures say; --timeout is for one page, --max-cost for all. The same command goes on
    where it was stopped.

    \b
    Examples:
      recto add reports/ --tag finance --meta year=2018 --meta due=2018-12-31
      recto add reports/ --encoder colqwen2.5 --encoder-setting visual_tokens=768
      recto add meetings/ --crossmodal-encoder pe-av-small
      recto add reports/ --summaries --model gpt-5-mini
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json_, quiet=quiet)
    metadata = parse_metadata(meta or [])
    require_some(paths)
    if model and not summaries and _is_given(context, "model"):
        raise typer.BadParameter("a model only writes summaries here.", param_hint="--summaries")
    choice = ModelChoice(
        model=model,
        base_url=base_url,
        price_in=price_in,
        price_out=price_out,
        max_cost=max_cost,
        timeout=timeout,
        cache=cache,
        allow_http=allow_http,
    )
    with ExitStack() as stack:
        # First: a model that cannot be asked is told before an hour of indexing.
        summariser = stack.enter_context(choice.summariser(settings)) if summaries else None
        stack.enter_context(placement_told(settings))
        opened = stack.enter_context(
            open_or_make(
                settings,
                encoder=encoder,
                trust=trust_remote_code,
                encoder_settings=encoder_setting,
                datatype=datatype,
                server_settings=server_setting,
                crossmodal=crossmodal_encoder,
                crossmodal_settings=crossmodal_settings(crossmodal_setting, accept_license),
            )
        )
        report = add_documents(
            opened, paths, settings, tags=tag or (), metadata=metadata, crossmodal=crossmodal
        )
        told, code = as_json(report), code_of(report)
        if not settings.json and not settings.quiet:
            write(summary(report))
        if summariser is not None:
            added = [outcome.document_id for outcome in report.outcomes if outcome.kind != "failed"]
            written = summarise(opened, summariser, settings, documents=added)
            told["summaries"] = summaries_as_json(written)
            code = code if written.complete else ExitCode.PARTLY
    if settings.json:
        write_json(told)
    raise typer.Exit(code)


def _is_given(context: typer.Context, option: str) -> bool:
    """On the command line; the environment may name a model for other commands."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


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
