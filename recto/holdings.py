"""What the parts of a library share: its store, its encoder, its documents and their pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property, partial
from pathlib import Path
from threading import Lock

from recto.catalog import Catalog, document_of
from recto.engine.answering.protocol import Evidence
from recto.engine.closing import Closing
from recto.engine.encoders.protocol import Encoder
from recto.engine.encoders.registry import BUILT_IN, make
from recto.engine.matches import Match
from recto.engine.page import PageContent
from recto.engine.retrieval import RankedPage, Retriever
from recto.engine.store.manifest import check_encoder, check_terms
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.indexing.ledger import Ledger
from recto.indexing.limits import Limits
from recto.indexing.reader import Reader
from recto.indexing.sources import Sources
from recto.pictures import PagePictures
from recto.places import FolderPlace, Place
from recto.reencoding import Gate
from recto.results import Document, Hit, Page

PageRange = tuple[int | None, int | None]
"""First and last page, included; None is open."""


class Holdings(Closing):
    """Knows what a library has, and makes results of it; what is done with it is told elsewhere."""

    def __init__(
        self,
        folder: Path,
        *,
        store: Store,
        encoder: Callable[[], Encoder],
        limits: Limits,
        place: Place | None = None,
    ) -> None:
        """Over an open store, which it closes; `folder` is where sources and pictures are kept.

        `encoder` makes the encoder when it is first needed. `place` is where the store is; None is
        the folder.
        """
        self.place = place or FolderPlace(folder)
        self._stack = ExitStack()
        self.store = self._stack.enter_context(store)
        self._make_encoder = encoder
        self.reader = self._stack.enter_context(Reader(limits))
        self.sources = Sources(folder / "sources")
        self.catalog = Catalog(store, shared=self.place.shared)
        self.pictures = PagePictures(
            folder / "pictures", self.reader, self.sources, shared=self.place.shared
        )
        self._one_change = Lock()
        self.gate = Gate()

    def close(self) -> None:
        """End the processes that belong to it. May be called twice."""
        self._stack.close()

    @property
    def writing(self) -> AbstractContextManager[None]:
        """Within it nothing else changes the library, here or in another process."""
        return self._changing()

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

    @cached_property
    def retriever(self) -> Retriever:
        return Retriever(self.store, self.encoder)

    def switch(self, new: Store, encoder: Encoder) -> None:
        """Hold what `new` holds, made by `encoder`.

        What is asked meanwhile waits for it, so that no answer is made of both.
        """
        with self.gate.alone():
            self.store.become(new)
            self._make_encoder = lambda: encoder
            for made_before in ("encoder", "reader_of_words", "retriever"):
                vars(self).pop(made_before, None)
            self.catalog.forget()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._one_change, self.store.writing():
            self.catalog.forget()  # others may have changed it until now
            yield

    def ledger(self) -> Ledger:
        """The ledger, after it has completed what was being removed."""
        ledger = Ledger(self.store, self.sources)
        ledger.recover()
        return ledger

    def filter(
        self,
        documents: Sequence[str] | None,
        tags: Sequence[str] | None,
        pages: PageRange | None,
    ) -> PageFilter:
        """What a user's words for a part of the library mean. Raises NotFound, InputError."""
        first, last = pages or (None, None)
        return PageFilter(documents=self.catalog.select(documents, tags), first=first, last=last)

    def page(self, document: Document, content: PageContent) -> Page:
        return Page(
            document=document,
            number=content.number,
            width=content.width,
            height=content.height,
            content=content.text,
            headings=content.headings,
            pictures=self.pictures,
        )

    def hit(self, ranked: RankedPage, matches: Sequence[Match]) -> Hit:
        document = document_of(ranked.document)
        page = self.page(document, ranked.content)
        return Hit(document=document, page=page, score=ranked.score, matches=tuple(matches))

    def evidence(self, ranked: RankedPage) -> Evidence:
        document = document_of(ranked.document)
        return Evidence(
            document_id=document.id,
            document_name=document.name,
            score=ranked.score,
            content=ranked.content,
            image=partial(self.pictures.pixels, document, ranked.number),
        )
