"""Questions with the pages that answer them: one JSON object a line.

    {"question": "…", "answer": "…", "relevant": [{"document": "report.pdf", "page": 7}]}

A document is named by its file name; pages count from 1. `answer` and `visual` may be left out,
other keys are not looked at. Knows nothing of libraries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from recto.engine.errors import InputError, NotFound


class Place(NamedTuple):
    """A page, as a questions file names it."""

    document: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and the pages that answer it."""

    text: str
    relevant: frozenset[Place]
    """At least one."""
    answer: str = ""
    visual: bool = False
    """The answer is in a picture."""
    line: int = 0
    """Where it stands in its file, counted from 1."""
    id: str = ""
    """What its data set calls it; "" where it has no name but its line."""
    grades: Mapping[Place, int] = field(default_factory=dict, hash=False)
    """How relevant each of `relevant` is, where that is known; else each counts 1."""

    @property
    def name(self) -> str:
        return self.id or f"q{self.line}"

    @property
    def gains(self) -> Mapping[Place, int]:
        """How relevant each page is that is."""
        return self.grades or dict.fromkeys(self.relevant, 1)

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents that answer it, by name."""
        return tuple(sorted({place.document for place in self.relevant}))


def load(path: Path) -> tuple[Question, ...]:
    """All questions of a file.

    Raises NotFound, and InputError that names the line and what is wrong with it.
    """
    try:
        # Not splitlines: a string in JSON may hold U+2028 and other ends of lines as they are.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise NotFound(f"Cannot read the questions file {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text at byte {error.start}.") from error
    questions = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                questions.append(_question(line, number))
            except ValueError as error:
                raise InputError(f"{path}, line {number}: {error}") from error
    if not questions:
        raise InputError(f"{path} holds no questions. Expected one JSON object a line.")
    return tuple(questions)


def check(questions: Sequence[Question], pages: Mapping[str, int], where: str) -> None:
    """Raise InputError unless each relevant page exists. `pages`: how many a document has."""
    for question in questions:
        for name, page in sorted(question.relevant):
            if name not in pages:
                raise InputError(
                    f"Line {question.line} of the questions names the document {name!r}, which is"
                    f" not in {where}. It has {_some(pages)}."
                )
            if page > pages[name]:
                raise InputError(
                    f"Line {question.line} of the questions names page {page} of {name!r}, which"
                    f" has pages 1 to {pages[name]}."
                )


def _question(line: str, number: int) -> Question:
    try:
        record: object = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}.") from error
    if not isinstance(record, dict):
        raise ValueError(f"expected an object, got {_kind(record)}.")
    text = record.get("question")
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f'expected "question" to be text, got {_kind(text)}.')
    relevant = record.get("relevant")
    if not isinstance(relevant, list) or not relevant:
        raise ValueError(f'expected "relevant" to be a list of pages, got {_kind(relevant)}.')
    return Question(
        text=text,
        relevant=frozenset(_place(item) for item in relevant),
        answer=str(record.get("answer", "")),
        visual=bool(record.get("visual", False)),
        line=number,
    )


def _place(item: object) -> Place:
    document = item.get("document") if isinstance(item, dict) else None
    page = item.get("page") if isinstance(item, dict) else None
    if not isinstance(document, str) or type(page) is not int or page < 1:
        raise ValueError(
            'expected each of "relevant" to be like {"document": "report.pdf", "page": 7}, pages'
            f" counted from 1; got {json.dumps(item, ensure_ascii=False)}."
        )
    return Place(document, page)


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    return f"{type(value).__name__} {json.dumps(value, ensure_ascii=False)[:60]}"


def _some(names: Mapping[str, int], most: int = 5) -> str:
    if not names:
        return "no documents"
    shown = ", ".join(repr(name) for name in sorted(names)[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
