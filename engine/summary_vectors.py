"""Vectors of summaries, kept beside them so that no process makes them twice.

A file a document, which may be removed at any time: what is not in it, or of another encoder or
another text, is made again. Boxes are not kept, for nobody is shown where on a summary a word is.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from recto.engine.encoders.protocol import Encoder, PageInput
from recto.engine.endpoint.files import write_private
from recto.engine.page import PageContent
from recto.engine.summaries import Summaries
from recto.engine.vectors import FloatArray, Multivector, PageVectors

_PARTS = ("patches", "rows")
Kept = Mapping[str, FloatArray]
"""By `_key` and part: (n, d)."""


def vectors_of(
    document_id: str, pages: Sequence[PageContent], encoder: Encoder, summaries: Summaries
) -> list[PageVectors]:
    """Of the pages that the summaries of a document were laid out as, in order."""
    path = summaries.vectors_path(document_id)
    kept = _read(path.read_bytes() if path.exists() else b"")
    keys = [_key(page, encoder) for page in pages]
    lacking = [n for n, key in enumerate(keys) if f"{key} rows" not in kept]
    inputs = [PageInput(content=pages[n], image=None) for n in lacking]
    made = dict(zip(lacking, encoder.encode_pages(inputs), strict=True))
    found = [made[n] if n in made else _vectors(kept, key) for n, key in enumerate(keys)]
    if lacking:
        write_private(path, _written(dict(zip(keys, found, strict=True))))
        if summaries.stamp(document_id) is None:  # removed meanwhile, and these with it
            path.unlink(missing_ok=True)
    return found


def _key(page: PageContent, encoder: Encoder) -> str:
    told = f"{encoder.id.name}@{encoder.id.revision}\n{page.number}\n{page.text.text}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def _read(data: bytes) -> Kept:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return {name: arrays[name].astype(np.float32) for name in arrays.files}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile):
        return {}


def _written(vectors: Mapping[str, PageVectors]) -> bytes:
    """An empty array stands for no vectors."""
    data = io.BytesIO()
    nothing = np.zeros((0, 0), np.float16)
    arrays: dict[str, Any] = {
        f"{key} {part}": nothing if value is None else value.vectors.astype(np.float16)
        for key, of_page in vectors.items()
        for part in _PARTS
        for value in (getattr(of_page, part),)
    }
    np.savez(data, **arrays)
    return data.getvalue()


def _vectors(kept: Kept, key: str) -> PageVectors:
    patches, rows = (_multivector(kept[f"{key} {part}"]) for part in _PARTS)
    return PageVectors(patches=patches, rows=rows)


def _multivector(vectors: FloatArray) -> Multivector | None:
    if not len(vectors):
        return None
    whole = np.tile(np.array([0, 0, 1, 1], np.float32), (len(vectors), 1))
    return Multivector(vectors=vectors, boxes=whole)
