"""Pages with the geometry of print: each character 5 points wide, each line 10 high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from recto.engine.answering.protocol import Evidence
from recto.engine.page import Box, PageContent, PageText, Word

WIDTH, HEIGHT, PITCH, CHARACTER = 500.0, 800.0, 14.0, 5.0


def page(text: str, *, number: int = 1, headings: Sequence[str] = ()) -> PageContent:
    """A page of `text`: leading spaces indent, two or more spaces part columns, an empty line
    leaves a gap. A line is one line of the reader, columns and all."""
    words: list[Word] = []
    for row, line in enumerate(text.splitlines()):
        words += _line_words(line, row)
    return PageContent(
        number=number,
        width=WIDTH,
        height=HEIGHT,
        text=PageText(words=tuple(words), source="layer" if words else "none"),
        headings=tuple(headings),
    )


def _line_words(line: str, row: int) -> list[Word]:
    words, place, top = [], 0, 20 + row * PITCH
    for part in line.split(" "):
        if part:
            left, right = place * CHARACTER, (place + len(part)) * CHARACTER
            box = Box(left / WIDTH, top / HEIGHT, right / WIDTH, (top + 10) / HEIGHT)
            words.append(Word(part, box, row))
        place += len(part) + 1
    return words


def evidence(content: PageContent, *, name: str = "manual.pdf", score: float = 1.0) -> Evidence:
    return Evidence(
        document_id=name, document_name=name, score=score, content=content, image=_blank
    )


def _blank(width: int) -> npt.NDArray[np.uint8]:
    return np.full((width, width, 3), 255, dtype=np.uint8)
