"""Which of the best passages are quoted, and how much around each. Knows no vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from recto.engine.answering.candidates import Candidate, leads_list
from recto.engine.answering.passages import Passage
from recto.engine.answering.scoring import Scored

QUOTES = 3
CLOSE = 0.85
"""A further passage must reach this share of the best one's score."""
LIST_ITEMS = 10
LIST_WORDS = 120


class Span(NamedTuple):
    """Passages `start` to `stop` of a page of the evidence."""

    page: int
    start: int
    stop: int


def choose_spans(
    ranked: Sequence[Scored], pages: Sequence[Sequence[Passage]], *, lists: bool
) -> list[Span]:
    """What is quoted, best first; neighbours are one quote, except rows of a table, and what is
    said twice is said once.

    `ranked` are the candidates, best first, of `pages`. With `lists` an item brings its list.
    """
    least = CLOSE * ranked[0].marks.score
    spans: list[Span] = []
    texts: set[str] = set()
    for candidate in (scored.candidate for scored in ranked if scored.marks.score >= least):
        text = candidate.passage.text
        if text in texts or _within(candidate, spans):
            continue
        texts.add(text)
        new = _stretch(pages[candidate.evidence], candidate, lists=lists)
        spans = [*spans, new] if candidate.passage.kind == "row" else _joined(spans, new)
        if len(texts) == QUOTES:
            break
    return spans


def _within(candidate: Candidate, spans: Sequence[Span]) -> bool:
    return any(
        span.page == candidate.evidence and span.start <= candidate.number < span.stop
        for span in spans
    )


def _stretch(passages: Sequence[Passage], candidate: Candidate, *, lists: bool) -> Span:
    """With what leads to a list goes the list, and with an item, if `lists`."""
    alone = Span(candidate.evidence, candidate.number, candidate.number + 1)
    start = candidate.number
    while lists and start > 0 and passages[start].kind == "item":
        start -= 1
    if not leads_list(passages, start):
        return alone
    stop, long = start + 1, len(passages[start].words)
    while stop < len(passages) and passages[stop].kind == "item" and stop - start <= LIST_ITEMS:
        long += len(passages[stop].words)
        if long > LIST_WORDS:
            break
        stop += 1
    return Span(candidate.evidence, start, stop) if candidate.number < stop else alone


def _joined(spans: Sequence[Span], new: Span) -> list[Span]:
    """`spans` with `new`, which becomes one with all that it touches, in the place of the first."""
    place, kept = len(spans), []
    for number, span in enumerate(spans):
        if span.page == new.page and span.start <= new.stop and new.start <= span.stop:
            new = Span(new.page, min(new.start, span.start), max(new.stop, span.stop))
            place = min(place, number)
        else:
            kept.append(span)
    kept.insert(min(place, len(kept)), new)
    return kept
