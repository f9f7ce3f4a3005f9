"""A library as a retriever of LlamaIndex.

retriever = RectoRetriever(recto.open("finance"), limit=3, images=True)
RetrieverQueryEngine.from_args(retriever, llm=llm)
"""

from __future__ import annotations

import base64
import io

from recto.results import Hit

from .pages import LIMIT, Searched, id_of, metadata_of, missing

try:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import ImageNode, NodeWithScore, QueryBundle, TextNode
except ModuleNotFoundError as error:
    raise missing("LlamaIndex", "llamaindex") from error


class RectoRetriever(BaseRetriever):
    """The best pages for a question, best first."""

    def __init__(
        self,
        library: Searched,
        *,
        limit: int = LIMIT,
        where: str | None = None,
        images: bool = False,
        width: int = 1280,
    ) -> None:
        """`images` gives each page's picture, `width` pixels wide, beside its text."""
        self._library = library
        self._limit = limit
        self._where = where
        self._images = images
        self._width = width
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._library.search(query_bundle.query_str, limit=self._limit, where=self._where)
        return [NodeWithScore(node=self._node(hit), score=hit.score) for hit in hits]

    def _node(self, hit: Hit) -> TextNode:
        known = {"id_": id_of(hit), "text": hit.page.text, "metadata": metadata_of(hit)}
        if not self._images:
            return TextNode(**known)
        stream = io.BytesIO()
        hit.page.image(self._width).save(stream, "PNG")
        picture = base64.b64encode(stream.getvalue()).decode()
        return ImageNode(**known, image=picture, image_mimetype="image/png")
