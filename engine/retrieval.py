"""A question becomes ranked pages. Knows stores and encoders by their protocols only.

Arms, each a ranking of its own: `patches` (MaxSim with all vectors of a page), `rows` (with its
pooled vectors), `words` (BM25 of the page and the headings above it) and `documents` (how well the
name and title of the page's document fit). `fusion` makes one ranking of them. The best of it are
read: the passage of each that has most of the question (`passages`) is the last arm, which counts
as much as the best of these has of it; and words that the library does not know are taken for the
nearest that these pages have (`spelling`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from recto.engine.bm25 import question_terms, running_text
from recto.engine.candidates import Candidates, Query, Rankings, best, is_one_document
from recto.engine.encoders.protocol import Encoder
from recto.engine.errors import EncoderMismatch, QuestionError, RectoError
from recto.engine.fusion import fuse, relative
from recto.engine.page import PageContent
from recto.engine.passages import best_passage
from recto.engine.proposing import is_due, measure
from recto.engine.spelling import corrections
from recto.engine.store.plan import PageFilter
from recto.engine.store.proposals import Proposals
from recto.engine.store.protocol import Store, StoredPage, StoredText
from recto.engine.store.records import DocumentRecord
from recto.engine.text import terms, word_terms, words
from recto.engine.vectors import QuestionVectors

MAX_QUESTION = 2000
"""Characters."""
RECALL = 0.95
_DIGITS = 6
"""Of a fused score: what two stores may compute differently must not decide an order."""
_STORED_ARMS = ("patches", "rows", "words")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSettings:
    """How much each arm counts (0 leaves it out), and how many pages are looked at."""

    patches: float = 1.0
    rows: float = 0.0
    """Over several documents: pooled vectors do not tell two editions of one text apart."""
    rows_within: float | None = 1.0
    """What `rows` counts instead where the filter leaves one document; None: the same."""
    words: float = 0.5
    passages: float = 1.0
    documents: float = 0.5
    spelling: bool = True
    """Whether words that the library does not know are corrected."""
    depth: int = 100
    """How many pages an arm ranks; the others have nothing from it."""
    read: int = 20
    """How many pages are read for `passages` and spelling."""
    exact_below: int = 500
    """Pages, after the filter, up to which `patches` is computed for all of them by a store that
    does not choose by itself."""
    proposals: int = 100
    """Pages that each cheap arm proposes above that, at least, and more where the library was
    measured and needs more."""
    recall: float = RECALL
    """The share of the best ten by `patches` that is found in a large library, on average."""

    def __post_init__(self) -> None:
        stored = [getattr(self, arm) for arm in _STORED_ARMS]
        if min(*stored, self.rows_within or 0, self.passages, self.documents) < 0 or not any(
            stored
        ):
            raise ValueError(
                f"weights of {self}; expected none below 0, and patches, rows or words above it"
            )
        if not 0 < self.recall <= 1:
            raise ValueError(f"recall {self.recall}; expected above 0 and at most 1")
        if not 1 < self.depth <= self.proposals or self.read < 1:
            raise ValueError(
                f"depth {self.depth}, proposals {self.proposals}, read {self.read}; "
                "expected 1 < depth <= proposals and 1 <= read"
            )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RankedPage:
    """A page that a question found."""

    page: StoredPage
    document: DocumentRecord
    score: float
    """Between 0 and 1, comparable within one question only."""

    @property
    def id(self) -> str:
        return self.page.id

    @property
    def content(self) -> PageContent:
        return self.page.content

    @property
    def document_id(self) -> str:
        return self.document.id

    @property
    def number(self) -> int:
        return self.content.number


@dataclass(slots=True, eq=False)
class _Found:
    """What one pass over the arms has given."""

    rankings: Rankings
    scores: dict[str, float]
    weight: float
    texts: list[StoredText] = field(default_factory=list)


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
        self._measured = False

    def search(
        self,
        question: str | None,
        *,
        limit: int = 10,
        filter: PageFilter | None = None,
        vectors: QuestionVectors | None = None,
    ) -> list[RankedPage]:
        """The best pages, best first; equal scores by document id and page number.

        `vectors` are those of the question, if the caller has encoded it already; a question that
        is a picture has no text (None), only these.

        Pages of documents that are still being added or removed are never among them. Raises
        `QuestionError` when the question is blank or longer than `MAX_QUESTION`.
        """
        if limit < 1:
            raise ValueError(f"limit {limit}; expected at least 1")
        if question is None and vectors is None:
            raise ValueError("neither a question nor vectors; expected one of them")
        if is_one_document(filter) and self._settings.rows_within is not None:
            within = replace(self._settings, rows=self._settings.rows_within, rows_within=None)
            return Retriever(self._store, self._encoder, within).search(
                question, limit=limit, filter=filter, vectors=vectors
            )
        text = "" if question is None else check_question(question)
        query = Query(vectors or self._encoder.encode_question(text), question_terms(text))
        visible = filter or PageFilter()
        depth = self._settings.depth
        hits = self._best(text, query, visible, min(limit, depth))
        while depth <= len(hits) < limit:
            depth *= 2
            found = self._deeper(depth)._best(text, query, visible, min(limit, depth))
            hits += _new(found, hits)
        return hits[:limit]

    def _best(
        self, question: str, query: Query, filter: PageFilter, limit: int
    ) -> list[RankedPage]:
        """At most `depth`."""
        while True:
            hits, hidden = self._resolve(self._rank(question, query, filter), limit)
            if not hidden:
                return hits
            filter = replace(filter, not_documents=(*filter.not_documents, *sorted(hidden)))

    def _deeper(self, depth: int) -> Retriever:
        """Arms that rank more pages give all of them other scores: what is found by them may only
        follow what is found without, so that the first pages do not depend on how many follow."""
        proposals = max(self._settings.proposals, depth)
        settings = replace(self._settings, depth=depth, proposals=proposals)
        return Retriever(self._store, self._encoder, settings)

    def _rank(self, question: str, query: Query, filter: PageFilter) -> dict[str, float]:
        """Scores of at least the best `depth` pages, if there are so many."""
        candidates = self._candidates(filter)
        found = self._find(candidates, query, {})
        rarity = self._rarity(candidates, query)
        if self._settings.spelling and len(rarity) < len(query.terms):
            meant = _meant(question, rarity, found.texts)
            if meant:
                query = replace(query, terms={**query.terms, **meant})
                found = self._find(candidates, query, found.rankings)
                rarity = self._rarity(candidates, query)
        if self._settings.passages:
            share, passages = _by_passage(found.texts, query.terms, rarity)
            arms = [(found.weight, found.scores), (self._settings.passages * share, passages)]
            found.scores = fuse([(weight, arm) for weight, arm in arms if arm])
        return found.scores

    def _candidates(self, filter: PageFilter) -> Candidates:
        settings, store = self._settings, self._store
        exact = store.two_stage or settings.recall == 1
        measured = None if exact else store.proposals
        if not exact and measured is None:  # else it is large, and may be too large to be counted
            exact = store.count(filter) <= settings.exact_below
            measured = None if exact else self._measure()
        proposals = 0 if measured is None else measured.count(settings.recall)
        return Candidates(
            store=store,
            filter=filter,
            wanted=[arm for arm in _STORED_ARMS if getattr(settings, arm)],
            depth=settings.depth,
            proposals=max(settings.proposals, proposals),
            exact=exact,
            recall=settings.recall,
            precise=settings.read,
        )

    def _measure(self) -> Proposals | None:
        """For the first search of a large library that was copied to where it is, and not added to
        since."""
        if self._measured or not is_due(self._store):
            return None
        self._measured = True
        measured = measure(self._store, self._encoder)
        if measured is not None:
            with suppress(RectoError):  # by who may only read; then the next to come measures, too
                self._store.keep_proposals(measured)
        return measured

    def _find(self, candidates: Candidates, query: Query, known: Rankings) -> _Found:
        """One pass over the arms, and the texts of the best pages.

        `known` is what an earlier pass found with the same vectors and other words.
        """
        settings = self._settings
        named = candidates.named_pages(query) if settings.documents else {}
        same = {arm: ranking for arm, ranking in known.items() if arm != "words"}
        rankings = candidates.rankings(query, named, same)
        arms = [
            (float(getattr(settings, arm)), relative(ranking, candidates.depth))
            for arm, ranking in rankings.items()
        ]
        ranked = {id for _, arm in arms for id in arm}
        if named:
            arms.append((settings.documents, {i: s for i, s in named.items() if i in ranked}))
        scores = fuse(arms)
        used = settings.passages or settings.spelling
        texts = self._store.texts(best(scores, settings.read, _DIGITS)) if used else []
        return _Found(rankings, scores, sum(weight for weight, _ in arms), texts)

    def _rarity(self, candidates: Candidates, query: Query) -> dict[str, float]:
        used = self._settings.passages or self._settings.spelling
        return candidates.rarity(query.terms) if used else {}

    def _resolve(
        self, scores: Mapping[str, float], limit: int
    ) -> tuple[list[RankedPage], set[str]]:
        """The best pages, read back; and the documents among them that must not be seen."""
        ids = best(scores, limit, _DIGITS)
        pages = self._store.pages(ids)
        documents = {page.document_id for page in pages}
        records = self._store.documents(sorted(documents))
        ready = {record.id: record for record in records if record.state == "ready"}
        hits = [
            RankedPage(
                page=page,
                document=ready[page.document_id],
                score=round(scores[page.id], _DIGITS),
            )
            for page in pages
            if page.document_id in ready
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.document_id, hit.number))
        return hits[:limit], documents - set(ready)


def _new(found: Sequence[RankedPage], known: Sequence[RankedPage]) -> list[RankedPage]:
    """Those that are not known, none of them above the last that is."""
    ids, last = {hit.id for hit in known}, known[-1].score
    return [replace(hit, score=min(hit.score, last)) for hit in found if hit.id not in ids]


def can_be_searched_for(question: str) -> bool:
    """Whether it is a question that `check_question` lets pass."""
    try:
        check_question(question)
    except QuestionError:
        return False
    return True


def check_question(question: str) -> str:
    """The question without white space around it; `QuestionError` if it cannot be searched for."""
    text = question.strip()
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise QuestionError(
            f"The question {text[:40]!r} is no text: it holds bytes that are not UTF-8; expected "
            "letters. Set the terminal, or what passes the question on, to UTF-8."
        )
    if not any(character.isalnum() for character in text):
        raise QuestionError(
            f"The question is {question[:40]!r}; expected at least one letter or digit. Ask in "
            "words."
        )
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(text):,} characters; expected at most {MAX_QUESTION:,}. Ask "
            "for one thing at a time."
        )
    return text


def _meant(
    question: str, known: Mapping[str, float], texts: Sequence[StoredText]
) -> dict[str, float]:
    """The terms of the words that stand in `texts` instead of those that are not `known`."""
    asked = {word: word_terms(word) for word in words(question)}
    unknown = [word for word, found in asked.items() if found and not known.keys() & set(found)]
    nearest = corrections(unknown, (text.text for text in texts))
    return {term: 1.0 for word in nearest.values() for term in word_terms(word)}


def _by_passage(
    texts: Sequence[StoredText], question: Mapping[str, float], rarity: Mapping[str, float]
) -> tuple[float, dict[str, float]]:
    """How much of the question the best passage has, and how the texts compare by theirs, both
    between 0 and 1.

    Where the words of a question stand nowhere together, a passage that has some of them says
    little of what is meant, however much more it has than the others.
    """
    weights = {term: question[term] * rare for term, rare in rarity.items()}
    scores = {text.id: best_passage(terms(running_text(text.text)), weights) for text in texts}
    highest = max(scores.values(), default=0.0)
    lowest = min(scores.values(), default=0.0)
    if highest == lowest:
        return 0.0, {}
    rarest = max(rarity.values())  # what a word counts that no page has
    whole = sum(count * rarity.get(term, rarest) for term, count in question.items())
    return min(highest / whole, 1.0), {
        id: (score - lowest) / (highest - lowest) for id, score in scores.items()
    }
