"""The answer without a model: the one to three passages that answer, quoted word for word.

Or none: what the pages do not cover is not answered. Knows no store and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recto.engine.answering.candidates import find_candidates
from recto.engine.answering.passages import Passage, cut_passages
from recto.engine.answering.protocol import DraftAnswer, Evidence, Statement
from recto.engine.answering.question import Question, read_question
from recto.engine.answering.quoting import quote_of
from recto.engine.answering.scoring import (
    Lexicon,
    Marks,
    Scored,
    coverage,
    is_new,
    nearness,
    shape,
)
from recto.engine.answering.spans import choose_spans
from recto.engine.answering.wording import decline, tell
from recto.engine.encoders.protocol import Encoder
from recto.engine.text import words

PAGES = 8
"""Pages that are read; the best come first."""
ENCODED = 48
"""Passages whose vectors are computed: those that share most words with the question."""
ENOUGH = 0.5
"""Nearness of the best passage below which nothing is answered: where, on development questions,
the share of the unanswerable that is refused exceeds the share of the answerable by most."""


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

    @property
    def agreeing(self) -> tuple[Scored, ...]:
        """The best, and those that have the numbers and codes of the question which it has."""
        numbers = [key for key in self.question.keys if key.numeric]
        shared = [key for key in numbers if key.found_in(self.ranked[0].candidate.close)]
        return tuple(
            scored
            for scored in self.ranked
            if all(key.found_in(scored.candidate.close) for key in shared)
        )

    @property
    def answers(self) -> bool:
        return bool(self.ranked) and not self.absent and self.ranked[0].marks.meant >= ENOUGH


class ExtractiveAnswerer:
    """Answers from the words of the evidence, in its words."""

    def __init__(self, encoder: Encoder) -> None:
        """`encoder` reads words: `ENOUGH` was measured with the built-in one."""
        if encoder.needs_image:
            raise ValueError(
                f"the encoder {encoder.id.name!r} reads pictures; quotes are chosen by an encoder "
                "that reads words, such as 'words'"
            )
        self._encoder = encoder

    def answer(self, question: str, evidence: Sequence[Evidence]) -> DraftAnswer:
        """Up to three quotes, best first; none, and the nearest pages, if nothing answers."""
        reading = self.read(question, evidence)
        if not reading.answers:
            return DraftAnswer(
                text=decline(evidence, reading.absent),
                quotes=(),
                reason="weak" if evidence else "no_pages",
            )
        lists = reading.question.want == "list"
        statements = []
        for page, start, stop in choose_spans(reading.agreeing, reading.pages, lists=lists):
            passages = reading.pages[page][start:stop]
            quote = quote_of(evidence[page], [word for p in passages for word in p.words])
            told = tell(passages, reading.question)
            statements.append(Statement(text=told, quotes=(quote,), support="quoted"))
        return DraftAnswer(
            text="\n".join(statement.text for statement in statements),
            quotes=tuple(quote for statement in statements for quote in statement.quotes),
            statements=tuple(statements),
        )

    def read(self, question: str, evidence: Sequence[Evidence]) -> Reading:
        """The passages of the evidence with what speaks for each; `answer` decides by this."""
        asked = read_question(question)
        near = evidence[:PAGES]
        pages = tuple(tuple(cut_passages(page.content)) for page in near)
        candidates = find_candidates(near, pages)
        lexicon = Lexicon(candidates, words(" ".join(page.content.text.text for page in near)))
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
        return Reading(asked, pages, tuple(scored), tuple(absent))
