"""The library: what a user opens, adds documents to, searches and asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path

from recto import asking, changing, encoding, illustrating, searching, summarising
from recto.asked_image import AskedImage
from recto.asking import AnswerEvents
from recto.catalog import several
from recto.crossmodal import MakeCrossModal
from recto.engine.answering.deep.steps import DeepLimits, OnStep
from recto.engine.answering.protocol import Answerer
from recto.engine.answering.turns import Turn
from recto.engine.closing import Closing
from recto.engine.encoders.protocol import Encoder, EncoderId
from recto.engine.encoders.registry import BUILT_IN
from recto.engine.errors import NotFound
from recto.engine.heatmap import HeatMap
from recto.engine.illustrating import Illustrator
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store, StoreInfo
from recto.engine.store.records import page_id
from recto.engine.vectors import Multivector, QuestionVectors
from recto.holdings import Holdings
from recto.illustrating import Illustration
from recto.indexing.limits import Limits
from recto.indexing.notes import Notes
from recto.indexing.outcome import AddReport, ReencodeReport
from recto.indexing.progress import Progress
from recto.indexing.summariser import Summariser, SummaryReport
from recto.media_library import MediaLibrary
from recto.parts import PageRange, Part, Where
from recto.places import FolderPlace, Place
from recto.reencoding import Gate, reading
from recto.results import Answer, Document, Hit, Page
from recto.shared import Shared

Metadata = Mapping[str, str | int | float | bool]


class Library(MediaLibrary, Closing):
    """Documents, their vectors, and the settings they were made with; one process at a time.

    Made by `recto.open`, closed by `close` or at the end of a `with` block:

    >>> import recto
    >>> with recto.open("finance") as library:  # doctest: +SKIP
    ...     library.add("reports/")
    ...     print(library.ask("What was FY2018 capex?").text)
    """

    def __init__(
        self,
        folder: Path,
        *,
        store: Store,
        encoder: Callable[[], Encoder],
        limits: Limits,
        place: Place | None = None,
        crossmodal: MakeCrossModal | None = None,
        patience: float | None = None,
    ) -> None:
        """Over an open store, which it closes, for the tenant of the store; sources and pictures
        are kept in `folder`, those of a tenant in a folder in it.

        `encoder` makes the encoder when it is first needed, `crossmodal` that of sound and film;
        None is the one that the library records. `place` is where the store is; None is the folder.
        """
        shared = Shared(
            store=store,
            encoder=encoder,
            limits=limits,
            place=place or FolderPlace(folder),
            crossmodal=crossmodal,
            patience=patience,
        )
        self._holdings = Holdings(shared, folder, store.tenant)
        self._owns = True

    def within(self, tenant: str) -> Library:
        """The same open library for a tenant, who sees nothing of the others; closed with this one.

        Raises InputError for a bad name, TenantError where there are documents without a tenant.
        """
        other = copy(self)
        other._holdings = self._holdings.within(tenant)
        other._owns = False
        return other

    @property
    def tenant(self) -> str:
        """Whose documents it shows; "" in a library without tenants."""
        return self._holdings.store.tenant

    def tenants(self) -> list[str]:
        """All who have documents here, by name, for whoever serves the library to them; a tenant
        sees none but itself."""
        return [name for name in self._holdings.store.tenants() if self.tenant in ("", name)]

    @property
    def folder(self) -> Path:
        """Where sources and pictures are kept."""
        return self._holdings.folder

    def add(
        self,
        *paths: str | os.PathLike[str],
        tags: Sequence[str] = (),
        metadata: Metadata | None = None,
        origin: str = "",
        crossmodal: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Index files and folders; what is there already and has not changed is left alone.

        Documents whose adding was interrupted, by this call or an earlier one, are completed
        first. What is added from the path of an earlier file replaces it; `origin`, for one file,
        is where it is said to come from instead. What `FILE.meta.json` beside a file says of it (an
        object of metadata, in which "tags" is a list) prevails over `tags` and `metadata`.

        Sound and film are indexed where the library has a cross-modal encoder (`recto.open`), to be
        found by `find`. With `crossmodal` pages and pictures are, too, also of documents that are
        there already.

        A file that cannot be indexed is a failed outcome of the report; the others go on. Raises
        InputError for tags or metadata of another kind than expected, and for `crossmodal` without
        a cross-modal encoder; DiskFull or
        BackendUnreachable when nothing further can succeed; what was reported before that is kept.
        """
        notes = Notes(tags=several(tags, "tags"), metadata=metadata)
        return changing.add(self._holdings, paths, origin, notes, on_progress, crossmodal)

    def forget_unfinished(self, *, but: Sequence[str] = ()) -> None:
        """Remove what is there of documents whose adding was interrupted, instead of completing
        them; `but` those that came from one of these paths or origins."""
        changing.forget_unfinished(self._holdings, several(but, "but"))

    def remove(self, document: str) -> Document:
        """Remove a document with its pages, vectors, pictures and kept bytes.

        `document` is what `document()` takes. Raises NotFound, InputError.
        """
        return changing.remove(self._holdings, document)

    def describe(
        self,
        document: str,
        *,
        tags: Sequence[str] | None = None,
        metadata: Metadata | None = None,
    ) -> Document:
        """Say something else of a document: these tags, this metadata, in place of those that it
        has; None leaves them. Gives the document as it is then.

        Raises NotFound; InputError for tags or metadata of another kind than expected.
        """
        return changing.describe(self._holdings, document, tags, metadata)

    @reading
    def documents(self, *, tags: Sequence[str] = (), where: Where | None = None) -> list[Document]:
        """All documents that have every one of these tags and that the filter lets through, by
        name. Raises FilterError."""
        tagged = self._holdings.catalog.tagged(tags)
        if where is None:
            return tagged
        chosen = {document.id for document in self._holdings.catalog.chosen(where)}
        return [document for document in tagged if document.id in chosen]

    @reading
    def document(self, document: str) -> Document:
        """The document of this name, end of path, id, or at least 6 first digits of it.

        Raises NotFound, and InputError when several fit.
        """
        return self._holdings.catalog.one(document)

    @reading
    def page(self, document: str, number: int) -> Page:
        """One page, counted from 1. Raises NotFound, InputError."""
        found = self.document(document)
        store = self._holdings.store
        stored = store.pages([page_id(found.id, number, store.encoder, store.tenant)])
        if not stored:
            reason = found.skipped.get(number, f"it has pages 1 to {found.pages}.")
            raise NotFound(f"{found.name} has no page {number} in this library: {reason}")
        return self._holdings.page(found, stored[0].content)

    @reading
    def heat_map(self, question: str, document: str, number: int) -> HeatMap:
        """How much each place of a page answers each token of a question.

        Made of the stored vectors. Raises QuestionError, NotFound, InputError.
        """
        found = self.page(document, number)
        return searching.heat_map(self._holdings, question, found)

    @reading
    def encode_question(self, question: str) -> QuestionVectors:
        """What the library's encoder makes of a question. Raises QuestionError."""
        return encoding.encode_question(self._holdings, question)

    @reading
    def encode_text(self, text: str) -> Multivector:
        """What it makes of a text that is to be found, as it would of a page that says so.

        Raises QuestionError for a text without words; EncoderError where it reads pictures only.
        """
        return encoding.encode_text(self._holdings, text)

    @reading
    def encode_picture(self, picture: AskedImage) -> Multivector:
        """What it makes of the picture of a page. `picture` is what `search` takes as its image.

        Raises EncoderError where the encoder reads words only; QuestionError and a DocumentError
        for what is no picture.
        """
        return encoding.encode_picture(self._holdings, picture)

    def source(self, document: str) -> Path:
        """The kept original of a document, to be read only. Raises NotFound, InputError."""
        found = self.document(document)
        path = self._holdings.sources.path(found.id, found.kind)
        if not path.exists():
            raise NotFound(f"The original of {found.name} is not kept on this machine.")
        return path

    def search(
        self,
        question: str | None = None,
        *,
        image: AskedImage | None = None,
        limit: int = 5,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        where: Where | None = None,
        strategy: str = "default",
    ) -> list[Hit]:
        """The best pages, best first.

        `image` is asked with, alone or beside the question, where the encoder reads pictures: the
        path of a file, a Pillow image, or an array (height, width, 3) of RGB bytes. Where it
        does not, `find` can be asked with one.

        `documents` (names, ends of paths, ids), `tags` (every one of them), `pages` and `where`
        confine the search. `where` is a filter on name, title, kind, path, tags, added, pages,
        size, metadata and page, such as 'kind = "pdf" and (meta.year >= 2023 or tags = "audit")'.

        `strategy` is how pages are found: "default", or one to compare with: "single" (one vector a
        page, of all its vectors), "crossmodal" (one of its picture, after `add(crossmodal=True)`),
        "summaries" or "summaries-pages" (by what `summarise` has had written of them).

        Raises QuestionError, NotFound, FilterError, and a DocumentError for the file of an image.
        """
        part = Part(documents=documents, tags=tags, pages=pages, where=where)
        with self._seen(part) as filter:
            return searching.search(self._holdings, question, image, filter, limit, strategy)

    def ask(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        where: Where | None = None,
        answerer: Answerer | None = None,
        strategy: str = "default",
        history: Sequence[Turn] = (),
        deep: bool | DeepLimits = False,
        on_step: OnStep = lambda step: None,
    ) -> Answer:
        """An answer from the best pages, every statement cited; or that there is none.

        Without an `answerer` the answer is extractive: the words of the pages themselves.
        `recto.vision` makes one that asks a model. `strategy` is how pages are found, as `search`
        has it; "summaries" also answers from the summaries, and cites the pages that they are of.

        Where the library has sound and film, and no `pages` are asked for, `clips` of the answer
        are those nearest to the question; a model that sees is shown frames of them beside the
        pages, and may cite them. Deep answers are read from pages alone.

        `history` is what was asked and answered before, oldest first; the model makes a question
        that follows stand alone, and what was asked then is `asked` of the answer. With `deep` the
        model also splits the question, and several searches are read in turn, within limits:
        `trace` of the answer tells what was looked at, and so does `on_step` meanwhile.

        Raises QuestionError, NotFound, InputError for `deep` without a model, and what the answerer
        raises.
        """
        part = Part(documents=documents, tags=tags, pages=pages, where=where)
        found = self._found(question, part, strategy, history, answerer)
        if not deep:
            return asking.answer(found)
        return asking.research(found, DeepLimits() if deep is True else deep, on_step)

    def ask_stream(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        where: Where | None = None,
        answerer: Answerer | None = None,
        strategy: str = "default",
        history: Sequence[Turn] = (),
    ) -> AnswerEvents:
        """The answer as it is written: `TextDelta`s, then `Settled` with what `ask` returns.

        The text of the deltas is not verified yet; the settled answer is. Pages are found before
        this returns. Raises what `ask` raises; BrokenStream when the model's reply breaks off.
        """
        part = Part(documents=documents, tags=tags, pages=pages, where=where)
        return asking.stream(self._found(question, part, strategy, history, answerer))

    def illustrate(
        self,
        description: str,
        illustrator: Illustrator,
        *,
        size: str | None = None,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        where: Where | None = None,
    ) -> Illustration:
        """A new picture of what is described, by a model that is given text of the best pages.

        `recto.answerers.illustrator` makes an illustrator. `size` is as its endpoint names it, such
        as "1024x1024". Nothing verifies what the picture shows.

        Raises QuestionError, NotFound where no page speaks of it, and what the illustrator raises.
        """
        part = Part(documents=documents, tags=tags, pages=pages, where=where)
        found = self._found(description, part, "default", (), None)
        return illustrating.illustrate(found, illustrator, size)

    def summarise(
        self,
        summariser: Summariser,
        *,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        where: Where | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> SummaryReport:
        """Let a model write about pages, their tables and figures, to be searched by that.

        `recto.summariser` makes a summariser. Only pages that have no summary are asked about, so
        that the same call goes on where one was interrupted or has reached its cost limit. A page
        that cannot be summarised is skipped, and told so.

        Raises NotFound, FilterError, and CostLimitReached, BackendUnreachable, DiskFull and such an
        EndpointError as every page would meet; what was written before that is kept.
        """
        part = Part(documents=documents, tags=tags, pages=pages, where=where)
        with self._seen(part) as filter:
            found = summarising.found(self._holdings, filter)
        return summarising.summarise(self._holdings, found, summariser, on_progress)

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
        return changing.reencode(self._holdings, encoder, settings, trust_remote_code, on_progress)

    @reading
    def info(self) -> StoreInfo:
        """How much it holds: pages, documents, bytes. Asks the store, and so shows that it answers.

        Raises BackendUnreachable.
        """
        return self._holdings.store.info()

    @property
    def encoder(self) -> EncoderId:
        """Of the encoder that its vectors are made with. Loads nothing."""
        return self._holdings.store.encoder

    @property
    def takes_images(self) -> bool:
        """Whether it can be asked with a picture: the built-in encoder alone reads words only."""
        return self.encoder.name != BUILT_IN

    def close(self) -> None:
        """End the processes that belong to it, if it was made by `recto.open`. May be called
        twice."""
        if self._owns:
            self._holdings.close()

    @property
    def _gate(self) -> Gate:
        return self._holdings.gate

    def _found(
        self,
        question: str,
        part: Part,
        strategy: str,
        history: Sequence[Turn],
        answerer: Answerer | None,
    ) -> asking.Found:
        inquiry = asking.understand(question, history, answerer)
        with self._seen(part) as filter:
            return asking.find(self._holdings, inquiry, part, filter, strategy)

    @contextmanager
    def _seen(self, part: Part) -> Iterator[PageFilter]:
        """The library as it is before a change or after it, in which a part is searched."""
        if part.where is not None:
            self._holdings.describe()  # a change: what is inside the gate must not wait for one
        with self._gate.shared():
            yield self._holdings.filter(part)
