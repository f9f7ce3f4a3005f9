"""What every strategy offers, and what it is made of. Knows no folder and no model of language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from recto.engine.answering.protocol import DraftAnswer, Evidence
from recto.engine.crossmodal.protocol import Modality
from recto.engine.encoders.protocol import Encoder
from recto.engine.retrieval import RankedPage, Retriever
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.summaries import Summaries
from recto.engine.vectors import FloatArray, QuestionVectors


class TextPlacer(Protocol):
    """What of a cross-modal encoder places texts among pictures."""

    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        """(n, d) of length 1, in the space of `target`."""
        ...


class Shelf(Protocol):
    """What of a library a strategy may look at: the documents of one tenant."""

    @property
    def store(self) -> Store: ...

    @property
    def encoder(self) -> Encoder:
        """That of the library."""
        ...

    @property
    def reader_of_words(self) -> Encoder:
        """An encoder of text; the library's own if that is one."""
        ...

    @property
    def retriever(self) -> Retriever:
        """Over the store, with the library's encoder."""
        ...

    @property
    def summaries(self) -> Summaries: ...

    @property
    def crossmodal(self) -> TextPlacer:
        """Its encoder of sound, film and pictures. Raises InputError where it has none."""
        ...


class Strategy(Protocol):
    """For several threads. Sees what was added, removed and encoded anew since it was made."""

    def search(
        self,
        question: str | None,
        *,
        limit: int,
        filter: PageFilter,
        vectors: QuestionVectors | None = None,
    ) -> list[RankedPage]:
        """The best pages, best first, as `Retriever.search`: pages of the library, whatever they
        were found by.

        `vectors` are those that the library's encoder made of the question; None: not made yet.
        Raises QuestionError, and NotFound where the library lacks what the strategy needs.
        """
        ...

    def given(self, page: Evidence) -> Evidence:
        """What an answerer is given of a page that was found."""
        ...

    def settled(self, draft: DraftAnswer, pages: list[Evidence]) -> DraftAnswer:
        """The answer as it stands to the pages themselves: those that were found, with what is
        cited besides."""
        ...
