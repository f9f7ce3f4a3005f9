"""Data sets that are fetched: of the Hugging Face hub, and tasks of MTEB. Knows no libraries."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.benchmarks.beir import question
from recto.benchmarks.passages import Passages
from recto.benchmarks.questions import Question
from recto.engine.errors import InputError, MissingExtra, NotFound

if TYPE_CHECKING:
    from mteb.abstasks import AbsTaskRetrieval

_FILES = ("*.parquet", "*.jsonl", "*.tsv")
_EXTRA = 'needs packages that are not installed: pip install "recto[mteb]".'


def hub(repository: str, *, cache: Path | None = None, endpoint: str | None = None) -> Path:
    """The files of a data set of the hub, in its cache on this machine; `cache` and `endpoint` are
    those of the hub's own settings if None. Raises NotFound where it is neither there nor to be
    had, MissingExtra."""
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MissingExtra(f"hf:{repository} {_EXTRA}") from error
    try:
        found = snapshot_download(
            repository,
            repo_type="dataset",
            allow_patterns=[*_FILES],
            cache_dir=cache,
            endpoint=endpoint,
        )
    except (OSError, ValueError) as error:  # of the hub, the network or the disk
        raise _unreachable(f"hf:{repository}", error) from error
    return Path(found)


def task(name: str, passages: Passages, *, language: str | None = None) -> tuple[Question, ...]:
    """The questions of a retrieval task of MTEB, its corpus written as `passages`.

    `language` is a subset of the task, where it has several. Raises NotFound for a task that there
    is not or whose data is not to be had, InputError for one that retrieves nothing, MissingExtra.
    """
    try:
        import mteb
        from mteb.abstasks import AbsTaskRetrieval
    except ImportError as error:
        raise MissingExtra(f"mteb:{name} {_EXTRA}") from error
    try:
        found = mteb.get_task(name)
    except KeyError as error:
        raise NotFound(f"MTEB has no task {name!r}: {error.args[0]}") from error
    if not isinstance(found, AbsTaskRetrieval):
        raise InputError(f"The task {name} of MTEB retrieves nothing; expected a retrieval task.")
    return of_task(found, passages, language=language)


def of_task(
    task: AbsTaskRetrieval, passages: Passages, *, language: str | None = None
) -> tuple[Question, ...]:
    """The same of a task at hand."""
    name = task.metadata.name
    subset = _subset(name, list(task.hf_subsets), language)
    try:
        task.load_data()
    except (OSError, ValueError, RuntimeError) as error:  # of datasets, the hub, the network
        raise _unreachable(f"mteb:{name}", error) from error
    split = task.eval_splits[0]
    data = task.dataset[subset][split]
    return questions_of(
        data["corpus"], data["queries"], data["relevant_docs"], passages, where=f"mteb:{name}"
    )


def questions_of(
    corpus: Iterable[Mapping[str, Any]],
    queries: Iterable[Mapping[str, Any]],
    grades: Mapping[str, Mapping[str, int]],
    passages: Passages,
    *,
    where: str,
) -> tuple[Question, ...]:
    """Rows as MTEB has them: `id` with `title`, `text` or `image`; `id` with `text`."""
    for row in corpus:
        passages.add(row)
    found = []
    for line, row in enumerate(queries, start=1):
        id = str(row["id"])
        names = passages.names
        if one := question(id, str(row["text"]), grades.get(id, {}), names, line=line):
            found.append(one)
    if not found:
        raise InputError(f"{where}: no question has a passage that answers it.")
    return tuple(found)


def _subset(name: str, subsets: list[str], language: str | None) -> str:
    if language is None and len(subsets) == 1:
        return subsets[0]
    if language not in subsets:
        raise InputError(
            f"mteb:{name} has the subsets {', '.join(subsets)}; got {language!r}. Choose one by"
            " --language."
        )
    return language


def _unreachable(what: str, error: Exception) -> NotFound:
    offline = " (HF_HUB_OFFLINE is set)" if os.environ.get("HF_HUB_OFFLINE") else ""
    reason = " ".join(str(error).split()).rstrip(".")
    return NotFound(
        f"{what} is not on this machine and cannot be fetched{offline}: {type(error).__name__}:"
        f" {reason}. Check the name and the network, or give the folder of a copy."
    )
