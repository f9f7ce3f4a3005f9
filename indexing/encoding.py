"""Pages of one document after the other become vectors, in batches that cross from one to the next.

A batch is prepared while the one before it is in the model and the one before that is finished.
What fails in a batch of several documents is done again for each alone, so that it stays with the
document that it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from recto.engine.bm25 import words_vector
from recto.engine.encoders.protocol import Encoder, PageInput, Staged
from recto.engine.store.records import PageRecord
from recto.engine.vectors import PageVectors
from recto.indexing.pipeline import Channel, Pipeline
from recto.indexing.task import Encoded, Ended, Event, Failed, Read, Task

_BATCH = 8
"""Pages: about 1 MB of vectors from the built-in encoder, 2 MB from a ColPali."""
_AHEAD = 2
"""Batches of each step: one at hand, and one that is done and waits for the next step."""
_PATIENCE = 1.0
"""Seconds that pages wait for others to fill their batch."""
_EVENTS = 64
"""Of a batch with few pages: files that have not changed should not wait for those that have."""
_NOTHING = PageVectors(patches=None, rows=None)


class PageEncoding:
    """The steps of one encoder."""

    def __init__(self, encoder: Encoder, *, patience: float | None = _PATIENCE) -> None:
        """`patience`: None waits for full batches, however long it takes."""
        self._needs_image = encoder.needs_image
        self._has_steps = isinstance(encoder, Staged)
        self._steps: Staged[Any, Any] = encoder if isinstance(encoder, Staged) else _Whole(encoder)
        self._patience = patience

    @property
    def batch(self) -> int:
        """Pages that are encoded at once."""
        return self._steps.batch

    def stages(self, pipeline: Pipeline, events: Channel[Event]) -> Channel[list[Event]]:
        """The same events batch by batch, each `Read` having become `Encoded` or `Failed`."""
        batches: Iterable[_Batch] = self._gathered(events)
        if self._has_steps:
            batches = pipeline.stage(self._each(batches, self._steps.prepare), ahead=_AHEAD)
        batches = pipeline.stage(self._each(batches, self._steps.run), ahead=_AHEAD)
        finished = (batch.outcome() for batch in self._each(batches, self._steps.finish))
        return pipeline.stage(finished, ahead=_AHEAD)

    def _gathered(self, events: Channel[Event]) -> Iterator[_Batch]:
        """Full batches; or what there is, when there is no page in it or none comes in time."""
        batch: list[Event] = []
        pages = 0
        while True:
            try:
                event = events.take(self._patience if batch else None)
            except (TimeoutError, StopIteration) as ending:
                if batch:
                    yield _Batch(batch, self._needs_image)
                if isinstance(ending, StopIteration):
                    return
                batch, pages = [], 0
                continue
            batch.append(event)
            pages += isinstance(event, Read)
            alone = isinstance(event, Ended) and not pages
            if pages == self.batch or len(batch) == _EVENTS or alone:
                yield _Batch(batch, self._needs_image)
                batch, pages = [], 0

    def _each(self, batches: Iterable[_Batch], step: Callable[[Any], Any]) -> Iterator[_Batch]:
        for batch in batches:
            if not batch.is_done:
                try:
                    batch.state = step(batch.state)
                except BaseException as error:  # raised again in the turn of its document
                    batch.encode_alone(self._encode, error)
            yield batch
            del batch  # or its pictures would stay until the next one comes

    def _encode(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        steps = self._steps
        return steps.finish(steps.run(steps.prepare(pages)))


class _Whole:
    """An encoder that has but one step."""

    batch = _BATCH

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def prepare(self, pages: Sequence[PageInput]) -> Sequence[PageInput]:
        return pages

    def run(self, prepared: Sequence[PageInput]) -> list[PageVectors]:
        return self._encoder.encode_pages(prepared)

    def finish(self, result: list[PageVectors]) -> list[PageVectors]:
        return result


class _Batch:
    """Events, and how far their pages have come."""

    def __init__(self, events: list[Event], needs_image: bool) -> None:
        self._events = events
        reads = [event for event in events if isinstance(event, Read)]
        self._seen = [read for read in reads if read.page.image is not None or not needs_image]
        self.state: Any = [read.page for read in self._seen]
        """The pages, then what each step makes of them."""
        self._failed: dict[Task, BaseException] = {}
        self.is_done = not self._seen

    def encode_alone(
        self, encode: Callable[[Sequence[PageInput]], list[PageVectors]], error: BaseException
    ) -> None:
        """Encode the pages of each document apart from the others, after an error."""
        by_task: dict[Task, list[Read]] = {}
        for read in self._seen:
            by_task.setdefault(read.task, []).append(read)
        vectors: dict[Read, PageVectors] = {}
        for task, reads in by_task.items():
            try:
                if len(by_task) == 1:
                    raise error
                made = encode([read.page for read in reads])
                vectors.update(zip(reads, made, strict=True))
            except BaseException as own:
                self._failed[task] = own
        self._seen = list(vectors)
        self.state = list(vectors.values())
        self.is_done = True

    def outcome(self) -> list[Event]:
        vectors = dict(zip(self._seen, self.state, strict=True))
        return [_after(event, vectors, self._failed) for event in self._events]


def _after(
    event: Event, vectors: dict[Read, PageVectors], failed: dict[Task, BaseException]
) -> Event:
    if not isinstance(event, Read):
        return event
    if event.task in failed:
        return Failed(event.task, failed[event.task])
    record = PageRecord(
        document_id=event.opened.id,
        content=event.page.content,
        vectors=vectors.get(event, _NOTHING),
        words=words_vector(event.page.content),
        attributes=event.opened.attributes,
    )
    return Encoded(event.task, record)
