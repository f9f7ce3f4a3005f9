"""Stand-ins that are small enough to reason about: pages made of text, and an encoder of hashes.

`FakeEncoder` knows a word only as itself: equal words (whatever their case) have equal unit
vectors, different words nearly orthogonal ones. MaxSim of a question therefore counts the words
that stand on a page, so a test can say beforehand which page must win.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from recto.engine.encoders.protocol import EncoderId, PageInput
from recto.engine.page import Box, PageContent, PageText, Word, union
from recto.engine.vectors import FloatArray, Multivector, PageVectors, QuestionVectors


def page_content(text: str, *, number: int = 1, headings: Sequence[str] = ()) -> PageContent:
    """A page of `text`: its lines lie below each other, its words in columns of equal width."""
    words = []
    lines = [line.split() for line in text.splitlines() if line.strip()]
    for row, line in enumerate(lines):
        high = 1 / max(len(lines), 10)
        wide = 1 / max(len(line), 10)
        for column, word in enumerate(line):
            left, top = column * wide, row * high
            words.append(Word(word, Box(left, top, left + 0.8 * wide, top + high / 2), row))
    return PageContent(
        number=number,
        width=612,
        height=792,
        text=PageText(tuple(words), "layer" if words else "none"),
        headings=tuple(headings),
    )


class FakeEncoder:
    """A vector a word (`patches`) and the direction of their mean a line (`rows`)."""

    def __init__(self, *, dim: int = 64, revision: str = "1") -> None:
        self.id = EncoderId(name="fake", revision=revision, dim=dim)
        self.needs_image = False

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        return [self._encode_page(page.content.text) for page in pages]

    def encode_question(self, question: str) -> QuestionVectors:
        tokens = tuple(question.split())
        patches = self._vectors(tokens)
        return QuestionVectors(patches=patches, rows=_direction(patches)[None], tokens=tokens)

    def _encode_page(self, text: PageText) -> PageVectors:
        if not text.words:
            return PageVectors(patches=None, rows=None)
        patches = Multivector(
            vectors=self._vectors([word.text for word in text.words]),
            boxes=np.array([word.box for word in text.words], dtype=np.float32),
        )
        rows = Multivector(
            vectors=np.stack(
                [_direction(self._vectors([w.text for w in line])) for line in text.lines]
            ),
            boxes=np.array(
                [union(word.box for word in line) for line in text.lines], dtype=np.float32
            ),
        )
        return PageVectors(patches=patches, rows=rows)

    def _vectors(self, words: Sequence[str]) -> FloatArray:
        return np.stack([_word_vector(word, self.id.dim) for word in words])


def _word_vector(word: str, dim: int) -> FloatArray:
    key = word.strip(".,;:!?()\"'").casefold() or word
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")
    return _direction(np.random.default_rng(seed).standard_normal((1, dim)).astype(np.float32))


def _direction(vectors: FloatArray) -> FloatArray:
    mean: FloatArray = vectors.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


class StagedEncoder(FakeEncoder):
    """The same vectors in three steps, with a look at each: `on_step` is told its name and the
    words of the pages."""

    def __init__(self, *, batch: int, on_step: Callable[[str, list[str]], None]) -> None:
        super().__init__()
        self.batch = batch
        self._on_step = on_step

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        return self.finish(self.run(self.prepare(pages)))

    def prepare(self, pages: Sequence[PageInput]) -> list[PageText]:
        return self._seen("prepare", [page.content.text for page in pages])

    def run(self, prepared: list[PageText]) -> list[PageText]:
        return self._seen("run", prepared)

    def finish(self, result: list[PageText]) -> list[PageVectors]:
        return [self._encode_page(text) for text in self._seen("finish", result)]

    def _seen(self, step: str, texts: list[PageText]) -> list[PageText]:
        self._on_step(step, [text.text for text in texts])
        return texts
