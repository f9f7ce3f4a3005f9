"""Tells on stderr where the model of an encoder runs, as soon as it is loaded."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from .console import note
from .settings import Settings


class _Notes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


@contextmanager
def placement_told(settings: Settings) -> Iterator[None]:
    """One line for each encoder that is made meanwhile, unless nobody is to be told."""
    if settings.quiet or settings.json:
        yield
        return
    from recto.engine.encoders.registry import LOGGER  # not before: `recto --help` is quick

    notes, level, passes_on = _Notes(logging.INFO), LOGGER.level, LOGGER.propagate
    LOGGER.addHandler(notes)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False  # some packages set up logging for all when they are imported
    try:
        yield
    finally:
        LOGGER.propagate = passes_on
        LOGGER.setLevel(level)
        LOGGER.removeHandler(notes)
