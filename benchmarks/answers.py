"""How good answers are, by several strategies side by side: `recto bench answers`.

Are the right pages cited, do the quotes stand there, is what the reference answer says told, and is
a question that the documents do not answer refused? Without a model the answers are extractive.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.benchmarks.questions import Place, Question, load
from recto.benchmarks.replies import Answered, Quoted, Reply
from recto.benchmarks.shelf import indexed
from recto.engine.errors import (
    EndpointError,
    InputError,
    KeyRefused,
    ModelNotFound,
    NotAnEndpoint,
    NotFound,
)
from recto.engine.strategies.registry import DEFAULT, NEED_SUMMARIES

if TYPE_CHECKING:
    from recto.engine.answering.protocol import Answerer
    from recto.indexing.progress import Progress
    from recto.indexing.summariser import Summariser
    from recto.library import Library
    from recto.results import Answer

Asker = Callable[[str], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What one strategy gives. Figures of answers are means over the answerable questions that were
    answered; None where there is none to count."""

    answerable: tuple[Answered, ...]
    """In the order of their file."""
    unanswerable: tuple[tuple[str, Reply], ...] = ()

    def as_json(self) -> dict[str, float | None]:
        """In the order of a table."""
        given = [one for one in self.answerable if one.reply.answered]
        return {
            "questions": len(self.answerable),
            "refused": _mean(one.reply.refused for one in self.answerable),
            "unanswerable": len(self.unanswerable),
            "unanswerable_refused": _mean(reply.refused for _, reply in self.unanswerable),
            "failed": sum(bool(reply.error) for reply in self._replies),
            "citation_precision": _mean(one.precision for one in given),
            "citation_recall": _mean(one.recall for one in given),
            "cited": _mean(one.cited for one in given),
            "cited_first": _mean(one.cited_first for one in given),
            "said": _mean(one.said for one in given),
            "numbers": _mean(one.numbers for one in given),
            "all_numbers": _mean(n == 1.0 for one in given if (n := one.numbers) is not None),
            **self._quotes(),
            **self._costs(),
        }

    @property
    def _replies(self) -> list[Reply]:
        return [*(one.reply for one in self.answerable), *(r for _, r in self.unanswerable)]

    def _quotes(self) -> dict[str, float | None]:
        """Of all answers, wanted or not."""
        cited = [citation for reply in self._replies for citation in reply.citations]
        quotes = [citation for citation in cited if citation.words]
        return {
            "citations": len(cited),
            "quoted": _mean(bool(citation.words) for citation in cited),
            "quotes_valid": _mean(quote.valid for quote in quotes),
        }

    def _costs(self) -> dict[str, float | None]:
        """Medians over all questions; tokens and images over those that a model was asked."""
        usages = [reply.usage for reply in self._replies if reply.usage is not None]
        costs = [usage.cost for usage in usages if usage.cost is not None]
        return {
            "seconds_p50": _median(reply.seconds for reply in self._replies),
            "input_tokens_p50": _median(usage.input_tokens for usage in usages),
            "output_tokens_p50": _median(usage.output_tokens for usage in usages),
            "images_p50": _median(usage.images for usage in usages),
            "cost_p50": _median(costs),
            "cost": sum(costs) if costs else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What each strategy gives for the same questions to the same library."""

    pages: int
    """In the library."""
    answers: dict[str, Answers]
    """By strategy."""

    def as_json(self) -> dict[str, Any]:
        """The shape that `recto bench answers --json` prints."""
        strategies = {name: answers.as_json() for name, answers in self.answers.items()}
        return {"pages": self.pages, "strategies": strategies}


def run(
    questions_file: str | os.PathLike[str],
    documents_folder: str | os.PathLike[str],
    *,
    unanswerable: Sequence[str | os.PathLike[str]] = (),
    strategies: Sequence[str] = (DEFAULT,),
    library_folder: str | os.PathLike[str] | None = None,
    encoder: str | None = None,
    answerer: Answerer | None = None,
    summariser: Summariser | None = None,
    output: str | os.PathLike[str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Index a folder and ask every question by every strategy.

    `unanswerable` are files of questions that the folder does not answer, `{"question": "…"}` a
    line; what else a line holds is not looked at. `answerer`: None is the extractive one.
    `summariser` writes the summaries that a strategy needs and the library lacks. `output` is a
    file for every question with its answer, one JSON object a line. The others as in
    `quality.run`.

    Raises NotFound, and InputError for a bad line, an unknown document or a page out of range.
    """
    questions = load(Path(questions_file))
    others = [text for file in unanswerable for text in load_unanswerable(Path(file))]
    with indexed(
        questions,
        documents_folder,
        library_folder=library_folder,
        encoder=encoder,
        on_progress=on_progress,
    ) as shelf:
        if summariser is not None and set(strategies) & set(NEED_SUMMARIES):
            shelf.library.summarise(summariser, on_progress=on_progress)
        answers = {
            name: judge(questions, others, asker(shelf.library, strategy=name, answerer=answerer))
            for name in strategies
        }
        pages = shelf.pages
    if output is not None:
        lines = (line for name, one in answers.items() for line in records(name, one))
        Path(output).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return Comparison(pages=pages, answers=answers)


def asker(library: Library, *, strategy: str = DEFAULT, answerer: Answerer | None = None) -> Asker:
    """A library's `ask` in the shape that is measured. A model that fails at one question, and may
    not at the next, has given no answer to it."""

    def ask(question: str) -> Reply:
        begun = time.perf_counter()
        try:
            answer = library.ask(question, strategy=strategy, answerer=answerer)
        except (KeyRefused, ModelNotFound, NotAnEndpoint):
            raise
        except EndpointError as error:
            return Reply(text="", error=str(error), seconds=time.perf_counter() - begun)
        return _reply(answer, time.perf_counter() - begun)

    return ask


def judge(questions: Iterable[Question], unanswerable: Iterable[str], ask: Asker) -> Answers:
    """Ask every question, one after the other."""
    return Answers(
        answerable=tuple(Answered(question=q, reply=ask(q.text)) for q in questions),
        unanswerable=tuple((text, ask(text)) for text in unanswerable),
    )


def records(strategy: str, answers: Answers) -> Iterable[str]:
    """A JSON object a question: what was asked, wanted and answered."""
    for one in answers.answerable:
        asked = {"strategy": strategy, "question": one.question.text, "line": one.question.line}
        wanted = {
            "wanted": one.question.answer,
            "relevant": [place._asdict() for place in sorted(one.question.relevant)],
        }
        yield json.dumps(asked | wanted | one.reply.as_json(), ensure_ascii=False)
    for text, reply in answers.unanswerable:
        asked = {"strategy": strategy, "question": text, "wanted": None, "relevant": []}
        yield json.dumps(asked | reply.as_json(), ensure_ascii=False)


def load_unanswerable(path: Path) -> tuple[str, ...]:
    """The questions of a file with one {"question": "…"} a line. Raises NotFound, InputError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise NotFound(f"Cannot read the questions file {path}: {error.strerror}.") from error
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


def _reply(answer: Answer, seconds: float) -> Reply:
    citations = tuple(
        Quoted(
            place=Place(citation.document.name, citation.page.number),
            words=citation.quote,
            page=citation.page.text,
        )
        for citation in answer.citations
    )
    return Reply(
        text="\n".join(statement.text for statement in answer.statements),
        citations=citations,
        reason=answer.reason,
        seconds=seconds,
        usage=answer.usage,
    )


def _mean(values: Iterable[float | None]) -> float | None:
    listed = [value for value in values if value is not None]
    return statistics.fmean(listed) if listed else None


def _median(values: Iterable[float]) -> float | None:
    listed = list(values)
    return statistics.median(listed) if listed else None
