"""What a server tells, as the results of a library."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from recto.clip_results import ClipHit
from recto.engine.answering.deep.steps import Step, StepPage
from recto.engine.endpoint.limits import Usage
from recto.engine.errors import DocumentError
from recto.engine.heatmap import HeatMap
from recto.engine.highlight import highlight
from recto.engine.matches import Match
from recto.engine.page import Box, PageText, Word
from recto.indexing.outcome import Outcome
from recto.results import Answer, Citation, Document, Hit, Page, Statement

from .requests import Requests

if TYPE_CHECKING:
    from PIL.Image import Image

Told = Mapping[str, Any]
Pages = dict[tuple[str, int], Page]


class Reading:
    """For one library. What a reply brings along is not asked for."""

    def __init__(self, requests: Requests, root: str) -> None:
        self._requests = requests
        self._root = root

    def document(self, told: Told) -> Document:
        return Document(
            id=told["document_id"],
            name=told["document"],
            title=told["title"],
            pages=told["pages"],
            size=told["bytes"],
            kind=told["kind"],
            paths=(),
            added=told["added"],
            tags=tuple(told["tags"]),
            metadata=told["metadata"],
            skipped={int(number): reason for number, reason in told["skipped"].items()},
        )

    def page(self, document: Document, number: int) -> Page:
        place = f"{self._place(document.id)}/pages/{number}"
        words = self._requests.get(f"{place}/words")["words"]
        return self._page(document, self._requests.get(place), words)

    def pages(self, told: Told) -> Pages:
        """The pages that a reply brings along, by document and number."""
        documents: dict[str, Document] = {}
        pages: Pages = {}
        for page in told["full_pages"]:
            id = page["document_id"]
            if id not in documents:
                documents[id] = self.document(page["about"])
            pages[id, page["page"]] = self._page(documents[id], page, page["words"])
        return pages

    def _page(self, document: Document, told: Told, words: Sequence[Told]) -> Page:
        return Page(
            document=document,
            number=told["page"],
            width=told["width"],
            height=told["height"],
            content=PageText(
                words=tuple(Word(w["text"], Box(*w["box"]), w["line"]) for w in words),
                source="layer" if words else "none",
            ),
            headings=tuple(told["headings"]),
            pictures=self,
        )

    def image(
        self, document: Document, number: int, width: int, boxes: Sequence[Box] = ()
    ) -> Image:
        """The picture of a page, with these places marked."""
        from PIL import Image as Pillow

        data = self._requests.content(
            f"{self._place(document.id)}/pages/{number}/image", {"width": width}
        )
        pixels = np.asarray(Pillow.open(io.BytesIO(data)).convert("RGB"))
        return Pillow.fromarray(highlight(pixels, boxes))

    def hits(self, told: Told) -> list[Hit]:
        """Of a search."""
        pages = self.pages(told)
        return [_hit(hit, pages) for hit in told["hits"]]

    def answer(self, told: Told, clips: Sequence[ClipHit]) -> Answer:
        """`clips` are those that it names."""
        pages = self.pages(told)
        citations = tuple(_citation(citation, pages, clips) for citation in told["citations"])
        return Answer(
            question=told["question"],
            text=told["answer"],
            abstained=told["abstained"],
            citations=citations,
            hits=tuple(_hit(page, pages) for page in told["pages"]),
            clips=tuple(clips),
            statements=tuple(
                Statement(
                    text=statement["text"],
                    support=statement["support"],
                    citations=tuple(citations[place - 1] for place in statement["citations"]),
                )
                for statement in told["statements"]
            ),
            reason=told["reason"],
            missing=told["missing"],
            incomplete=told["incomplete"],
            usage=Usage(**told["usage"]) if told["usage"] else None,
            asked=told["asked"],
            rewriting=told["rewriting"],
            trace=tuple(_step(step) for step in told["trace"]),
        )

    def heat_map(self, told: Told) -> HeatMap:
        boxes = np.array(told["boxes"], dtype=np.float32).reshape(-1, 4)
        heat = np.array(told["heat"], dtype=np.float32).reshape(len(told["tokens"]), len(boxes))
        return HeatMap(tokens=tuple(told["tokens"]), boxes=boxes, heat=heat)

    def outcome(self, path: Path, told: Told) -> Outcome:
        """What became of a file of a job."""
        failed = told["state"] in ("failed", "cancelled")
        why = told["error"] or f"{path} was {told['state']}."
        return Outcome(
            path=path,
            kind="failed" if failed else told["state"],
            document_id=told["document_id"],
            pages=told["pages"],
            clips=told["clips"],
            error=DocumentError(why) if failed else None,
        )

    def _place(self, document: str) -> str:
        return f"{self._root}/documents/{quote(document, safe='')}"


def _hit(told: Told, pages: Pages) -> Hit:
    page = pages[told["document_id"], told["page"]]
    return Hit(
        document=page.document,
        page=page,
        score=told["score"],
        matches=tuple(Match(Box(*m["box"]), m["score"]) for m in told.get("matches", ())),
    )


def _citation(told: Told, pages: Pages, clips: Sequence[ClipHit]) -> Citation:
    if told["page"] is None:
        return _clip_citation(told, clips)
    page = pages[told["document_id"], told["page"]]
    return Citation(
        document=page.document,
        page=page,
        quote=told["quote"],
        boxes=tuple(Box(*box) for box in told["boxes"]),
        basis=told["basis"],
    )


def _clip_citation(told: Told, clips: Sequence[ClipHit]) -> Citation:
    cited = next(clip for clip in clips if clip.document.id == told["document_id"])
    return Citation(
        document=cited.document,
        page=None,
        quote=told["quote"],
        boxes=(),
        basis=told["basis"],
        start=told["start"],
        end=told["end"],
        modality=told["modality"],
        pictures=cited.pictures,
    )


def _step(told: Told) -> Step:
    return Step(**{**told, "pages": tuple(StepPage(**page) for page in told["pages"])})
