"""Draws the pages that an answer cites, one picture a page with all its quotes marked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.engine.errors import RectoError

from .console import complain
from .pictures import file_name, save

if TYPE_CHECKING:
    from recto.results import Answer, Citation, Document


ANSWERS = "answers"
"""The folder in a library where pictures go if nobody says where else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a cited page, and where it was written."""

    document: str
    document_id: str
    page: int
    path: Path

    def as_json(self) -> dict[str, Any]:
        return {
            "document": self.document,
            "document_id": self.document_id,
            "page": self.page,
            "path": str(self.path),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The pictures of an answer, and whether some could not be made."""

    pictures: tuple[Picture, ...]
    failed: bool


def draw(answer: Answer, folder: Path, *, fresh: bool) -> Written:
    """Write a picture of every cited page into `folder`.

    With `fresh` the folder is ours: pictures of an earlier answer are removed first. A picture that
    cannot be made is no reason to lose the answer: it is reported on stderr.
    """
    if fresh:
        _clear(folder)
    pictures, failed = [], False
    for citations in _by_page(answer).values():
        try:
            pictures.append(_draw(citations, folder, twin=_has_twin(citations[0], answer)))
        except RectoError as error:
            failed = True
            where = f"{citations[0].document.name}, page {citations[0].page}"
            complain(f"{where}: {error}", word="no picture")
    return Written(pictures=tuple(pictures), failed=failed)


def forget(document: Document, folder: Path) -> None:
    """Remove the pictures of a document's pages that answers have left in a library's `folder`."""
    numbers = range(1, document.pages + 1)
    pages = {file_name(document, n, twin=twin) for n in numbers for twin in (False, True)}
    for path in (folder / ANSWERS).glob("*/*.png"):
        if path.name in pages:
            path.unlink(missing_ok=True)


def _by_page(answer: Answer) -> dict[tuple[str, int], list[Citation]]:
    pages: dict[tuple[str, int], list[Citation]] = {}
    for citation in answer.citations:
        pages.setdefault((citation.document.id, citation.page.number), []).append(citation)
    return pages


def _draw(citations: list[Citation], folder: Path, *, twin: bool) -> Picture:
    document, page = citations[0].document, citations[0].page
    path = folder / file_name(document, page.number, twin=twin)
    save(page.image(boxes=[box for citation in citations for box in citation.boxes]), path)
    return Picture(document=document.name, document_id=document.id, page=page.number, path=path)


def _has_twin(citation: Citation, answer: Answer) -> bool:
    """Whether another cited document's pictures would have the same names."""
    name = file_name(citation.document, 1)
    others = (c.document for c in answer.citations if c.document.id != citation.document.id)
    return any(file_name(other, 1) == name for other in others)


def _clear(folder: Path) -> None:
    for path in folder.glob("*.png"):
        with suppress(FileNotFoundError):
            path.unlink()
