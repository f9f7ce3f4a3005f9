"""A served library: the methods of `Library`, each a request or a few."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from recto.asking import AnswerEvent
from recto.catalog import several
from recto.engine.answering.protocol import Settled, TextDelta
from recto.engine.answering.turns import Turn
from recto.engine.closing import Closing
from recto.engine.errors import (
    BackendUnreachable,
    BrokenStream,
    DocumentError,
    UnreadableFile,
)
from recto.engine.heatmap import HeatMap
from recto.indexing.files import Found, Refused, find
from recto.indexing.notes import Notes, beside
from recto.indexing.outcome import AddReport, Outcome
from recto.indexing.progress import Progress, Tally
from recto.results import Answer, Document, Hit, Page

from .jobs import Listener, follow
from .media import ServedMedia
from .reading import Reading, Told
from .requests import Requests, error_of

Metadata = Mapping[str, str | int | float | bool]
PageRange = tuple[int | None, int | None]
_LISTED = 500


class ServedLibrary(ServedMedia, Closing):
    """A library on a server; made by `recto.connect`. For several threads."""

    def __init__(self, requests: Requests, name: str) -> None:
        """Closes `requests`. Raises NotFound when the server has no library of this name."""
        self._requests = requests
        self._root = f"/api/libraries/{quote(name, safe='')}"
        self._reading = Reading(requests, self._root)
        requests.get(self._root)

    def add(
        self,
        *paths: str | os.PathLike[str],
        tags: Sequence[str] = (),
        metadata: Metadata | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Send files and folders of this machine, and wait until the server has read them.

        What was sent from the path of an earlier file replaces it. A file that cannot be read is a
        failed outcome of the report; the others go on.
        """
        begun = time.monotonic()
        outcomes: list[Outcome] = []
        found = list(find(paths))
        files = [file for file in found if isinstance(file, Found)]
        outcomes += [
            Outcome(path=file.path, kind="failed", error=file.error)
            for file in found
            if isinstance(file, Refused)
        ]
        said = Notes(tags=several(tags, "tags"), metadata=metadata)
        tally = Tally([file.path for file in files], on_progress)
        for file in files:
            outcomes.append(tally.done(self._sent(file.path, said, tally)))
        return AddReport(outcomes=tuple(outcomes), seconds=time.monotonic() - begun)

    def add_url(
        self,
        url: str,
        *,
        name: str | None = None,
        tags: Sequence[str] = (),
        metadata: Metadata | None = None,
    ) -> Outcome:
        """Have the server fetch a document from the web, and wait until it has read it.

        `name` is what the file is called, else the last part of the address. What was fetched from
        the same address replaces it. Raises InputError where the server fetches nothing, or not
        from there; OutsideError where the address gives no file.
        """
        body = {
            "url": url,
            "name": name,
            "tags": list(several(tags, "tags")),
            "metadata": dict(metadata or {}),
        }
        job = self._requests.post(f"{self._root}/fetch", body)
        path = Path(job["files"][0]["name"])
        return self._became(path, job["job"], Tally([path], None, sizes=[0]))

    def remove(self, document: str) -> Document:
        """Remove a document, named as `document()` takes it."""
        return self._reading.document(self._requests.delete(self._place(document)))

    def describe(
        self,
        document: str,
        *,
        tags: Sequence[str] | None = None,
        metadata: Metadata | None = None,
    ) -> Document:
        """Say something else of a document: these tags, this metadata; None leaves them."""
        said = {
            "tags": None if tags is None else list(tags),
            "metadata": None if metadata is None else dict(metadata),
        }
        return self._reading.document(self._requests.patch(self._place(document), said))

    def documents(self, *, tags: Sequence[str] = (), where: str | None = None) -> list[Document]:
        """All documents that have every one of these tags and that the filter lets through."""
        found: list[Document] = []
        offset: int | None = 0
        while offset is not None:
            part = self._requests.get(
                f"{self._root}/documents",
                {"tag": list(tags), "where": where, "offset": offset, "limit": _LISTED},
            )
            found += [self._reading.document(told) for told in part["documents"]]
            offset = part["next"]
        return found

    def document(self, document: str) -> Document:
        """The document of this name, end of path, id, or beginning of it."""
        return self._reading.document(self._requests.get(self._place(document)))

    def page(self, document: str, number: int) -> Page:
        """One page, counted from 1."""
        return self._reading.page(self.document(document), number)

    def source(self, document: str) -> bytes:
        """The original file."""
        return self._requests.content(f"{self._place(document)}/source")

    def heat_map(self, question: str, document: str, number: int) -> HeatMap:
        """How much each place of a page answers each token of a question."""
        path = f"{self._place(document)}/pages/{number}/heat"
        return self._reading.heat_map(self._requests.post(path, {"question": question}))

    def search(
        self,
        question: str | None = None,
        *,
        image: str | os.PathLike[str] | None = None,
        limit: int = 5,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        where: str | None = None,
    ) -> list[Hit]:
        """The best pages, best first. `image` is the path of a picture, for encoders that look."""
        if image is None:
            body = {"question": question or "", "limit": limit, "full_pages": True}
            body |= _confined(documents, tags, pages, where)
            return self._reading.hits(self._requests.post(f"{self._root}/search", body))
        if documents is not None and not documents:
            return []  # as a form, which cannot tell none from not confined, does not
        fields = {"question": question, "limit": limit, "full_pages": "true"}
        fields |= _confined(documents, tags, pages, where)
        with Path(image).open("rb") as file:
            files = [("image", (Path(image).name, file))]
            told = self._requests.upload(f"{self._root}/search/image", files, fields)
        return self._reading.hits(told)

    def ask(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        where: str | None = None,
        history: Sequence[Turn] = (),
        deep: bool = False,
    ) -> Answer:
        """An answer from the best pages, by the model that the server asks, if it asks one.

        `history` is what was asked and answered before, oldest first. With `deep` the model splits
        the question, and several searches are read in turn.
        """
        turns = [asdict(turn) for turn in history]
        body = {"question": question, "history": turns, "deep": deep, "full_pages": True}
        body |= _confined(documents, tags, pages, where)
        return self._answer(self._requests.post(f"{self._root}/ask", body))

    def ask_stream(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        where: str | None = None,
        history: Sequence[Turn] = (),
    ) -> Iterator[AnswerEvent]:
        """The answer as it is written: `TextDelta`s, then `Settled` with what `ask` returns."""
        turns = [asdict(turn) for turn in history]
        body = {"question": question, "history": turns, "stream": True, "full_pages": True}
        body |= _confined(documents, tags, pages, where)
        for event in self._requests.events(f"{self._root}/ask", body):
            if event.kind == "text":
                yield TextDelta(event.data["text"])
            elif event.kind == "answer":
                yield Settled(self._answer(event.data))
                return
            elif event.kind == "error":
                raise error_of(event.data, event.data["status"])
        raise BrokenStream("The server ended its answer before the end; ask again.")

    def close(self) -> None:
        """Let go of the server. May be called twice."""
        self._requests.close()

    def _answer(self, told: Told) -> Answer:
        return self._reading.answer(told, self._hits(told["clips"]))

    def _sent(self, path: Path, notes: Notes, listener: Listener) -> Outcome:
        try:
            said = notes.joined(beside(path))
            with path.open("rb") as file:
                job = self._requests.upload(
                    f"{self._root}/documents",
                    [("files", (path.name, file))],
                    {
                        "tags": list(said.tags),
                        "metadata": json.dumps(dict(said.metadata or {})),
                        "origin": origin_of(path),
                    },
                )
        except DocumentError as error:
            return Outcome(path=path, kind="failed", error=error)
        except OSError as error:
            why = UnreadableFile(f"{path} cannot be read: {error.strerror or error}.")
            return Outcome(path=path, kind="failed", error=why)
        return self._became(path, job["job"], listener)

    def _became(self, path: Path, job: str, listener: Listener) -> Outcome:
        ended = follow(self._requests, f"{self._root}/jobs/{job}", listener)
        (became,) = ended["files"]
        if became["state"] == "waiting":
            raise BackendUnreachable(ended["error"] or "The server did not read the file.")
        return self._reading.outcome(path, became)

    def _place(self, document: str) -> str:
        return f"{self._root}/documents/{quote(document, safe='')}"


def origin_of(path: Path) -> str:
    """What tells a file of this machine from others, without telling where it is."""
    place = f"{platform.node()}\0{os.path.abspath(path)}"
    digest = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return f"{digest}/{path.name}"


def _confined(
    documents: Sequence[str] | None,
    tags: Sequence[str] | None,
    pages: PageRange | None,
    where: str | None,
) -> dict[str, Any]:
    first, last = pages or (None, None)
    return {
        "documents": None if documents is None else list(documents),
        "tags": None if tags is None else list(tags),
        "first_page": first,
        "last_page": last,
        "where": where,
    }
