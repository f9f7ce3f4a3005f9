"""A library as a retriever and a loader of LangChain.

retriever = RectoRetriever(library=recto.open("finance"), limit=3)
chain = {"context": retriever, "question": RunnablePassthrough()} | prompt | model
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ConfigDict

from recto.library import Library

from .pages import LIMIT, Searched, id_of, metadata_of, missing

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.document_loaders import BaseLoader
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ModuleNotFoundError as error:
    raise missing("LangChain", "langchain") from error


class RectoRetriever(BaseRetriever):
    """The best pages for a question, best first."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Any
    """A `Library`, or what `recto.connect` gives."""
    limit: int = LIMIT
    where: str | None = None
    """A filter, such as 'kind = "pdf" and meta.year >= 2023'."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        library: Searched = self.library
        hits = library.search(query, limit=self.limit, where=self.where)
        return [
            Document(page_content=hit.page.text, metadata=metadata_of(hit), id=id_of(hit))
            for hit in hits
        ]


class RectoLoader(BaseLoader):
    """Every page of a library, for pipelines that index text themselves."""

    def __init__(self, library: Library, where: str | None = None) -> None:
        self._library = library
        self._where = where

    def lazy_load(self) -> Iterator[Document]:
        """Page by page, documents by name. Pages that could not be read are left out."""
        for document in self._library.documents(where=self._where):
            for number in range(1, document.pages + 1):
                if number in document.skipped:
                    continue
                page = self._library.page(document.id, number)
                about = {"document": document.name, "document_id": document.id, "page": number}
                yield Document(page_content=page.text, metadata=about, id=f"{document.id}-{number}")
