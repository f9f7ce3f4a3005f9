"""What a batch of pages is between the steps of its encoding. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from recto.engine.encoders.colpali.batch import Batch
from recto.engine.encoders.colpali.layout import Layout
from recto.engine.encoders.colpali.text_side import Piece
from recto.engine.vectors import FloatArray


class Group(NamedTuple):
    """The pictures of one size, ready for the model."""

    numbers: Sequence[int]
    """Which pages of the batch they are of."""
    batch: Batch
    layouts: list[Layout]


class Prepared(NamedTuple):
    """A batch of pages, ready for the model."""

    groups: list[Group]
    texts: list[list[Piece]]
    """For each page; empty where words are not read."""


class Ran(NamedTuple):
    """What the model has made of a page."""

    layout: Layout
    vectors: FloatArray
    """(T, d) for all tokens of its picture's input."""
    text: list[tuple[FloatArray, FloatArray]]
    """For each piece of its words, vectors (n, d) and boxes (n, 4)."""
