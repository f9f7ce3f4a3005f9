"""Data sets of pictures of pages, as ViDoRe publishes them, from parquet files in a folder.

The first version has one table of question and picture; the others a folder each for corpus,
queries and qrels, whose corpus may also be of text. Columns go by any of the names that are in use.
The same picture under several ids is one page. Knows no libraries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from recto.benchmarks.beir import Grades, question
from recto.benchmarks.passages import Passages
from recto.benchmarks.questions import Place, Question
from recto.engine.errors import InputError, MissingExtra

Row = Mapping[str, object]

_PARTS = ("corpus", "queries", "qrels")
_PASSAGE = ("corpus-id", "corpus_id", "id", "_id")
_QUESTION = ("query-id", "query_id", "id", "_id")
_TEXT = ("query", "text")
_GRADE = ("score", "relevance")
_PICTURE = ("image",)
_ROWS = 64
"""At once in memory: a picture may have megabytes."""


def is_vidore(folder: Path) -> bool:
    return next(folder.rglob("*.parquet"), None) is not None


def load(folder: Path, passages: Passages, *, language: str | None = None) -> tuple[Question, ...]:
    """Write the pictures, and read the questions that have an answer there.

    `language` keeps the questions of one, which the table must say. Raises InputError for what is
    not of this shape, MissingExtra without pyarrow.
    """
    parts = {part: _files(folder / part) for part in _PARTS}
    if not any(parts.values()):
        found = _one_table(_files(folder), passages, language)
    elif all(parts.values()):
        found = _three_tables(parts, passages, language)
    else:
        lacking = ", ".join(part for part in _PARTS if not parts[part])
        raise InputError(f"{folder}: no parquet files in {lacking}; expected some in each.")
    if not found:
        raise InputError(f"{folder}: no question has a picture that answers it.")
    return tuple(found)


def _one_table(files: Sequence[Path], passages: Passages, language: str | None) -> list[Question]:
    """Rows without a question are pictures that answer none."""
    answers: dict[str, set[Place]] = defaultdict(set)
    for number, row in enumerate(_rows(files)):
        passages.add({"id": number, "image": _value(row, _PICTURE, files[0])})
        text = _value(row, _TEXT, files[0])
        if text and _is_in(row, language, files[0]):
            answers[str(text)].add(Place(passages.names[str(number)], 1))
    return [
        Question(id=f"q{number}", text=text, relevant=frozenset(places), line=number)
        for number, (text, places) in enumerate(answers.items(), start=1)
    ]


def _three_tables(
    parts: Mapping[str, Sequence[Path]], passages: Passages, language: str | None
) -> list[Question]:
    corpus, queries, qrels = (parts[part] for part in _PARTS)
    for row in _rows(corpus):
        _value(row, (*_PICTURE, "text"), corpus[0])
        passages.add({**row, "id": _value(row, _PASSAGE, corpus[0])})
    grades: Grades = defaultdict(dict)
    for row in _rows(qrels):
        id, other, grade = (
            _value(row, columns, qrels[0]) for columns in (_QUESTION[:2], _PASSAGE[:2], _GRADE)
        )
        grades[str(id)][str(other)] = int(float(str(grade)))
    found = []
    for number, row in enumerate(_rows(queries), start=1):
        if _is_in(row, language, queries[0]):
            id = str(_value(row, _QUESTION, queries[0]))
            text = str(_value(row, _TEXT, queries[0]))
            if one := question(id, text, grades.get(id, {}), passages.names, line=number):
                found.append(one)
    return found


def _is_in(row: Row, language: str | None, path: Path) -> bool:
    return language is None or _value(row, ("language",), path) == language


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"))


def _rows(files: Sequence[Path]) -> Iterator[Row]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra(
            'Parquet files need pyarrow, which is not installed: pip install "recto[bench]".'
        ) from error
    for path in files:
        for batch in parquet.ParquetFile(path).iter_batches(_ROWS):
            yield from batch.to_pylist()


def _value(row: Row, columns: Sequence[str], path: Path) -> object:
    for column in columns:
        if column in row:
            return row[column]
    raise InputError(
        f"{path} has the columns {', '.join(row)}; expected {' or '.join(columns)} among them."
    )
