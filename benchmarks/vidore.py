"""Data sets of pictures of pages, as ViDoRe publishes them, from parquet files in a folder.

The first version has one table of question and picture; the others a folder each for corpus,
queries and qrels. Columns go by any of the names that are in use. The same picture under several
ids is one page. Knows no libraries.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from recto.benchmarks.beir import Grades, question
from recto.benchmarks.questions import Place, Question
from recto.engine.errors import InputError, MissingExtra

Row = Mapping[str, object]

_PARTS = ("corpus", "queries", "qrels")
_PASSAGE = ("corpus-id", "corpus_id", "id", "_id")
_QUESTION = ("query-id", "query_id", "id", "_id")
_TEXT = ("query", "text")
_GRADE = ("score", "relevance")
_PICTURE = ("image",)
_SUFFIXES = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"RIFF": ".webp", b"II*\0": ".tiff"}
_ROWS = 64
"""At once in memory: a picture may have megabytes."""


def is_vidore(folder: Path) -> bool:
    return next(folder.rglob("*.parquet"), None) is not None


def load(folder: Path, documents: Path, *, language: str | None = None) -> tuple[Question, ...]:
    """Write the pictures into `documents`, and read the questions that have an answer there.

    `language` keeps the questions of one, where the table says it. Raises InputError for what is
    not of this shape, MissingExtra without pyarrow.
    """
    parts = {part: _files(folder / part) for part in _PARTS}
    if not any(parts.values()):
        found = _one_table(_files(folder), documents)
    elif all(parts.values()):
        found = _three_tables(parts, documents, language)
    else:
        lacking = ", ".join(part for part in _PARTS if not parts[part])
        raise InputError(f"{folder}: no parquet files in {lacking}; expected some in each.")
    if not found:
        raise InputError(f"{folder}: no question has a picture that answers it.")
    return tuple(found)


def _one_table(files: Sequence[Path], documents: Path) -> list[Question]:
    """Rows without a question are pictures that answer none."""
    answers: dict[str, set[Place]] = defaultdict(set)
    for row in _rows(files):
        place = Place(_write(_value(row, _PICTURE, files[0]), documents), 1)
        text = _value(row, _TEXT, files[0])
        if text:
            answers[str(text)].add(place)
    return [
        Question(id=f"q{number}", text=text, relevant=frozenset(places), line=number)
        for number, (text, places) in enumerate(answers.items(), start=1)
    ]


def _three_tables(
    parts: Mapping[str, Sequence[Path]], documents: Path, language: str | None
) -> list[Question]:
    names = {
        str(_value(row, _PASSAGE, parts["corpus"][0])): _write(
            _value(row, _PICTURE, parts["corpus"][0]), documents
        )
        for row in _rows(parts["corpus"])
    }
    grades: Grades = defaultdict(dict)
    for row in _rows(parts["qrels"]):
        id, other, grade = (
            _value(row, columns, parts["qrels"][0])
            for columns in (_QUESTION[:2], _PASSAGE[:2], _GRADE)
        )
        grades[str(id)][str(other)] = int(float(str(grade)))
    found = []
    for number, row in enumerate(_rows(parts["queries"]), start=1):
        if language is None or row.get("language", language) == language:
            id = str(_value(row, _QUESTION, parts["queries"][0]))
            text = str(_value(row, _TEXT, parts["queries"][0]))
            if one := question(id, text, grades.get(id, {}), names, line=number):
                found.append(one)
    return found


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


def _write(picture: object, documents: Path) -> str:
    data = picture.get("bytes") if isinstance(picture, Mapping) else picture
    if not isinstance(data, bytes):
        raise InputError(f"Expected the bytes of a picture, got {type(data).__name__}.")
    return write_picture(data, documents)


def write_picture(data: bytes, documents: Path) -> str:
    """The name of the file, which is that of its bytes."""
    suffix = next((s for start, s in _SUFFIXES.items() if data.startswith(start)), ".png")
    name = hashlib.sha256(data).hexdigest()[:32] + suffix
    path = documents / name
    if not path.exists():
        path.write_bytes(data)
    return name
