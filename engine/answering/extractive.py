"""The answer without a model: the one to three passages that answer, quoted word for word.

Or none: what the pages do not cover is not answered. Knows no store and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from recto.engine.answering.passages import Passage, cut_passages
from recto.engine.answering.protocol import DraftAnswer, Evidence, Quote
from recto.engine.answering.question import Question, read_question
from recto.engine.answering.scoring import (
    Candidate,
    Lexicon,
    Marks,
    coverage,
    is_new,
    missing,
    nearness,
    shape,
    term_set,
)
from recto.engine.answering.wording import clean, decline, tell
from recto.engine.encoders.protocol import Encoder
from recto.engine.page import union
from recto.engine.text import words

PAGES = 8
"""Pages that are read; the best come first."""
ENCODED = 32
"""Passages whose vectors are computed: those that share most words with the question."""
QUOTES = 3
CLOSE = 0.9
"""A further passage must reach this share of the best one's score."""
ENOUGH = 0.53
"""Support below which nothing is answered: of the development questions one in twenty that could
be answered is refused, and nine in ten that could not."""
MISSED = 0.3
"""How much support a question loses whose words stand nowhere in the evidence."""
LIST_ITEMS = 10
LIST_WORDS = 120


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A candidate that was looked at closely."""

    candidate: Candidate
    marks: Marks


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What was made of a question and its evidence."""

    question: Question
    pages: tuple[tuple[Passage, ...], ...]
    """The passages of each page of the evidence."""
    ranked: tuple[Scored, ...]
    """Best first."""
    absent: tuple[str, ...]
    """Names and numbers of the question that stand nowhere in the evidence."""
    missing: float
    """Share of the question's weight that stands nowhere in the evidence."""

    @property
    def support(self) -> float:
        """How surely the best passage answers: how near it is, less what nobody speaks of."""
        return self.ranked[0].marks.meant - MISSED * self.missing if self.ranked else 0.0

    @property
    def answers(self) -> bool:
        return bool(self.ranked) and not self.absent and self.support >= ENOUGH


class ExtractiveAnswerer:
    """Answers from the words of the evidence, in its words."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def answer(self, question: str, evidence: Sequence[Evidence]) -> DraftAnswer:
        """Up to three quotes, best first; none, and the nearest pages, if nothing answers."""
        reading = self.read(question, evidence)
        if not reading.answers:
            return DraftAnswer(text=decline(evidence, reading.absent), quotes=())
        spans = _spans(reading)
        told = [
            tell(reading.pages[page][start:stop], reading.question) for page, start, stop in spans
        ]
        quotes = [
            _quote(evidence[page], reading.pages[page][start:stop]) for page, start, stop in spans
        ]
        return DraftAnswer(text="\n".join(told), quotes=tuple(quotes))

    def read(self, question: str, evidence: Sequence[Evidence]) -> Reading:
        """The passages of the evidence with what speaks for each; `answer` decides by this."""
        asked = read_question(question)
        near = evidence[:PAGES]
        pages = tuple(tuple(cut_passages(page.content)) for page in near)
        candidates = _candidates(near, pages)
        lexicon = Lexicon(candidates, words("\n".join(page.content.text.text for page in near)))
        keys = [lexicon.corrected(key) for key in asked.keys]
        absent = [key.text for key in keys if key.particular and lexicon.missing(key)]
        covered = {c: coverage(keys, lexicon, c) for c in candidates if is_new(keys, c)}
        best = sorted(covered, key=lambda c: (-covered[c], c.evidence, c.number))[:ENCODED]
        meant = nearness(question, [c.passage for c in best], self._encoder) if best else []
        scored = [
            Scored(c, Marks(covered[c], m, shape(asked, c), 1 / (1 + c.evidence)))
            for c, m in zip(best, meant, strict=True)
        ]
        scored.sort(key=lambda s: -s.marks.score)
        return Reading(asked, pages, tuple(scored), tuple(absent), missing(keys, lexicon))


def _candidates(
    evidence: Sequence[Evidence], pages: Sequence[Sequence[Passage]]
) -> list[Candidate]:
    found = []
    for place, (page, passages) in enumerate(zip(evidence, pages, strict=True)):
        far = term_set(page.content.text.text, page.document_name, *page.content.headings)
        for number, passage in enumerate(passages):
            if not _quotable(passages, number):
                continue
            heads = (head for head, _ in passage.columns)
            near = term_set(*passage.context, *heads)
            own = term_set(passage.text)
            found.append(Candidate(place, number, passage, own, near, far))
    return found


def _quotable(passages: Sequence[Passage], number: int) -> bool:
    """Not a heading, unless it leads a list, and not a number alone, unless under a heading."""
    passage = passages[number]
    if passage.kind == "heading":
        return _leads(passages, number)
    spoken = any(char.isalpha() for char in passage.text)
    return spoken or (passage.kind != "row" and bool(passage.context))


def _leads(passages: Sequence[Passage], number: int) -> bool:
    after = passages[number + 1 : number + 2]
    return passages[number].text.endswith(":") and bool(after) and after[0].kind == "item"


def _spans(reading: Reading) -> list[tuple[int, int, int]]:
    """Page, start and stop of what is quoted, best first; neighbours are one quote."""
    least = CLOSE * reading.ranked[0].marks.score
    spans: list[tuple[int, int, int]] = []
    texts: set[str] = set()
    chosen = 0
    for scored in reading.ranked:
        candidate = scored.candidate
        if chosen == QUOTES or scored.marks.score < least:
            break
        if candidate.passage.text in texts or _within(candidate, spans):
            continue
        texts.add(candidate.passage.text)
        start, stop = _stretch(reading, candidate)
        spans = _joined(spans, (candidate.evidence, start, stop))
        chosen += 1
    return spans


def _within(candidate: Candidate, spans: Sequence[tuple[int, int, int]]) -> bool:
    return any(
        page == candidate.evidence and start <= candidate.number < stop
        for page, start, stop in spans
    )


def _stretch(reading: Reading, candidate: Candidate) -> tuple[int, int]:
    """With what leads to a list goes the list, and with an item, if a list is asked for."""
    passages, start = reading.pages[candidate.evidence], candidate.number
    stop = start + 1
    if candidate.passage.kind == "item" and reading.question.want == "list":
        while start > 0 and passages[start].kind == "item":
            start -= 1
        if not _leads(passages, start):
            start = candidate.number
    if not _leads(passages, start):
        return candidate.number, stop
    long = len(passages[start].words)
    stop = start + 1
    while stop < len(passages) and passages[stop].kind == "item" and stop - start <= LIST_ITEMS:
        long += len(passages[stop].words)
        if long > LIST_WORDS:
            break
        stop += 1
    inside = start <= candidate.number < stop
    return (start, stop) if inside else (candidate.number, candidate.number + 1)


def _joined(
    spans: list[tuple[int, int, int]], new: tuple[int, int, int]
) -> list[tuple[int, int, int]]:
    """`spans` with `new`, which becomes part of each that it touches."""
    page, start, stop = new
    place, kept = len(spans), []
    for number, (other, first, last) in enumerate(spans):
        if other == page and first <= stop and start <= last:
            start, stop, place = min(start, first), max(stop, last), min(place, number)
        else:
            kept.append((other, first, last))
    kept.insert(min(place, len(kept)), (page, start, stop))
    return kept


def _quote(evidence: Evidence, passages: Sequence[Passage]) -> Quote:
    quoted = list(chain.from_iterable(passage.words for passage in passages))
    lines = groupby(quoted, key=lambda word: word.line)
    return Quote(
        document_id=evidence.document_id,
        page=evidence.content.number,
        text=clean(" ".join(word.text for word in quoted)),
        boxes=tuple(union(word.box for word in line) for _, line in lines),
    )
