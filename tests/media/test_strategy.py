"""Pages found by what they look like, as one of the ways to find pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recto.engine.errors import NotFound
from recto.library import Library
from tests.media.conftest import Open

QUESTION = "a dog barks"


def ranked(library: Library, **part: object) -> list[tuple[str, int]]:
    hits = library.search(QUESTION, strategy="crossmodal", limit=9, **part)  # type: ignore[arg-type]
    return [(hit.document.name, hit.page.number) for hit in hits]


def test_pages_and_pictures_are_ranked_as_the_encoder_sees_them(filled: Library) -> None:
    found = [
        (-hit.similarity, hit.document.name, hit.page)
        for target in ("page", "image")
        for hit in filled.find(QUESTION, targets=[target], limit=9, moments=9)
    ]
    # Of pages that look the same to so small a model the first comes first.
    assert ranked(filled) == [(name, page) for _, name, page in sorted(found)]
    assert {name for name, _ in ranked(filled)} == {"birds.pdf", "beach.png", "night.png"}


def test_it_is_confined_and_answered_from_like_the_others(filled: Library) -> None:
    assert {name for name, _ in ranked(filled, documents=["birds.pdf"])} == {"birds.pdf"}
    assert ranked(filled, pages=(2, None)) == [("birds.pdf", 2)]
    answer = filled.ask("What does the crane do?", strategy="crossmodal", where='kind = "pdf"')
    assert sorted(hit.page.number for hit in answer.hits) == [1, 2]


def test_pages_without_such_vectors_are_told_the_command(
    open_library: Callable[..., Library] | Open, media: Path
) -> None:
    library = open_library()
    library.add(media / "birds.pdf")
    with pytest.raises(NotFound, match="recto add PATH --crossmodal"):
        library.search(QUESTION, strategy="crossmodal")
    library.add(media / "birds.pdf", crossmodal=True)
    assert len(ranked(library)) == 2
