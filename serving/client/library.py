"""A served library: the methods of `Library`, each a request or a few."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from recto.asking import AnswerEvent
from recto.engine.answering.protocol import Settled, TextDelta
from recto.engine.answering.turns import Turn
from recto.engine.closing import Closing
from recto.engine.errors import BackendUnreachable, BrokenStream, InputError
from recto.engine.heatmap import HeatMap
from recto.indexing.files import Found, Refused, find
from recto.indexing.outcome import AddReport, Outcome
from recto.indexing.progress import Progress, Tally
from recto.results import Answer, Document, Hit, Page

from .jobs import Listener, follow
from .media import ServedMedia
from .reading import Reading
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

        A file that cannot be read is a failed outcome of the report; the others go on.
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
        fields = {"tags": list(tags), "metadata": json.dumps(dict(metadata or {}))}
        tally = Tally([file.path for file in files], on_progress)
        for file in files:
            outcomes.append(tally.done(self._send(file.path, fields, tally)))
        return AddReport(outcomes=tuple(outcomes), seconds=time.monotonic() - begun)

    def remove(self, document: str) -> Document:
        """Remove a document, named as `document()` takes it."""
        return self._reading.document(self._requests.delete(self._place(document)))

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
            body = {"question": question or "", "limit": limit}
            body |= _confined(documents, tags, pages, where)
            told = self._requests.post(f"{self._root}/search", body)
        else:
            if documents is not None or tags is not None or pages is not None:
                raise InputError("A search by picture is confined by `where` alone on a server.")
            fields = {"question": question, "limit": limit, "where": where}
            with Path(image).open("rb") as file:
                files = [("image", (Path(image).name, file))]
                told = self._requests.upload(f"{self._root}/search/image", files, fields)
        return [self._reading.hit(hit) for hit in told["hits"]]

    def ask(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        pages: PageRange | None = None,
        where: str | None = None,
        history: Sequence[Turn] = (),
    ) -> Answer:
        """An answer from the best pages, by the model that the server asks, if it asks one.

        `history` is what was asked and answered before, oldest first.
        """
        body = {"question": question, "history": [asdict(turn) for turn in history]}
        body |= _confined(documents, tags, pages, where)
        return self._reading.answer(self._requests.post(f"{self._root}/ask", body))

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
        body = {"question": question, "history": turns, "stream": True}
        body |= _confined(documents, tags, pages, where)
        for event in self._requests.events(f"{self._root}/ask", body):
            if event.kind == "text":
                yield TextDelta(event.data["text"])
            elif event.kind == "answer":
                yield Settled(self._reading.answer(event.data))
                return
            elif event.kind == "error":
                raise error_of(event.data, event.data["status"])
        raise BrokenStream("The server ended its answer before the end; ask again.")

    def close(self) -> None:
        """Let go of the server. May be called twice."""
        self._requests.close()

    def _send(self, path: Path, fields: Mapping[str, Any], listener: Listener) -> Outcome:
        with path.open("rb") as file:
            files = [("files", (path.name, file))]
            job = self._requests.upload(f"{self._root}/documents", files, fields)
        ended = follow(self._requests, f"{self._root}/jobs/{job['job']}", listener)
        (became,) = ended["files"]
        if became["state"] == "waiting":
            raise BackendUnreachable(ended["error"] or "The server did not read the file.")
        return self._reading.outcome(path, became)

    def _place(self, document: str) -> str:
        return f"{self._root}/documents/{quote(document, safe='')}"


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
