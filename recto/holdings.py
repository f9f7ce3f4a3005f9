"""What one tenant has of a library, or a library without tenants: documents and their pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from recto.catalog import Catalog, document_of
from recto.engine.answering.protocol import Evidence
from recto.engine.closing import Closing
from recto.engine.crossmodal.protocol import CrossModalEncoder
from recto.engine.encoders.protocol import Encoder
from recto.engine.matches import Match
from recto.engine.page import PageContent
from recto.engine.retrieval import RankedPage, RetrievalSettings, Retriever
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.strategies import registry
from recto.engine.strategies.protocol import Strategy
from recto.engine.summaries import Summaries
from recto.indexing.ledger import Ledger
from recto.indexing.reader import Reader
from recto.indexing.sources import Sources
from recto.media_pictures import MediaPictures
from recto.parts import Part
from recto.pictures import PagePictures
from recto.reencoding import Gate
from recto.results import Document, Hit, Page
from recto.shared import Shared
from recto.tenancy import check_tenancy, folder_of


class Holdings(Closing):
    """Knows what a library has, and makes results of it; what is done with it is told elsewhere."""

    def __init__(self, shared: Shared, folder: Path, tenant: str = "") -> None:
        """Of `tenant` in the library whose sources and pictures are kept in `folder`."""
        self.shared = shared
        self.folder = folder_of(tenant, folder)
        self._library = folder
        self._tenants: dict[str, Holdings] = {tenant: self}
        self.store = shared.store.within(tenant)
        self._retriever: tuple[Encoder, Retriever] | None = None
        self._strategies: dict[str, Strategy] = {}
        self.sources = Sources(self.folder / "sources")
        self.summaries = Summaries(self.sources.summaries)
        self.catalog = Catalog(self.store, shared=shared.place.shared)
        self.pictures = PagePictures(
            self.folder / "pictures", shared.reader, self.sources, shared=shared.place.shared
        )
        self.media_pictures = MediaPictures(shared.crossmodal, self.sources, self.pictures)

    def within(self, tenant: str) -> Holdings:
        """What another tenant has of the same library. Raises TenantError, InputError."""
        check_tenancy(self.store, tenant, str(self.shared.place))
        return self.of(tenant)

    def of(self, tenant: str) -> Holdings:
        """As `within`, of a tenant who may be there beside documents that are nobody's."""
        if tenant not in self._tenants:
            other = Holdings(self.shared, self._library, tenant)
            other._tenants = self._tenants
            # Two threads may have made one each; all go on with the same.
            return self._tenants.setdefault(tenant, other)
        return self._tenants[tenant]

    def close(self) -> None:
        """End the processes that belong to the library. May be called twice."""
        self.shared.close()

    @property
    def gate(self) -> Gate:
        return self.shared.gate

    @property
    def reader(self) -> Reader:
        return self.shared.reader

    @property
    def encoder(self) -> Encoder:
        return self.shared.encoder

    @property
    def reader_of_words(self) -> Encoder:
        """What chooses quotes, which are words even where pages are found by their pictures."""
        return self.shared.reader_of_words

    @property
    def crossmodal(self) -> CrossModalEncoder:
        """Raises InputError where the library has none."""
        return self.shared.crossmodal.encoder

    @property
    def writing(self) -> AbstractContextManager[None]:
        """Within it nothing else changes the library, here or in another process."""
        return self._changing()

    @property
    def retriever(self) -> Retriever:
        encoder = self.encoder
        if self._retriever is None or self._retriever[0] is not encoder:
            settings = RetrievalSettings(recall=self.shared.place.recall)
            self._retriever = encoder, Retriever(self.store, encoder, settings)
        return self._retriever[1]

    def strategy(self, name: str) -> Strategy:
        """Made once; two threads may have made one each. Raises InputError."""
        if name not in self._strategies:
            return self._strategies.setdefault(name, registry.make(name, self))
        return self._strategies[name]

    def switch(self, new: Store, encoder: Encoder) -> None:
        """Hold what `new` holds, made by `encoder`.

        What is asked meanwhile waits for it, so that no answer is made of both.
        """
        with self.gate.alone():
            self.shared.switch(new, encoder)
            for holdings in list(self._tenants.values()):
                holdings.catalog.forget()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self.shared.writing():
            self.catalog.forget()  # others may have changed it until now
            yield

    def ledger(self) -> Ledger:
        """The ledger, after it has completed what was being removed."""
        ledger = Ledger(self.store, self.sources)
        ledger.recover()
        return ledger

    def describe(self) -> None:
        """Let all pages carry what filters see of their documents, where some do not yet: they
        were written by an older recto, or what was said of them was changed and that interrupted.

        Waits for changes that are under way, so it must not be called from within the gate.
        """
        if self.catalog.has_undescribed():
            with self.writing:
                ledger = Ledger(self.store, self.sources)
                for record in self.store.documents():
                    ledger.describe(record)
                self.catalog.forget()

    def filter(self, part: Part) -> PageFilter:
        """What a user's words for a part of the library mean. Raises NotFound, InputError."""
        first, last = part.pages or (None, None)
        return PageFilter(
            documents=self.catalog.select(part.documents, part.tags),
            first=first,
            last=last,
            where=None if part.where is None else self.catalog.understood(part.where),
        )

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
            seen=partial(self.pictures.seen, document, ranked.content),
        )
