"""The attributes of a document, which are what filters see of it, and how stores index them.

Knows no store.

Each value is kept under what it can be compared as, so that one place holds one type, whatever
users put into their metadata:

    text      of texts, whole                        flag      "true", "false"
    words     of texts, the words that they have     number    of numbers, as floats
    time      of texts in ISO 8601, seconds since 1970 in UTC
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Literal, Protocol, TypeAlias

from recto.engine.store.condition import LARGEST, Attributes, AttributeValue, Moment
from recto.engine.text import word_terms, words

REVISION = 1
"""Counts the changes of what a page carries for the same document (this module and text.py). Pages
of a lower one are described anew before they are filtered."""

Sort: TypeAlias = Literal["text", "words", "number", "time", "flag"]
INDEX_OF: dict[Sort, Literal["keyword", "float"]] = {
    "text": "keyword",
    "words": "keyword",
    "flag": "keyword",
    "number": "float",
    "time": "float",
}
FIELDS = ("name", "title", "kind", "path", "tags", "added", "pages", "size")
META = "meta."
"""What a user said of a document: `meta.KEY`."""
DAY = 86_400.0
Indexed: TypeAlias = dict[Sort, dict[str, list[str] | list[float]]]

_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
_PART = re.compile(r"[^\W_]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Described(Protocol):
    """A document's record, or what a user sees of it."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def paths(self) -> tuple[str, ...]: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def added(self) -> str: ...
    @property
    def pages(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def metadata(self) -> Mapping[str, str | int | float | bool]: ...


def attributes_of(record: Described) -> Attributes:
    """What filters see of a document."""
    own: dict[str, AttributeValue] = {
        "name": record.name,
        "title": record.title,
        "kind": record.kind,
        "path": record.paths,
        "tags": record.tags,
        "added": record.added,
        "pages": record.pages,
        "size": record.size,
    }
    return own | {f"{META}{key}": value for key, value in record.metadata.items()}


def indexed(attributes: Attributes) -> Indexed:
    """The attributes as a store indexes them, by what they can be compared as and by field."""
    found: Indexed = {}

    def keep(sort: Sort, field: str, values: list[str] | list[float]) -> None:
        if values:
            found.setdefault(sort, {})[field] = values

    for field, value in attributes.items():
        if isinstance(value, bool):
            keep("flag", field, [flag(value)])
        elif isinstance(value, (int, float)):
            keep("number", field, [float(value)] if abs(value) <= LARGEST else [])
        else:
            texts = [unicode_of(text) for text in ((value,) if isinstance(value, str) else value)]
            keep("text", field, texts)
            keep("words", field, sorted({word for text in texts for word in words_of(text)}))
            keep("time", field, [at for text in texts if (at := time_of(text)) is not None])
    return found


def words_of(text: str) -> list[str]:
    """The words of a text, and of the compounds, names of files and paths in it, without their
    endings: stop words, too, for they may be all it has."""
    parts = [part for word in words(text) for part in _PART.findall(word) or [word]]
    return [term for part in parts for term in word_terms(part) or (part,)]


def moment_of(text: str) -> Moment | None:
    """A date or a time in ISO 8601; None for any other text."""
    if not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:  # the 30th of February
        return None


def time_of(text: str) -> float | None:
    """The first moment of what a text in ISO 8601 says."""
    moment = moment_of(text)
    return None if moment is None else seconds_of(moment)


def seconds_of(moment: Moment) -> float:
    """Since 1970 in UTC; of a date, at its beginning."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH).total_seconds()


def flag(value: bool) -> str:
    return "true" if value else "false"


def unicode_of(text: str) -> str:
    """Names and paths of files may hold bytes that are no Unicode, which no payload takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
