"""What a model has written about pages: kept as a file a document, read back as pages of text.

A summary is data like the page that it is of: whoever wrote the page had a hand in it. Knows no
model, no store and no folder: a caller says where the file of a document is.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

from recto.engine.errors import DamagedLibrary, DiskFull, NewerLibrary
from recto.engine.page import Box, PageContent, PageText, Word

VERSION = 1
_LINE = 90
"""Characters of a line in which a summary is laid out as a page."""
_LINES = 60
"""Of a page; a longer summary has lines of less height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a model wrote about one page."""

    number: int
    """Of the page, counted from 1."""
    page: str
    """About the page as a whole."""
    tables: tuple[str, ...] = ()
    """About each of its tables."""
    figures: tuple[str, ...] = ()
    """About each of its charts, drawings and pictures."""
    model: str = ""
    """Who wrote it, as the endpoint names the model."""

    @property
    def text(self) -> str:
        """All of it, a paragraph for each thing."""
        return "\n\n".join((self.page, *self.tables, *self.figures))


Stamp = tuple[int, int]
"""Differs when a file has changed."""


class Summaries:
    """Those of a library's documents, for one writer at a time and any number of readers."""

    def __init__(self, path: Callable[[str], Path]) -> None:
        """`path`: where the file of a document, named by its id, is or would be."""
        self._path = path

    def of(self, document_id: str) -> dict[int, Summary]:
        """By page number; of pages that have one. Raises DamagedLibrary, NewerLibrary."""
        path = self._path(document_id)
        try:
            kept = json.loads(path.read_bytes())
            if kept["version"] == VERSION:
                return summaries_of(kept)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedLibrary(
                f"The summaries in {path} cannot be read ({error}). Remove this file, and let them"
                " be written anew: recto add PATH --summaries --model MODEL"
            ) from error
        raise NewerLibrary(
            f"The summaries in {path} have the format {kept['version']!r}; this recto knows"
            f" {VERSION}. Install a newer one."
        )

    def stamp(self, document_id: str) -> Stamp | None:
        """None where no page of the document has a summary."""
        try:
            status = self._path(document_id).stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_size

    def vectors_path(self, document_id: str) -> Path:
        """Where vectors made of the summaries may be kept."""
        return self._path(document_id).with_suffix(".npz")

    def put(self, document_id: str, *new: Summary) -> None:
        """Keep them beside those of the document's other pages. Raises DiskFull, DamagedLibrary."""
        summaries = self.of(document_id) | {summary.number: summary for summary in new}
        kept = json.dumps(plain_summaries(summaries), ensure_ascii=False)
        _write(self._path(document_id), kept.encode("utf-8", "replace"))


def plain_summaries(summaries: Mapping[int, Summary]) -> dict[str, object]:
    """As JSON has them."""
    pages = [asdict(summaries[number]) for number in sorted(summaries)]
    return {"version": VERSION, "pages": pages}


def summaries_of(plain: Mapping[str, Any]) -> dict[int, Summary]:
    """What `plain_summaries` was made of; ValueError, TypeError or KeyError for anything else."""
    if plain["version"] != VERSION:
        raise ValueError(f"summaries of format {plain['version']!r}, expected {VERSION}")
    return {page["number"]: _summary(page) for page in plain["pages"]}


def text_page(summary: Summary, headings: tuple[str, ...] = ()) -> PageContent:
    """A summary laid out as a page of its own, on which words have places."""
    return _laid_out(summary.text, summary.number, headings)


def text_entries(summary: Summary, headings: tuple[str, ...] = ()) -> list[PageContent]:
    """The same with one for the page and one for each table and figure, all of its number: each is
    found by what it says, whatever else there is on the page."""
    texts = dict.fromkeys((summary.page, *summary.tables, *summary.figures))
    return [_laid_out(text, summary.number, headings) for text in texts]


def _laid_out(text: str, number: int, headings: tuple[str, ...]) -> PageContent:
    paragraphs = text.split("\n")
    lines = [line for paragraph in paragraphs for line in wrap(paragraph, _LINE) or [""]]
    high = 1 / max(len(lines), _LINES)
    words = [
        word for row, line in enumerate(lines) for word in _words(line, row, row * high, 0.6 * high)
    ]
    return PageContent(
        number=number,
        width=612,
        height=792,
        text=PageText(tuple(words), "ocr" if words else "none"),
        headings=headings,
    )


def _words(line: str, row: int, top: float, high: float) -> list[Word]:
    words, start = [], 0
    for text in line.split():
        start = line.index(text, start)
        left, right = (min(place / _LINE, 1.0) for place in (start, start + len(text)))
        words.append(Word(text, Box(left, top, right, top + high), row))
        start += len(text)
    return words


def _summary(page: Mapping[str, object]) -> Summary:
    texts = {name: page[name] for name in ("page", "model")}
    lists = {name: page[name] for name in ("tables", "figures")}
    number = page["number"]
    if not isinstance(number, int) or not all(isinstance(text, str) for text in texts.values()):
        raise TypeError("a number or a text is something else")
    return Summary(
        number=number,
        page=str(texts["page"]),
        model=str(texts["model"]),
        tables=_several(lists["tables"]),
        figures=_several(lists["figures"]),
    )


def _several(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise TypeError("a list of texts is something else")
    return tuple(value)


def _write(path: Path, data: bytes) -> None:
    """Replace the file at once: a crash leaves the old one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DiskFull(
            f"A summary cannot be written to {path.parent}: {error.strerror}. Those written before"
            " are kept; free some space and run the same command again."
        ) from error
