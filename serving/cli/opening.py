"""Opens the library that a command works on, and says how to make one where there is none.

The options of this module say by which encoder.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict, cast

import typer

import recto
from recto.engine.errors import NotFound

from .console import plain
from .settings import DEFAULT_LIBRARY, Settings

if TYPE_CHECKING:
    from recto.engine.store.manifest import Datatype
    from recto.engine.store.remote.settings import ServerSettings
    from recto.library import Library

EncoderOption = Annotated[
    str | None,
    typer.Option(
        metavar="ENCODER",
        help="What reads the pages of a new library: a name that `recto encoders` lists, the "
        "folder of a checkpoint, its id on the hub, or vllm+http://HOST:PORT/MODEL. Else words.",
        show_default=False,
    ),
]
TrustOption = Annotated[
    bool,
    typer.Option("--trust-remote-code", help="Run Python that the encoder's checkpoint brings."),
]
EncoderSettingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--encoder-setting",
        metavar="KEY=VALUE",
        help="A setting of the encoder, such as visual_tokens=768; may be given again. `recto "
        "encoders` lists them.",
        show_default=False,
    ),
]
DatatypeOption = Annotated[
    str | None,
    typer.Option(
        "--datatype",
        metavar="KIND",
        help="How a new library keeps the vectors of pages: float16, or turbo8 and turbo4, which "
        "take half and a quarter of it and change them a little.",
        show_default=False,
    ),
]
RecallOption = Annotated[
    float | None,
    typer.Option(
        "--recall",
        metavar="SHARE",
        help="The share of the ten best pages by vectors that a search of a large library finds "
        "on average: above 0, at most 1; else 0.95.",
        show_default=False,
    ),
]
ServerSettingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--server-setting",
        metavar="KEY=VALUE",
        help="How a new library lies on a Qdrant server, or how it is reached, such as shards=6; "
        "may be given again. docs/server.md lists them.",
        show_default=False,
    ),
]


def open_or_make(
    settings: Settings,
    *,
    encoder: str | None,
    trust: bool,
    encoder_settings: Sequence[str] | None = None,
    datatype: str | None = None,
    server_settings: Sequence[str] | None = None,
    crossmodal: str | None = None,
    crossmodal_settings: Mapping[str, str] | None = None,
) -> Library:
    """The library, made where there is none. Settings are `KEY=VALUE` pairs."""
    return recto.open(
        settings.library,
        **placing(settings.library, datatype=datatype, server_settings=server_settings),
        encoder=encoder,
        encoder_settings=parse_settings(encoder_settings or ()),
        crossmodal=crossmodal,
        crossmodal_settings=crossmodal_settings,
        trust_remote_code=trust,
        tenant=settings.tenant,
    )


class Placing(TypedDict):
    """What `recto.open` and `place_of` take of how a library lies where it is."""

    patches_datatype: Datatype | None
    server: ServerSettings | None


def placing(
    place: Path | str,
    *,
    datatype: str | None = None,
    server_settings: Sequence[str] | None = None,
) -> Placing:
    """The datatype is a setting of its own in a folder, and one of many on a server."""
    from recto.engine.store.remote.address import is_server

    given = parse_settings(server_settings or (), option="--server-setting")
    if not is_server(place):
        if given:
            raise typer.BadParameter(
                f"{place} is a folder; expected the address of a server.",
                param_hint="--server-setting",
            )
        # place_of says which there are.
        return {"patches_datatype": cast("Datatype | None", datatype), "server": None}
    from recto.server_settings import server_settings as settings_of

    if datatype is not None:
        given = {"patches_datatype": datatype, **given}
    return {"patches_datatype": None, "server": settings_of(os.environ, given)}


def parse_settings(pairs: Sequence[str], *, option: str = "--encoder-setting") -> dict[str, str]:
    """`KEY=VALUE` pairs of an option as they are; spaces of a value, as in a prefix, count."""
    settings: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{pair!r} is not of the form KEY=VALUE.", param_hint=option)
        if name.strip() in settings:
            raise typer.BadParameter(f"{name.strip()} is set twice.", param_hint=option)
        settings[name.strip()] = value
    return settings


def open_existing(
    settings: Settings,
    *,
    trust: bool = False,
    all_tenants: bool = False,
    recall: float | None = None,
) -> Library:
    """The library, which must be there. Raises NotFound with the command that makes one.

    `trust` runs Python that its encoder brings along, where the command needs the encoder.
    """
    try:
        return recto.open(
            settings.library,
            recall=recall,
            trust_remote_code=trust,
            create=False,
            tenant=settings.tenant,
            all_tenants=all_tenants,
        )
    except NotFound as error:
        raise NotFound(
            f"There is no library {settings.library}. Make one: {command_to_add(settings)}"
        ) from error


def command_to_add(settings: Settings) -> str:
    """The command that adds documents to this library."""
    if settings.library == DEFAULT_LIBRARY:
        return "recto add PATH"
    return f"recto add PATH --library {shlex.quote(str(settings.library))}"


def emptiness(settings: Settings) -> str:
    """What to say of a library without documents."""
    return plain(
        f"The library {settings.library} is empty. Add documents: {command_to_add(settings)}"
    )
