"""What every answerer takes and gives. Knows no model, no store and no file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recto.engine.page import Box, PageContent


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Evidence:
    """One page that an answerer may read, best first in its list."""

    document_id: str
    document_name: str
    score: float
    """The page's retrieval score, comparable within one question only."""
    content: PageContent
    image: Callable[[int], npt.NDArray[np.uint8]]
    """Renders the page this many pixels wide: (height, width, 3) RGB. Costly: call it if needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words that stand on a page exactly so, and where."""

    document_id: str
    page: int
    text: str
    boxes: tuple[Box, ...]
    """One box a line that the quote touches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAnswer:
    """What an answerer returns: no quotes means that it abstains, and `text` says so."""

    text: str
    quotes: tuple[Quote, ...]

    @property
    def abstained(self) -> bool:
        return not self.quotes


class Answerer(Protocol):
    """Answers from the pages it is given and from nothing else."""

    def answer(self, question: str, evidence: Sequence[Evidence]) -> DraftAnswer: ...
