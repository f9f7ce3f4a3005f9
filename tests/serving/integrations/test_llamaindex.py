"""The retriever in LlamaIndex itself."""

from __future__ import annotations

import base64
import io

import pytest

pytest.importorskip("llama_index.core")

from llama_index.core.schema import ImageNode, MetadataMode
from PIL import Image

from recto.library import Library
from recto.serving.integrations.llamaindex import RectoRetriever

from .conftest import PAGES, QUESTION


def test_pages_come_as_nodes_with_scores(library: Library) -> None:
    first, second = RectoRetriever(library, limit=2).retrieve(QUESTION)

    assert first.node.get_content(metadata_mode=MetadataMode.NONE) == PAGES[1]
    assert (first.node.metadata["document"], first.node.metadata["page"]) == ("ferry.pdf", 2)
    assert (first.score or 0) > (second.score or 0)


def test_pages_come_with_their_pictures(library: Library) -> None:
    retriever = RectoRetriever(library, limit=1, images=True, width=200)

    (found,) = retriever.retrieve(QUESTION)

    assert isinstance(found.node, ImageNode)
    assert found.node.text == PAGES[1]
    assert Image.open(io.BytesIO(base64.b64decode(found.node.image or ""))).width == 200
