from __future__ import annotations

from collections.abc import Mapping

from recto.engine.answering.candidates import find_candidates
from recto.engine.answering.passages import cut_passages
from recto.engine.answering.scoring import Marks, Scored
from recto.engine.answering.spans import Span, choose_spans

from .pages import evidence, page

TEXT = "First point here.\n\nSecond point here.\n\nThird point here.\n\nFourth point here.\n"
LIST = "These are needed:\n• a hammer\n• some nails\n• wood\n"


def spans(text: str, scores: Mapping[int, float], *, lists: bool = False) -> list[Span]:
    """What is chosen when the passages of a page have these scores."""
    content = page(text)
    passages = cut_passages(content)
    candidates = find_candidates([evidence(content)], [passages])
    ranked = [
        Scored(candidate, Marks(0, scores[candidate.number] / 0.75, 0, 0))
        for candidate in candidates
        if candidate.number in scores
    ]
    ranked.sort(key=lambda scored: -scored.marks.score)
    return choose_spans(ranked, [passages], lists=lists)


def test_only_the_best_is_chosen_when_others_are_far_behind() -> None:
    assert spans(TEXT, {0: 0.3, 2: 0.7, 3: 0.4}) == [Span(0, 2, 3)]


def test_neighbours_become_one_span() -> None:
    assert spans(TEXT, {1: 0.7, 2: 0.68}) == [Span(0, 1, 3)]


def test_span_between_two_others_joins_all() -> None:
    assert spans(TEXT, {0: 0.70, 2: 0.69, 1: 0.68}) == [Span(0, 0, 3)]


def test_no_more_than_three_are_chosen() -> None:
    text = "\n\n".join(f"Point number {n} is here." for n in range(8))
    assert len(spans(text, {0: 0.7, 2: 0.7, 4: 0.7, 6: 0.7})) == 3


def test_lead_brings_its_list() -> None:
    assert spans(LIST, {0: 0.7}) == [Span(0, 0, 4)]


def test_item_brings_its_list_only_if_lists_are_wanted() -> None:
    assert spans(LIST, {2: 0.7}) == [Span(0, 2, 3)]
    assert spans(LIST, {2: 0.7}, lists=True) == [Span(0, 0, 4)]


def test_endless_list_is_cut() -> None:
    text = "These are needed:\n" + "• one more nail\n" * 40
    (span,) = spans(text, {0: 0.7})
    assert span.stop == 11


def test_rows_of_a_table_stay_apart() -> None:
    table = "Part      Price\nSeal      12\nBolt      30\n"
    assert spans(table, {1: 0.7, 2: 0.69}) == [Span(0, 1, 2), Span(0, 2, 3)]
