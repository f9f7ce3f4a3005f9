"""The retriever and the loader in LangChain itself."""

from __future__ import annotations

import pytest

pytest.importorskip("langchain_core")

from langchain_core.runnables import RunnableLambda

from recto.library import Library
from recto.serving.integrations.langchain import RectoLoader, RectoRetriever

from .conftest import PAGES, QUESTION


def test_pages_come_as_documents(library: Library) -> None:
    first, *_ = RectoRetriever(library=library, limit=2).invoke(QUESTION)

    assert first.page_content == PAGES[1]
    assert (first.metadata["document"], first.metadata["page"]) == ("ferry.pdf", 2)
    assert first.metadata["meta.year"] == 2024
    assert first.id == f"{first.metadata['document_id']}-2"


def test_it_is_part_of_a_chain_and_confined(library: Library) -> None:
    retriever = RectoRetriever(library=library, where="meta.year < 2000")
    chain = retriever | RunnableLambda(lambda found: [d.metadata["document"] for d in found])

    assert chain.invoke(QUESTION) == ["tram.pdf"]


def test_every_page_is_loaded(library: Library) -> None:
    loaded = RectoLoader(library).load()

    assert [d.page_content for d in loaded] == [*PAGES, "The tram runs all night."]
