"""What makes two stored pages the same. Knows no store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from recto.engine.page import PageContent
from recto.engine.store.manifest import Datatype
from recto.engine.store.validation import GRID
from recto.engine.vectors import Multivector, PageVectors

_TOLERANCE: Mapping[Datatype, float] = {"float16": 0.0, "turbo8": 0.03, "turbo4": 0.4}
"""How far a vector of `patches` may be from what was written, in parts of its length. Of 2 to 1,024
dimensions, none was seen farther than 0.011 and 0.19; another vector of the page is at about 1."""
_NOTHING = 1e-5
"""A length that float16 cannot tell from none."""


def is_kept(
    content: PageContent,
    vectors: PageVectors,
    *,
    written: tuple[PageContent, PageVectors],
    datatype: Datatype,
) -> bool:
    """Whether this is what a store that keeps `patches` as `datatype` gives for what was written:
    exactly the same, but for what the datatype changes."""
    sent = written[1].patches
    if _TOLERANCE[datatype] and _are_near(vectors.patches, sent, _TOLERANCE[datatype]):
        assert vectors.patches is not None, "near"
        assert sent is not None, "near"
        vectors = replace(vectors, patches=replace(vectors.patches, vectors=sent.vectors))
    return page_checksum(content, vectors) == page_checksum(*written)


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


def _are_near(found: Multivector | None, sent: Multivector | None, tolerance: float) -> bool:
    if found is None or sent is None or found.vectors.shape != sent.vectors.shape:
        return False
    far = np.linalg.norm(found.vectors - sent.vectors, axis=1)
    return bool((far <= tolerance * np.linalg.norm(sent.vectors, axis=1) + _NOTHING).all())
