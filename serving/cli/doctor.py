"""`recto doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

import recto
from recto.engine.errors import LibraryBusy, NotFound, RectoError

from .adding import counted
from .console import hanging, plain, plain_lines, write, write_json
from .documents import size_of
from .endpoint import (
    AllowHttpOption,
    EndpointState,
    ModelOption,
    abilities,
    endpoint_state,
)
from .environment import Environment, Machine, Part, examine
from .failures import ExitCode
from .models import BaseUrlOption
from .selftest import SelfTest, run_self_test
from .settings import JsonOption, LibraryOption, QuietOption, chosen

if TYPE_CHECKING:
    from rich.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryState:
    """What is known of a library that is there."""

    folder: str
    documents: int = 0
    pages: int = 0
    bytes: int = 0
    error: str = ""
    """Why it cannot be opened; empty when it can."""
    broken: bool = False
    """Whether that is more than another process having it open."""


def doctor(
    context: typer.Context,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    allow_http: AllowHttpOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check what is installed, and whether the main job works.

    Tells what each missing part would give and how to install it. Indexes and searches a small
    document in a folder that is removed afterwards. With --model, some small requests measure what
    an endpoint can do with that model; the result is kept for 30 days. The exit code is 1 when one
    of these fails or when the library cannot be opened.

    \b
    Examples:
      recto doctor
      recto doctor --model qwen3-vl:8b --base-url http://localhost:11434/v1
    """
    settings = chosen(context, library=library, as_json=as_json, quiet=quiet)
    environment = examine(settings.folder)
    state = library_state(settings.library)
    endpoint = (
        endpoint_state(model, base_url, allow_http=allow_http, quiet=settings.quiet)
        if model is not None
        else None
    )
    test = run_self_test()
    if settings.json:
        write_json(_as_json(environment, state, endpoint, test))
    else:
        write(*_described(environment, state, endpoint, test))
    well = test.passed and not (state and state.broken) and not (endpoint and endpoint.error)
    raise typer.Exit(ExitCode.FINE if well else ExitCode.PARTLY)


def library_state(place: Path | str) -> LibraryState | None:
    """How much is in a library; None where there is none."""
    if isinstance(place, Path) and not place.is_dir():
        return None
    try:
        with recto.open(place, create=False, all_tenants=True) as library:
            documents = library.documents()
            folder = library.folder
    except RectoError as error:
        if isinstance(error, NotFound) and not isinstance(place, Path):
            return None
        busy = isinstance(error, LibraryBusy)
        return LibraryState(folder=str(place), error=str(error), broken=not busy)
    return LibraryState(
        folder=str(place),
        documents=len(documents),
        pages=sum(document.pages for document in documents),
        bytes=sum(_on_disk(path) for path in folder.rglob("*") if path.is_file()),
    )


def _on_disk(path: Path) -> int:
    """The store's files have holes, which take no room."""
    status = path.stat()
    return getattr(status, "st_blocks", -(-status.st_size // 512)) * 512


def _as_json(
    environment: Environment,
    state: LibraryState | None,
    endpoint: EndpointState | None,
    test: SelfTest,
) -> dict[str, Any]:
    return environment.as_json() | {
        "library": state and asdict(state),
        "endpoint": endpoint and endpoint.as_json(),
        "self_test": test.as_json(),
    }


def _described(
    environment: Environment,
    state: LibraryState | None,
    endpoint: EndpointState | None,
    test: SelfTest,
) -> Iterator[Text | str]:
    yield f"recto {environment.version}, Python {environment.machine.python}"
    yield _machine(environment.machine)
    yield ""
    yield from (_line(package) for package in environment.packages)
    yield ""
    yield from (_line(part) for part in (*environment.extras, *environment.programs))
    yield ""
    yield _library(state)
    if endpoint is not None:
        yield from _endpoint(endpoint)
    yield _self_test(test)


def _machine(machine: Machine) -> str:
    memory = f", {size_of(machine.memory)} of memory" if machine.memory is not None else ""
    return (
        f"{machine.system}, {counted(machine.cores, 'core')}{memory}, "
        f"{size_of(machine.disk_free)} free on disk"
    )


def _line(part: Part) -> Text:
    """What is there and its version; or what it would give and the command that installs it."""
    from rich.text import Text

    if part.installed:
        return _checked("ok", "green", part.name, Text(part.installed, "dim"))
    style = "yellow" if part.gives else "bold red"
    gives = Text(f"{part.gives}\n" if part.gives else "").append(part.command, "bold")
    return _checked("missing", style, part.name, gives)


def _library(state: LibraryState | None) -> Text:
    from rich.text import Text

    if state is None:
        return _checked("none", "dim", "library", Text("recto add PATH makes one", "dim"))
    if state.error:
        style = "bold red" if state.broken else "yellow"
        return _checked("error", style, "library", Text(plain(state.error)))
    holds = (
        f"{plain(state.folder)}: {counted(state.documents, 'document')}, "
        f"{counted(state.pages, 'page')}, {size_of(state.bytes)}"
    )
    return _checked("ok", "green", "library", Text(holds, "dim"))


def _endpoint(endpoint: EndpointState) -> Iterator[Text]:
    from rich.text import Text

    if endpoint.profile is None:
        yield _checked("error", "bold red", "model", Text(plain(endpoint.error)))
        return
    where = plain(f"{endpoint.model} at {endpoint.url}")
    yield _checked("ok", "green", "model", Text(where, "dim"))
    for name, what in abilities(endpoint.profile):
        yield _checked("", "", f"  {name}", Text(what, "dim"))


def _self_test(test: SelfTest) -> Text:
    from rich.text import Text

    if test.passed:
        did = f"indexed and searched a small document in {test.seconds:.1f} s"
        return _checked("ok", "green", "self-test", Text(did, "dim"))
    return _checked("failed", "bold red", "self-test", Text(plain_lines(test.error)))


def _checked(verdict: str, style: str, name: str, what: Text) -> Text:
    from rich.text import Text

    return hanging(Text.assemble((f"{verdict:<9}", style), f"{name:<16} "), what)
