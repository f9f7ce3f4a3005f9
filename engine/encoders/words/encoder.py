"""The words of a page become vectors, one a word, and a few for its passages. On the CPU alone."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from recto.engine.encoders.protocol import EncoderId, PageInput
from recto.engine.encoders.windows import Window, cut
from recto.engine.encoders.words import pooling
from recto.engine.encoders.words.network import MAX_TOKENS, Features, Network
from recto.engine.encoders.words.tokens import IntArray, Tokens, WordPieces, weights
from recto.engine.page import Word
from recto.engine.vectors import PageVectors, QuestionVectors

_SETTINGS = "2"
"""Counts the changes of this package's code that change vectors."""

_ROOM = MAX_TOKENS - 2
"""Tokens of a window between the marks at its ends."""

_OVERLAP = 32
"""Tokens that neighbouring windows share."""

_PASSAGE = 24
"""Tokens after which a passage ends with its line: two lines of running text, or as many."""

_MAX_PATCHES = 8192
"""At 128 dimensions the most numbers that a store takes in one multivector."""

_MAX_ROWS = 512

_BATCH = 64
"""Windows whose features are in memory at once."""


class WordsEncoder:
    """The built-in encoder. All vectors of pages have length 1, those of a question's words between
    0.4 and 2, by how rare the word is.

    >>> encoder = WordsEncoder()
    >>> encoder.encode_question("capex in 2018").tokens
    ('capex', 'in', '2018')
    """

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
        """Vectors of each page, in order; a page without words has neither patches nor rows.

        `patches` has a vector a word (on pages of more than 8,192 words, one for several
        neighbours), `rows` one for each passage of about two lines.
        """
        if not pages:
            return []
        words = [page.content.text.words for page in pages]
        tokens = [self._pieces.cut([word.text for word in of_page]) for of_page in words]
        features = self._read([of_page.ids for of_page in tokens])
        return [self._vectors(*of_page) for of_page in zip(words, tokens, features, strict=True)]

    def encode_question(self, question: str) -> QuestionVectors:
        """One vector a word for `patches`, one for the whole question for `rows`. What follows the
        first 126 tokens, about a hundred words, is not read."""
        words = question.split()
        tokens = self._pieces.cut(words)
        tokens = Tokens(tokens.ids[:_ROOM], tokens.words[:_ROOM])
        if not len(tokens):
            # Nothing to read, as in control characters: a vector of zeros matches all pages alike.
            nothing = np.zeros((1, self.id.dim), np.float32)
            return QuestionVectors(patches=nothing, rows=nothing, tokens=(question.strip(),))
        (features,) = self._network.run([self._window(tokens.ids)])
        vectors = pooling.unit(pooling.sums(features.tokens[1:-1], tokens.words))
        return QuestionVectors(
            patches=vectors * weights(tokens)[:, None],
            rows=pooling.unit(features.sense.mean(axis=0, keepdims=True)),
            tokens=tuple(words[i] for i in np.unique(tokens.words)),
        )

    def _vectors(self, words: Sequence[Word], tokens: Tokens, features: Features) -> PageVectors:
        """Vectors of a page of `words` from the features of its tokens."""
        if not len(tokens):
            return PageVectors(patches=None, rows=None)
        runs = pooling.runs(tokens.words, limit=_MAX_PATCHES)
        lines = np.array([word.line for word in words], np.int64)[tokens.words]
        passages = pooling.passages(lines, size=_PASSAGE, limit=_MAX_ROWS)
        return PageVectors(
            patches=pooling.pool(features.tokens, words, tokens.words, runs),
            rows=pooling.pool(features.sense, words, tokens.words, passages),
        )

    def _read(self, pages: Sequence[IntArray]) -> list[Features]:
        """Features of every token of each page; the windows of all pages wait in one line."""
        ends = np.cumsum([len(ids) for ids in pages]).tolist()
        begins = [0, *ends[:-1]]
        ids = np.concatenate(pages)
        windows = [
            Window(*(place + begin for place in window))
            for begin, end in zip(begins, ends, strict=True)
            for window in cut(end - begin, size=_ROOM, overlap=_OVERLAP)
        ]
        tokens = np.empty((len(ids), self.id.dim), np.float32)
        sense = np.empty_like(tokens)
        for start in range(0, len(windows), _BATCH):
            batch = windows[start : start + _BATCH]
            read = self._network.run([self._window(ids[w.first : w.last]) for w in batch])
            for window, seen in zip(batch, read, strict=True):
                kept = slice(window.keep_first, window.keep_last)
                # The mark at the start of a window shifts its tokens by one.
                shown = slice(kept.start - window.first + 1, kept.stop - window.first + 1)
                tokens[kept], sense[kept] = seen.tokens[shown], seen.sense[shown]
        return [Features(tokens[b:e], sense[b:e]) for b, e in zip(begins, ends, strict=True)]

    def _window(self, ids: IntArray) -> IntArray:
        return np.concatenate([[self._pieces.start], ids, [self._pieces.end]])


@functools.cache
def _revision(folder: Path) -> str:
    """Twelve hex digits of what vectors depend on: weights, tokenizer and settings."""
    digest = hashlib.sha256(_SETTINGS.encode())
    for name in ("tokenizer.json", "words.onnx"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]
