"""A library as a component of Haystack pipelines.

pipeline.add_component("pages", RectoRetriever(library="finance", limit=3))
"""

from __future__ import annotations

import io
from typing import Any

import recto
from recto.engine.errors import InputError
from recto.results import Hit

from .pages import LIMIT, Searched, id_of, metadata_of, missing

try:
    from haystack import Document, component, default_from_dict, default_to_dict
    from haystack.dataclasses import ByteStream
except ModuleNotFoundError as error:
    raise missing("Haystack", "haystack") from error


@component
class RectoRetriever:
    """The best pages for a question, best first.

    Opened by where the library is, so that a pipeline can be saved; a key comes from $RECTO_KEY.
    To load one, trust this module: Pipeline.load(..., allowed_modules=["recto.*"]).
    """

    def __init__(
        self,
        library: str | None = None,
        server: str | None = None,
        limit: int = LIMIT,
        where: str | None = None,
        images: bool = False,
    ) -> None:
        """`library` is a folder, or with the address of a `server` its name there.

        `images` gives each page's picture as its `blob`. Raises InputError for neither.
        """
        if library is None and server is None:
            raise InputError("Neither a library nor a server is given; expected one of them.")
        self.library = library
        self.server = server
        self.limit = limit
        self.where = where
        self.images = images
        self._opened: Searched | None = None

    def warm_up(self) -> None:
        """Open the library. Raises what `recto.open` and `recto.connect` raise."""
        if self._opened is None and self.server is not None:
            self._opened = recto.connect(self.server, library=self.library)
        elif self._opened is None and self.library is not None:
            self._opened = recto.open(self.library, create=False)

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, top_k: int | None = None, where: str | None = None
    ) -> dict[str, list[Document]]:
        """`top_k` and `where` take the place of what the component was made with."""
        self.warm_up()
        assert self._opened is not None
        hits = self._opened.search(query, limit=top_k or self.limit, where=where or self.where)
        return {"documents": [self._document(hit) for hit in hits]}

    def to_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = default_to_dict(
            self,
            library=self.library,
            server=self.server,
            limit=self.limit,
            where=self.where,
            images=self.images,
        )
        return told

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RectoRetriever:
        made: RectoRetriever = default_from_dict(cls, data)
        return made

    def close(self) -> None:
        """Let go of the library."""
        if self._opened is not None:
            closing: Any = self._opened
            closing.close()
            self._opened = None

    def _document(self, hit: Hit) -> Document:
        blob = None
        if self.images:
            stream = io.BytesIO()
            hit.page.image().save(stream, "PNG")
            blob = ByteStream(stream.getvalue(), mime_type="image/png")
        return Document(
            id=id_of(hit),
            content=hit.page.text,
            meta=metadata_of(hit),
            score=hit.score,
            blob=blob,
        )
