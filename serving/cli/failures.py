"""How errors end a command: a message on stderr and an exit code. Any other error is a fault of
ours and keeps its traceback."""

from __future__ import annotations

import os
import sys
import warnings
from enum import IntEnum
from typing import TextIO

import typer
from typer.core import TyperGroup

from recto.engine.errors import (
    BackendUnreachable,
    InputError,
    KeyRefused,
    LibraryError,
    MissingExtra,
    NotFound,
    RectoError,
    RectoWarning,
)

from . import console

RESUMING = frozenset({"add", "ask", "copy", "import", "import-byaldi", "reencode"})
"""Commands that go on where they were interrupted."""


class ExitCode(IntEnum):
    """What the exit codes mean; `recto --help` lists them."""

    FINE = 0
    PARTLY = 1
    """Some documents failed or pages were skipped, or something around us failed."""
    USAGE = 2
    NOT_FOUND = 3
    KEY_REFUSED = 4
    UNREACHABLE = 5
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    """As a shell reports a program that SIGPIPE ended."""


_CODES: tuple[tuple[type[RectoError], ExitCode], ...] = (
    (NotFound, ExitCode.NOT_FOUND),
    (KeyRefused, ExitCode.KEY_REFUSED),
    (InputError, ExitCode.USAGE),
    (LibraryError, ExitCode.USAGE),
    (MissingExtra, ExitCode.USAGE),
    (BackendUnreachable, ExitCode.UNREACHABLE),
    (RectoError, ExitCode.PARTLY),
)


def exit_code(error: RectoError) -> ExitCode:
    """The exit code of an error that ended a command."""
    return next(code for kind, code in _CODES if isinstance(error, kind))


def show_warnings() -> None:
    """From now on what we warn of is a line on stderr, without the place in our code."""
    usual = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, RectoWarning):
            console.complain(str(message), word="warning")
        else:
            usual(message, category, filename, lineno, file, line)

    warnings.showwarning = show


class Commands(TyperGroup):
    """A group of commands whose errors are reported in one way."""

    # Typer has no public name for the class that its own `invoke` takes.
    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except RectoError as error:
            console.complain(str(error))
            raise typer.Exit(exit_code(error)) from error
        except KeyboardInterrupt as error:
            resumes = ctx.invoked_subcommand in RESUMING
            console.note("\n" + (_RESUME if resumes else "Interrupted."))
            raise typer.Exit(ExitCode.INTERRUPTED) from error
        except BrokenPipeError as error:
            # Python flushes stdout once more when it ends, and would complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(ExitCode.CLOSED_PIPE) from error


_RESUME = "Interrupted. What is done is kept; run the same command again to go on."
