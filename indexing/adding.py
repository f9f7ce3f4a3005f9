"""Files become documents of a library, pages through `writing`, sound and film through `media`.

What becomes of one of them is in `addition`, what keeps a crash from showing in `ledger`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from recto.engine.encoders.protocol import Encoder
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from recto.indexing.addition import Addition, Wanted
from recto.indexing.files import Found, Refused
from recto.indexing.joining import PageJoiner
from recto.indexing.ledger import Ledger
from recto.indexing.media.addition import MakeWriter, MediaAddition, MediaListener
from recto.indexing.media.kinds import MEDIA
from recto.indexing.notes import Notes
from recto.indexing.outcome import Outcome
from recto.indexing.reader import Reader
from recto.indexing.sources import Sources
from recto.indexing.writing import Listener, PageWriter


class AddListener(Listener, MediaListener, Protocol):
    """Told how far files of all kinds are."""


class Indexer:
    """Adds files to one library. Not for several threads."""

    def __init__(
        self,
        *,
        store: Store,
        encoder: Encoder,
        reader: Reader,
        ledger: Ledger,
        sources: Sources,
        media: MakeWriter | None = None,
        pages: PageJoiner | None = None,
    ) -> None:
        """`media` makes what encodes sound and film; None where the library has no encoder for
        them. `pages` is given where pages are to be found beside them."""
        self.writer = PageWriter(store, encoder)
        self.draws = encoder.needs_image
        self.reader = reader
        self.ledger = ledger
        self.sources = sources
        self._media = media
        self._pages = pages

    def add(
        self,
        unfinished: Sequence[DocumentRecord],
        found: Sequence[Found | Refused],
        notes: Notes,
        listener: AddListener,
    ) -> list[Outcome]:
        """Complete documents whose adding was interrupted, from their kept bytes, then add files;
        what became of each, in this order.

        What goes wrong with one file alone becomes a failed outcome. Raises OutsideError when
        nothing further can succeed (no room, no store).
        """
        waiting = deque(self._addition(one, notes) for one in (*unfinished, *found))
        outcomes: list[Outcome] = []
        while waiting:
            if isinstance(waiting[0], MediaAddition):
                outcomes.append(waiting[0].add(listener))
                waiting.popleft()
            else:
                outcomes += self.writer.write(_independent(waiting), listener)
        return outcomes

    def joined(self, record: DocumentRecord, skipped: Mapping[int, str]) -> int:
        """See `Tools`."""
        if self._pages is None or not record.pages:
            return 0
        return self._pages.join(record, self.sources.path(record.id, record.kind), skipped)

    def _addition(self, wanted: Wanted, notes: Notes) -> Addition:
        if not isinstance(wanted, Refused) and wanted.kind in MEDIA:
            return MediaAddition(self, wanted, notes, self._media)
        return Addition(self, wanted, notes)


def _independent(waiting: deque[Addition]) -> Iterator[Addition]:
    """Take those that may be read before the ones before them are settled, and end before one that
    may not: a copy of one of them, say, which is not read if that one can be; or sound and film."""
    under_way: set[str] = set()
    while waiting and not isinstance(waiting[0], MediaAddition):
        if under_way & waiting[0].concerns:
            return
        one = waiting.popleft()
        if not one.is_known:
            under_way |= one.concerns
        yield one
