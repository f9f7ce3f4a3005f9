"""A task of MTEB's own making, with data that a test gives. Needs mteb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mteb
from datasets import Dataset
from mteb.abstasks import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata

from recto.benchmarks.mteb_model import RectoSearch

Rows = Sequence[Mapping[str, str]]


def task(
    corpus: Rows, questions: Rows, grades: Mapping[str, Mapping[str, int]]
) -> AbsTaskRetrieval:
    """With this data."""

    class Animals(AbsTaskRetrieval):  # type: ignore[misc]  # mypy skips mteb
        metadata = TaskMetadata(
            name="Animals",
            description="What animals eat",
            dataset={"path": "none", "revision": "none"},
            type="Retrieval",
            category="t2t",
            modalities=["text"],
            eval_splits=["test"],
            eval_langs=["eng-Latn"],
            main_score="ndcg_at_10",
        )

        def load_data(self, **_: object) -> None:
            self.dataset = {
                "default": {
                    "test": {
                        "corpus": Dataset.from_list([dict(row) for row in corpus]),
                        "queries": Dataset.from_list([dict(row) for row in questions]),
                        "relevant_docs": {q: dict(found) for q, found in grades.items()},
                        "top_ranked": None,
                    }
                }
            }
            self.data_loaded = True

    return Animals()


def evaluated(model: RectoSearch, animals: AbsTaskRetrieval) -> float:
    """The main score of the task, nDCG@10."""
    result = mteb.evaluate(model, animals, cache=None)
    return float(result.task_results[0].get_score())
