"""What was asked, across modalities, becomes hits: a ranking a modality, fused by rank."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np

from recto.asked_image import pixels_of_asked
from recto.asked_media import Asked, Asking, sound_direction
from recto.clip_results import ClipHit, Label
from recto.engine.crossmodal.arithmetic import classify as softmax
from recto.engine.crossmodal.protocol import CrossModalEncoder, Modality
from recto.engine.crossmodal.ranking import Ranked, fused
from recto.engine.errors import InputError, UnsupportedFile
from recto.engine.retrieval import check_question
from recto.engine.store.clips.protocol import ClipArm, ClipFilter, ClipStore, ScoredClip
from recto.engine.store.clips.records import CLIP_MODALITIES, ClipModality
from recto.engine.vectors import FloatArray
from recto.holdings import Holdings
from recto.indexing.files import IMAGES, kind_of
from recto.indexing.joining import PICTURE_WIDTH
from recto.indexing.media.kinds import MEDIA
from recto.indexing.media.reader import MediaReader
from recto.indexing.reader import Reader
from recto.parts import Part
from recto.results import Document

_CLIPS_A_FILE = 16
"""That are looked at for each file that is wanted; where few files have many good clips, those that
were found are left out and the rest is searched again."""


def find(
    holdings: Holdings,
    asked: Asked,
    part: Part,
    targets: Sequence[ClipModality] | None,
    limit: int,
    moments: int,
) -> list[ClipHit]:
    """See `Library.find`."""
    _check(targets, limit, moments)
    shared = holdings.shared.crossmodal
    encoder, clips = shared.encoder, holdings.store.clips()
    assert clips is not None, "there is no encoder without them"
    asking = Asking(asked, encoder, pages=holdings.reader, media=shared.viewer)
    wanted = asking.targets(targets or _usual(asked))
    vectors = {target: asking.vector(target) for target in wanted if target in clips.dims}
    ready = {document.id: document for document in holdings.catalog.all()}
    filter = _visible(holdings, part)
    rankings = [
        _ranking(clips, target, vector, filter, ready, limit) for target, vector in vectors.items()
    ]
    return [_hit(holdings, ready, ranked) for ranked in fused(rankings, limit, moments)]


def classify(
    encoder: CrossModalEncoder,
    file: str | os.PathLike[str],
    labels: Sequence[str],
    *,
    pages: Reader,
    media: MediaReader,
    temperature: float = 1.0,
) -> list[Label]:
    """See `Library.classify`."""
    if isinstance(labels, str) or len(labels) < 2:
        raise InputError(f"labels is {labels!r}; expected a list of two or more texts.")
    if not 0 < temperature < np.inf:
        raise InputError(f"temperature is {temperature}; expected a number above 0.")
    names = [check_question(label) for label in labels]
    modality, vector = _looked_at(encoder, file, pages, media)
    texts = encoder.encode_text(names, target=modality)
    (found,) = softmax(vector, texts, scale=encoder.scales[modality] / temperature)
    order = np.argsort(-found, kind="stable")
    return [Label(names[index], float(found[index])) for index in order.tolist()]


def _looked_at(
    encoder: CrossModalEncoder, file: str | os.PathLike[str], pages: Reader, media: MediaReader
) -> tuple[Modality, FloatArray]:
    """(1, d) a picture, a film by what is seen, or sound."""
    kind = kind_of(file)
    if kind in IMAGES:
        return "image", encoder.encode_image([pixels_of_asked(file, pages, PICTURE_WIDTH)])
    if kind not in MEDIA:
        raise UnsupportedFile(f"{file} is of the kind {kind}; give a picture, sound or film.")
    with media.open(file) as opened:
        if opened.facts.film is not None:
            return "video", encoder.encode_video([opened.film()], whole=True)
        return "audio", sound_direction(encoder, opened)


def _usual(asked: Asked) -> list[ClipModality]:
    """All, first those that are asked with: of what fits as well as something else, sound is what
    who asks with sound expects."""
    first = [modality for modality in CLIP_MODALITIES if modality in asked.modalities]
    return list(dict.fromkeys((*first, *CLIP_MODALITIES)))


def _check(targets: Sequence[ClipModality] | None, limit: int, moments: int) -> None:
    for target in targets or ():
        if target not in CLIP_MODALITIES:
            raise InputError(
                f"There is no {target!r} to be found; expected {', '.join(CLIP_MODALITIES)}."
            )
    if min(limit, moments) < 1:
        raise InputError(f"limit {limit} and moments {moments}; expected at least 1 of each.")


def _visible(holdings: Holdings, part: Part) -> ClipFilter:
    """All that filters see of a clip is told by its document. Raises NotFound, FilterError."""
    chosen = holdings.catalog.select(part.documents, part.tags)
    if part.where is not None:
        fitting = {document.id for document in holdings.catalog.chosen(part.where)}
        chosen = tuple(sorted(fitting if chosen is None else fitting & set(chosen)))
    return ClipFilter(documents=chosen)


def _ranking(
    clips: ClipStore,
    modality: ClipModality,
    vector: FloatArray,
    filter: ClipFilter,
    ready: Mapping[str, Document],
    limit: int,
) -> list[ScoredClip]:
    """The best clips of `limit` documents that are ready, as far as there are so many."""
    found: list[ScoredClip] = []
    seen: set[str] = set()
    hidden: set[str] = set()
    asked = _CLIPS_A_FILE * limit
    while True:
        narrowed = ClipFilter(documents=filter.documents, not_documents=(*sorted(hidden | seen),))
        arm = ClipArm(modality=modality, query=vector, limit=asked)
        (ranking,) = clips.search_clips([arm], narrowed)
        found += [clip for clip in ranking if clip.place.document_id in ready]
        ids = {clip.place.document_id for clip in ranking}
        seen |= ids & ready.keys()
        hidden |= ids - ready.keys()
        if len(ranking) < asked or len(seen) >= limit:
            return found


def _hit(holdings: Holdings, ready: Mapping[str, Document], ranked: Ranked) -> ClipHit:
    place = ranked.clip.place
    return ClipHit(
        document=ready[place.document_id],
        modality=place.modality,
        start=place.start,
        end=place.end,
        page=place.page or None,
        score=ranked.score,
        similarity=round(min(max(ranked.clip.score, -1.0), 1.0), 6),  # halves are rounded
        pictures=holdings.media_pictures,
    )
