"""What makes two stored pages the same, in few bytes. Knows no store."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from recto.engine.page import PageContent
from recto.engine.store.validation import GRID
from recto.engine.vectors import Multivector, PageVectors


def page_checksum(content: PageContent, vectors: PageVectors) -> bytes:
    """SHA-256 of what a store keeps of a page: its words and where they stand, its vectors as
    float16, their boxes in steps of the grid."""
    text = content.text
    shown = [content.number, content.width, content.height, text.source, *content.headings]
    digest = hashlib.sha256(json.dumps(shown).encode())
    digest.update(json.dumps([(word.text, word.line) for word in text.words]).encode())
    boxes = np.array([word.box for word in text.words], np.float64).reshape(-1, 4)
    digest.update(_steps(boxes))
    for multivector in (vectors.patches, vectors.rows):
        digest.update(b"none" if multivector is None else _bytes(multivector))
    return digest.digest()


def _bytes(multivector: Multivector) -> bytes:
    vectors = multivector.vectors.astype("<f2")
    return repr(vectors.shape).encode() + vectors.tobytes() + _steps(multivector.boxes)


def _steps(boxes: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> bytes:
    return np.rint(boxes.astype(np.float64) * GRID).astype("<u2").tobytes()
