"""What is said of documents by those who add them: tags and metadata, given with the call or in a
file beside each document. Knows nothing of what documents say of themselves.

The file beside `report.pdf` is `report.pdf.meta.json`, a JSON object of metadata, in which "tags"
is a list of tags:

    {"tags": ["finance"], "year": 2024, "final": true, "due": "2024-12-31"}
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recto.engine.errors import InputError, NotesError

SUFFIX = ".meta.json"
_LARGEST = 1 << 20
"""Bytes of such a file."""
_MOST_KEYS = 100
_LONGEST_KEY = 200
"""Characters."""
_HALVES = re.compile("[\ud800-\udfff]")

MetadataValue = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What a user says of the documents that he adds."""

    tags: tuple[str, ...] = ()
    metadata: Mapping[str, MetadataValue] | None = None

    def __post_init__(self) -> None:
        metadata = self.metadata or {}
        for tag in self.tags:
            _check_text(tag, "A tag")
        for key, value in metadata.items():
            plain = isinstance(key, str) and isinstance(value, (str, int, float))
            if not plain or (isinstance(value, float) and not math.isfinite(value)):
                raise InputError(
                    f"metadata is {{{key!r}: {value!r}}}; expected names with a str, a bool or a "
                    "finite number."
                )
            _check_text(key, "A name in metadata")
            _check_text(value, f"metadata {key!r}")
            if not 0 < len(key) <= _LONGEST_KEY:
                raise InputError(
                    f"metadata has a name of {len(key)} characters; expected 1 to {_LONGEST_KEY}."
                )
        if len(metadata) > _MOST_KEYS:
            raise InputError(f"{len(metadata)} metadata; expected at most {_MOST_KEYS}.")

    def joined(self, later: Notes) -> Notes:
        """These and later ones, which prevail."""
        return Notes(
            tags=tuple(dict.fromkeys((*self.tags, *later.tags))),
            metadata={**(self.metadata or {}), **(later.metadata or {})},
        )


def _check_text(said: object, what: str) -> None:
    """InputError for a text that no encoding of Unicode can keep."""
    if isinstance(said, str) and not said.isascii() and _HALVES.search(said):
        raise InputError(
            f"{what} is {said!r}, with half of a surrogate pair; expected Unicode text."
        )


def is_notes(path: Path) -> bool:
    """Whether it is a file of notes beside a document."""
    return path.name.endswith(SUFFIX) and path.with_name(path.name.removesuffix(SUFFIX)).is_file()


def beside(document: Path) -> Notes:
    """What the file beside a document says, if there is one. Raises NotesError."""
    path = document.with_name(f"{document.name}{SUFFIX}")
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return Notes()
    except OSError as error:
        raise NotesError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(data) > _LARGEST:
        raise NotesError(f"{path} has more than {_LARGEST} bytes; expected tags and metadata.")
    try:
        return _notes(json.loads(data))
    except (ValueError, RecursionError) as error:
        raise NotesError(
            f"{path} cannot be used: {error} Expected an object of names with texts, numbers, true"
            f' or false, and "tags" with a list of texts. {document.name} is left as it was.'
        ) from error


def _notes(said: object) -> Notes:
    if not isinstance(said, dict):
        raise InputError(f"it holds {type(said).__name__}, no object.")
    tags = said.pop("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise InputError(f"tags is {tags!r}, no list of texts.")
    return Notes(tags=tuple(tags), metadata=said)
