"""A progress bar on stderr when that is a terminal: pages a second, and the time left by bytes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .console import console, plain
from .settings import Settings

if TYPE_CHECKING:
    from recto.indexing.progress import Progress

_NAME = 28
"""Characters of a file's name that leave room for a bar on 80 columns."""


@contextmanager
def progress_bar(settings: Settings) -> Iterator[Callable[[Progress], None] | None]:
    """What to give to `Library.add` as `on_progress`; None where nobody looks."""
    if settings.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TaskProgressColumn(markup=False),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(compact=True),
        TextColumn("left", markup=False),
        console=console(stderr=True),
        transient=True,
        expand=True,
    )
    with bar:
        task = bar.add_task("Looking for documents", total=None, rate="")
        begun = time.monotonic()

        def update(progress: Progress) -> None:
            bar.update(
                task,
                total=progress.bytes,
                completed=progress.bytes_done,
                description=describe(progress),
                rate=rate(progress.pages_done, time.monotonic() - begun),
            )

        yield update


def describe(progress: Progress) -> str:
    """The file at hand and the page, and which file of how many it is."""
    name = shortened(plain(progress.path.name), _NAME)
    number = min(progress.files_done + 1, progress.files)
    page = f" {progress.page}/{progress.pages}" if progress.pages else ""
    return (f"{number} of {progress.files} " if progress.files > 1 else "") + name + page


def rate(pages: int, seconds: float) -> str:
    """Pages a second, once there is something to tell."""
    return f"{pages / seconds:.1f} pages/s" if pages and seconds > 0 else ""


def shortened(name: str, length: int) -> str:
    """`name` with its middle left out: its end tells more than its middle."""
    if len(name) <= length:
        return name
    tail = length // 2
    return f"{name[: length - tail - 1]}…{name[-tail:]}"
