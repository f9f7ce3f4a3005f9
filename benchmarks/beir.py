"""Data sets in BEIR's folders: passages of text, questions, and which passage answers which.

    corpus.jsonl     {"_id": "…", "title": "…", "text": "…"}
    queries.jsonl    {"_id": "…", "text": "…"}
    qrels/test.tsv   query-id  corpus-id  score

A passage becomes a PDF of one page, as tall as it needs, so that it is read like anything else.
Letters that Windows-1252 lacks become question marks. Knows no libraries.
"""

from __future__ import annotations

import csv
import json
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from recto.benchmarks import specimen
from recto.benchmarks.questions import Place, Question
from recto.engine.errors import InputError, NotFound

_COLUMNS = 88
Grades = dict[str, dict[str, int]]
"""By question and passage."""


def is_beir(folder: Path) -> bool:
    return (folder / "corpus.jsonl").is_file()


def load(folder: Path, documents: Path, *, split: str = "test") -> tuple[Question, ...]:
    """Write the passages into `documents`, and read the questions that have an answer there.

    Raises NotFound, and InputError for what is not of this shape.
    """
    grades = read_grades(folder / "qrels" / f"{split}.tsv")
    names = {}
    for number, record in _records(folder / "corpus.jsonl"):
        id = _text(record, "_id", folder / "corpus.jsonl", number)
        title, text = str(record.get("title") or ""), str(record.get("text") or "")
        names[id] = write_passage(id, title, text, documents)
    questions = []
    for number, record in _records(folder / "queries.jsonl"):
        id = _text(record, "_id", folder / "queries.jsonl", number)
        text = _text(record, "text", folder / "queries.jsonl", number)
        if found := question(id, text, grades.get(id, {}), names, line=number):
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


def write_passage(id: str, title: str, text: str, documents: Path) -> str:
    """The name of the PDF that it has become."""
    name = f"{file_name(id)}.pdf"
    lines = [*textwrap.wrap(title, _COLUMNS), *([""] if title else [])]
    specimen.write_pages(documents / name, [[*lines, *textwrap.wrap(text, _COLUMNS)]])
    with (documents / name).open("ab") as file:  # equal bytes would be one document
        file.write(f"% {file_name(id)}\n".encode())
    return name


def file_name(id: str) -> str:
    """An id as the name of a file: different ids, different names; never a path."""
    return quote(id, safe=" ").replace(".", "%2E")


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
