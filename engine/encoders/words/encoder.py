"""The words of a page become vectors, one a word, and a few for its passages. On the CPU alone."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from recto.engine.encoders.protocol import EncoderId, PageInput
from recto.engine.encoders.words import pooling
from recto.engine.encoders.words.network import MAX_TOKENS, Features, Network
from recto.engine.encoders.words.tokens import IntArray, Tokens, WordPieces
from recto.engine.encoders.words.windows import Window, cut
from recto.engine.page import PageContent
from recto.engine.vectors import PageVectors, QuestionVectors

_SETTINGS = "1"
"""Counts the changes of this package's code that change vectors."""

_OVERLAP = 32
"""Tokens that neighbouring windows share."""

_PASSAGE = 96
"""Tokens after which a passage ends with its line."""

_MAX_PATCHES = 4096
_MAX_ROWS = 512


class WordsEncoder:
    """The built-in encoder. All vectors of pages have length 1."""

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the weights, which takes a moment. `threads`: windows read side by side; None: one
        a processor. It changes no vector."""
        folder = Path(str(resources.files("recto.engine.encoders.words") / "weights"))
        self._pieces = WordPieces(folder / "tokenizer.json")
        self._network = Network(folder / "words.onnx", threads=threads)
        self._id = EncoderId(name="words", revision=_revision(folder), dim=self._network.dim)

    @property
    def id(self) -> EncoderId:
        return self._id

    @property
    def needs_image(self) -> bool:
        return False

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        """Vectors of each page, in order; a page without words has neither patches nor rows."""
        return [self._encode_page(page.content) for page in pages]

    def encode_question(self, question: str) -> QuestionVectors:
        """One vector a word for `patches`, one for the whole question for `rows`. What follows the
        first 254 tokens is not read."""
        words = question.split()
        tokens = self._pieces.cut(words)
        kept = MAX_TOKENS - 2
        tokens = Tokens(tokens.ids[:kept], tokens.words[:kept])
        (features,) = self._network.run([self._window(tokens.ids)])
        if not len(tokens):
            # Nothing to be read: a question of control characters. It matches all pages alike.
            nothing = np.zeros((1, self.id.dim), np.float32)
            return QuestionVectors(patches=nothing, rows=nothing, tokens=(question.strip(),))
        sense = features.sense.mean(axis=0, keepdims=True)
        return QuestionVectors(
            patches=pooling.unit(pooling.sums(features.tokens[1:-1], tokens.words)),
            rows=pooling.unit(sense),
            tokens=tuple(words[i] for i in np.unique(tokens.words)),
        )

    def _encode_page(self, content: PageContent) -> PageVectors:
        words = content.text.words
        tokens = self._pieces.cut([word.text for word in words])
        if not len(tokens):
            return PageVectors(patches=None, rows=None)
        features = self._read(tokens.ids)
        lines = np.array([word.line for word in words], np.int64)[tokens.words]
        passages = pooling.passages(lines, size=_PASSAGE, limit=_MAX_ROWS)
        runs = pooling.runs(tokens.words, _MAX_PATCHES)
        return PageVectors(
            patches=pooling.pool(features.tokens, words, tokens.words, runs),
            rows=pooling.pool(features.sense, words, tokens.words, passages),
        )

    def _read(self, ids: IntArray) -> Features:
        """Features of every token of a page."""
        windows = cut(len(ids), size=MAX_TOKENS - 2, overlap=_OVERLAP)
        read = self._network.run([self._window(ids[w.first : w.last]) for w in windows])
        return Features(
            np.concatenate([_kept(f.tokens, w) for f, w in zip(read, windows, strict=True)]),
            np.concatenate([_kept(f.sense, w) for f, w in zip(read, windows, strict=True)]),
        )

    def _window(self, ids: IntArray) -> IntArray:
        return np.concatenate([[self._pieces.start], ids, [self._pieces.end]])


def _kept(features: np.ndarray, window: Window) -> np.ndarray:
    """Those of the tokens that the window keeps; the mark at its start shifts them by one."""
    return features[window.keep_first - window.first + 1 : window.keep_last - window.first + 1]


@functools.cache
def _revision(folder: Path) -> str:
    """Twelve hex digits of what vectors depend on: weights, tokenizer and settings."""
    digest = hashlib.sha256(_SETTINGS.encode())
    for name in ("tokenizer.json", "words.onnx"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]
