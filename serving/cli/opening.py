"""Opens the library that a command works on, and says how to make one where there is none."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import recto
from recto.engine.errors import NotFound

from .console import plain
from .settings import DEFAULT_LIBRARY, Settings

if TYPE_CHECKING:
    from recto.library import Library


def open_existing(settings: Settings) -> Library:
    """The library, which must be there. Raises NotFound with the command that makes one."""
    try:
        return recto.open(settings.library, create=False)
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
