"""The ways of finding pages that are compared, by name. Knows no questions.

Those of `Library.search` are `default`, which fuses everything, and the other strategies; the rest
are single arms of the default one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from recto.benchmarks.questions import Place
from recto.engine.errors import InputError
from recto.engine.retrieval import RetrievalSettings, Retriever
from recto.engine.strategies import registry

if TYPE_CHECKING:
    from recto.library import Library

_ALONE = RetrievalSettings(
    rows=0, rows_within=None, words=0, passages=0, documents=0, spelling=False, recall=1
)
_EVERY = 10**12
"""More pages than there are: all are compared exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What is said of a way, and the settings of the default strategy that make it."""

    about: str
    settings: RetrievalSettings | None = None
    """None for a strategy of the library's own."""

    def as_json(self) -> Mapping[str, object]:
        return {} if self.settings is None else asdict(self.settings)


WAYS: dict[str, Way] = {
    registry.DEFAULT: Way(about="all arms, fused: what a search does"),
    "exact": Way(
        about="the same, every page compared exactly",
        settings=RetrievalSettings(exact_below=_EVERY, recall=1),
    ),
    "two-stage": Way(
        about="the same, cheap arms propose, MaxSim decides",
        settings=RetrievalSettings(exact_below=0),
    ),
    "patches": Way(
        about="MaxSim with all vectors of a page, alone and exact",
        settings=RetrievalSettings(
            **{**asdict(_ALONE), "exact_below": _EVERY},
        ),
    ),
    "rows": Way(
        about="MaxSim with the pooled vectors, alone",
        settings=RetrievalSettings(**{**asdict(_ALONE), "patches": 0, "rows": 1}),
    ),
    "words": Way(
        about="BM25 of words, alone",
        settings=RetrievalSettings(**{**asdict(_ALONE), "patches": 0, "words": 1}),
    ),
    **{
        name: Way(about=f"the strategy {name}")
        for name in registry.KNOWN
        if name != registry.DEFAULT
    },
}


class Searcher(Protocol):
    """What is measured."""

    def __call__(
        self, question: str, *, limit: int, documents: Sequence[str] | None
    ) -> Sequence[Place]:
        """Distinct pages, best first, of these documents (by name) or of all."""


def check(names: Sequence[str]) -> None:
    """Raise InputError unless each is a way."""
    for name in names:
        if name not in WAYS:
            raise InputError(f"Nothing finds pages by {name!r}. Expected one of {', '.join(WAYS)}.")


def searcher(library: Library, name: str = registry.DEFAULT) -> Searcher:
    """A library's search in the shape that is measured."""
    settings = WAYS[name].settings
    if settings is not None:
        return _arm(library, settings)

    def search(question: str, *, limit: int, documents: Sequence[str] | None) -> Sequence[Place]:
        hits = library.search(question, limit=limit, documents=documents, strategy=name)
        return [Place(hit.document.name, hit.page.number) for hit in hits]

    return search


def _arm(library: Library, settings: RetrievalSettings) -> Searcher:
    from recto.parts import Part

    holdings = library._holdings  # no setting of it is open to a user of the library
    retriever = Retriever(holdings.store, holdings.encoder, settings)

    def search(question: str, *, limit: int, documents: Sequence[str] | None) -> Sequence[Place]:
        part = holdings.filter(Part(documents=documents))
        ranked = retriever.search(question, limit=limit, filter=part)
        return [Place(page.document.name, page.number) for page in ranked]

    return search
