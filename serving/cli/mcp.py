"""`recto mcp`."""

from __future__ import annotations

from typing import Annotated

import typer

from .endpoint import AllowHttpOption
from .models import (
    CacheOption,
    MaxCostOption,
    ModelChoice,
    NoImagesOption,
    PriceInOption,
    PriceOutOption,
    TimeoutOption,
)
from .opening import TrustOption, open_existing
from .settings import LibraryOption, chosen


def mcp(
    context: typer.Context,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            envvar="RECTO_MODEL",
            show_envvar=False,
            help="The vision model that `ask` asks; else the words of the pages answer.",
            show_default=False,
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="RECTO_BASE_URL",
            show_envvar=False,
            help="Where the model is, if not at OpenAI.",
            show_default=False,
        ),
    ] = None,
    no_images: NoImagesOption = False,
    price_in: PriceInOption = None,
    price_out: PriceOutOption = None,
    max_cost: MaxCostOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_http: AllowHttpOption = False,
    trust_remote_code: TrustOption = False,
    library: LibraryOption = None,
) -> None:
    """Serve a library to a language model, by the Model Context Protocol on stdin and stdout.

    The tools are search_pages, get_page, ask and list_documents. `recto serve` offers the same at
    /mcp, for several libraries and over HTTP. Limits of the model are for one question each.

    \b
    Example, in the settings of a client:
      {"command": "recto", "args": ["mcp", "--library", "/srv/finance"]}
    """
    from contextlib import ExitStack

    from recto.serving.mcp.access import OneLibrary
    from recto.serving.mcp.tools import make_server

    settings = chosen(context, library=library, quiet=True)
    choice = ModelChoice(
        model=model,
        base_url=base_url,
        images=not no_images,
        price_in=price_in,
        price_out=price_out,
        max_cost=max_cost,
        timeout=timeout,
        cache=cache,
        allow_http=allow_http,
    )
    with ExitStack() as stack:
        answerer = stack.enter_context(choice.answerer(settings))
        opened = stack.enter_context(open_existing(settings, trust=trust_remote_code))
        make_server(OneLibrary(opened, answerer)).run("stdio")
