"""What is measured with: questions, and the folder of documents that answer them.

A file of questions comes with a folder of documents; a folder of BEIR or ViDoRe brings its own,
which are written where they can be indexed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recto.benchmarks import beir, vidore
from recto.benchmarks.questions import Question, load
from recto.engine.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """At least one question."""

    name: str
    questions: tuple[Question, ...]
    documents: Path


def open_dataset(
    source: Path, documents: Path | None, made: Path, *, language: str | None = None
) -> Dataset:
    """`documents` are those of a questions file; those of the others are written into `made`.

    Raises NotFound, and InputError for what none of the three is.
    """
    if not source.is_dir():
        if documents is None:
            raise InputError(f"{source} holds questions alone: name the folder of documents, too.")
        questions = load(source)
        folder = source.absolute().parent
        name = folder.name if source.stem == "questions" else source.stem
        return Dataset(name=name, questions=questions, documents=documents)
    if documents is not None:
        raise InputError(f"The data set {source} has documents of its own; leave out {documents}.")
    made.mkdir(parents=True, exist_ok=True)
    if beir.is_beir(source):
        questions = beir.load(source, made)
    elif vidore.is_vidore(source):
        questions = vidore.load(source, made, language=language)
    else:
        raise InputError(f"{source} holds neither corpus.jsonl (BEIR) nor parquet files (ViDoRe).")
    return Dataset(name=source.absolute().name, questions=questions, documents=made)
