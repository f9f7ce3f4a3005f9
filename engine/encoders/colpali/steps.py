"""What a batch of pages is between the steps of its encoding. Imports torch."""

from __future__ import annotations

from typing import NamedTuple

from recto.engine.encoders.colpali.batch import Group
from recto.engine.encoders.colpali.layout import Layout
from recto.engine.encoders.colpali.text_side import Piece
from recto.engine.vectors import FloatArray


class Prepared(NamedTuple):
    """A batch of pages, ready for the model."""

    pictures: list[Group]
    """Of all pages, those of as many patches together."""
    layouts: list[Layout]
    """Of each page."""
    pieces: list[list[Piece]]
    """For each page; empty where words are not read."""
    texts: list[Group]
    """Of all pieces, one page after the other, those of as many tokens together."""


class Ran(NamedTuple):
    """What the model has made of a page."""

    layout: Layout
    vectors: FloatArray
    """(T, d) for all tokens of its picture's input."""
    text: list[tuple[FloatArray, FloatArray]]
    """For each piece of its words, vectors (n, d) and boxes (n, 4)."""
