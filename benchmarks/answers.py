"""How good answers are, by several strategies side by side: `recto bench answers`.

Are the right pages cited, do the quotes stand there, is what the reference answer says told, and is
a question that the documents do not answer refused? Of a model, how much of what it said had to be
repaired or left out? Without one the answers are extractive.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.benchmarks.answer_figures import Answers, Comparison
from recto.benchmarks.answer_log import AnswerLog, Asker
from recto.benchmarks.datasets import open_dataset
from recto.benchmarks.questions import Place, Question
from recto.benchmarks.replies import Answered, Quoted, Reply
from recto.benchmarks.shelf import Indexed, indexed
from recto.engine.errors import (
    BackendUnreachable,
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

_HOPELESS = (KeyRefused, ModelNotFound, NotAnEndpoint)
"""What the next question would meet as well."""
_IN_A_ROW = 5
"""So many questions that fail one after the other are no accident."""
LOG = "answers.jsonl"
"""In the folder of results."""


def run(
    questions_file: str | os.PathLike[str],
    documents_folder: str | os.PathLike[str],
    *,
    unanswerable: Sequence[str | os.PathLike[str]] = (),
    strategies: Sequence[str] = (DEFAULT,),
    library_folder: str | os.PathLike[str] | None = None,
    encoder: str | None = None,
    encoder_settings: Mapping[str, str] | None = None,
    answerer: Answerer | None = None,
    deep: bool = False,
    summariser: Summariser | None = None,
    settings: Mapping[str, object] | None = None,
    output: str | os.PathLike[str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Index a folder and ask every question by every strategy.

    `unanswerable` are files of questions that the folder does not answer, `{"question": "…"}` a
    line; what else a line holds is not looked at. `answerer`: None is the extractive one; `deep`
    lets it search several times. `summariser` writes the summaries that a strategy needs and the
    library lacks. `settings` say of the answerer what decides its answers, such as the model's
    name. `output` is a file for every question with its answer, written as they come; a run that
    was cut off goes on from it. The others as in `quality.run`.

    A question that fails is counted as failed, and asked again by the next run with the same
    `output`. Raises NotFound, InputError for a bad line, an unknown document, a page out of range,
    or an `output` of other settings; and what the model raises, when it fails again and again.
    """
    dataset = open_dataset(questions_file, documents_folder, Path())  # which makes nothing there
    others = [text for file in unanswerable for text in load_unanswerable(Path(file))]
    with indexed(
        dataset.questions,
        documents_folder,
        library_folder=library_folder,
        encoder=encoder,
        encoder_settings=encoder_settings,
        on_progress=on_progress,
    ) as shelf:
        if summariser is not None and set(strategies) & set(NEED_SUMMARIES):
            shelf.library.summarise(summariser, on_progress=on_progress)
        decided = {**_decided(shelf, dataset.name, deep=deep), **(settings or {})}
        for name in strategies:  # what is lacking is known at once, and the first one loads things
            shelf.library.search(dataset.questions[0].text, limit=1, strategy=name)
        log = AnswerLog(None if output is None else Path(output), dataset.questions, decided)
        answers = {}
        for name in strategies:
            ask = asker(shelf.library, strategy=name, answerer=answerer, deep=deep)
            with _telling_what_is_kept(output):
                answers[name] = judge(dataset.questions, others, log.asking(name, ask))
        return Comparison(pages=shelf.pages, answers=answers, settings=decided)


def save(compared: Comparison, folder: Path, *, command: str) -> Path:
    """Keep it with every question, for `recto bench report`; see `report_answers`."""
    from recto.benchmarks.result_files import save as save_result

    about = compared.as_json()
    named = {name: about["settings"].get(name) for name in ("dataset", "model")}
    rows = {name: records(name, answers) for name, answers in compared.answers.items()}
    data = named | about | {"rows": rows}
    return save_result(folder, kind="answers", command=command, data=data)


def asker(
    library: Library,
    *,
    strategy: str = DEFAULT,
    answerer: Answerer | None = None,
    deep: bool = False,
) -> Asker:
    """A library's `ask` in the shape that is measured. A model that fails at one question, and may
    not at the next, has given no answer to it; one that fails at several in a row is given up."""
    failures = 0

    def ask(question: str) -> Reply:
        nonlocal failures
        begun = time.perf_counter()
        try:
            answer = library.ask(question, strategy=strategy, answerer=answerer, deep=deep)
        except (EndpointError, BackendUnreachable) as error:
            failures += 1
            if isinstance(error, _HOPELESS) or failures == _IN_A_ROW:
                raise
            return Reply(text="", error=str(error), seconds=time.perf_counter() - begun)
        failures = 0
        return _reply(answer, time.perf_counter() - begun)

    return ask


def judge(questions: Iterable[Question], unanswerable: Iterable[str], ask: Asker) -> Answers:
    """Ask every question, one after the other."""
    return Answers(
        answerable=tuple(Answered(question=q, reply=ask(q.text)) for q in questions),
        unanswerable=tuple((text, ask(text)) for text in unanswerable),
    )


def records(strategy: str, answers: Answers) -> list[dict[str, Any]]:
    """An object a question: what was asked, wanted and answered."""
    log = AnswerLog(None, [one.question for one in answers.answerable], {})
    replies = [(one.question.text, one.reply) for one in answers.answerable]
    return [log.record(strategy, *pair) for pair in (*replies, *answers.unanswerable)]


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


@contextmanager
def _telling_what_is_kept(output: str | os.PathLike[str] | None) -> Iterator[None]:
    try:
        yield
    except (EndpointError, BackendUnreachable) as error:
        if output is None:
            raise
        raise type(error)(
            f"{error} The answers before are kept in {os.fspath(output)}; the same command goes on"
            " from there."
        ) from error


def _decided(shelf: Indexed, dataset: str, *, deep: bool) -> dict[str, object]:
    """What decides the answers, apart from the answerer."""
    encoder = shelf.library.encoder
    return {
        "dataset": dataset,
        "corpus": shelf.corpus,
        "encoder": f"{encoder.name} {encoder.revision}",
        "model": None,
        "deep": deep,
    }


def _reply(answer: Answer, seconds: float) -> Reply:
    citations = tuple(
        Quoted.of(
            Place(citation.document.name, citation.page.number),
            citation.quote,
            citation.page.text,
        )
        for citation in answer.citations
        if citation.page is not None  # questions about films are not among those that are asked
    )
    return Reply(
        text="\n".join(statement.text for statement in answer.statements),
        citations=citations,
        reason=answer.reason,
        seconds=seconds,
        usage=answer.usage,
        tally=answer.tally,
    )
