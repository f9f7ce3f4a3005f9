"""One vector of what a page looks like: a question in words is compared with pictures of pages.

The vectors are those that `recto add --crossmodal` keeps beside the pages, of an encoder that has
text and pictures in one space, such as ImageBind or SigLIP. No word of a page is looked at to find
it; it is read as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from recto.engine.answering.protocol import DraftAnswer, Evidence
from recto.engine.errors import NotFound, QuestionError
from recto.engine.retrieval import RankedPage, check_question
from recto.engine.store.clips.protocol import ClipArm, ClipFilter, ClipStore, ScoredClip
from recto.engine.store.clips.records import ClipModality
from recto.engine.store.plan import PageFilter
from recto.engine.store.records import page_id
from recto.engine.strategies.protocol import Shelf
from recto.engine.vectors import FloatArray, QuestionVectors

_PICTURES: tuple[ClipModality, ...] = ("page", "image")
"""Pages of documents, and files that are pictures: an encoder looks at both alike, so that their
scores can be compared."""
_FIRST, _MORE = 8, 4
"""Times as many pages as are wanted are looked at, and so many times more where the filter hides
them."""


class CrossModalPages:
    """Pages by the cosine of their picture's vector with that of the question."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def search(
        self,
        question: str | None,
        *,
        limit: int,
        filter: PageFilter,
        vectors: QuestionVectors | None = None,
    ) -> list[RankedPage]:
        """`vectors` are not looked at: they are of another space."""
        if question is None:
            raise QuestionError(
                "Pictures of pages are searched in words, and only a picture was given; by a"
                " picture they are searched with recto search --image PICTURE --in page."
            )
        text = check_question(question)
        if not self._shelf.store.documents():
            return []
        clips = self._clips()
        (asked,) = self._shelf.crossmodal.encode_text([text], target="image")
        return self._best(clips, asked, limit, filter)

    def given(self, page: Evidence) -> Evidence:
        return page

    def settled(self, draft: DraftAnswer, pages: list[Evidence]) -> DraftAnswer:
        return draft

    def _clips(self) -> ClipStore:
        """Raises NotFound where no page can be found by its picture."""
        clips = self._shelf.store.clips()
        if clips is None or not any(
            place.modality in _PICTURES
            for record in self._shelf.store.documents()
            for place in clips.clips(record.id)
        ):
            raise NotFound(
                "No page of this library has a vector of its picture. Let them be made: recto add"
                " PATH --crossmodal (and --crossmodal-encoder NAME, which recto encoders lists)"
            )
        return clips

    def _best(
        self, clips: ClipStore, asked: FloatArray, limit: int, filter: PageFilter
    ) -> list[RankedPage]:
        most = _FIRST * limit
        documents = ClipFilter(documents=filter.documents, not_documents=filter.not_documents)
        modalities = [modality for modality in _PICTURES if modality in clips.dims]
        while True:
            arms = [ClipArm(modality=one, query=asked, limit=most) for one in modalities]
            rankings = clips.search_clips(arms, documents)
            cut_off = [ranking[-1].score for ranking in rankings if len(ranking) == most]
            # What is not as good as the worst of a list that goes on may not be next.
            least = max(cut_off, default=float("-inf"))
            sure = [clip for clip in chain(*rankings) if clip.score >= least]
            found = self._seen(sorted(sure, key=lambda clip: -clip.score), filter)
            if len(found) >= limit or not cut_off:
                return found[:limit]
            most *= _MORE

    def _seen(self, clips: Sequence[ScoredClip], filter: PageFilter) -> list[RankedPage]:
        """Those that the filter lets through, of documents that are complete, in order."""
        store = self._shelf.store
        ids = {
            page_id(place.document_id, place.page, store.encoder, store.tenant): score
            for place, score in clips
        }
        wanted = [id for id in ids if filter.ids is None or id in filter.ids]
        if not wanted:
            return []
        pages = {page.id: page for page in store.scroll(replace(filter, ids=tuple(wanted)))}
        records = store.documents(sorted({page.document_id for page in pages.values()}))
        ready = {record.id: record for record in records if record.state == "ready"}
        return [
            RankedPage(page=page, document=ready[page.document_id], score=ids[id])
            for id in wanted
            if (page := pages.get(id)) and page.document_id in ready
        ]
