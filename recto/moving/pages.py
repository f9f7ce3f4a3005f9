"""Pages as plain values for wire.py, and back. What is read back is not trusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.vectors import Multivector, PageVectors
from recto.engine.wire import Value
from recto.moving.origin import MovedPage

_SOURCES = ("layer", "ocr", "none")


def page_frame(page: MovedPage) -> Value:
    content, text = page.content, page.content.text
    return {
        "number": content.number,
        "size": [content.width, content.height],
        "headings": list(content.headings),
        "source": text.source,
        "words": [word.text for word in text.words],
        "lines": [word.line for word in text.words],
        "boxes": np.array([word.box for word in text.words], np.float32).reshape(-1, 4),
        "patches": _arrays(page.vectors.patches),
        "rows": _arrays(page.vectors.rows),
    }


def page_of_frame(value: Value) -> MovedPage:
    """Raises ValueError, TypeError or KeyError for what `page_frame` has not made."""
    if value["source"] not in _SOURCES:
        raise ValueError(f"words from {value['source']!r}")
    boxes = [Box(*edges) for edges in value["boxes"].reshape(-1, 4).tolist()]
    words = [
        Word(_text(word), box, int(line))
        for word, box, line in zip(value["words"], boxes, value["lines"], strict=True)
    ]
    width, height = value["size"]
    content = PageContent(
        number=int(value["number"]),
        width=float(width),
        height=float(height),
        text=PageText(tuple(words), value["source"]),
        headings=tuple(_text(heading) for heading in value["headings"]),
    )
    vectors = PageVectors(patches=_multivector(value["patches"]), rows=_multivector(value["rows"]))
    return MovedPage(content, vectors)


def _arrays(multivector: Multivector | None) -> Sequence[Any] | None:
    if multivector is None:
        return None
    return [multivector.vectors.astype(np.float16), multivector.boxes.astype(np.float32)]


def _multivector(value: Value) -> Multivector | None:
    if value is None:
        return None
    vectors, boxes = value
    if vectors.ndim != 2 or not len(vectors) or boxes.shape != (len(vectors), 4):
        raise ValueError(f"vectors of shape {vectors.shape} with boxes of shape {boxes.shape}")
    return Multivector(vectors=vectors.astype(np.float32), boxes=boxes.astype(np.float32))


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} instead of a text")
    return value
