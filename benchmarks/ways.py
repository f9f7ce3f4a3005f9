"""The ways of finding pages that are compared, by name. Knows no questions.

Those of `Library.search` are `default`, which fuses everything, and the other strategies. The rest
are made of the default one: single arms of it, and all but one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from recto.benchmarks.questions import Place
from recto.engine.errors import InputError
from recto.engine.retrieval import RetrievalSettings, Retriever
from recto.engine.store.protocol import Store
from recto.engine.strategies import registry

if TYPE_CHECKING:
    from recto.library import Library

_EVERY = 10**12
"""More pages than there are: all are compared exactly."""


class Ranked(NamedTuple):
    """A page that was found; scores compare within one question."""

    place: Place
    score: float


class Searcher(Protocol):
    """What is measured."""

    def __call__(
        self, question: str, *, limit: int, documents: Sequence[str] | None
    ) -> Sequence[Ranked]:
        """Distinct pages, best first, of these documents (by name) or of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What is said of a way, and the settings that make it of those of the default strategy."""

    about: str
    change: Callable[[RetrievalSettings], RetrievalSettings] | None = None
    """None for a strategy of the library's own."""
    proposed: bool = False
    """Whether the store is not to choose pages by itself, even if it can."""


def _alone(arm: str) -> Callable[[RetrievalSettings], RetrievalSettings]:
    def change(usual: RetrievalSettings) -> RetrievalSettings:
        nothing = dict.fromkeys(("patches", "rows", "words", "passages", "documents"), 0.0)
        weights = {**asdict(usual), **nothing, arm: 1.0, "rows_within": None, "spelling": False}
        return RetrievalSettings(**{**weights, "exact_below": _EVERY, "recall": 1.0})

    return change


def _without(part: str) -> Callable[[RetrievalSettings], RetrievalSettings]:
    parts: Mapping[str, Mapping[str, float | bool]] = {
        "rows": {"rows": 0.0, "rows_within": 0.0},
        "names": {"documents": 0.0},
        "spelling": {"spelling": False},
    }
    nothing = parts.get(part, {part: 0.0})

    def change(usual: RetrievalSettings) -> RetrievalSettings:
        return RetrievalSettings(**{**asdict(usual), **nothing})

    return change


WAYS: dict[str, Way] = {
    registry.DEFAULT: Way(about="all arms, fused: what a search does"),
    "exact": Way(
        about="the same, every page compared with all its vectors, however many there are",
        change=lambda usual: replace(usual, exact_below=_EVERY, recall=1.0),
    ),
    "two-stage": Way(
        about="the same as a server does it above 500 pages, with however few: pooled vectors,"
        " words and names propose, MaxSim decides",
        change=lambda usual: replace(usual, exact_below=0),
        proposed=True,
    ),
    "patches": Way(
        about="MaxSim with all vectors of a page, alone and exact", change=_alone("patches")
    ),
    "rows": Way(about="MaxSim with the pooled vectors, alone", change=_alone("rows")),
    "words": Way(about="BM25 of words, alone", change=_alone("words")),
    **{
        f"without-{part}": Way(about=f"all but {said}", change=_without(part))
        for part, said in {
            "patches": "MaxSim with all vectors",
            "rows": "pooled vectors, which count within one document",
            "words": "BM25 of words",
            "passages": "the closer look at the passages of the best pages",
            "names": "the names and titles of documents",
            "spelling": "the correction of words that the library does not know",
        }.items()
    },
    **{
        name: Way(about=f"the strategy {name}")
        for name in registry.KNOWN
        if name != registry.DEFAULT
    },
}


def check(names: Sequence[str], *, others: Iterable[str] = ()) -> None:
    """Raise InputError unless each is a way, or one of these."""
    known = [*WAYS, *others]
    for name in names:
        if name not in known:
            raise InputError(
                f"Nothing finds pages by {name!r}. Expected one of {', '.join(known)}."
            )


def settings(library: Library, name: str) -> RetrievalSettings | None:
    """What decides what a way finds; None for a strategy that is not made of the default one."""
    usual = RetrievalSettings(recall=library._holdings.shared.place.recall)
    if change := WAYS[name].change:
        return change(usual)
    return usual if name == registry.DEFAULT else None


def arms(library: Library, name: str, *, confined: bool) -> tuple[str, ...] | None:
    """What of every page a way compares: patches, rows, words, or the single vector of a page; None
    where that is not known. `confined`: within one document."""
    found = settings(library, name)
    if found is None:
        return ("single",) if name == "single" else None
    within = found.rows if found.rows_within is None or not confined else found.rows_within
    weights = {"patches": found.patches, "rows": within, "words": found.words}
    return tuple(arm for arm, weight in weights.items() if weight)


def searcher(library: Library, name: str = registry.DEFAULT) -> Searcher:
    """A library's search in the shape that is measured."""
    way = WAYS[name]
    made = settings(library, name)
    if way.change is not None and made is not None:
        return _arm(library, made, proposed=way.proposed)

    def search(question: str, *, limit: int, documents: Sequence[str] | None) -> Sequence[Ranked]:
        hits = library.search(question, limit=limit, documents=documents, strategy=name)
        return [Ranked(Place(hit.document.name, hit.page.number), hit.score) for hit in hits]

    return search


def _arm(library: Library, settings: RetrievalSettings, *, proposed: bool) -> Searcher:
    from recto.parts import Part

    holdings = library._holdings  # no setting of it is open to a user of the library
    store = cast(Store, _Proposing(holdings.store)) if proposed else holdings.store
    retriever = Retriever(store, holdings.encoder, settings)

    def search(question: str, *, limit: int, documents: Sequence[str] | None) -> Sequence[Ranked]:
        part = holdings.filter(Part(documents=documents))
        ranked = retriever.search(question, limit=limit, filter=part)
        return [Ranked(Place(page.document.name, page.number), page.score) for page in ranked]

    return search


class _Proposing:
    """A store that leaves the choice of pages to whoever searches it, as a server does."""

    two_stage = False

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)
