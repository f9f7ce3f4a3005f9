"""What a library gives back: documents, pages, hits, answers. Their names are those of the JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from recto.engine.answering.deep.steps import Step
from recto.engine.answering.protocol import Basis, Reason, Support
from recto.engine.answering.tally import Tally
from recto.engine.answering.turns import Rewriting
from recto.engine.clock import span
from recto.engine.endpoint.limits import Usage
from recto.engine.matches import Match
from recto.engine.page import Box, PageText
from recto.engine.store.clips.records import ClipModality, ClipPlace

if TYPE_CHECKING:
    from PIL.Image import Image

    from recto.clip_results import ClipHit, ThumbnailMaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One source file of a library."""

    id: str
    """SHA-256 of its bytes, 64 hex digits."""
    name: str
    title: str
    pages: int
    size: int
    """Bytes."""
    kind: str
    """"pdf", "png", "docx", ..."""
    paths: tuple[str, ...]
    added: str
    """ISO 8601, UTC."""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    skipped: Mapping[int, str] = field(default_factory=dict)
    """Pages that could not be read, and why."""

    def as_json(self) -> dict[str, Any]:
        return {
            "document": self.name,
            "document_id": self.id,
            "title": self.title,
            "pages": self.pages,
            "bytes": self.size,
            "kind": self.kind,
            "paths": list(self.paths),
            "added": self.added,
            "tags": list(self.tags),
            "metadata": dict(self.metadata),
            "skipped": {str(number): reason for number, reason in self.skipped.items()},
        }


class PictureMaker(Protocol):
    """Makes page pictures; a library lends its own to its results."""

    def image(
        self, document: Document, number: int, width: int, boxes: Sequence[Box] = ()
    ) -> Image: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a document. Printed, it is its number."""

    document: Document
    number: int
    """Counted from 1."""
    width: float
    """Points (1/72 inch), as shown."""
    height: float
    content: PageText
    headings: tuple[str, ...]
    """What stands above its text, outermost first."""
    pictures: PictureMaker = field(repr=False, compare=False)

    @property
    def text(self) -> str:
        """Its words: a space between words, a line feed between lines."""
        return self.content.text

    def image(self, width: int = 1280, boxes: Sequence[Box] = ()) -> Image:
        """Its picture, `width` pixels wide, with these places marked.

        Rendered from the kept source and cached. Raises NotFound when the document has been
        removed since, DocumentError when the page cannot be drawn.
        """
        return self.pictures.image(self.document, self.number, width, boxes)

    def __int__(self) -> int:
        return self.number

    def __str__(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A page that a search returned."""

    document: Document
    page: Page
    score: float
    """Orders the hits of one question; not comparable between questions."""
    matches: tuple[Match, ...]

    def image(self, width: int = 1280) -> Image:
        """The page's picture with the matched places marked."""
        return self.page.image(width, [match.box for match in self.matches])

    def as_json(self) -> dict[str, Any]:
        return {
            "document": self.document.name,
            "document_id": self.document.id,
            "page": self.page.number,
            "score": self.score,
            "matches": [{"box": list(m.box), "score": m.score} for m in self.matches],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What of a page supports an answer, its words if nothing else is said; or a clip of a film."""

    document: Document
    page: Page | None
    """None for a clip."""
    quote: str
    """Stands on the page exactly so. Empty where the page is not cited for its words."""
    boxes: tuple[Box, ...]
    """Where the quote stands, or about where a picture is; none: the page as a whole."""
    basis: Basis = "words"
    """"picture": what a model saw in a chart, or on a page without words. "summary": what a model
    wrote of the page. Nothing has verified either. Of a clip "picture": some of its frames."""
    start: float | None = None
    """Of a clip, in seconds from the file's beginning; None for a page."""
    end: float | None = None
    modality: ClipModality | None = None
    """By what a clip was found, "audio" or "video"; None for a page."""
    pictures: ThumbnailMaker | None = field(default=None, repr=False, compare=False)
    """What draws a clip."""

    @property
    def where(self) -> str:
        """For a person: `page 3`, or `1:12–1:22`."""
        if self.start is not None and self.end is not None:
            return span(self.start, self.end)
        return f"page {self.page}"

    @property
    def approximate(self) -> bool:
        """Whether the boxes are only about there."""
        return self.basis == "picture" and bool(self.boxes)

    def image(self, width: int = 1280) -> Image:
        """The page's picture with the quote marked; of a clip the frame in its middle.

        Raises what `Page.image` raises.
        """
        if self.page is not None:
            return self.page.image(width, self.boxes)
        assert self.pictures is not None, "given with every clip"
        start, end = self.start or 0.0, self.end or 0.0
        place = ClipPlace(document_id=self.document.id, modality="video", start=start, end=end)
        return self.pictures.thumbnail(self.document, place, width)

    def as_json(self) -> dict[str, Any]:
        return {
            "document": self.document.name,
            "document_id": self.document.id,
            "page": None if self.page is None else self.page.number,
            "quote": self.quote,
            "boxes": [list(box) for box in self.boxes],
            "basis": self.basis,
            "approximate": self.approximate,
            "start": self.start,
            "end": self.end,
            "modality": self.modality,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that an answer says, and what supports it."""

    text: str
    citations: tuple[Citation, ...]
    support: Support
    """"quoted": by words of pages. "page": at least in part by what a model saw in a picture or
    read in a summary, which nothing has verified. "clip": at least in part by what it saw in frames
    of a film, of which not even numbers can be verified. "unsupported": by nothing; only there
    where an answerer was asked to keep such statements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A text and the pages that support it, or an honest refusal."""

    question: str
    text: str
    """A number in brackets is the place of a citation, counted from 1."""
    abstained: bool
    """Whether the library was found not to answer the question."""
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    """The pages that were found, best first; then those cited because the text runs on there."""
    clips: tuple[ClipHit, ...] = ()
    """The sound and film of the library that are nearest to the question, best file first, whether
    or not they answer it. Only a model that sees reads in them, and only frames."""
    statements: tuple[Statement, ...] = ()
    reason: Reason | None = None
    """Why it abstains."""
    missing: str = ""
    """What the pages lack, as a model says; verified by nothing."""
    incomplete: str = ""
    """Why it may be less than the model had to say: its reply was cut off, or what could not be
    verified could not be asked for again. Empty where nothing speaks for it."""
    usage: Usage | None = None
    """What asking a model took; None where none was asked."""
    tally: Tally | None = None
    """How much of what a model said held; None where none was asked. Not part of the JSON."""
    asked: str | None = None
    """What was asked of the pages in the question's place, which follows others; None: itself."""
    rewriting: Rewriting = "none"
    """Whether a model made it stand alone, could not, or was not asked to."""
    trace: tuple[Step, ...] = ()
    """What a deep answer looked at, in order."""

    def as_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answer": self.text,
            "abstained": self.abstained,
            "reason": self.reason,
            "missing": self.missing,
            "incomplete": self.incomplete,
            "statements": [self._statement_as_json(statement) for statement in self.statements],
            "citations": [citation.as_json() for citation in self.citations],
            "clips": [clip.as_json() for clip in self.clips],
            "usage": self.usage and usage_as_json(self.usage),
            "asked": self.asked,
            "rewriting": self.rewriting,
            "trace": [step.as_json() for step in self.trace],
        }

    def _statement_as_json(self, statement: Statement) -> dict[str, Any]:
        """With the places of its citations, counted from 1."""
        places = [self.citations.index(citation) + 1 for citation in statement.citations]
        return {"text": statement.text, "support": statement.support, "citations": places}


def usage_as_json(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "images": usage.images,
        "calls": usage.calls,
        "cost": usage.cost,
        "estimated": usage.estimated,
    }
