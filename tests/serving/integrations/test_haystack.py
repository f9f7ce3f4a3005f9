"""The component in a pipeline of Haystack itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("haystack")

from haystack import Pipeline

from recto.engine.errors import InputError
from recto.serving.integrations.haystack import RectoRetriever

from .conftest import PAGES, QUESTION


@pytest.fixture
def retriever(folder: Path) -> Iterator[RectoRetriever]:
    made = RectoRetriever(library=str(folder), limit=2, images=True)
    yield made
    made.close()


def test_it_runs_in_a_pipeline(retriever: RectoRetriever) -> None:
    pipeline = Pipeline()
    pipeline.add_component("pages", retriever)

    first, second = pipeline.run({"pages": {"query": QUESTION}})["pages"]["documents"]

    assert (first.content, first.meta["page"]) == (PAGES[1], 2)
    assert first.blob.data.startswith(b"\x89PNG")
    assert first.score > second.score


def test_a_run_may_ask_for_less(retriever: RectoRetriever) -> None:
    (only,) = retriever.run(QUESTION, top_k=5, where="meta.year < 2000")["documents"]

    assert only.meta["document"] == "tram.pdf"


def test_a_pipeline_can_be_saved(folder: Path) -> None:
    pipeline = Pipeline()
    pipeline.add_component("pages", RectoRetriever(library=str(folder), where="pages = 1"))

    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["recto.*"]).get_component("pages")

    assert again.to_dict() == pipeline.get_component("pages").to_dict()
    assert (again.library, again.where) == (str(folder), "pages = 1")


def test_it_must_be_told_where_the_library_is() -> None:
    with pytest.raises(InputError, match="Neither"):
        RectoRetriever()
