from __future__ import annotations

import tracemalloc

import numpy as np

from recto.engine.encoders.protocol import PageInput
from recto.engine.matches import Match, find_matches
from recto.engine.page import Box, PageContent
from recto.engine.vectors import Multivector, PageVectors, QuestionVectors
from tests.fakes import FakeEncoder, page_content

ENCODER = FakeEncoder()


def matched(question: str, content: PageContent, vectors: PageVectors | None) -> tuple[Match, ...]:
    patches = None if vectors is None else vectors.patches
    return find_matches(question, ENCODER.encode_question(question), content.text.words, patches)


def encoded(content: PageContent) -> PageVectors:
    return ENCODER.encode_pages([PageInput(content=content, image=None)])[0]


def texts(content: PageContent, matches: tuple[Match, ...]) -> list[str]:
    """The words whose centre lies in each match."""
    return [
        " ".join(
            word.text
            for word in content.text.words
            if match.box.x0 <= (word.box.x0 + word.box.x1) / 2 <= match.box.x1
            and match.box.y0 <= (word.box.y0 + word.box.y1) / 2 <= match.box.y1
        )
        for match in matches
    ]


def test_matches_merge_neighbouring_words_of_a_line() -> None:
    content = page_content("about the plan\nthe specialist copay is 40 dollars\nnothing else")
    matches = matched("specialist copays", content, None)
    assert texts(content, matches) == ["specialist copay"]
    assert matches[0].score == 1.0


def test_matches_merge_over_one_word_between() -> None:
    content = page_content("the cost of water and the price of all of the water")
    matches = matched("cost water", content, None)
    assert texts(content, matches) == ["cost of water", "water"]


def test_matches_of_a_page_full_of_words_take_little_memory() -> None:
    content = page_content("\n".join(["so many words of so little sense"] * 2000 + ["a copay"]))
    vectors = encoded(content)
    tracemalloc.start()
    try:
        matches = matched("copay", content, vectors)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert texts(content, matches) == ["copay"]
    assert peak < 64 << 20  # 14,002 words by as many vectors would take 784 MB


def test_matches_do_not_merge_across_lines() -> None:
    content = page_content("this is a copay\ncopay it is")
    assert texts(content, matched("copay", content, None)) == ["copay", "copay"]


def test_matches_prefer_the_passage_to_a_lone_mention() -> None:
    lines = ["plan of the year", *["filler words here"] * 6, "hospice care of the plan"]
    content = page_content("\n".join(lines))
    matches = matched("hospice care plan", content, encoded(content))
    assert texts(content, matches)[0] == "hospice care"


def test_matches_follow_vectors_where_no_word_is_shared() -> None:
    content = page_content("one two three\nfour five six")
    vectors = encoded(content)
    assert vectors.patches is not None
    question = QuestionVectors(
        patches=vectors.patches.vectors[4:5], rows=vectors.patches.vectors[4:5], tokens=("?",)
    )
    found = find_matches("?", question, content.text.words, vectors.patches)
    assert texts(content, found) == ["five"]


def test_matches_of_a_picture_are_the_boxes_of_its_patches() -> None:
    corners = [(x / 2, y / 2) for y in (0, 1) for x in (0, 1)]
    grid = np.array([(x, y, x + 0.5, y + 0.5) for x, y in corners], dtype=np.float32)
    patches = Multivector(vectors=np.eye(4, dtype=np.float32), boxes=grid)
    question = QuestionVectors(
        patches=np.eye(4, dtype=np.float32)[2:3],
        rows=np.eye(4, dtype=np.float32)[2:3],
        tokens=("chart",),
    )
    assert find_matches("chart", question, (), patches) == (Match(Box(0.0, 0.5, 0.5, 1.0), 1.0),)


def test_matches_leave_out_what_stands_for_the_whole_page_and_for_no_word() -> None:
    axes = np.eye(4, dtype=np.float32)
    boxes = np.array([[0, 0, 1, 1], [0, 0, 0.5, 1], [0.5, 0, 1, 1]], dtype=np.float32)
    patches = Multivector(axes[:3], boxes)
    # One that meets the whole page best and then the left half, and a prompt that meets the right.
    asked = np.array([[1, 0.5, 0, 0], [0, 0, 1, 0]], dtype=np.float32)
    question = QuestionVectors(patches=asked, rows=asked, tokens=("chart", ""))
    assert find_matches("chart", question, (), patches) == (Match(Box(0.0, 0.0, 0.5, 1.0), 1.0),)


def test_matches_of_a_page_of_which_no_vector_has_a_place() -> None:
    whole = Multivector(np.eye(2, dtype=np.float32), np.array([[0, 0, 1, 1]] * 2, np.float32))
    assert matched("anything", page_content(""), PageVectors(patches=whole, rows=None)) == ()


def test_matches_of_a_page_without_anything_are_none() -> None:
    assert matched("anything", page_content(""), PageVectors(patches=None, rows=None)) == ()


def test_matches_of_a_page_that_shares_nothing_are_none() -> None:
    assert matched("zebra", page_content("one two three"), None) == ()
