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
from recto.serving.http.confinement import Confinement
from recto.serving.http.libraries import check_media
from recto.serving.http.pictures import decoded, sent_picture
from recto.serving.http.server import Server

Call: TypeAlias = Context[Any, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the part of a library that it is about."""

    question: str
    documents: Sequence[str] = ()
    where: str = ""

    @property
    def part(self) -> Confinement:
        """As the methods of `Library` take it."""
        return Confinement(
            documents=list(self.documents) or None, tags=None, pages=None, where=self.where or None
        )


class Libraries(Protocol):
    """What the tools need of whoever runs them."""

    def named(self, name: str) -> str:
        """The name of the library that is meant: "" is the first."""
        ...

    def library(self, name: str, call: Call) -> Library:
        """Confined to who calls. "" is the first. Raises NotFound and what refuses a caller."""
        ...

    def search(self, library: Library, asked: Asked, *, image: str, limit: int) -> list[Hit]:
        """`image` is a data URL or base64; "" for none."""
        ...

    def ask(self, library: Library, asked: Asked) -> Answer: ...

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

    def named(self, name: str) -> str:
        return name or "main"

    def library(self, name: str, call: Call) -> Library:
        if name not in ("", "main"):
            raise NotFound(f"There is no library {name!r}; there is one, 'main'.")
        return self.opened

    def search(self, library: Library, asked: Asked, *, image: str, limit: int) -> list[Hit]:
        return _searched(library, asked, image, limit)

    def ask(self, library: Library, asked: Asked) -> Answer:
        return library.ask(asked.question, answerer=self.answerer, **asked.part)

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
        return self.server.library(self.named(name), caller.tenant)

    def named(self, name: str) -> str:
        return name or self.server.names()[0]

    def search(self, library: Library, asked: Asked, *, image: str, limit: int) -> list[Hit]:
        with self.server.searching:
            return _searched(library, asked, image, limit)

    def ask(self, library: Library, asked: Asked) -> Answer:
        with self.server.answering:
            answer = library.ask(asked.question, answerer=self.server.answerer, **asked.part)
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


def _searched(library: Library, asked: Asked, image: str, limit: int) -> list[Hit]:
    if not image:
        return library.search(asked.question, limit=limit, **asked.part)
    with sent_picture(decoded(image)) as path:
        return library.search(asked.question or None, image=path, limit=limit, **asked.part)
