"""The sound and film that a question is near to, beside the pages of its answer.

What they have to do with it a model can only tell from frames: sound alone is found, and not read.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from functools import partial

from recto import finding
from recto.asked_media import Asked
from recto.clip_results import ClipHit
from recto.engine.answering.protocol import ClipTime, Evidence, Quote
from recto.engine.errors import (
    EncoderError,
    EncoderMismatch,
    FilterError,
    InternalError,
    MissingExtra,
    OutOfMemory,
    RectoWarning,
)
from recto.engine.page import PageContent, PageText
from recto.holdings import Holdings
from recto.indexing.media.kinds import MEDIA
from recto.parts import Part
from recto.results import Citation

_FILES, _MOMENTS = 2, 2
"""So many files, and clips of each: whatever the library holds, some are always nearest."""


def near(holdings: Holdings, question: str, part: Part) -> tuple[ClipHit, ...]:
    """The clips of sound and film of that part, best file first; none where pages are asked about.

    None, with a warning, where they cannot be searched here: an answer from pages is better than
    none.
    """
    if part.pages is not None or holdings.store.clips() is None:
        return ()
    if not any(document.kind in MEDIA for document in holdings.catalog.all()):
        return ()
    asked = Asked(texts=(question,))
    try:
        found = finding.find(holdings, asked, part, ("video", "audio"), _FILES, _MOMENTS)
    except FilterError:  # of pages, which clips have none of: a wrong one was refused before
        return ()
    except (EncoderError, EncoderMismatch, MissingExtra, OutOfMemory) as error:
        warnings.warn(f"Sound and film were not searched: {error}", RectoWarning, stacklevel=2)
        return ()
    return tuple(found)


def evidence(holdings: Holdings, hits: Sequence[ClipHit]) -> list[Evidence]:
    """Those of which there is something to be seen, the best of each file first; of those that
    overlap the better one."""
    firsts = {hit.document.id: hit for hit in reversed(hits)}
    first = [hit for hit in hits if firsts[hit.document.id] is hit]
    rest = [hit for hit in hits if firsts[hit.document.id] is not hit]
    kept: list[ClipHit] = []
    for hit in _seen(holdings, (*first, *rest)):
        if not any(_overlap(hit, other) for other in kept):
            kept.append(hit)
    return [_evidence(holdings, hit) for hit in kept]


def _seen(holdings: Holdings, hits: Sequence[ClipHit]) -> Iterator[ClipHit]:
    clips = holdings.store.clips()
    films: dict[str, bool] = {}
    for hit in hits:
        id = hit.document.id
        if id not in films:
            places = clips.clips(id) if clips is not None else []
            films[id] = any(place.modality == "video" for place in places)
        if films[id]:
            yield hit


def _overlap(one: ClipHit, other: ClipHit) -> bool:
    same = one.document.id == other.document.id
    return same and one.start < other.end and other.start < one.end


def _evidence(holdings: Holdings, hit: ClipHit) -> Evidence:
    return Evidence(
        document_id=hit.document.id,
        document_name=hit.document.name,
        score=0.0,
        content=PageContent(number=0, width=0, height=0, text=PageText((), "none")),
        image=partial(holdings.media_pictures.frames, hit.document, hit.start, hit.end),
        clip=_time(hit),
    )


def citation(quote: Quote, hits: Sequence[ClipHit]) -> Citation:
    """Of a quote that has a clip in the place of a page, which is one of `hits`."""
    for hit in hits:
        if hit.document.id == quote.document_id and _time(hit) == quote.clip:
            return Citation(
                document=hit.document,
                page=None,
                quote="",
                boxes=(),
                basis=quote.basis,
                start=hit.start,
                end=hit.end,
                modality=hit.modality,
                pictures=hit.pictures,
            )
    raise InternalError(
        f"The answerer cites {quote.clip} of {quote.document_id}, which it was not given; an answer"
        " may rest on its evidence only."
    )


def _time(hit: ClipHit) -> ClipTime:
    return ClipTime(hit.start, hit.end, "video" if hit.modality == "video" else "audio")
