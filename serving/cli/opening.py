"""Opens the library that a command works on, and says how to make one where there is none.

The options of this module say by which encoder.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

import recto
from recto.engine.errors import NotFound

from .console import plain
from .settings import DEFAULT_LIBRARY, Settings

if TYPE_CHECKING:
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


def open_or_make(
    settings: Settings,
    *,
    encoder: str | None,
    trust: bool,
    encoder_settings: Sequence[str] | None = None,
    crossmodal: str | None = None,
    crossmodal_settings: Mapping[str, str] | None = None,
) -> Library:
    """The library, made where there is none. `encoder_settings` are `KEY=VALUE` pairs."""
    return recto.open(
        settings.library,
        encoder=encoder,
        encoder_settings=parse_settings(encoder_settings or ()),
        crossmodal=crossmodal,
        crossmodal_settings=crossmodal_settings,
        trust_remote_code=trust,
        tenant=settings.tenant,
    )


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


def open_existing(settings: Settings, *, trust: bool = False, all_tenants: bool = False) -> Library:
    """The library, which must be there. Raises NotFound with the command that makes one.

    `trust` runs Python that its encoder brings along, where the command needs the encoder.
    """
    try:
        return recto.open(
            settings.library,
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
