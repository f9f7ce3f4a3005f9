"""A search as plain data, the same for every store. Knows neither questions nor encoders.

An arm may stand on others: they propose pages, each by what it ranks best, and it ranks these
alone. A plan of several stages is answered in one round trip, and its filter confines every stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from recto.engine.store.condition import Condition
from recto.engine.vectors import FloatArray, SparseVector

DenseName = Literal["patches", "rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFilter:
    """Which pages a search may see. None does not restrict."""

    documents: tuple[str, ...] | None = None
    """Document ids."""
    not_documents: tuple[str, ...] = ()
    first: int | None = None
    """Lowest page number."""
    last: int | None = None
    """Highest page number, included."""
    ids: tuple[str, ...] | None = None
    """Page ids."""
    where: Condition | None = None
    """On the attributes of the pages' documents."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DenseArm:
    """MaxSim of a question's multivector (t, d) with one named vector of the pages: its scores are
    exact.

    Which pages it is computed for is up to the store where less than all of the best are wanted.
    """

    using: DenseName
    query: FloatArray
    limit: int
    ids: tuple[str, ...] | None = None
    """Confines this arm alone, for rescoring the candidates of others."""
    recall: float = 1.0
    """The share of the best ten pages that must be found, on average over questions."""
    precise: int | None = None
    """Of how many of the best the score must be exact where `recall` is below 1; those of the
    others may be of vectors that are rounded to bytes. None: of all."""
    among: tuple[DenseArm | SparseArm, ...] = ()
    """What proposes the pages that it ranks: the best of each by its own limit, where equal scores
    straddle it any of them. None: it ranks all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseArm:
    """Sum over shared terms of query weight x IDF x page weight."""

    query: SparseVector
    limit: int
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SearchPlan:
    """Several arms over the same pages; each gives a ranking of its own."""

    arms: tuple[DenseArm | SparseArm, ...]
    filter: PageFilter = PageFilter()


class Scored(NamedTuple):
    """A page (or document) and its score in one arm."""

    id: str
    score: float


Ranking = tuple[Scored, ...]
"""Best first; equal scores in the order of their ids."""
