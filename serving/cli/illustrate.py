"""`recto illustrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recto.engine.errors import InputError

from .answers import took
from .console import note, plain, write, write_json, write_paths
from .endpoint import AllowHttpOption
from .filters import (
    DocumentOption,
    PagesOption,
    TagOption,
    WhereOption,
    parse_pages,
    require_question,
)
from .models import TimeoutOption
from .opening import TrustOption, open_existing
from .pictures import FORMATS, slug
from .settings import JsonOption, LibraryOption, QuietOption, TenantOption, argument, chosen

if TYPE_CHECKING:
    from recto.engine.endpoint.limits import Limits
    from recto.engine.illustrating import Illustrator
    from recto.illustrating import Illustration

ImageModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        envvar="RECTO_IMAGE_MODEL",
        show_envvar=False,
        show_default=False,
        help="The model that makes the picture, which is sent text of the best pages; else "
        "$RECTO_IMAGE_MODEL. Its key is read from the environment or a keyring.",
    ),
]
ImageUrlOption = Annotated[
    str | None,
    typer.Option(
        "--base-url",
        metavar="URL",
        envvar="RECTO_IMAGE_BASE_URL",
        show_envvar=False,
        show_default=False,
        help="Where the model is; else $RECTO_IMAGE_BASE_URL, else OpenAI.",
    ),
]


def illustrate(
    context: typer.Context,
    description: Annotated[str, argument("DESCRIPTION")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .png, .jpg or .webp file, replaced if it is there; else one in the working "
            "folder, called by the description.",
            show_default=False,
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="WxH", help="As the model takes it, such as 1024x1024.", show_default=False
        ),
    ] = None,
    document: DocumentOption = None,
    tag: TagOption = None,
    pages: PagesOption = None,
    where: WhereOption = None,
    model: ImageModelOption = None,
    base_url: ImageUrlOption = None,
    price_picture: Annotated[
        float | None,
        typer.Option(metavar="DOLLARS", help="Price of a picture, at most.", show_default=False),
    ] = None,
    max_cost: Annotated[
        float | None,
        typer.Option(
            metavar="DOLLARS",
            help="Make no picture that may cost more; needs the price.",
            show_default=False,
        ),
    ] = None,
    timeout: TimeoutOption = None,
    allow_http: AllowHttpOption = False,
    trust_remote_code: TrustOption = False,
    library: LibraryOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a picture of a description, by what pages say of it.

    The pages that fit DESCRIPTION best are found, and their text goes into the prompt of a model
    that makes pictures. The prompt and the pages are kept with the picture: in FILE.json, and in a
    PNG file itself. Nothing verifies what the picture shows.

    \b
    Example:
      recto illustrate "the pump of chapter 2, cut open" --model gpt-image-1 --output pump.png
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json, quiet=quiet)
    confined = parse_pages(pages)
    require_question(description)
    path = _path(output, description)
    limits = _limits(model, price_picture, max_cost, timeout)
    with (
        _illustrator(model, base_url, limits, allow_http) as maker,
        open_existing(settings, trust=trust_remote_code) as opened,
    ):
        made = opened.illustrate(
            description,
            maker,
            size=size,
            documents=document or None,
            tags=tag or None,
            pages=confined,
            where=where,
        )
    made.save(path)
    if settings.json:
        write_json({**made.as_json(), "path": str(path)})
    else:
        _report(made, path, quiet=settings.quiet)


def _report(made: Illustration, path: Path, *, quiet: bool) -> None:
    write("A picture that no check has compared with the pages:")
    write_paths(path)
    write("", "Made by text of these pages, and the prompt in the file beside it:")
    write(*(f"  {plain(hit.document.name)}, page {hit.page}" for hit in made.sources))
    if made.usage and not quiet:
        counted = made.usage.input_tokens or made.usage.output_tokens
        note(took(made.usage) if counted else f"It cost ${made.usage.cost:.4f} at most.")


def _limits(
    model: str | None, price: float | None, max_cost: float | None, timeout: float | None
) -> Limits:
    from recto.engine.endpoint.limits import Limits
    from recto.engine.endpoint.prices import find_picture_prices

    prices = find_picture_prices(model or "", price)
    return Limits(timeout=timeout, max_cost=max_cost, prices=prices)


def _illustrator(
    model: str | None, base_url: str | None, limits: Limits, allow_http: bool
) -> Illustrator:
    """Raises InputError, and what `recto.answerers.illustrator` raises."""
    if not model:
        raise InputError(
            "Pictures are made by a model, and none was chosen: give --model, such as gpt-image-1."
        )
    from recto.answerers import illustrator

    return illustrator(model, base_url or None, limits=limits, allow_http=allow_http)


def _path(output: Path | None, description: str) -> Path:
    """Refused before anything is paid for; a file of ours never replaces another."""
    if output is None:
        stem, number = slug(description), 1
        while (path := Path(f"{stem}.png" if number == 1 else f"{stem}-{number}.png")).exists():
            number += 1
        return path
    if output.suffix.lower() not in FORMATS:
        raise typer.BadParameter(
            f"{output} is no name of a picture; it must end in {', '.join(FORMATS)}.",
            param_hint="--output",
        )
    return output
