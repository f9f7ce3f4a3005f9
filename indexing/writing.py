"""Pages of documents become pages of a store: read, encoded, written, each while others are.

Documents come into the store one after the other and in order, however far the reading is ahead.
Knows nothing of files. In memory at once are, of the encoder's batches, five with their pictures
(two prepared, two in the model or behind it, one that is finished), as many pages more that wait to
be batched (8 at least) and as many as are drawn at once, and two batches with vectors only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from typing import Protocol

from recto.engine.encoders.protocol import Encoder
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.indexing.drawing import IMAGE_WIDTH, PageReading, width_for
from recto.indexing.encoding import PageEncoding
from recto.indexing.outcome import Outcome
from recto.indexing.pipeline import Pipeline
from recto.indexing.task import Begun, Encoded, Ended, Event, Failed, Skipped, Task

_AHEAD = 8
"""Pages read before the encoder wants them, at least; an image of a page takes 7 MB, and of the
widest that an encoder may want 28."""

__all__ = ["IMAGE_WIDTH", "Listener", "PageWriter"]


class Listener(Protocol):
    """Told how far the documents are, in the caller's thread."""

    def page(self, page: int, pages: int) -> None:
        """`page` of the `pages` pages of the document at hand are done."""
        ...

    def done(self, outcome: Outcome) -> Outcome:
        """The document at hand is done."""
        ...


class PageWriter:
    """Writes documents with their pages' vectors to one store."""

    def __init__(
        self, store: Store, encoder: Encoder, *, words_alone: bool = False, patient: bool = False
    ) -> None:
        """`words_alone`: a page of which there are words, but no picture where the encoder needs
        one, is written without vectors; else it is left out. `patient`: batches are full whenever
        they can be, even where reading is slow."""
        self._store = store
        self._reading = PageReading(
            width=width_for(encoder) if encoder.needs_image else None, words_alone=words_alone
        )
        self._encoding = PageEncoding(encoder, **({"patience": None} if patient else {}))

    def written(self, document_id: str) -> frozenset[int]:
        """Numbers of the pages of a document that are there: an interrupted call wrote them."""
        pages = self._store.scroll(PageFilter(documents=(document_id,)))
        return frozenset(page.content.number for page in pages)

    def write(self, tasks: Iterable[Task], listener: Listener) -> list[Outcome]:
        """Write documents, and return what became of each, in order.

        Raises what a task raises when it is settled; what came before it is written.
        """
        failed: set[Task] = set()
        writing = _Writing(self._store, failed, listener)
        ahead = max(_AHEAD, self._encoding.batch)
        with Pipeline() as pipeline:
            events = pipeline.stage(self._events(tasks, failed), ahead=ahead)
            for batch in self._encoding.stages(pipeline, events):
                writing.take(batch)
        return writing.outcomes

    def _events(self, tasks: Iterable[Task], failed: set[Task]) -> Iterator[Event]:
        for task in tasks:
            error = None
            try:
                opened = task.open()
                if opened is not None:
                    with closing(opened.pages):
                        yield Begun(task, opened)
                        yield from self._reading.events(task, opened, failed)
            except Exception as raised:  # told by the task, in its turn
                error = raised
            yield Ended(task, error)


class _Writing:
    """The last stage: what is written, and what has become of documents."""

    def __init__(self, store: Store, failed: set[Task], listener: Listener) -> None:
        self._store = store
        self._failed = failed
        """Settled before their end: what still comes of them is not wanted, nor to be read."""
        self._listener = listener
        self._skipped: dict[int, str] = {}
        self._done = self._pages = 0
        self.outcomes: list[Outcome] = []

    def take(self, batch: list[Event]) -> None:
        for (task, kind), events in groupby(batch, lambda event: (event.task, type(event))):
            if task not in self._failed:
                self._take(task, list(events))
            elif kind is Ended:
                self._failed.discard(task)

    def _take(self, task: Task, events: list[Event]) -> None:
        """Events of one kind and one document."""
        error: Exception | None = None
        try:
            self._apply(task, events)
        except Exception as raised:  # the task knows whether it stops the others
            error = raised
        last = events[-1]
        if isinstance(last, Ended):
            self._settle(task, error or last.error)
        elif error is not None:
            self._failed.add(task)
            self._settle(task, error)

    def _apply(self, task: Task, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Begun):
                self._done, self._pages = len(event.opened.written), event.opened.pages.pages
            elif isinstance(event, Skipped):
                self._skipped[event.number] = event.reason
            elif isinstance(event, Failed):
                raise event.error
        if records := [event.record for event in events if isinstance(event, Encoded)]:
            self._store.put_pages(records)
            self._done += len(records)
            done = min(self._done + len(self._skipped), self._pages)
            self._listener.page(done, self._pages)

    def _settle(self, task: Task, error: Exception | None) -> None:
        skipped, self._skipped = self._skipped, {}
        self.outcomes.append(self._listener.done(task.settle(skipped, error)))
