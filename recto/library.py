"""The library: what a user opens, adds documents to, searches and asks."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from threading import Lock

from recto.asking import AskedImage, encode_with
from recto.catalog import Catalog, document_of, several
from recto.engine.answering.extractive import ExtractiveAnswerer
from recto.engine.answering.protocol import Answerer, Evidence, Quote
from recto.engine.closing import Closing
from recto.engine.encoders.protocol import Encoder
from recto.engine.encoders.registry import BUILT_IN, make
from recto.engine.errors import DiskFull, InternalError, NotFound, RectoWarning
from recto.engine.matches import Match, find_matches
from recto.engine.page import PageContent
from recto.engine.retrieval import RankedPage, Retriever, check_question
from recto.engine.store.manifest import check_encoder, check_terms
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from recto.engine.store.records import page_id
from recto.indexing.adding import Attributes, Indexer
from recto.indexing.files import Found, Refused, find
from recto.indexing.ledger import Ledger
from recto.indexing.limits import Limits
from recto.indexing.outcome import AddReport, Outcome, ReencodeReport
from recto.indexing.progress import Progress, Tally
from recto.indexing.reader import Reader
from recto.indexing.reencoding import Reencoder
from recto.indexing.sources import Sources
from recto.pictures import PagePictures
from recto.reencoding import Gate, chosen_encoder, is_current, reading
from recto.results import Answer, Citation, Document, Hit, Page

EVIDENCE_PAGES = 6
"""Pages on which an answer is looked for."""

PageRange = tuple[int | None, int | None]
"""First and last page, included; None is open."""
Metadata = Mapping[str, str | int | float | bool]


class Library(Closing):
    """Documents, their vectors, and the settings they were made with; one process at a time.

    Made by `recto.open`, closed by `close` or at the end of a `with` block:

    >>> import recto
    >>> with recto.open("finance") as library:  # doctest: +SKIP
    ...     library.add("reports/")
    ...     print(library.ask("What was FY2018 capex?").text)
    """

    def __init__(
        self, folder: Path, *, store: Store, encoder: Callable[[], Encoder], limits: Limits
    ) -> None:
        """Over an open store, which it closes; `folder` is where sources and pictures are kept.

        `encoder` makes the encoder when it is first needed.
        """
        self.folder = folder
        self._stack = ExitStack()
        self._store = self._stack.enter_context(store)
        self._make_encoder = encoder
        self._reader = self._stack.enter_context(Reader(limits))
        self._sources = Sources(folder / "sources")
        self._catalog = Catalog(store)
        self._pictures = PagePictures(folder / "pictures", self._reader, self._sources)
        self._writing = Lock()
        self._gate = Gate()

    def add(
        self,
        *paths: str | os.PathLike[str],
        tags: Sequence[str] = (),
        metadata: Metadata | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Index files and folders; what is there already and has not changed is left alone.

        Documents whose adding was interrupted, by this call or an earlier one, are completed
        first. A file that cannot be indexed is a failed outcome of the report; the others go on.
        Raises InputError for tags or metadata of another kind than expected, and DiskFull or
        BackendUnreachable when nothing further can succeed; what was reported
        before that is kept.
        """
        begun = time.monotonic()
        attributes = Attributes(tags=several(tags, "tags"), metadata=metadata)
        with self._writing:
            try:
                outcomes = tuple(self._add(list(find(paths)), attributes, on_progress))
            finally:
                self._catalog.forget()
            self._tidy()
        return AddReport(outcomes=outcomes, seconds=time.monotonic() - begun)

    def remove(self, document: str) -> Document:
        """Remove a document with its pages, vectors, pictures and kept bytes.

        `document` is what `document()` takes. Raises NotFound, InputError.
        """
        with self._writing:
            removed = self.document(document)
            ledger = self._ledger()
            record = ledger.get(removed.id)
            assert record is not None
            ledger.remove(record)
            self._pictures.forget(removed.id)
            self._catalog.forget()
            self._tidy()
        return removed

    @reading
    def documents(self, *, tags: Sequence[str] = ()) -> list[Document]:
        """All documents that have every one of these tags, by name."""
        return self._catalog.tagged(tags)

    @reading
    def document(self, document: str) -> Document:
        """The document of this name, end of path, id, or at least 6 first digits of it.

        Raises NotFound, and InputError when several fit.
        """
        return self._catalog.one(document)

    @reading
    def page(self, document: str, number: int) -> Page:
        """One page, counted from 1. Raises NotFound, InputError."""
        found = self.document(document)
        stored = self._store.pages([page_id(found.id, number, self._store.encoder)])
        if not stored:
            reason = found.skipped.get(number, f"it has pages 1 to {found.pages}.")
            raise NotFound(f"{found.name} has no page {number} in this library: {reason}")
        return self._page(found, stored[0].content)

    @reading
    def search(
        self,
        question: str | None = None,
        *,
        image: AskedImage | None = None,
        limit: int = 5,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
    ) -> list[Hit]:
        """The best pages, best first.

        `image` is asked with, alone or beside the question, where the encoder reads pictures: the
        path of a file, a Pillow image, or an array (height, width, 3) of RGB bytes.

        `documents` (names, ends of paths, ids), `tags` (every one of them) and `pages` confine the
        search. Raises QuestionError, NotFound, and a DocumentError for the file of an image.
        """
        text = None if question is None and image is not None else check_question(question or "")
        if image is not None:
            vectors = encode_with(self._encoder, text, image, self._reader)
        else:
            vectors = self._encoder.encode_question(text or "")
        ranked = self._retriever.search(
            text,
            limit=limit,
            filter=self._filter(documents, tags, pages),
            vectors=vectors,
            with_vectors=True,
        )
        shown = text if image is None else None
        return [self._hit(page, find_matches(shown, vectors, page.page)) for page in ranked]

    @reading
    def ask(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        answerer: Answerer | None = None,
    ) -> Answer:
        """An answer from the best pages, every statement cited; or that there is none.

        Without an `answerer` the answer is extractive: the words of the pages themselves.
        Raises QuestionError, NotFound.
        """
        filter = self._filter(documents, tags, pages)
        ranked = self._retriever.search(question, limit=EVIDENCE_PAGES, filter=filter)
        answerer = answerer or ExtractiveAnswerer(self._reader_of_words)
        draft = answerer.answer(question, [self._evidence(page) for page in ranked])
        hits = tuple(self._hit(page, ()) for page in ranked)
        return Answer(
            question=question,
            text=draft.text,
            abstained=draft.abstained,
            citations=tuple(_citation(quote, hits) for quote in draft.quotes),
            hits=hits,
        )

    def reencode(
        self,
        encoder: str | os.PathLike[str] | Encoder | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        trust_remote_code: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> ReencodeReport:
        """Make the vectors of every document anew, by another encoder or another revision of it.

        `encoder` is what `recto.open` takes, None the library's own; `settings` are for it. The new
        vectors come to be beside the old ones, which answer meanwhile, and take their place at
        once. Interrupted or killed, it leaves the library as it was, and goes on when it is called
        again. Words and everything else that is known of documents are kept; pages that could not
        be read are tried again.

        Raises InputError, EncoderError, OutOfMemory, MissingExtra for the encoder; DiskFull and
        BackendUnreachable.
        """
        begun = time.monotonic()
        outcomes: tuple[Outcome, ...] = ()
        with self._writing:
            made = chosen_encoder(encoder, self._store.encoder, settings, trust_remote_code)
            changed = not is_current(self._store, made)
            if changed:
                with self._store.beside(made.id) as new:
                    outcomes = tuple(self._reencode(new, made, on_progress))
                    self._switch(new, made)
                self._tidy()
            else:
                self._store.forget_beside()
        return ReencodeReport(
            encoder=made.id,
            changed=changed,
            outcomes=outcomes,
            seconds=time.monotonic() - begun,
        )

    def close(self) -> None:
        """End the processes that belong to it. May be called twice."""
        self._stack.close()

    @cached_property
    def _encoder(self) -> Encoder:
        encoder = self._make_encoder()
        check_encoder(self.folder, self._store.encoder, encoder.id)
        check_terms(self.folder, self._store.terms)
        return encoder

    @cached_property
    def _reader_of_words(self) -> Encoder:
        """What chooses quotes, which are words even where pages are found by their pictures."""
        return make(BUILT_IN) if self._encoder.needs_image else self._encoder

    @cached_property
    def _retriever(self) -> Retriever:
        return Retriever(self._store, self._encoder)

    def _add(
        self,
        found: list[Found | Refused],
        attributes: Attributes,
        on_progress: Callable[[Progress], None] | None,
    ) -> Iterator[Outcome]:
        ledger = self._ledger()
        indexer = Indexer(
            store=self._store,
            encoder=self._encoder,
            reader=self._reader,
            ledger=ledger,
            sources=self._sources,
        )
        unfinished = ledger.unfinished()
        tally = Tally([Path(r.paths[0]) for r in unfinished] + [f.path for f in found], on_progress)
        for record in unfinished:
            yield tally.done(indexer.finish(record, tally.page))
        for file in found:
            if isinstance(file, Refused):
                outcome = Outcome(path=file.path, kind="failed", error=file.error)
            else:
                outcome = indexer.add(file, attributes, tally.page)
            yield tally.done(outcome)

    def _reencode(
        self, new: Store, encoder: Encoder, on_progress: Callable[[Progress], None] | None
    ) -> Iterator[Outcome]:
        self._ledger()  # completes what was being removed
        reencoder = Reencoder(
            old=self._store, new=new, encoder=encoder, reader=self._reader, sources=self._sources
        )
        return reencoder.encode_all(on_progress)

    def _switch(self, new: Store, encoder: Encoder) -> None:
        """What is asked meanwhile waits for it, so that no answer is made of both."""
        with self._gate.alone():
            self._store.become(new)
            self._make_encoder = lambda: encoder
            for made_before in ("_encoder", "_reader_of_words", "_retriever"):
                vars(self).pop(made_before, None)
            self._catalog.forget()

    def _tidy(self) -> None:
        """Let the store rearrange what was written; what was asked for is done without it."""
        try:
            self._store.optimize()
        except DiskFull as error:
            warnings.warn(
                f"Everything is stored, but not yet compacted: {error}", RectoWarning, stacklevel=3
            )

    def _ledger(self) -> Ledger:
        ledger = Ledger(self._store, self._sources)
        ledger.recover()
        return ledger

    def _filter(
        self,
        documents: Sequence[str] | None,
        tags: Sequence[str] | None,
        pages: PageRange | None,
    ) -> PageFilter:
        first, last = pages or (None, None)
        return PageFilter(documents=self._catalog.select(documents, tags), first=first, last=last)

    def _page(self, document: Document, content: PageContent) -> Page:
        return Page(
            document=document,
            number=content.number,
            width=content.width,
            height=content.height,
            content=content.text,
            headings=content.headings,
            pictures=self._pictures,
        )

    def _hit(self, ranked: RankedPage, matches: Sequence[Match]) -> Hit:
        document = document_of(ranked.document)
        page = self._page(document, ranked.content)
        return Hit(document=document, page=page, score=ranked.score, matches=tuple(matches))

    def _evidence(self, ranked: RankedPage) -> Evidence:
        document = document_of(ranked.document)
        return Evidence(
            document_id=document.id,
            document_name=document.name,
            score=ranked.score,
            content=ranked.content,
            image=partial(self._pictures.pixels, document, ranked.number),
        )


def _citation(quote: Quote, hits: Sequence[Hit]) -> Citation:
    for hit in hits:
        if (hit.document.id, hit.page.number) == (quote.document_id, quote.page):
            return Citation(
                document=hit.document, page=hit.page, quote=quote.text, boxes=quote.boxes
            )
    raise InternalError(
        f"The answerer cites page {quote.page} of {quote.document_id}, which it was not given; an"
        " answer may rest on the pages of its evidence only."
    )
