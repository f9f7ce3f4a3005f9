"""A document on its way into a store: what a `PageWriter` asks of it, and what happens to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from recto.engine.encoders.protocol import PageInput
from recto.engine.page import PageContent
from recto.engine.store.condition import Attributes
from recto.engine.store.records import PageRecord
from recto.indexing.outcome import Outcome
from recto.indexing.reading.raw import Image


class Pages(Protocol):
    """The pages of a document, wherever they come from. Each may fail with a DocumentError."""

    @property
    def pages(self) -> int:
        """How many there are."""
        ...

    @property
    def drawn_at_once(self) -> int:
        """How many pages can be drawn at the same time, by threads that ask for them."""
        ...

    def read(self, number: int) -> PageContent: ...

    def image(self, number: int, width: int) -> Image: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Opened:
    """A document that can be read."""

    id: str
    pages: Pages
    """Closed by whoever opened the document."""
    written: frozenset[int] = frozenset()
    """Numbers of the pages that an interrupted call wrote."""
    attributes: Attributes = field(default_factory=dict)
    """What filters see of it."""


class Task(Protocol):
    """One document. It is opened in the thread that reads, while those before it are written, and
    settled in the caller's thread, after those before it."""

    def open(self) -> Opened | None:
        """Record that its pages will be written, as they may be from now on; None if nothing is to
        be written. What it raises is what `settle` is given."""
        ...

    def settle(self, skipped: Mapping[int, str], error: Exception | None) -> Outcome:
        """What became of it, all its pages being written but the `skipped`, unless there was an
        error. Raises what must stop the others, too."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """A document has been opened."""

    task: Task
    opened: Opened


@dataclass(frozen=True, slots=True, eq=False)
class Skipped:
    """A page could not be read or drawn."""

    task: Task
    number: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A page has been read, and drawn if the encoder needs that."""

    task: Task
    opened: Opened
    page: PageInput


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A page is ready to be written."""

    task: Task
    record: PageRecord


@dataclass(frozen=True, slots=True, eq=False)
class Failed:
    """A page could not be encoded, and with it its document."""

    task: Task
    error: BaseException


@dataclass(frozen=True, slots=True, eq=False)
class Ended:
    """Nothing more comes of a document; the last that is said of it."""

    task: Task
    error: Exception | None


Event = Begun | Skipped | Read | Encoded | Failed | Ended
