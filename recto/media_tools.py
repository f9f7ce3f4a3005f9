"""What `add` needs for sound and film, made when there is some to be added."""

from __future__ import annotations

from functools import cached_property

from recto.engine.crossmodal.extra import is_installed
from recto.engine.errors import InputError
from recto.engine.store.clips.protocol import ClipStore
from recto.engine.store.records import DocumentRecord
from recto.holdings import Holdings
from recto.indexing.joining import PageJoiner
from recto.indexing.media.addition import MakeWriter
from recto.indexing.media.kinds import MEDIA
from recto.indexing.media.writing import MediaWriter


class MediaTools:
    """Of one `add`."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings

    @property
    def make_writer(self) -> MakeWriter | None:
        """None where the library has no encoder for them."""
        return None if self._clips is None else lambda: self._writer

    def joiner(self) -> PageJoiner:
        """Raises InputError where the library has no encoder for it."""
        encoder = self._holdings.shared.crossmodal.encoder
        clips = self._clips
        if clips is None:
            raise InputError("The library has no cross-modal encoder.")
        return PageJoiner(clips, encoder, self._holdings.reader)

    def can_resume(self, record: DocumentRecord) -> bool:
        """Whether a document whose adding was interrupted can go on here; else it waits."""
        return record.kind not in MEDIA or (self._clips is not None and is_installed())

    @cached_property
    def _clips(self) -> ClipStore | None:
        return self._holdings.store.clips()

    @cached_property
    def _writer(self) -> MediaWriter:
        shared, clips = self._holdings.shared.crossmodal, self._clips
        assert clips is not None, "asked by `make_writer`"
        reader = shared.reader  # the cheaper one first, to fail
        return MediaWriter(clips, shared.encoder, reader)
