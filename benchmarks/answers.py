"""How good answers are: are the right pages cited, do the quotes hold what the reference answer
says, and is a question that the documents do not answer refused?

    with recto.open("library") as library:
        answers = judge(load(questions_file), asker(library))
        refused = refusal(load_unanswerable(other_file), asker(library))

Knows no model: what a quote holds is counted in terms, not judged.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recto.benchmarks.questions import Place, Question
from recto.engine.errors import InputError
from recto.engine.text import terms

if TYPE_CHECKING:
    from recto.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What was answered: the cited pages, best first, and all quotes; neither when refused."""

    cited: tuple[Place, ...]
    quotes: str

    @property
    def refused(self) -> bool:
        return not self.cited


Asker = Callable[[str], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Means over answerable questions; all but `refused` over those that were not refused."""

    questions: int
    refused: float
    cited: float
    """A page that answers is among those cited."""
    cited_first: float
    """It is the first of them."""
    said: float
    """Share of the reference answer's terms, without those of the question, that are quoted."""
    numbers: float
    """The same of its numbers, over the questions that have any."""

    def as_json(self) -> dict[str, float]:
        return {
            "questions": self.questions,
            "refused": self.refused,
            "cited": self.cited,
            "cited_first": self.cited_first,
            "said": self.said,
            "numbers": self.numbers,
        }


def asker(library: Library) -> Asker:
    """A library's `ask` in the shape that is measured."""

    def ask(question: str) -> Reply:
        citations = library.ask(question).citations
        return Reply(
            cited=tuple(Place(c.document.name, c.page.number) for c in citations),
            quotes="\n".join(citation.quote for citation in citations),
        )

    return ask


def judge(questions: Sequence[Question], ask: Asker) -> Answers:
    """Ask every question, of which there is at least one."""
    pairs = [(question, ask(question.text)) for question in questions]
    given = [(question, reply) for question, reply in pairs if not reply.refused]
    wanted = [(_wanted(question), set(terms(reply.quotes))) for question, reply in given]
    numbers = [({t for t in want if t[:1].isdigit()}, quoted) for want, quoted in wanted]
    return Answers(
        questions=len(pairs),
        refused=1 - len(given) / len(pairs),
        cited=_mean(not q.relevant.isdisjoint(reply.cited) for q, reply in given),
        cited_first=_mean(reply.cited[0] in q.relevant for q, reply in given),
        said=_mean(len(want & quoted) / len(want) for want, quoted in wanted if want),
        numbers=_mean(len(want & quoted) / len(want) for want, quoted in numbers if want),
    )


def refusal(questions: Sequence[str], ask: Asker) -> float:
    """Share of the questions, of which there is at least one, that is refused."""
    return _mean(ask(question).refused for question in questions)


def load_unanswerable(path: Path) -> tuple[str, ...]:
    """The questions of a file with one {"question": "…"} a line. Raises InputError."""
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(str(json.loads(line)["question"]))
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    f'{path}, line {number}: expected {{"question": "…"}}, got {line[:60]!r}'
                ) from error
    return tuple(found)


def _wanted(question: Question) -> set[str]:
    return set(terms(question.answer)) - set(terms(question.text))


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return statistics.fmean(listed) if listed else 0.0
