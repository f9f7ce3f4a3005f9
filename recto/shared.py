"""What all tenants of an open library share: the process or server, the encoder, the readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from threading import Lock

from recto.crossmodal import CrossModal, MakeCrossModal
from recto.engine.closing import Closing
from recto.engine.encoders.protocol import Encoder
from recto.engine.encoders.registry import BUILT_IN, make
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
    ) -> None:
        """`store`: of whichever tenant. `encoder` makes the encoder when it is first needed;
        `crossmodal` that of sound and film, None the one that the library records."""
        self.place = place
        self._stack = ExitStack()
        self.store = self._stack.enter_context(store)
        self._make_encoder = encoder
        self.reader = self._stack.enter_context(Reader(limits))
        self.crossmodal = self._stack.enter_context(
            CrossModal(store, place=str(place), limits=limits, make=crossmodal)
        )
        self._one_change = Lock()
        self.gate = Gate()

    def close(self) -> None:
        """End the processes that belong to it. May be called twice."""
        self._stack.close()

    @cached_property
    def encoder(self) -> Encoder:
        encoder = self._make_encoder()
        check_encoder(str(self.place), self.store.encoder, encoder.id)
        check_terms(str(self.place), self.store.terms)
        return encoder

    @cached_property
    def reader_of_words(self) -> Encoder:
        """What chooses quotes, which are words even where pages are found by their pictures."""
        return make(BUILT_IN) if self.encoder.needs_image else self.encoder

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Within it nothing else changes the library, here or in another process."""
        with self._one_change, self.store.writing():
            yield

    def switch(self, new: Store, encoder: Encoder) -> None:
        """Hold what `new` holds, made by `encoder`. Nobody may be reading."""
        self.store.become(new)
        self._make_encoder = lambda: encoder
        for made_before in ("encoder", "reader_of_words"):
            vars(self).pop(made_before, None)
