"""The arms of a search: what is asked of the store, and how few round trips do it.

Every arm ranks all pages; a store may find those that are worth an exact score of `patches` by
itself. Of a store that does not, above `exact_below` pages the arms that are cheap propose
candidates, as do the documents that the question names, and `patches` scores these. One round trip
does in either case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from recto.engine.bm25 import K1, terms_vector
from recto.engine.store.plan import DenseArm, PageFilter, Ranking, SearchPlan, SparseArm
from recto.engine.store.protocol import Store
from recto.engine.store.records import page_id
from recto.engine.vectors import QuestionVectors, SparseVector

MAX_TERMS = 64
"""Terms of a question that are looked up one by one."""
_NAMED = 8
"""Documents whose names are looked at for one question."""
_NAMED_PAGES = 1000
"""A document with more is no help in choosing pages, and its ids would be many to send."""
_MAX_CONFINED = 400
"""Pages of named documents, the best named first, among which a search looks once more."""

Rankings = dict[str, Ranking]
"""By the name of the arm: "patches", "rows" or "words"."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A question as every arm wants it."""

    vectors: QuestionVectors
    terms: Mapping[str, float]

    @property
    def words(self) -> SparseVector:
        return terms_vector(self.terms)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Candidates:
    """Finds pages for a question in the part of a store that a filter lets through."""

    store: Store
    filter: PageFilter
    wanted: Collection[str]
    """The arms that will be counted."""
    depth: int
    """How many pages each arm ranks."""
    proposals: int
    """How many pages each cheap arm proposes when not all are searched."""
    exact: bool
    """Whether the store is to rank all; if not, only what the cheap arms propose is."""
    recall: float = 1.0
    """The share of the best ten that must be found where the store need not compare all."""
    precise: int | None = None
    """How many of the best by `patches` need an exact score."""

    def rankings(
        self, query: Query, named: Mapping[str, float], known: Mapping[str, Ranking]
    ) -> Rankings:
        """Of each wanted arm; those in `known` are not asked for again."""
        if self.exact:
            return {**known, **self._search(query, self.depth, set(self.wanted) - set(known))}
        cheap = self._arms(query, self.proposals, ("rows", "words")).values()
        confined = _confined(cheap, tuple(named)[:_MAX_CONFINED])
        return self._search(query, self.depth, self.wanted, (*cheap, *confined))

    def named_pages(self, query: Query) -> dict[str, float]:
        """Pages of the documents whose name or title shares terms with the question, best first.

        1 for the document that fits best. Nothing when the filter leaves one document only.
        """
        if is_one_document(self.filter) or not query.terms:
            return {}
        ranking = self.store.search_documents(query.words, limit=_NAMED)
        if not ranking:
            return {}
        pages = {record.id: record.pages for record in self.store.documents([*dict(ranking)])}
        return {
            page_id(id, number, self.store.encoder, self.store.tenant): score / ranking[0].score
            for id, score in ranking
            if pages[id] <= _NAMED_PAGES
            for number in range(1, pages[id] + 1)
        }

    def rarity(self, terms: Collection[str]) -> dict[str, float]:
        """About the IDF of each term that the library has; the others are left out.

        A term's score on its best page is its IDF times a weight that is near the highest there is.
        """
        asked = list(terms)[:MAX_TERMS]
        arms = [SparseArm(query=terms_vector({term: 1.0}), limit=1) for term in asked]
        found = self.store.search(SearchPlan(arms=tuple(arms))) if arms else ()
        tops = zip(asked, found, strict=True)
        return {term: ranking[0].score / (K1 + 1) for term, ranking in tops if ranking}

    def _search(
        self,
        query: Query,
        limit: int,
        names: Collection[str],
        among: tuple[DenseArm | SparseArm, ...] = (),
    ) -> Rankings:
        """`among`: what proposes pages to `patches`."""
        arms = self._arms(query, limit, names, among)
        plan = SearchPlan(arms=tuple(arms.values()), filter=self.filter)
        return dict(zip(arms, self.store.search(plan), strict=True)) if arms else {}

    def _arms(
        self,
        query: Query,
        limit: int,
        names: Collection[str],
        among: tuple[DenseArm | SparseArm, ...] = (),
    ) -> dict[str, DenseArm | SparseArm]:
        """Those of `names` that have something to ask for."""
        vectors = query.vectors
        arms: dict[str, DenseArm | SparseArm] = {
            "patches": DenseArm(
                using="patches",
                query=vectors.patches,
                limit=limit,
                recall=self.recall,
                precise=self.precise,
                among=among,
            ),
            "rows": DenseArm(
                using="rows",
                query=vectors.rows,
                limit=limit,
                recall=1.0 if self.exact else self.recall,
            ),
        }
        if query.terms:
            arms["words"] = SparseArm(query=query.words, limit=limit)
        return {name: arm for name, arm in arms.items() if name in names}


def _confined(
    arms: Iterable[DenseArm | SparseArm], ids: tuple[str, ...]
) -> list[DenseArm | SparseArm]:
    return [replace(arm, ids=ids) for arm in arms] if ids else []


def is_one_document(filter: PageFilter | None) -> bool:
    """Whether a filter leaves nothing to choose between documents."""
    return filter is not None and filter.documents is not None and len(filter.documents) < 2


def best(fused: Mapping[str, float], count: int, digits: int) -> Sequence[str]:
    """Ids of the best pages: at least `count` if there are, and all that tie with the last."""
    ordered = sorted((-round(score, digits), id) for id, score in fused.items())
    last = ordered[:count][-1][0] if ordered else 0.0
    return [id for key, id in ordered if key <= last]
