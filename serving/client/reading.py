"""What a server tells, as the results of a library."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

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


class Reading:
    """For one library. Pages and documents that a reply names are asked for once in it."""

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
        told = self._requests.get(place)
        words = self._requests.get(f"{place}/words")["words"]
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

    def hit(self, told: Told) -> Hit:
        return Hit(
            document=(page := self._shown(told)).document,
            page=page,
            score=told["score"],
            matches=tuple(Match(Box(*m["box"]), m["score"]) for m in told.get("matches", ())),
        )

    def answer(self, told: Told) -> Answer:
        citations = tuple(self._citation(citation) for citation in told["citations"])
        return Answer(
            question=told["question"],
            text=told["answer"],
            abstained=told["abstained"],
            citations=citations,
            hits=tuple(self.hit(page) for page in told["pages"]),
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

    def _citation(self, told: Told) -> Citation:
        page = self._shown(told)
        return Citation(
            document=page.document,
            page=page,
            quote=told["quote"],
            boxes=tuple(Box(*box) for box in told["boxes"]),
            basis=told["basis"],
        )

    def _shown(self, told: Told) -> Page:
        document = self.document(self._requests.get(self._place(told["document_id"])))
        return self.page(document, told["page"])

    def _place(self, document: str) -> str:
        return f"{self._root}/documents/{quote(document, safe='')}"


def _step(told: Told) -> Step:
    return Step(**{**told, "pages": tuple(StepPage(**page) for page in told["pages"])})
