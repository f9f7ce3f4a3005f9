"""Which library a tool means, and for whom: that of the command line, or those of the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from mcp.server.mcpserver import Context

from recto.clip_results import ClipHit
from recto.engine.answering.protocol import Answerer
from recto.engine.errors import NotFound
from recto.engine.store.clips.records import ClipModality
from recto.library import Library
from recto.results import Answer, Hit
from recto.serving.http.access import caller_of
from recto.serving.http.libraries import check_media
from recto.serving.http.server import Server

Call: TypeAlias = Context[Any, Any]


class Libraries(Protocol):
    """What the tools need of whoever runs them."""

    def library(self, name: str, call: Call) -> Library:
        """Confined to who calls. "" is the first. Raises NotFound and what refuses a caller."""
        ...

    def search(self, library: Library, question: str, *, limit: int, where: str) -> list[Hit]: ...

    def ask(self, library: Library, question: str) -> Answer: ...

    def find(
        self,
        library: Library,
        text: str,
        *,
        targets: Sequence[ClipModality],
        limit: int,
        where: str,
    ) -> list[ClipHit]: ...

    def look(self, draw: Callable[[], bytes]) -> bytes:
        """A picture of sound or film, which takes decoding."""
        ...


@dataclass(frozen=True, slots=True)
class OneLibrary:
    """That of `recto mcp`, whose user is whoever started it."""

    opened: Library
    answerer: Answerer | None = None

    def library(self, name: str, call: Call) -> Library:
        if name not in ("", "main"):
            raise NotFound(f"There is no library {name!r}; there is one, 'main'.")
        return self.opened

    def search(self, library: Library, question: str, *, limit: int, where: str) -> list[Hit]:
        return library.search(question, limit=limit, where=where or None)

    def ask(self, library: Library, question: str) -> Answer:
        return library.ask(question, answerer=self.answerer)

    def find(
        self,
        library: Library,
        text: str,
        *,
        targets: Sequence[ClipModality],
        limit: int,
        where: str,
    ) -> list[ClipHit]:
        return library.find(text, targets=targets or None, limit=limit, where=where or None)

    def look(self, draw: Callable[[], bytes]) -> bytes:
        return draw()


@dataclass(frozen=True, slots=True)
class ServedLibraries:
    """Those of a server, for the key in the headers of the call; in turn with other requests."""

    server: Server

    def library(self, name: str, call: Call) -> Library:
        request = call.request_context.request
        assert request is not None, "over HTTP there is a request"
        caller = caller_of(request, self.server)
        return self.server.library(name or self.server.names()[0], caller.tenant)

    def search(self, library: Library, question: str, *, limit: int, where: str) -> list[Hit]:
        with self.server.searching:
            return library.search(question, limit=limit, where=where or None)

    def ask(self, library: Library, question: str) -> Answer:
        with self.server.answering:
            answer = library.ask(question, answerer=self.server.answerer)
        self.server.figures.answer(answer)
        return answer

    def find(
        self,
        library: Library,
        text: str,
        *,
        targets: Sequence[ClipModality],
        limit: int,
        where: str,
    ) -> list[ClipHit]:
        check_media(library)
        with self.server.searching:
            return library.find(text, targets=targets or None, limit=limit, where=where or None)

    def look(self, draw: Callable[[], bytes]) -> bytes:
        with self.server.decoding:
            return draw()
