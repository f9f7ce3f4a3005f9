"""Pages of a library become summaries, one after the other; see `Library.summarise`.

A model may take hours, in which the library goes on changing: what it wrote of a document that has
been removed meanwhile is thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from recto.engine.answering.protocol import Evidence
from recto.engine.endpoint.limits import Usage
from recto.engine.errors import (
    CostLimitReached,
    DocumentError,
    EndpointError,
    KeyRefused,
    ModelNotFound,
    NotAnEndpoint,
    NotFound,
    RateLimited,
)
from recto.engine.retrieval import RankedPage
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import DocumentRecord, page_id
from recto.engine.summaries import Summary
from recto.holdings import Holdings
from recto.indexing.outcome import Outcome
from recto.indexing.progress import Progress, Tally
from recto.indexing.summariser import Summariser, SummaryReport

_HOPELESS = (CostLimitReached, KeyRefused, ModelNotFound, NotAnEndpoint, RateLimited)
"""What the next page would meet as well."""

Wanted = Mapping[str, list[int]]
"""Page numbers by document id."""


def found(holdings: Holdings, filter: PageFilter) -> Wanted:
    """The pages that the filter lets through, whether or not they have a summary."""
    wanted: dict[str, list[int]] = {}
    for page in holdings.store.scroll(filter):
        wanted.setdefault(page.document_id, []).append(page.content.number)
    return wanted


def summarise(
    holdings: Holdings,
    wanted: Wanted,
    summariser: Summariser,
    on_progress: Callable[[Progress], None] | None,
) -> SummaryReport:
    """Of the pages that lack one. `summariser` may have been used before."""
    begun, spent = time.monotonic(), summariser.used
    records = [r for r in holdings.store.documents([*wanted]) if r.state == "ready"]
    paths = [Path(record.paths[0]) for record in records]
    tally = Tally(paths, on_progress, sizes=[record.size for record in records])
    writing = _Writing(holdings, summariser, tally)
    outcomes = [tally.done(writing.document(r, sorted(wanted[r.id]))) for r in records]
    return SummaryReport(
        outcomes=tuple(outcomes),
        usage=_less(summariser.used, spent),
        seconds=time.monotonic() - begun,
    )


class _Writing:
    """Lets one document after the other be summarised."""

    def __init__(self, holdings: Holdings, summariser: Summariser, tally: Tally) -> None:
        self._holdings = holdings
        self._summariser = summariser
        self._tally = tally

    def document(self, record: DocumentRecord, numbers: list[int]) -> Outcome:
        there = self._holdings.summaries.of(record.id).keys()
        lacking = [number for number in numbers if number not in there]
        skipped: dict[int, str] = {}
        for done, number in enumerate(lacking, 1):
            if reason := self._page(record, number):
                skipped[number] = reason
            self._tally.page(done, len(lacking))
        return Outcome(
            path=Path(record.paths[0]),
            kind="summarised" if lacking else "unchanged",
            document_id=record.id,
            pages=len(lacking) - len(skipped),
            skipped=skipped,
        )

    def _page(self, record: DocumentRecord, number: int) -> str:
        """Why it could not be summarised; empty if it was, or is not there any more."""
        page = self._evidence(record, number)
        if page is None:
            return ""
        try:
            summary = self._summariser.summarise(page)
        except _HOPELESS as error:
            raise type(error)(f"{record.name}, page {number}: {error} {_KEPT}") from error
        except (EndpointError, DocumentError, NotFound) as error:
            return str(error)
        self._keep(record.id, summary)
        return ""

    def _evidence(self, record: DocumentRecord, number: int) -> Evidence | None:
        store = self._holdings.store
        with self._holdings.gate.shared():
            stored = store.pages([page_id(record.id, number, store.encoder, store.tenant)])
        if not stored:
            return None
        ranked = RankedPage(page=stored[0], document=record, score=1.0)
        return self._holdings.evidence(ranked)

    def _keep(self, document_id: str, summary: Summary) -> None:
        with self._holdings.writing:
            known = self._holdings.store.documents([document_id])
            if any(record.state == "ready" for record in known):
                self._holdings.summaries.put(document_id, summary)


_KEPT = "Summaries written before are kept; the same command goes on from there."


def _less(used: Usage, before: Usage) -> Usage:
    """What was used since."""
    cost = None if used.cost is None else used.cost - (before.cost or 0.0)
    return Usage(
        input_tokens=used.input_tokens - before.input_tokens,
        output_tokens=used.output_tokens - before.output_tokens,
        images=used.images - before.images,
        cost=cost,
        estimated=used.estimated,
        calls=used.calls - before.calls,
    )
