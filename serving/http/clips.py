"""Searching by text, pictures, sound and film for any of them, and telling what a file is like."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import APIRouter, File, Form, UploadFile

from recto.engine.store.clips.records import ClipModality

from .access import Reader
from .clip_schemas import ClipHitInfo, ClipReply, LabelInfo, Labels
from .libraries import MediaLibraryOf, ServerOf
from .schemas import MAX_FILTER, MAX_LIMIT, Question
from .sent import sent_files

router = APIRouter(prefix="/api/libraries/{library}", tags=["search"])
MAX_PARTS = 8
"""Things of one kind that are added up in one question."""
MAX_LABELS = 1000

Texts: TypeAlias = Annotated[list[Question], Form(max_length=MAX_PARTS)]
Files: TypeAlias = Annotated[list[UploadFile], File(max_length=MAX_PARTS)]
Names: TypeAlias = Annotated[list[str], Form()]


@router.post("/search/media")
def search_media(
    opened: MediaLibraryOf,
    caller: Reader,
    server: ServerOf,
    text: Texts = [],  # noqa: B006 - never changed, and so told in OpenAPI, as all of these
    image: Files = [],  # noqa: B006
    audio: Files = [],  # noqa: B006
    video: Files = [],  # noqa: B006
    minus: Texts = [],  # noqa: B006
    targets: Annotated[
        list[ClipModality], Form(alias="in", description="What is to be found; all if not given")
    ] = [],  # noqa: B006
    limit: Annotated[int, Form(ge=1, le=MAX_LIMIT, description="Documents")] = 5,
    moments: Annotated[int, Form(ge=1, le=MAX_LIMIT, description="Hits of each document")] = 3,
    documents: Names = [],  # noqa: B006
    tags: Names = [],  # noqa: B006
    where: Annotated[str | None, Form(max_length=MAX_FILTER)] = None,
) -> ClipReply:
    """Where something is said, shown or heard: clips of sound and film, pictures, pages.

    What is given is added up, each field as often as it comes; what is in `minus` is taken away.
    """
    with sent_files(image, audio, video) as (images, sounds, films), server.searching:
        hits = opened.find(
            text,
            image=images,
            audio=sounds,
            video=films,
            minus=minus,
            targets=targets or None,
            limit=limit,
            moments=moments,
            documents=documents or None,
            tags=tags or None,
            where=where,
        )
    return ClipReply(hits=[ClipHitInfo.model_validate(hit.as_json()) for hit in hits])


@router.post("/classify")
def classify(
    opened: MediaLibraryOf,
    caller: Reader,
    server: ServerOf,
    file: Annotated[UploadFile, File(description="A picture, sound or film")],
    labels: Annotated[list[Question], Form(min_length=2, max_length=MAX_LABELS)],
    temperature: Annotated[float, Form(gt=0, le=1e6, allow_inf_nan=False)] = 1.0,
) -> Labels:
    """Which of the labels a picture, film or sound is most like; it is not added to anything."""
    with sent_files([file]) as ((path,),), server.searching:
        found = opened.classify(path, labels, temperature=temperature)
    return Labels(labels=[LabelInfo(name=name, probability=share) for name, share in found])
