"""A progress bar on stderr when that is a terminal: pages a second, and the time left by bytes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from .console import console, plain
from .settings import Settings

if TYPE_CHECKING:
    from recto.indexing.progress import Progress

_BESIDES = 62
"""Columns that all but a file's name may take, a bar of ten among them."""
_SHORTEST = 10


@contextmanager
def progress_bar(settings: Settings) -> Iterator[Callable[[Progress], None] | None]:
    """What to give to `Library.add` as `on_progress`; None where nobody looks."""
    if settings.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    screen = console(stderr=True)
    bar = Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[figures]}", markup=False),
        console=screen,
        transient=True,
        expand=True,
    )
    with bar:
        task = bar.add_task("Looking for documents", total=None, figures="")
        begun = time.monotonic()

        def update(progress: Progress) -> None:
            description = describe(progress, max(screen.width - _BESIDES, _SHORTEST))
            bar.update(
                task,
                total=progress.bytes,
                completed=progress.bytes_done,
                description=description,
                figures=figures(progress, time.monotonic() - begun, bar.tasks[0].time_remaining),
            )

        yield update


def describe(progress: Progress, length: int) -> str:
    """Which file of how many is at hand, its name in at most `length` characters, and the page."""
    name = shortened(plain(progress.path.name), length)
    number = min(progress.files_done + 1, progress.files)
    page = f" {progress.page}/{progress.pages}" if progress.pages else ""
    return (f"{number} of {progress.files} " if progress.files > 1 else "") + name + page


def figures(progress: Progress, seconds: float, left: float | None) -> str:
    """The part that is done, how fast, and how many seconds are left if that is known yet."""
    done = progress.bytes_done / progress.bytes if progress.bytes else 1.0
    speed = rate(progress.pages_done, seconds)
    time_left = "" if left is None else f"{timedelta(seconds=round(left))} left"
    return " ".join(part for part in (f"{done:4.0%}", speed, time_left) if part)


def rate(pages: int, seconds: float) -> str:
    """Pages a second, once there is something to tell."""
    return f"{pages / seconds:.1f} pages/s" if pages and seconds > 0 else ""


def shortened(name: str, length: int) -> str:
    """`name` with its middle left out: its end tells more than its middle."""
    if len(name) <= length:
        return name
    tail = length // 2
    return f"{name[: length - tail - 1]}…{name[-tail:]}"
