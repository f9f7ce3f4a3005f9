"""The blocks of the documentation that tell of answers. Knows their wording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from recto.benchmarks.notes_parts import machine_of
from recto.benchmarks.report_answers import told
from recto.benchmarks.report_markdown import table
from recto.benchmarks.result_files import Result
from recto.engine.errors import InputError

KIND = "answers"
_SAID = {
    "refused": "refused though answerable",
    "unanswerable_refused": "refused, of those that nothing answers",
    "citation_precision": "cited pages that answer (precision)",
    "citation_recall": "answering pages that are cited (recall)",
    "cited": "answers that cite a page that answers",
    "cited_first": "answers whose first citation answers",
    "said": "terms of the reference answer that are told",
    "numbers": "its numbers that are told",
}


def answers(results: Sequence[Result], dataset: str) -> str:
    """What was answered by each strategy, with intervals."""
    one = _one(results, dataset)
    strategies = one.data["strategies"]
    asked = next(iter(strategies.values()))
    head = (
        f"{dataset}, {asked['questions']} questions over {one.data['pages']} pages,"
        f" {asked['unanswerable']} that nothing answers"
    )
    rows = [
        [said, *(told(one, name, figure) for name in strategies)] for figure, said in _SAID.items()
    ]
    return table([head, *strategies], rows)


def answers_how(results: Sequence[Result], dataset: str) -> str:
    """Machine and command of that."""
    one = _one(results, dataset)
    return f"{machine_of(one)} Command:\n\n    {one.command}"


BLOCKS: Mapping[str, Callable[..., str]] = {"answers": answers, "answers-how": answers_how}


def _one(results: Sequence[Result], dataset: str) -> Result:
    """Raises InputError unless they were measured once."""
    found = [one for one in results if (one.kind, one.data.get("dataset")) == (KIND, dataset)]
    if len(found) != 1:
        raise InputError(
            f"{len(found)} results of answers about {dataset} in benchmarks/results; expected one."
        )
    return found[0]
