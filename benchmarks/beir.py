"""Data sets in BEIR's folders: passages of text, questions, and which passage answers which.

    corpus.jsonl     {"_id": "…", "title": "…", "text": "…"}
    queries.jsonl    {"_id": "…", "text": "…"}
    qrels/test.tsv   query-id  corpus-id  score

Knows no libraries.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from recto.benchmarks.passages import Passages
from recto.benchmarks.questions import Place, Question
from recto.engine.errors import InputError, NotFound

Grades = dict[str, dict[str, int]]
"""By question and passage."""


def is_beir(folder: Path) -> bool:
    return (folder / "corpus.jsonl").is_file()


def load(folder: Path, passages: Passages, *, split: str = "test") -> tuple[Question, ...]:
    """Write the passages, and read the questions that have an answer there.

    Raises NotFound, and InputError for what is not of this shape.
    """
    grades = read_grades(folder / "qrels" / f"{split}.tsv")
    for number, record in _records(folder / "corpus.jsonl"):
        id = _text(record, "_id", folder / "corpus.jsonl", number)
        passages.add({"id": id, "title": record.get("title"), "text": record.get("text")})
    questions = []
    for number, record in _records(folder / "queries.jsonl"):
        id = _text(record, "_id", folder / "queries.jsonl", number)
        text = _text(record, "text", folder / "queries.jsonl", number)
        if found := question(id, text, grades.get(id, {}), passages.names, line=number):
            questions.append(found)
    if not questions:
        raise InputError(f"{folder}: no question of queries.jsonl has a passage in {split}.tsv.")
    return tuple(questions)


def question(
    id: str, text: str, grades: Mapping[str, int], names: Mapping[str, str], *, line: int = 0
) -> Question | None:
    """A question whose pages are documents of one page; None if nothing answers it.

    Raises InputError for an answer that is no document.
    """
    for other in grades:
        if other not in names:
            raise InputError(f"Question {id!r} is answered by {other!r}, which the corpus lacks.")
    places = {Place(names[other], 1): grade for other, grade in grades.items() if grade > 0}
    if not places:
        return None
    return Question(id=id, text=text, relevant=frozenset(places), grades=places, line=line)


def read_grades(path: Path) -> Grades:
    """A table of question, passage and grade, with or without a line of headings."""
    grades: Grades = defaultdict(dict)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for number, row in enumerate(csv.reader(lines, delimiter="\t"), start=1):
                if len(row) != 3 or (number > 1 and not _is_number(row[2])):
                    raise InputError(
                        f"{path}, line {number}: expected question, passage and a whole number,"
                        f" separated by tabs; got {row}."
                    )
                if _is_number(row[2]):
                    grades[row[0]][row[1]] = int(row[2])
    except OSError as error:
        raise NotFound(f"Cannot read {path}: {error.strerror}.") from error
    return grades


def _records(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, dict(json.loads(line))
    except OSError as error:
        raise NotFound(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: expected an object a line, got {error}.") from error


def _text(record: Mapping[str, object], key: str, path: Path, number: int) -> str:
    if not isinstance(found := record.get(key), str):
        raise InputError(f"{path}, line {number}: expected {key!r} to be text, got {found!r}.")
    return found


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal()
