"""Text from which the projections of the `words` encoder are computed. Knows no model.

Two kinds, both without labels: English prose that a package on the index brings along as its
documentation, and rows of words drawn from the vocabulary, which cover what the prose does not
speak of.
"""

from __future__ import annotations

import gzip
import html
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

_TAG = re.compile(r"<[^>]+>")
_SPACE = re.compile(r"\s+")
_SHORTEST = 12
"""Words below which a description says nothing."""


def prose(seed: int, count: int) -> list[str]:
    """`count` passages of 12 to 90 words from the documentation inside the package botocore."""
    passages = sorted({text for service in _services() for text in _descriptions(service)})
    random = np.random.default_rng(seed)
    return [passages[i] for i in random.choice(len(passages), count, replace=False)]


def word_rows(vocabulary: Sequence[str], seed: int, count: int, length: int) -> list[str]:
    """`count` rows of `length` words: most by their frequency, a quarter from the whole vocabulary.

    `vocabulary` begins with the commonest word.
    """
    words = [word for word in vocabulary if len(word) > 1 and word.isascii() and word.isalpha()]
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        ranks = np.exp(random.uniform(0, np.log(len(words)), length)).astype(int) - 1
        anywhere = random.random(length) < 0.25
        ranks[anywhere] = random.integers(0, len(words), int(anywhere.sum()))
        rows.append(" ".join(words[rank] for rank in ranks))
    return rows


def questions(passages: Sequence[str], seed: int) -> list[str]:
    """Short pieces of passages, some behind a question word, as people type them."""
    random = np.random.default_rng(seed)
    openings = ("", "", "What is ", "How do I ", "When does ", "Which ", "Where is ")
    pieces = []
    for passage in passages:
        words = passage.split()
        length = int(random.integers(3, 11))
        start = int(random.integers(0, max(1, len(words) - length)))
        opening = openings[int(random.integers(len(openings)))]
        pieces.append(opening + " ".join(words[start : start + length]))
    return pieces


def _services() -> Iterator[Mapping[str, object]]:
    """The newest description of each service."""
    spec = importlib.util.find_spec("botocore")
    assert spec is not None
    assert spec.origin is not None
    for folder in sorted((Path(spec.origin).parent / "data").iterdir()):
        for file in sorted(folder.glob("*/service-2.json*"))[-1:]:
            raw = file.read_bytes()
            yield json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)


def _descriptions(node: object) -> Iterator[str]:
    """Every text under a key "documentation", without its markup, its first 90 words."""
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "documentation" and isinstance(value, str):
            words = _SPACE.sub(" ", html.unescape(_TAG.sub(" ", value))).split()
            if len(words) >= _SHORTEST:
                yield " ".join(words[:90])
        yield from _descriptions(value)
