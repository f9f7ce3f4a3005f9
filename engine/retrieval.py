"""A question becomes ranked pages. Knows stores and encoders by their protocols only.

Arms, each a ranking of its own: `patches` (MaxSim with all vectors of a page), `rows` (with its
passages), `words` (BM25 of the page and the headings above it) and `documents` (how well the name
and title of the page's document fit). `fusion` makes one ranking of them.

Up to `exact_below` pages every arm sees all of them. Above, the arms that are cheap propose
candidates, as do the documents that the question names, and `patches` rescores these exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from recto.engine.bm25 import question_vector
from recto.engine.encoders.protocol import Encoder
from recto.engine.errors import EncoderMismatch, QuestionError
from recto.engine.fusion import fuse, relative
from recto.engine.page import PageContent
from recto.engine.store.plan import DenseArm, PageFilter, Ranking, SearchPlan, SparseArm
from recto.engine.store.protocol import Store, StoredPage
from recto.engine.store.records import DocumentRecord, page_id
from recto.engine.vectors import QuestionVectors, SparseVector

MAX_QUESTION = 2000
"""Characters."""
_NAMED = 8
"""Documents whose names are looked at for one question."""
_NAMED_PAGES = 1000
"""A document with more is no help in choosing pages, and its ids would be many to send."""
_DIGITS = 6
"""Of a fused score: what two stores may compute differently must not decide an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSettings:
    """How much each arm counts (0 leaves it out), and where searching everything ends."""

    patches: float = 1.0
    rows: float = 0.0
    words: float = 1.0
    documents: float = 0.5
    depth: int = 100
    """How many pages an arm ranks; the others have nothing from it."""
    exact_below: int = 1000
    """Pages, after the filter, up to which `patches` is computed for all of them."""
    candidates: int = 200
    """Pages that each cheap arm proposes above that."""

    def __post_init__(self) -> None:
        weights = (self.patches, self.rows, self.words, self.documents)
        if min(weights) < 0 or max(weights[:3]) == 0:
            raise ValueError(
                f"weights {weights}; expected none below 0 and one of the first three above it"
            )
        if not 1 < self.depth <= self.candidates:
            raise ValueError(
                f"depth {self.depth} and candidates {self.candidates}; "
                "expected 1 < depth <= candidates"
            )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RankedPage:
    """A page that a question found."""

    id: str
    document: DocumentRecord
    content: PageContent
    score: float
    """Between 0 and 1, comparable within one question only."""

    @property
    def document_id(self) -> str:
        return self.document.id

    @property
    def number(self) -> int:
        return self.content.number


@dataclass(frozen=True, slots=True, eq=False)
class _Query:
    """A question as every arm wants it."""

    vectors: QuestionVectors
    words: SparseVector


class Retriever:
    """Searches one store with the encoder that filled it."""

    def __init__(
        self, store: Store, encoder: Encoder, settings: RetrievalSettings | None = None
    ) -> None:
        if store.encoder != encoder.id:
            raise EncoderMismatch(
                f"the library was made by {store.encoder}, the question would be encoded by "
                f"{encoder.id}; open it with the encoder that made it, or index it anew"
            )
        self._store = store
        self._encoder = encoder
        self._settings = settings or RetrievalSettings()

    def search(
        self, question: str, *, limit: int = 10, filter: PageFilter | None = None
    ) -> list[RankedPage]:
        """The best pages, best first; equal scores by document id and page number.

        Pages of documents that are still being added or removed are never among them. Raises
        `QuestionError` when the question is blank or longer than `MAX_QUESTION`.
        """
        if limit < 1:
            raise ValueError(f"limit {limit}; expected at least 1")
        text = check_question(question)
        query = _Query(self._encoder.encode_question(text), question_vector(text))
        visible = filter or PageFilter()
        while True:
            hits, hidden = self._resolve(self._rank(query, visible, limit), limit)
            if not hidden:
                return hits
            visible = replace(visible, not_documents=(*visible.not_documents, *sorted(hidden)))

    def _resolve(self, fused: Mapping[str, float], limit: int) -> tuple[list[RankedPage], set[str]]:
        """The best pages, read back; and the documents among them that must not be seen."""
        ordered = sorted((-round(score, _DIGITS), id_) for id_, score in fused.items())
        last = ordered[:limit][-1][0] if ordered else 0.0
        best = {id_: -key for key, id_ in ordered if key <= last}
        pages = self._store.pages(list(best))
        records = {r.id: r for r in self._store.documents(_document_ids(pages))}
        ready = {id_: record for id_, record in records.items() if record.state == "ready"}
        hits = [
            RankedPage(
                id=page.id,
                document=ready[page.document_id],
                content=page.content,
                score=best[page.id],
            )
            for page in pages
            if page.document_id in ready
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.document_id, hit.number))
        return hits[:limit], set(_document_ids(pages)) - set(ready)

    def _rank(self, query: _Query, filter: PageFilter, limit: int) -> dict[str, float]:
        """Fused scores of every page that an arm ranks."""
        named = self._named_pages(query, filter)
        if self._store.count(filter) <= self._settings.exact_below:
            scores = self._exact(query, filter, limit)
        else:
            scores = self._staged(query, filter, named, limit)
        depth = max(self._settings.depth, limit)
        arms = [
            (getattr(self._settings, arm), relative(ranking, depth))
            for arm, ranking in scores.items()
            if getattr(self._settings, arm)
        ]
        ranked = {id_ for _, arm in arms for id_ in arm}
        if named:
            arms.append((self._settings.documents, {i: s for i, s in named.items() if i in ranked}))
        return fuse(arms)

    def _exact(self, query: _Query, filter: PageFilter, limit: int) -> dict[str, Ranking]:
        wanted = [arm for arm in ("patches", "rows", "words") if getattr(self._settings, arm)]
        arms = self._arms(query, max(self._settings.depth, limit), wanted)
        plan = SearchPlan(arms=tuple(arms.values()), filter=filter)
        return dict(zip(arms, self._store.search(plan), strict=True))

    def _staged(
        self, query: _Query, filter: PageFilter, named: Mapping[str, float], limit: int
    ) -> dict[str, Ranking]:
        """Candidates by rows and words, and by both within the named documents; then patches."""
        size = max(self._settings.candidates, limit)
        cheap = self._arms(query, size, ("rows", "words"))
        confined = [replace(arm, ids=tuple(named)) for arm in cheap.values() if named]
        plan = SearchPlan(arms=(*cheap.values(), *confined), filter=filter)
        rankings = self._store.search(plan)
        candidates = tuple(sorted({hit.id for ranking in rankings for hit in ranking}))
        found = dict(zip(cheap, rankings[: len(cheap)], strict=True))
        if candidates:
            arms = self._arms(query, len(candidates), ("patches",))
            plan = SearchPlan(
                arms=tuple(replace(arm, ids=candidates) for arm in arms.values()), filter=filter
            )
            found |= zip(arms, self._store.search(plan), strict=True)
        return found

    def _arms(
        self, query: _Query, limit: int, names: Sequence[str] = ("patches", "rows", "words")
    ) -> dict[str, DenseArm | SparseArm]:
        """Those of `names` that have something to ask for."""
        vectors = query.vectors
        arms: dict[str, DenseArm | SparseArm] = {
            "patches": DenseArm(using="patches", query=vectors.patches, limit=limit),
            "rows": DenseArm(using="rows", query=vectors.rows, limit=limit),
        }
        if query.words.indices:
            arms["words"] = SparseArm(query=query.words, limit=limit)
        return {name: arm for name, arm in arms.items() if name in names}

    def _named_pages(self, query: _Query, filter: PageFilter) -> dict[str, float]:
        """Pages of the documents whose name or title shares terms with the question.

        1 for the document that fits best. Nothing when the filter leaves one document only.
        """
        confined = filter.documents is not None and len(filter.documents) < 2
        if confined or not self._settings.documents or not query.words.indices:
            return {}
        ranking = self._store.search_documents(query.words, limit=_NAMED)
        if not ranking:
            return {}
        scores = dict(ranking)
        return {
            page_id(record.id, number, self._encoder.id): scores[record.id] / ranking[0].score
            for record in self._store.documents(list(scores))
            if record.pages <= _NAMED_PAGES
            for number in range(1, record.pages + 1)
        }


def check_question(question: str) -> str:
    """The question without white space around it; `QuestionError` if it cannot be searched for."""
    text = question.strip()
    if not any(character.isalnum() for character in text):
        raise QuestionError(
            f"the question is {question[:40]!r}; expected at least one letter or digit; "
            "ask in words"
        )
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"the question has {len(text):,} characters; expected at most {MAX_QUESTION:,}; "
            "ask for one thing at a time"
        )
    return text


def _document_ids(pages: list[StoredPage]) -> list[str]:
    return sorted({page.document_id for page in pages})
