"""Draws what an answer cites: one picture a page with all its quotes marked, a frame a clip."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.engine.errors import RectoError

from .console import complain
from .pictures import file_name, is_moment, moment, save

if TYPE_CHECKING:
    from recto.results import Answer, Citation, Document


ANSWERS = "answers"
"""The folder in a library where pictures go if nobody says where else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a cited page or clip, and where it was written."""

    document: str
    document_id: str
    page: int | None
    start: float | None
    path: Path

    def as_json(self) -> dict[str, Any]:
        return {
            "document": self.document,
            "document_id": self.document_id,
            "page": self.page,
            "start": self.start,
            "path": str(self.path),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The pictures of an answer, and whether some could not be made."""

    pictures: tuple[Picture, ...]
    failed: bool


def draw(answer: Answer, folder: Path, *, fresh: bool) -> Written:
    """Write a picture of every cited page and clip into `folder`.

    With `fresh` the folder is ours: pictures of an earlier answer are removed first. A picture that
    cannot be made is no reason to lose the answer: it is reported on stderr.
    """
    if fresh:
        _clear(folder)
    pictures, failed = [], False
    for citations in _by_place(answer).values():
        try:
            pictures.append(_draw(citations, folder, twin=_has_twin(citations[0], answer)))
        except RectoError as error:
            failed = True
            where = f"{citations[0].document.name}, {citations[0].where}"
            complain(f"{where}: {error}", word="no picture")
    return Written(pictures=tuple(pictures), failed=failed)


def forget(document: Document, folder: Path) -> None:
    """Remove the pictures of a document that answers have left in a library's `folder`."""
    numbers = range(1, document.pages + 1)
    pages = {file_name(document, n, twin=twin) for n in numbers for twin in (False, True)}
    for path in (folder / ANSWERS).glob("*/*.png"):
        if path.name in pages or (not document.pages and _is_frame_of(document, path)):
            path.unlink(missing_ok=True)


def _is_frame_of(document: Document, path: Path) -> bool:
    """Whether `file_name` has named it for a moment of the film."""
    at = path.stem.rpartition("-")[2]
    names = (file_name(document, at, twin=twin) for twin in (False, True))
    return is_moment(at) and path.name in names


def _by_place(answer: Answer) -> dict[tuple[str, str], list[Citation]]:
    places: dict[tuple[str, str], list[Citation]] = {}
    for citation in answer.citations:
        places.setdefault((citation.document.id, citation.where), []).append(citation)
    return places


def _draw(citations: list[Citation], folder: Path, *, twin: bool) -> Picture:
    first = citations[0]
    document, page = first.document, first.page
    if page is None:
        place = moment(first.start or 0.0)
        picture = first.image()
    else:
        place = f"p{page.number}"
        picture = page.image(boxes=[box for citation in citations for box in citation.boxes])
    path = folder / file_name(document, place, twin=twin)
    save(picture, path)
    return Picture(
        document=document.name,
        document_id=document.id,
        page=None if page is None else page.number,
        start=first.start,
        path=path,
    )


def _has_twin(citation: Citation, answer: Answer) -> bool:
    """Whether another cited document's pictures would have the same names."""
    name = file_name(citation.document, 1)
    others = (c.document for c in answer.citations if c.document.id != citation.document.id)
    return any(file_name(other, 1) == name for other in others)


def _clear(folder: Path) -> None:
    for path in folder.glob("*.png"):
        with suppress(FileNotFoundError):
            path.unlink()
