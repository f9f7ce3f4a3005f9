"""Pages of real English as the built-in encoder reads them, and real sentences as questions.

The text is the documentation inside Python packages: of the standard library and of what is
installed beside it. A page has 46 lines of 88 characters. A question is the first sentence of a
function's documentation, which stands on one of the pages; or one of a file of questions that have
nothing to do with them, which is harder, as no page is much better than others.
"""

from __future__ import annotations

import ast
import json
import sysconfig
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from recto.engine.encoders.protocol import Encoder, PageInput
from recto.engine.encoders.words.encoder import WordsEncoder
from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.vectors import FloatArray

_LINES = 46
_WIDTH = 88
_BATCH = 16
_ANYWHERE = Box(0.1, 0.1, 0.2, 0.2)
_PHRASE = range(40, 140)
"""Characters of a first sentence that makes a question."""


class Prose:
    """`texts` gives as much as there is."""

    def __init__(self) -> None:
        self._encoder: Encoder = WordsEncoder()
        self._sentences: list[str] = []

    def pages(self, count: int) -> Iterator[FloatArray]:
        """As many as asked for, or fewer if there is no more text."""
        batch: list[PageInput] = []
        for number, lines in enumerate(self._pages(), 1):
            batch.append(_page(number, lines))
            if len(batch) == _BATCH or number == count:
                for vectors in self._encoder.encode_pages(batch):
                    assert vectors.patches is not None
                    yield vectors.patches.vectors
                batch = []
            if number == count:
                return

    def questions(self, count: int) -> list[FloatArray]:
        """Of the pages that have been given."""
        random = np.random.default_rng(0)
        count = min(count, len(self._sentences))
        chosen = random.choice(len(self._sentences), count, replace=False)
        return [self._encoder.encode_question(self._sentences[i]).patches for i in chosen]

    def asked(self, path: Path, count: int) -> list[FloatArray]:
        """The first questions of a file of them, one JSON object a line."""
        lines = path.read_text(encoding="utf-8").splitlines()[:count]
        return [
            self._encoder.encode_question(json.loads(line)["question"]).patches for line in lines
        ]

    def _pages(self) -> Iterator[list[str]]:
        lines: list[str] = []
        for text in _texts():
            sentence = " ".join(text.split("\n\n")[0].split())
            if len(sentence) in _PHRASE:
                self._sentences.append(sentence)
            lines += textwrap.wrap(" ".join(text.split()), _WIDTH)
            while len(lines) >= _LINES:
                yield lines[:_LINES]
                lines = lines[_LINES:]


def _texts() -> Iterator[str]:
    paths = sysconfig.get_paths()
    seen: set[str] = set()
    for folder in (paths["purelib"], paths["stdlib"]):
        for path in sorted(Path(folder).rglob("*.py")):
            for text in _documentation(path):
                if len(text) > 2 * _WIDTH and text not in seen:
                    seen.add(text)
                    yield text


def _documentation(path: Path) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of code that is not ours
            tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return  # an example of bad code, say
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield ast.get_docstring(node) or ""


def _page(number: int, lines: list[str]) -> PageInput:
    words = tuple(
        Word(word, _ANYWHERE, index) for index, line in enumerate(lines) for word in line.split()
    )
    text = PageText(words=words, source="layer")
    content = PageContent(number=number, width=595.0, height=842.0, text=text)
    return PageInput(content=content, image=None)
