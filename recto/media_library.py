"""What a library does with sound, film and pictures: one vector space, any modality to any."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recto import finding
from recto.asked_image import AskedImage
from recto.asked_media import Asked, AskedFilm, AskedSound, several
from recto.clip_results import ClipHit, Label
from recto.engine.crossmodal.protocol import Depth, Motion, Thermal
from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.clips.records import ClipModality, ClipPlace
from recto.engine.vectors import FloatArray
from recto.holdings import Holdings
from recto.parts import Part, Where
from recto.reencoding import Gate, reading
from recto.results import Document

if TYPE_CHECKING:
    from PIL.Image import Image


class MediaLibrary:
    """The part of `Library` that needs a cross-modal encoder."""

    _holdings: Holdings

    @property
    @abstractmethod
    def _gate(self) -> Gate: ...

    @abstractmethod
    def document(self, document: str) -> Document: ...

    @property
    def crossmodal(self) -> EncoderId | None:
        """Of the encoder of its sound, film and pictures; None where none was chosen. Loads
        nothing."""
        return self._holdings.shared.crossmodal.id

    @reading
    def find(
        self,
        text: str | Sequence[str] | None = None,
        *,
        image: AskedImage | Sequence[AskedImage] | None = None,
        audio: AskedSound | Sequence[AskedSound] | None = None,
        video: AskedFilm | Sequence[AskedFilm] | None = None,
        depth: Depth | Sequence[Depth] | None = None,
        thermal: Thermal | Sequence[Thermal] | None = None,
        imu: Motion | Sequence[Motion] | None = None,
        minus: str | Sequence[str] | None = None,
        targets: Sequence[ClipModality] | None = None,
        limit: int = 5,
        moments: int = 3,
        documents: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        where: Where | None = None,
    ) -> list[ClipHit]:
        """Where something is said, shown or heard: in sound, film, pictures and pages.

        What is given is added up, what is in `minus` taken away, each brought to length 1 before:
        `find(image="beach.jpg", audio="waves.wav", minus="people")`. Lists add several of a kind;
        a tuple or list of arrays is several, too. Sound and film are files, or a `Sound` and a
        `Footage` of `recto.engine.crossmodal.protocol`, which also has `Depth`.

        At most `limit` documents come back, best first, of each at most `moments` hits, which stand
        together. Each of the `targets` ("audio", "video", "image", "page"; all if not given) is
        searched by itself, and they are fused by rank; what has the same rank in several comes in
        the order of `targets`, usually that first which is asked with. `documents`, `tags` and
        `where` confine the search as in `search`.

        Raises InputError where the library has no cross-modal encoder; EncoderError for what it
        does not know, QuestionError, NotFound, FilterError, a DocumentError for the file of a
        question, MissingExtra.
        """
        asked = Asked(
            texts=several(text),
            images=several(image),
            sounds=several(audio),
            films=several(video),
            depths=several(depth),
            thermals=several(thermal),
            motions=several(imu),
            minus=several(minus),
        )
        part = Part(documents=documents, tags=tags, where=where)
        return finding.find(self._holdings, asked, part, targets, limit, moments)

    def classify(
        self, file: str | os.PathLike[str], labels: Sequence[str], *, temperature: float = 1.0
    ) -> list[Label]:
        """Which of the labels a picture, film or sound is most like, most probable first.

        By the softmax of the scaled cosines with the labels, so that the probabilities sum to 1
        whether or not one of them fits. They are divided by `temperature`, which may be fitted to
        files whose labels are known: above 1 makes the probabilities more alike. The file need not
        be in the library.
        """
        shared = self._holdings.shared.crossmodal
        return finding.classify(
            shared.encoder,
            file,
            labels,
            pages=self._holdings.reader,
            media=shared.viewer,
            temperature=temperature,
        )

    @reading
    def clips(self, document: str) -> list[ClipPlace]:
        """What of a document can be found by `find`, by modality, page and time; `document` is
        what `document()` takes. Raises NotFound, InputError."""
        found = self.document(document)
        store = self._holdings.store.clips()
        return [] if store is None else store.clips(found.id)

    @reading
    def frame(self, document: str, time: float, *, width: int = 1280) -> Image:
        """What a film shows at `time` in seconds, at most `width` pixels across.

        Raises NotFound, InputError, a DocumentError, MissingExtra.
        """
        return self._holdings.media_pictures.frame(self.document(document), time, width)

    @reading
    def waveform(
        self,
        document: str,
        *,
        start: float = 0.0,
        end: float | None = None,
        points: int = 1000,
    ) -> FloatArray:
        """(points, 2) the least and the greatest sample of each equal part of a sound between
        `start` and `end` in seconds, not given its end; all between -1 and 1.

        Raises NotFound, InputError, a DocumentError, MissingExtra.
        """
        found = self.document(document)
        return self._holdings.media_pictures.waveform(found, start, end, points)
