"""The cross-modal encoder of an open library, and what reads sound and film: made when needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from threading import RLock

from recto.engine.closing import Closing
from recto.engine.crossmodal import registry
from recto.engine.crossmodal.protocol import CrossModalEncoder
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import InputError
from recto.engine.store.clips.manifest import check_clips_encoder
from recto.engine.store.clips.records import dims_of
from recto.engine.store.protocol import Store
from recto.indexing.limits import Limits
from recto.indexing.media.reader import MediaReader

MakeCrossModal = Callable[[], CrossModalEncoder]
_HOW = (
    "Choose one: recto add --crossmodal-encoder NAME (recto encoders lists them), or"
    " recto.open(..., crossmodal=NAME)."
)


class CrossModal(Closing):
    """What all tenants of an open library share to encode sound and film."""

    def __init__(
        self, store: Store, *, place: str, limits: Limits, make: MakeCrossModal | None = None
    ) -> None:
        """`make` makes the encoder; None is what the library records. `place` is for messages."""
        self._store = store
        self._place = place
        self._limits = limits
        self._make = make
        self._encoder: CrossModalEncoder | None = None
        self._reader: MediaReader | None = None
        self._viewer: MediaReader | None = None
        self._making = RLock()

    @property
    def id(self) -> EncoderId | None:
        """What the library records; None where no encoder was ever chosen."""
        clips = self._store.clips()
        return None if clips is None else clips.encoder

    @property
    def encoder(self) -> CrossModalEncoder:
        """Raises InputError where there is none; EncoderMismatch, EncoderError, MissingExtra."""
        with self._making:  # two threads must not load a model each
            if self._encoder is None:
                self._encoder = self._made()
            return self._encoder

    def _made(self) -> CrossModalEncoder:
        recorded = self.id
        if recorded is None:
            raise InputError(f"{self._place} has no encoder of sound, film and pictures. {_HOW}")
        encoder = registry.remake(recorded) if self._make is None else self._make()
        check_clips_encoder(self._place, recorded, encoder.id)
        return encoder

    @property
    def reader(self) -> MediaReader:
        """For what is added. Raises MissingExtra."""
        with self._making:
            if self._reader is None:
                self._reader = MediaReader(self._limits)
            return self._reader

    @property
    def viewer(self) -> MediaReader:
        """For what is shown and asked with, in a process of its own: it does not wait for what is
        being added. Raises MissingExtra."""
        with self._making:
            if self._viewer is None:
                self._viewer = MediaReader(self._limits)
            return self._viewer

    def close(self) -> None:
        """End the processes that decode. May be called twice."""
        for reader in (self._reader, self._viewer):
            if reader is not None:
                reader.close()


def chosen(
    encoder: str | os.PathLike[str] | CrossModalEncoder,
    settings: Mapping[str, str],
    recorded: EncoderId | None = None,
) -> CrossModalEncoder:
    """The encoder that a user means; the settings that a library records go with its name.

    Of scenes of a film one look at the middle is encoded unless `settings` say otherwise.
    """
    if not isinstance(encoder, (str, os.PathLike)):
        if settings:
            raise InputError(
                f"{encoder.id.name} is made already; give its settings to the registry."
            )
        return encoder
    name = os.fspath(encoder)
    if recorded is not None and registry.is_recorded(name, recorded):
        return registry.make(name, settings={**recorded.settings, **settings})
    return registry.make(name, settings={**registry.indexing_settings(name), **settings})


def record(store: Store, encoder: CrossModalEncoder) -> None:
    """Let a library know its cross-modal encoder. Raises EncoderMismatch, LibraryBusy."""
    known = store.clips()
    if known is None or known.encoder != encoder.id:
        with store.writing():
            store.make_clips(encoder.id, dims_of(encoder))
