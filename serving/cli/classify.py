"""`recto classify`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import plain, write, write_json
from .crossmodal import (
    AcceptLicenseOption,
    CrossmodalEncoderOption,
    CrossmodalSettingOption,
    crossmodal_settings,
)
from .opening import open_existing
from .settings import (
    JsonOption,
    LibraryOption,
    QuietOption,
    Settings,
    TenantOption,
    argument,
    chosen,
)

if TYPE_CHECKING:
    from recto.clip_results import Label


def classify(
    context: typer.Context,
    file: Annotated[Path, argument("FILE")],
    labels: Annotated[
        str, typer.Option(metavar="LABELS", help="What it may be: texts with commas between them.")
    ],
    temperature: Annotated[
        float,
        typer.Option(
            metavar="NUMBER",
            help="Above 1 makes the probabilities more alike, below 1 less; fit it to files whose "
            "labels are known.",
        ),
    ] = 1.0,
    crossmodal_encoder: CrossmodalEncoderOption = None,
    crossmodal_setting: CrossmodalSettingOption = None,
    accept_license: AcceptLicenseOption = None,
    library: LibraryOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Tell which of some labels a picture, film or sound is most like.

    The probabilities sum to 1 whether or not one of the labels fits. With --crossmodal-encoder no
    library is needed; else it is the library's.

    \b
    Example:
      recto classify bark.wav --labels "dog, car, bird"
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json, quiet=quiet)
    names = [label.strip() for label in labels.split(",") if label.strip()]
    extra = crossmodal_settings(crossmodal_setting, accept_license)
    found = _classified(settings, file, names, temperature, crossmodal_encoder, extra)
    if settings.json:
        write_json({"file": str(file), "labels": [label._asdict() for label in found]})
    else:
        write(*(f"{label.probability:6.1%}  {plain(label.name)}" for label in found))


def _classified(
    settings: Settings,
    file: Path,
    names: list[str],
    temperature: float,
    encoder: str | None,
    extra: dict[str, str],
) -> list[Label]:
    if encoder is None:
        with open_existing(settings) as opened:
            return opened.classify(file, names, temperature=temperature)
    from recto.crossmodal import chosen as chosen_encoder
    from recto.finding import classify
    from recto.indexing.media.reader import MediaReader
    from recto.indexing.reader import Reader

    made = chosen_encoder(encoder, extra)
    with ExitStack() as stack:
        pages, media = stack.enter_context(Reader()), stack.enter_context(MediaReader())
        return classify(made, file, names, pages=pages, media=media, temperature=temperature)
