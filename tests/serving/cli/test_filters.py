from __future__ import annotations

import pytest
import typer

from recto.serving.cli.filters import parse_pages


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        (None, None),
        ("7", (7, 7)),
        ("3-9", (3, 9)),
        ("3-", (3, None)),
        ("-9", (None, 9)),
        (" 3-9 ", (3, 9)),
    ],
)
def test_pages_of_every_form(text: str | None, pages: tuple[int | None, int | None] | None) -> None:
    assert parse_pages(text) == pages


@pytest.mark.parametrize("text", ["", "-", "0", "9-3", "a", "1-2-3", "1,2", "٣", "3-x", "--3"])
def test_pages_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="counted from 1"):
        parse_pages(text)
