"""What is measured with: questions, and the folder of documents that answer them.

A file of questions comes with a folder of documents; a folder of BEIR or ViDoRe brings its own, and
so does a data set of the hub or a task of MTEB, which are fetched. They are written where they can
be indexed.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from recto.benchmarks import beir, fetched, vidore
from recto.benchmarks.passages import Passages
from recto.benchmarks.questions import Question, load
from recto.engine.errors import InputError

_FETCHED = ("hf", "mteb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """At least one question."""

    name: str
    questions: tuple[Question, ...]
    documents: Path
    language: str | None = None
    """The only one whose questions these are."""
    notes: tuple[str, ...] = ()
    """What of it could not be kept as it is, in sentences."""

    @property
    def hash(self) -> str:
        """Of the questions and of the pages that answer them."""
        lines = [
            json.dumps([one.name, one.text, sorted(one.gains.items())]) for one in self.questions
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def open_dataset(
    source: str | os.PathLike[str],
    documents: str | os.PathLike[str] | None,
    made: Path,
    *,
    language: str | None = None,
    name: str | None = None,
) -> Dataset:
    """`source` is a file of questions about `documents`; or a folder of BEIR or ViDoRe, `hf:REPO`
    (such a folder on the hub) or `mteb:TASK`, which bring their own: those are written into `made`.
    `language` keeps the questions of one. `name` is what to call it; None: what it is called.

    Raises NotFound, also where it cannot be fetched; MissingExtra; InputError for what is none of
    these.
    """
    given = os.fspath(source)
    kind, _, rest = given.partition(":")
    if kind in _FETCHED and rest:
        called = rest
    elif Path(given).is_dir():
        called = Path(given).absolute().name
    else:
        return _asked(Path(given), documents, language, name)
    if documents is not None:
        raise InputError(f"The data set {given} has documents of its own; leave out {documents}.")
    made.mkdir(parents=True, exist_ok=True)
    passages = Passages(made)
    questions = _questions(given, passages, language)
    return Dataset(
        name=name or called,
        questions=questions,
        documents=made,
        language=language,
        notes=passages.notes,
    )


def _asked(
    file: Path, documents: str | os.PathLike[str] | None, language: str | None, name: str | None
) -> Dataset:
    """Questions of a file, about documents of the user's."""
    if documents is None:
        raise InputError(f"{file} holds questions alone: name the folder of documents, too.")
    if language is not None:
        raise InputError(f"{file} does not say in which language a question is; leave it out.")
    folder = file.absolute().parent.name
    called = folder if file.stem == "questions" else file.stem
    return Dataset(name=name or called, questions=load(file), documents=Path(documents))


def _questions(given: str, passages: Passages, language: str | None) -> tuple[Question, ...]:
    kind, _, rest = given.partition(":")
    if kind == "mteb":
        return fetched.task(rest, passages, language=language)
    folder = fetched.hub(rest) if kind == "hf" else Path(given)
    if beir.is_beir(folder):
        if language is not None:
            raise InputError(f"{given} does not say in which language a question is; leave it out.")
        return beir.load(folder, passages)
    if vidore.is_vidore(folder):
        return vidore.load(folder, passages, language=language)
    raise InputError(f"{given} holds neither corpus.jsonl (BEIR) nor parquet files (ViDoRe).")
