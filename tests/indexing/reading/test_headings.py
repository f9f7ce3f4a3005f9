"""Titles, and what stands above a page."""

from __future__ import annotations

import pytest

from recto.indexing.reading.headings import (
    Line,
    Trail,
    above_by_bookmarks,
    body_size,
    is_title,
    title_from,
)
from recto.indexing.reading.raw import Bookmark

BODY = Line("Body text that goes on for quite some words in a row.", 10, 300)
CHAPTER, SECTION = Line("Chapter One", 20, 100), Line("A Section", 14, 150)


@pytest.mark.parametrize("title", ["Annual Report 2023", "Über Pumpen", "Form 10-K"])
def test_given_title(title: str) -> None:
    assert is_title(title)


@pytest.mark.parametrize(
    "title",
    ["", "Microsoft Word - report.doc", "report_final.docx", "Untitled", "untitled-1", "Q3", "123"],
)
def test_title_made_by_a_program(title: str) -> None:
    assert not is_title(title)


def test_body_is_what_most_characters_are_set_in() -> None:
    assert body_size([[CHAPTER, BODY], [SECTION]]) == 10
    assert body_size([]) == 0


def test_title_is_the_largest_text() -> None:
    assert title_from([SECTION, Line("The Long Title of It", 24, 50), BODY], 10) == (
        "The Long Title of It"
    )


def test_title_over_two_lines() -> None:
    lines = [Line("The very long title", 24, 50), Line("of this report", 24, 80), BODY]
    assert title_from(lines, 10) == "The very long title of this report"


def test_short_title_takes_the_next_heading() -> None:
    assert title_from([Line("Contoso", 30, 50), SECTION, BODY], 10) == "Contoso – A Section"


def test_no_title_in_body_text_alone() -> None:
    assert title_from([BODY], 10) == ""
    assert title_from([], 0) == ""


def test_heading_is_carried_to_the_next_page() -> None:
    trail = Trail(10)
    trail.pass_by([CHAPTER, BODY, SECTION, BODY])
    assert trail.above([BODY]) == ("Chapter One", "A Section")


def test_heading_at_the_top_counts_and_one_below_does_not() -> None:
    trail = Trail(10)
    number = Line("Page 3", 10, 20)
    assert trail.above([number, CHAPTER, BODY, SECTION, BODY]) == ("Chapter One",)


def test_heading_ends_those_of_its_size_and_smaller() -> None:
    trail = Trail(10)
    trail.pass_by([CHAPTER, BODY, SECTION, BODY, CHAPTER._replace(text="Chapter Two"), BODY])
    assert trail.above([BODY]) == ("Chapter Two",)


def test_above_does_not_change_the_trail() -> None:
    trail = Trail(10)
    assert trail.above([CHAPTER]) == ("Chapter One",)
    assert trail.above([BODY]) == ()


MARKS = [
    Bookmark(0, "Part A", 1, 0.0),
    Bookmark(1, "Slide 2: Pumps", 2, 0.0),
    Bookmark(1, "Valves", 3, 0.5),
    Bookmark(0, "Part B", 5, 0.0),
    Bookmark(1, "Page 6", 6, 0.0),
]


@pytest.mark.parametrize(
    ("page", "above"),
    [
        (1, ("Part A",)),
        (2, ("Part A", "Pumps")),
        (3, ("Part A", "Pumps")),
        (4, ("Part A", "Valves")),
        (5, ("Part B",)),
        (6, ("Part B",)),
    ],
)
def test_bookmarks_above(page: int, above: tuple[str, ...]) -> None:
    lines = [BODY._replace(top=top) for top in (100, 200, 500)]
    assert above_by_bookmarks(MARKS, page, lines, 800) == above
