from __future__ import annotations

from collections.abc import Sequence

import pytest
from PIL.Image import Image

from recto.engine.matches import Match
from recto.engine.page import Box
from recto.results import Document, Hit, Page
from recto.serving.cli.snippets import Piece, snippet
from tests.fakes import page_content


class NoPictures:
    def image(
        self, document: Document, number: int, width: int, boxes: Sequence[Box] = ()
    ) -> Image:
        raise AssertionError


def hit(text: str, matched: dict[str, float]) -> Hit:
    """A page of `text` on which each word of `matched` is a match of its own."""
    content = page_content(text)
    document = Document(
        id="0" * 64,
        name="a.pdf",
        title="",
        pages=1,
        size=1,
        kind="pdf",
        paths=("/a.pdf",),
        added="",
    )
    page = Page(
        document=document,
        number=1,
        width=content.width,
        height=content.height,
        content=content.text,
        headings=(),
        pictures=NoPictures(),
    )
    matches = tuple(
        Match(word.box, matched[word.text]) for word in content.text.words if word.text in matched
    )
    return Hit(document=document, page=page, score=1.0, matches=matches)


def text_of(pieces: list[Piece]) -> str:
    return " ".join(piece.text for piece in pieces)


def test_a_short_page_is_shown_whole_with_its_matches() -> None:
    pieces = snippet(hit("ships pass the lighthouse", {"lighthouse": 1.0}), 80)
    assert text_of(pieces) == "ships pass the lighthouse"
    assert [piece.text for piece in pieces if piece.matched] == ["lighthouse"]


def test_the_place_with_the_most_matches_is_shown() -> None:
    page = "\n".join(["capex alone", *["filler words here"] * 20, "capex in 2018 was low"])
    pieces = snippet(hit(page, {"capex": 1.0, "2018": 0.8}), 24)
    assert text_of(pieces) == "… capex in 2018 was low"


def test_the_beginning_of_the_line_is_shown_where_it_fits() -> None:
    page = "first line\nhere is the capex\nlast line of all"
    assert text_of(snippet(hit(page, {"capex": 1.0}), 48)).startswith("… here is the capex")
    assert text_of(snippet(hit(page, {"capex": 1.0}), 40)).startswith("… is the capex")


def test_a_page_without_matches_shows_its_beginning() -> None:
    assert text_of(snippet(hit("one two three four", {}), 9)) == "one two …"


def test_a_page_without_words_shows_nothing() -> None:
    assert snippet(hit("", {}), 80) == []


@pytest.mark.parametrize("length", [10, 40, 160])
def test_a_snippet_keeps_to_its_length(length: int) -> None:
    page = "\n".join(["alpha beta gamma delta"] * 30 + ["x" * 500])
    pieces = [p for p in snippet(hit(page, {"gamma": 1.0}), length) if p.text != "…"]
    assert len(text_of(pieces)) <= length
