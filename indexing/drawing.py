"""The pages of an open document: read one after the other, drawn several at a time, told in order.

Of encoders it knows whether they want pictures, and how wide.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

from recto.engine.encoders.protocol import Encoder, PageInput, Sighted
from recto.engine.encoders.sharpness import LEAST
from recto.engine.errors import DocumentError
from recto.engine.page import PageContent
from recto.indexing.reading.raw import Image
from recto.indexing.task import Event, Opened, Read, Skipped, Task

IMAGE_WIDTH = LEAST
"""Pixels across, of pictures for encoders that ask for nothing else."""
Width = Callable[[PageContent], int]
"""How many pixels across a page is drawn."""
_Draw = Callable[[], Image | None]
_Begin = Callable[[Callable[[], Image]], _Draw]
"""Has a page drawn, and gives what waits for its picture."""


def width_for(encoder: Encoder) -> Width:
    """Twice what most encoders look at, and more for those that say so."""
    if not isinstance(encoder, Sighted):
        return lambda page: IMAGE_WIDTH
    return lambda page: encoder.picture_width(page.width, page.height)


class PageReading:
    """What becomes of pages before they are encoded."""

    def __init__(self, *, width: Width | None, words_alone: bool) -> None:
        """`width` of pictures; None where none are wanted. `words_alone`: pages are wanted that
        have words, but of which no picture can be made."""
        self._width = width
        self._words_alone = words_alone

    def events(self, task: Task, opened: Opened, failed: set[Task]) -> Iterator[Event]:
        """A `Read` or a `Skipped` a page, without those that are written; as long as the document
        has not failed meanwhile."""
        at_once = 1 if self._width is None else opened.pages.drawn_at_once
        waiting: deque[Iterator[Event]] = deque()
        with ExitStack() as stack:
            begin: _Begin = _later
            if at_once > 1:
                pool = ThreadPoolExecutor(at_once, thread_name_prefix="stage that draws")
                stack.callback(pool.shutdown, cancel_futures=True)
                begin = partial(_now, pool)
            for number in range(1, opened.pages.pages + 1):
                if task in failed:
                    return
                if number not in opened.written:
                    waiting.append(self._begun(task, opened, number, begin))
                if len(waiting) == at_once:
                    yield from waiting.popleft()
            for page in waiting:
                yield from page

    def _begun(self, task: Task, opened: Opened, number: int, begin: _Begin) -> Iterator[Event]:
        """The page is read and its drawing begun, not waited for."""
        try:
            content = opened.pages.read(number)
        except DocumentError as error:
            return iter([Skipped(task, number, str(error))])
        draw: _Draw = _nothing
        if self._width is not None:
            draw = begin(partial(opened.pages.image, number, self._width(content)))
        return self._drawn(task, opened, content, draw)

    def _drawn(
        self, task: Task, opened: Opened, content: PageContent, draw: _Draw
    ) -> Iterator[Event]:
        image = None
        try:
            image = draw()
        except DocumentError as error:
            reason = str(error)
            alone = self._words_alone and bool(content.text.words)
            if alone:
                reason += " It can be found by its words alone."
            yield Skipped(task, content.number, reason)
            if not alone:
                return
        yield Read(task, opened, PageInput(content=content, image=image))


def _nothing() -> None:
    """The picture of a page that is not to be drawn."""


def _later(draw: Callable[[], Image]) -> _Draw:
    return draw


def _now(pool: ThreadPoolExecutor, draw: Callable[[], Image]) -> _Draw:
    return pool.submit(draw).result
