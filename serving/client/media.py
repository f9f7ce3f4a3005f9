"""The part of a served library that finds, shows and tells sound, film and pictures."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias
from urllib.parse import quote

import numpy as np

from recto.asked_media import several
from recto.catalog import several as names
from recto.clip_results import ClipHit, Label
from recto.engine.errors import InputError, UnreadableFile
from recto.engine.store.clips.records import ClipModality, ClipPlace
from recto.engine.vectors import FloatArray
from recto.media_pictures import drawn_wave
from recto.results import Document

from .reading import Reading, Told
from .requests import Requests

if TYPE_CHECKING:
    from PIL.Image import Image

Sent: TypeAlias = str | os.PathLike[str]
"""The path of a file, which is sent."""


class ServedMedia:
    """Of one library on a server."""

    _requests: Requests
    _root: str
    _reading: Reading

    def find(
        self,
        text: str | Sequence[str] | None = None,
        *,
        image: Sent | Sequence[Sent] | None = None,
        audio: Sent | Sequence[Sent] | None = None,
        video: Sent | Sequence[Sent] | None = None,
        minus: str | Sequence[str] | None = None,
        targets: Sequence[ClipModality] | None = None,
        limit: int = 5,
        moments: int = 3,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        where: str | None = None,
    ) -> list[ClipHit]:
        """Where something is said, shown or heard, as `Library.find`; files are sent."""
        if documents is not None and not documents:
            return []  # as a form, which cannot tell none from not confined, does not
        texts: tuple[str, ...] = several(text)
        less: tuple[str, ...] = several(minus)
        fields = {
            "text": list(texts),
            "minus": list(less),
            "in": list(targets or ()),
            "limit": limit,
            "moments": moments,
            "documents": names(documents or (), "documents"),
            "tags": names(tags or (), "tags"),
            "where": where,
        }
        groups: dict[str, tuple[Sent, ...]] = {
            "image": several(image),
            "audio": several(audio),
            "video": several(video),
        }
        with ExitStack() as stack:
            files = [
                (name, _opened(path, stack)) for name, paths in groups.items() for path in paths
            ]
            told = self._requests.upload(f"{self._root}/search/media", files, fields)
        return self._hits(told["hits"])

    def classify(
        self, file: Sent, labels: Sequence[str], *, temperature: float = 1.0
    ) -> list[Label]:
        """Which of the labels a picture, film or sound is most like, as `Library.classify`; the
        file is sent."""
        if isinstance(labels, str):
            raise InputError(f"labels is {labels!r}; expected a list of two or more texts.")
        fields = {"labels": list(labels), "temperature": temperature}
        with ExitStack() as stack:
            files = [("file", _opened(file, stack))]
            told = self._requests.upload(f"{self._root}/classify", files, fields)
        return [Label(label["name"], label["probability"]) for label in told["labels"]]

    def clips(self, document: str) -> list[ClipPlace]:
        """What of a document can be found by `find`."""
        told = self._requests.get(f"{self._place(document)}/clips")
        return [
            ClipPlace(
                document_id=told["document_id"],
                modality=clip["modality"],
                start=clip["start"],
                end=clip["end"],
                page=clip["page"] or 0,
            )
            for clip in told["clips"]
        ]

    def frame(self, document: str, time: float, *, width: int = 1280) -> Image:
        """What a film shows at `time` in seconds, at most `width` pixels across."""
        from PIL import Image as Pillow

        asked = {"t": time, "width": width}
        data = self._requests.content(f"{self._place(document)}/frame", asked)
        return Pillow.open(io.BytesIO(data)).convert("RGB")

    def waveform(
        self,
        document: str,
        *,
        start: float = 0.0,
        end: float | None = None,
        points: int = 1000,
    ) -> FloatArray:
        """(points, 2) the least and the greatest sample of each equal part of a sound."""
        asked = {"start": start, "end": end, "points": points}
        told = self._requests.get(f"{self._place(document)}/waveform", asked)
        return np.array(told["points"], np.float32).reshape(-1, 2)

    def _hits(self, told: Sequence[Told]) -> list[ClipHit]:
        known: dict[str, Document] = {}
        return [self._hit(hit, known) for hit in told]

    def _hit(self, told: Told, known: dict[str, Document]) -> ClipHit:
        id = told["document_id"]
        if id not in known:
            known[id] = self._reading.document(self._requests.get(self._place(id)))
        return ClipHit(
            document=known[id],
            modality=told["modality"],
            start=told["start"],
            end=told["end"],
            page=told["page"],
            score=told["score"],
            similarity=told["similarity"],
            pictures=_Thumbnails(self, self._reading),
        )

    def _place(self, document: str) -> str:
        return f"{self._root}/documents/{quote(document, safe='')}"


class _Thumbnails:
    """What hits show of themselves: a page, a frame, or how a sound swings."""

    def __init__(self, media: ServedMedia, pages: Reading) -> None:
        self._media = media
        self._pages = pages

    def thumbnail(self, document: Document, place: ClipPlace, width: int) -> Image:
        from PIL import Image as Pillow

        if place.page:
            return self._pages.image(document, place.page, width)
        if place.modality == "video":
            middle = (place.start + place.end) / 2
            return self._media.frame(document.id, middle, width=width)
        points = self._media.waveform(document.id, start=place.start, end=place.end, points=width)
        return Pillow.fromarray(drawn_wave(points))


def _opened(path: Sent, stack: ExitStack) -> tuple[str, IO[bytes]]:
    """The name and the bytes of a file. Raises UnreadableFile."""
    try:
        return Path(path).name, stack.enter_context(Path(path).open("rb"))
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}.") from error
