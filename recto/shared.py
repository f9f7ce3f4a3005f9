"""What all tenants of an open library share: the process or server, the encoder, the readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock, RLock

from recto.crossmodal import CrossModal, MakeCrossModal
from recto.engine.closing import Closing
from recto.engine.encoders.protocol import Encoder
from recto.engine.encoders.registry import BUILT_IN, make
from recto.engine.errors import LibraryBusy
from recto.engine.store.manifest import check_encoder, check_terms
from recto.engine.store.protocol import Store
from recto.indexing.limits import Limits
from recto.indexing.reader import Reader
from recto.places import Place
from recto.reencoding import Gate


class Shared(Closing):
    """Owns the store; closed once, for all."""

    def __init__(
        self,
        *,
        store: Store,
        encoder: Callable[[], Encoder],
        limits: Limits,
        place: Place,
        crossmodal: MakeCrossModal | None = None,
        patience: float | None = None,
    ) -> None:
        """`store`: of whichever tenant. `encoder` makes the encoder when it is first needed;
        `crossmodal` that of sound and film, None the one that the library records. `patience` is
        how many seconds a change waits for another of this process; None: for ever."""
        self.place = place
        self._stack = ExitStack()
        self.store = self._stack.enter_context(store)
        self._make_encoder = encoder
        self._encoder: Encoder | None = None
        self._reader_of_words: Encoder | None = None
        self.reader = self._stack.enter_context(Reader(limits))
        self.crossmodal = self._stack.enter_context(
            CrossModal(store, place=str(place), limits=limits, make=crossmodal)
        )
        self._one_change = Lock()
        self._patience = -1.0 if patience is None else patience
        self._making = RLock()
        self.gate = Gate()

    def close(self) -> None:
        """End the processes that belong to it. May be called twice."""
        self._stack.close()

    @property
    def encoder(self) -> Encoder:
        with self._making:  # two threads must not load a model each
            if self._encoder is None:
                encoder = self._make_encoder()
                check_encoder(str(self.place), self.store.encoder, encoder.id)
                check_terms(str(self.place), self.store.terms)
                self._encoder = encoder
            return self._encoder

    @property
    def reader_of_words(self) -> Encoder:
        """What chooses quotes, which are words even where pages are found by their pictures."""
        with self._making:
            if not self.encoder.needs_image:
                return self.encoder
            if self._reader_of_words is None:
                self._reader_of_words = make(BUILT_IN)
            return self._reader_of_words

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Within it nothing else changes the library, here or in another process.

        Raises LibraryBusy when something else does for longer than one would wait.
        """
        if not self._one_change.acquire(timeout=self._patience):
            raise LibraryBusy(
                "The library is being changed, as by documents that are added; try again later."
            )
        try:
            with self.store.writing():
                yield
        finally:
            self._one_change.release()

    def switch(self, new: Store, encoder: Encoder) -> None:
        """Hold what `new` holds, made by `encoder`. Nobody may be reading."""
        self.store.become(new)
        self._make_encoder = lambda: encoder
        self._encoder = None
