from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recto.engine.answering.protocol import Evidence
from recto.engine.answering.vision.selection import select
from recto.engine.answering.vision.settings import VisionSettings

from .given import LEASE, REPORT, Pixels, given, scanned

OPEN = "The lease may be ended by either side with a notice of"


def places(pages: list[Evidence]) -> list[tuple[str, int]]:
    return [(page.document_id, page.content.number) for page in pages]


def in_document(*texts: str, score: float = 1.0) -> list[Evidence]:
    """The pages of one document, which know each other."""
    pages: dict[int, Evidence] = {}
    for number, text in enumerate(texts, 1):
        lone = given(text, number=number, score=score)
        pages[number] = replace(lone, neighbour=lambda wanted: pages.get(wanted))
    return list(pages.values())


@pytest.mark.parametrize(
    ("scores", "drop", "count"),
    [
        ((0.9, 0.85, 0.5, 0.45), 0.35, 2),
        ((0.9, 0.4, 0.39, 0.38), 0.35, 1),
        ((0.9, 0.7, 0.5, 0.4), 0.35, 4),
        ((0.9, 0.7, 0.5, 0.4), 0.1, 1),
        ((0.9, 0.0, 0.0), 1.0, 3),
        ((0.0, 0.0), 0.35, 2),
    ],
)
def test_pages_behind_a_drop_of_the_scores_are_left_out(
    scores: tuple[float, ...], drop: float, count: int
) -> None:
    pages = [given(f"{REPORT} {n}", number=n, score=s) for n, s in enumerate(scores, 1)]
    chosen = select(pages[::-1], VisionSettings(drop=drop))
    assert [page.content.number for page in chosen] == list(range(1, count + 1))


def test_page_that_is_left_out_for_another_makes_room_for_the_next() -> None:
    pages = [given(REPORT, name=name, score=1.0) for name in ("a.pdf", "b.pdf", "c.pdf")]
    pages += [given(LEASE, name="lease.pdf", score=0.9), given("More.", name="more.pdf", score=0.8)]
    chosen = select(pages, VisionSettings(most_pages=2))
    assert places(chosen) == [("a.pdf", 1), ("lease.pdf", 1)]


def test_there_are_never_more_than_asked_for_and_one_at_least() -> None:
    pages = [given(f"{REPORT} {n}", number=n, score=1 / n) for n in range(1, 9)]
    assert len(select(pages, VisionSettings(drop=1.0))) == 6
    assert len(select(pages, VisionSettings(drop=0.0, most_pages=3))) == 1
    assert select([], VisionSettings()) == []


def test_order_is_that_of_documents_and_pages_whatever_the_scores() -> None:
    pages = [
        given(LEASE, name="z.pdf", number=2, score=1.0),
        given(REPORT, name="a.pdf", number=9, score=0.8),
        given(REPORT + "x", name="a.pdf", number=3, score=0.9),
    ]
    assert places(select(pages, VisionSettings())) == [("a.pdf", 3), ("a.pdf", 9), ("z.pdf", 2)]


def test_page_that_two_documents_share_is_given_once_from_the_better() -> None:
    pages = [given(REPORT, name="b.pdf", score=1.0), given(REPORT, name="a.pdf", score=0.9)]
    assert places(select(pages, VisionSettings())) == [("b.pdf", 1)]


def test_same_words_with_another_picture_are_another_page() -> None:
    def chart(width: int) -> Pixels:
        return np.full((2 * width, width, 3), 90, np.uint8)

    pages = [given("Sales"), replace(given("Sales", number=2), image=chart)]
    assert len(select(pages, VisionSettings())) == 2


def test_pictures_without_words_are_the_same_only_if_they_look_so() -> None:
    pages = [scanned(), scanned(number=2), scanned(number=3, seed=1)]
    assert [number for _, number in places(select(pages, VisionSettings()))] == [1, 3]


def test_pages_on_which_the_text_runs_on_are_added() -> None:
    first, second, third = in_document("One.", OPEN, "three months to the end.")
    assert places(select([second], VisionSettings())) == places([second, third])
    assert places(select([third], VisionSettings())) == places([second, third])
    assert places(select([first], VisionSettings())) == places([first])
    assert places(select([second], VisionSettings(neighbours=0))) == places([second])


def test_neighbour_that_was_found_itself_is_given_once() -> None:
    _, second, third = in_document("One.", OPEN, "three months to the end.")
    assert places(select([third, second], VisionSettings())) == places([second, third])
