"""A question and a part of a library become an answer with citations, whole or as it comes.

Pages are found first; a model that answers from them may take minutes, in which the library goes
on changing. Documents that are removed meanwhile have no pictures any more.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from recto import near_clips
from recto.clip_results import ClipHit
from recto.engine.answering.deep.steps import DeepLimits, OnStep
from recto.engine.answering.extractive import ExtractiveAnswerer
from recto.engine.answering.protocol import (
    Answerer,
    DraftAnswer,
    Evidence,
    ModelAnswerer,
    Quote,
    Settled,
    Statement,
    StreamingAnswerer,
    TextDelta,
)
from recto.engine.answering.turns import Asked, Turn
from recto.engine.endpoint.limits import Usage
from recto.engine.errors import InputError, InternalError
from recto.engine.retrieval import RankedPage, check_question
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import page_id
from recto.engine.strategies.protocol import Strategy
from recto.holdings import Holdings
from recto.parts import Part
from recto.results import Answer, Citation, Hit
from recto.results import Statement as Told

EVIDENCE_PAGES = 6
"""Pages on which an answer is looked for."""
SPARE_PAGES = 4
"""That follow them, for a model that is given none twice: of two editions it reads one."""

AnswerEvent: TypeAlias = TextDelta | Settled[Answer]
AnswerEvents: TypeAlias = Generator[AnswerEvent, None, None]
"""Closing it early ends the call of the model."""


@dataclass(frozen=True, slots=True, eq=False)
class Inquiry:
    """A question of a user, and how it is answered."""

    question: str
    """As the user put it."""
    asked: Asked
    answerer: Answerer | None
    """For this one question."""


@dataclass(slots=True, eq=False)
class Found:
    """The pages that were found for a question, and those that an answerer looked at besides."""

    holdings: Holdings
    inquiry: Inquiry
    filter: PageFilter
    strategy: Strategy
    part: Part
    """What `filter` was made of."""
    ranked: list[RankedPage]
    spare: list[RankedPage] = field(default_factory=list)
    """The next best; looked at if some of the best are the same."""
    besides: dict[tuple[str, int], RankedPage] = field(default_factory=dict)
    clips: tuple[ClipHit, ...] = ()
    """Of sound and film, best file first."""

    @property
    def question(self) -> str:
        """What is asked of the pages."""
        return self.inquiry.asked.question

    @property
    def answerer(self) -> Answerer:
        return self.inquiry.answerer or ExtractiveAnswerer(self.holdings.reader_of_words)

    def evidence(self) -> list[Evidence]:
        pages = [self.strategy.given(self._evidence(page)) for page in (*self.ranked, *self.spare)]
        if isinstance(self.answerer, ModelAnswerer):
            return [*pages, *near_clips.evidence(self.holdings, self.clips)]
        return pages

    def settled(self, draft: DraftAnswer) -> DraftAnswer:
        """The answer as it stands to the pages, where something else was read in their place."""
        pages = [*self.ranked, *self.spare, *self.besides.values()]
        return self.strategy.settled(draft, [self.holdings.evidence(page) for page in pages])

    def hits(self, draft: DraftAnswer) -> tuple[Hit, ...]:
        """The pages that were found, and those that are cited besides."""
        cited = {(quote.document_id, quote.page) for quote in draft.quotes if not quote.clip}
        cited -= {(page.document_id, page.number) for page in self.ranked}
        besides = {(page.document_id, page.number): page for page in self.spare} | self.besides
        further = (page for place, page in besides.items() if place in cited)
        return tuple(self.holdings.hit(page, ()) for page in (*self.ranked, *further))

    def _evidence(self, page: RankedPage) -> Evidence:
        return replace(self.holdings.evidence(page), neighbour=partial(self._neighbour, page))

    def _neighbour(self, page: RankedPage, number: int) -> Evidence | None:
        """Another page of a document, where the question is not confined to others."""
        store = self.holdings.store
        with self.holdings.gate.shared():
            id = page_id(page.document_id, number, store.encoder, store.tenant)
            if self.filter.ids is not None and id not in self.filter.ids:
                return None
            if not store.count(replace(self.filter, ids=(id,))):
                return None
            stored = store.pages([id])
        if not stored:
            return None
        beside = replace(page, page=stored[0])
        if not any((p.document_id, p.number) == (page.document_id, number) for p in self.ranked):
            self.besides[page.document_id, number] = beside
        return self._evidence(beside)


def understand(question: str, history: Sequence[Turn], answerer: Answerer | None) -> Inquiry:
    """What a question means that follows others. Raises QuestionError, and what the model raises
    that makes it stand alone; without a model it is asked as it is."""
    check_question(question)
    if not isinstance(answerer, ModelAnswerer):
        return Inquiry(question, Asked(question), answerer)
    begun = answerer.begin()
    asked = begun.stand_alone(question, history) if history else Asked(question)
    return Inquiry(question, asked, begun)


def find(
    holdings: Holdings, inquiry: Inquiry, part: Part, filter: PageFilter, strategy: str
) -> Found:
    """The best pages that `filter` lets through, which is that of `part`.

    Raises QuestionError, InputError, NotFound.
    """
    found = Found(holdings, inquiry, filter, holdings.strategy(strategy), part, [])
    found.ranked, found.spare = _best(found, found.question)
    return found


def _look_at_clips(found: Found) -> None:
    """Find the clips that an answer may rest on, too. Not from within the gate."""
    with found.holdings.gate.shared():
        found.clips = near_clips.near(found.holdings, found.question, found.part)


def answer(found: Found) -> Answer:
    """See `Library.ask`."""
    _look_at_clips(found)
    return _settled(found, found.answerer.answer(found.question, found.evidence()))


def research(found: Found, limits: DeepLimits, on_step: OnStep) -> Answer:
    """See `Library.ask`, with `deep`. Raises InputError where there is no model."""
    answerer = found.answerer
    if not isinstance(answerer, ModelAnswerer):
        raise InputError(
            "A deep answer is planned and read by a model, and there is none; give an answerer such"
            " as recto.vision makes, or ask without deep."
        )

    _look_at_clips(found)

    def search(question: str) -> list[Evidence]:
        return found.evidence() if question == found.question else _further(found, question)

    return _settled(found, answerer.research(found.question, search, limits, on_step))


def stream(found: Found) -> AnswerEvents:
    """See `Library.ask_stream`."""
    answerer = found.answerer
    if not isinstance(answerer, StreamingAnswerer):
        whole = answer(found)
        yield TextDelta(whole.text)
        yield Settled(whole)
        return
    _look_at_clips(found)
    with closing(answerer.stream(found.question, found.evidence())) as events:
        for event in events:
            yield event if isinstance(event, TextDelta) else Settled(_settled(found, event.answer))


def _further(found: Found, question: str) -> list[Evidence]:
    """The best pages for another question, which become found, too."""
    with found.holdings.gate.shared():
        ranked, spare = _best(found, question)
    known = {page.id for page in found.ranked}
    found.ranked += [page for page in ranked if page.id not in known]
    found.spare += spare
    return replace(found, ranked=ranked, spare=spare, clips=()).evidence()


def _best(found: Found, question: str) -> tuple[list[RankedPage], list[RankedPage]]:
    """The best pages, and those that follow them."""
    model = isinstance(found.inquiry.answerer, ModelAnswerer)
    limit = EVIDENCE_PAGES + (SPARE_PAGES if model else 0)
    ranked = found.strategy.search(question, limit=limit, filter=found.filter)
    return ranked[:EVIDENCE_PAGES], ranked[EVIDENCE_PAGES:]


def _settled(found: Found, draft: DraftAnswer) -> Answer:
    draft = found.settled(draft)
    hits = found.hits(draft)
    citations = {quote: _citation(quote, hits, found.clips) for quote in draft.quotes}
    inquiry, asked = found.inquiry, found.inquiry.asked
    return Answer(
        question=inquiry.question,
        text=draft.text,
        abstained=draft.abstained,
        citations=tuple(citations[quote] for quote in draft.quotes),
        hits=hits,
        clips=found.clips,
        statements=tuple(_told(statement, citations) for statement in draft.statements),
        reason=draft.reason,
        missing=draft.missing,
        incomplete=draft.incomplete,
        usage=_usage(asked, draft),
        tally=draft.tally,
        asked=asked.question if asked.rewriting == "rewritten" else None,
        rewriting=asked.rewriting,
        trace=draft.trace,
    )


def _usage(asked: Asked, draft: DraftAnswer) -> Usage | None:
    """Of all calls; None where no model was asked."""
    if draft.usage is None:
        return asked.usage if asked.usage.calls else None
    return asked.usage + draft.usage


def _told(statement: Statement, citations: dict[Quote, Citation]) -> Told:
    cited = tuple(citations[quote] for quote in statement.quotes)
    return Told(text=statement.text, citations=cited, support=statement.support)


def _citation(quote: Quote, hits: tuple[Hit, ...], clips: tuple[ClipHit, ...]) -> Citation:
    if quote.clip is not None:
        return near_clips.citation(quote, clips)
    for hit in hits:
        if (hit.document.id, hit.page.number) == (quote.document_id, quote.page):
            return Citation(
                document=hit.document,
                page=hit.page,
                quote=quote.text,
                boxes=quote.boxes,
                basis=quote.basis,
            )
    raise InternalError(
        f"The answerer cites page {quote.page} of {quote.document_id}, which it was not given; an"
        " answer may rest on the pages of its evidence only."
    )
