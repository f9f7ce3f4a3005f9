"""What every encoder offers. Knows no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

from recto.engine.page import PageContent
from recto.engine.vectors import PageVectors, QuestionVectors


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderId:
    """What a library records of its encoder: two that differ here must not be mixed."""

    name: str
    revision: str
    """Changes whenever the same page would get other vectors."""
    dim: int
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What the revision stands for, where it is more than a number: weights, dtype, prefix,
    versions. With it the same encoder is made again."""
    source: str = field(default="", compare=False)
    """Where it was loaded from, if `name` does not say: a folder, which may be moved."""
    witness: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Some vectors that it made, as `witness.py` keeps them; empty where `revision` says it all."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PageInput:
    """A page as an encoder is given it."""

    content: PageContent
    image: npt.NDArray[np.uint8] | None
    """(height, width, 3) RGB, given when the encoder `needs_image`."""


class Encoder(Protocol):
    """Same vectors for a page whatever the batch it comes in."""

    @property
    def id(self) -> EncoderId: ...

    @property
    def needs_image(self) -> bool: ...

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        """Vectors of each page, in order."""
        ...

    def encode_question(self, question: str) -> QuestionVectors:
        """Vectors of a question that is not empty."""
        ...


P = TypeVar("P")
R = TypeVar("R")


@runtime_checkable
class Staged(Protocol[P, R]):
    """What encoders offer besides that do not compute on the processor alone.

    `finish(run(prepare(pages)))` is `encode_pages(pages)`. The three may run at the same time, each
    in a thread of its own: a batch is prepared and another finished while one is in the model.
    """

    @property
    def batch(self) -> int:
        """How many pages it likes to be given at once."""
        ...

    def prepare(self, pages: Sequence[PageInput]) -> P:
        """The model's input."""
        ...

    def run(self, prepared: P) -> R:
        """What the model makes of it; nothing else, for this is what others wait for."""
        ...

    def finish(self, result: R) -> list[PageVectors]:
        """Vectors of each page, in order."""
        ...


@runtime_checkable
class Sighted(Protocol):
    """What encoders offer besides that can say how sharp a picture of a page they look at."""

    def picture_width(self, width: float, height: float) -> int:
        """Pixels across for a page of these proportions; it may be given fewer."""
        ...


@runtime_checkable
class ImageQuestions(Protocol):
    """What encoders offer besides that can be asked with a picture."""

    def encode_image_question(
        self, image: npt.NDArray[np.uint8], question: str | None
    ) -> QuestionVectors:
        """Vectors of a picture, (height, width, 3) RGB, and of a question if there is one.

        Both together count the same, however many vectors each has.
        """
        ...


@runtime_checkable
class Placed(Protocol):
    """What encoders offer besides whose model may run in several places or arithmetics."""

    @property
    def placement(self) -> str:
        """Where its model runs, in which arithmetic, and why; for a person."""
        ...
