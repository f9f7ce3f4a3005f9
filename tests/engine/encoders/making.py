"""Pages for tests of encoders."""

from __future__ import annotations

from collections.abc import Sequence

from recto.engine.encoders.protocol import PageInput
from recto.engine.page import Box, PageContent, PageText, Word

_LINES = 50


def page_of(lines: Sequence[str]) -> PageInput:
    """A page with a word in a box of its own for each run of characters; lines from the top."""
    words = []
    for number, line in enumerate(lines):
        parts = line.split()
        top = min(number, _LINES - 1) / _LINES
        for place, text in enumerate(parts):
            left, right = place / len(parts), (place + 1) / len(parts)
            words.append(Word(text, Box(left, top, right, top + 1 / _LINES), number))
    read = PageText(tuple(words), "layer" if words else "none")
    return PageInput(content=PageContent(number=1, width=612, height=792, text=read), image=None)
