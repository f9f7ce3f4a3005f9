"""The picture that a library is asked with, wherever it comes from, as an encoder takes it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from recto.engine.encoders.known import KNOWN
from recto.engine.encoders.protocol import Encoder, ImageQuestions
from recto.engine.errors import QuestionError, UnsupportedFile
from recto.engine.vectors import QuestionVectors
from recto.indexing.files import IMAGES, kind_of
from recto.indexing.reader import Reader
from recto.indexing.writing import IMAGE_WIDTH

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = npt.NDArray[np.uint8]
AskedImage: TypeAlias = "str | os.PathLike[str] | Image | Pixels"
"""A picture file (PNG, JPEG, WebP, TIFF), a Pillow image, or (height, width, 3) RGB."""


def encode_with(
    encoder: Encoder, question: str | None, image: AskedImage, reader: Reader
) -> QuestionVectors:
    """The vectors of a picture, and of a question if there is one.

    Raises QuestionError when the encoder has no eyes or the picture cannot be asked with, and a
    DocumentError for a file that cannot be read.
    """
    if not isinstance(encoder, ImageQuestions):
        raise QuestionError(
            f"The library's encoder {encoder.id.name!r} cannot be asked with a picture for pages;"
            f" expected one that reads pictures ({', '.join(model.name for model in KNOWN)}). Come"
            " to one of them with recto reencode --encoder NAME; or add with --crossmodal"
            " --crossmodal-encoder NAME, and find what looks alike across modalities with --image"
            " FILE --in image,page (library.find(image=...), POST .../search/media)."
        )
    return encoder.encode_image_question(pixels_of_asked(image, reader), question)


def pixels_of_asked(image: AskedImage, reader: Reader, width: int = IMAGE_WIDTH) -> Pixels:
    """At most `width` pixels across, by default as pages are drawn for an encoder; turned as a
    file's EXIF says, what is transparent on white."""
    if isinstance(image, (str, os.PathLike)):
        kind = kind_of(image)
        if kind not in IMAGES:
            raise UnsupportedFile(
                f"{os.fspath(image)} is of the kind {kind}; give a picture"
                f" ({', '.join(sorted(IMAGES))})."
            )
        with reader.open(image, kind) as opened:
            return opened.image(1, width)
    from PIL import Image as Pillow

    from recto.indexing.reading.images import pixels_of

    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise QuestionError(
                f"the picture is an array of {image.dtype} of the shape {image.shape}; expected"
                " uint8 of (height, width, 3), RGB."
            )
        image = Pillow.fromarray(image)
    return pixels_of(image, width, reader.limits)
