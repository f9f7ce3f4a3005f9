"""bm25s in a process of its own: `python -m recto.benchmarks.lexical_worker`. Knows only texts."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from recto.engine.process import serve
from recto.engine.vectors import FloatArray
from recto.engine.wire import Value


def main() -> None:
    library: Any = None
    stemmer: Any = None
    index: Any = None

    def tokens(texts: list[str]) -> Value:
        """By its default, which leaves out English stop words."""
        return library.tokenize(texts, stemmer=stemmer, show_progress=False)

    def make(stemmed: bool) -> Value:
        """What it is, or why it cannot be used."""
        nonlocal library, stemmer
        try:
            library = importlib.import_module("bm25s")

            if stemmed:
                stemmer = importlib.import_module("Stemmer").Stemmer("english")
        except ModuleNotFoundError as error:
            return {"missing": str(error.name)}
        return {"version": library.__version__}

    def add(texts: list[str]) -> Value:
        """Its settings."""
        nonlocal index
        index = library.BM25()
        index.index(tokens(texts), show_progress=False)
        return {"method": index.method, "k1": index.k1, "b": index.b}

    def search(question: str, limit: int, allowed: FloatArray | None) -> Value:
        """[[number, score], ...], of the texts that share a word with the question; `allowed`: 1
        for each of those that may be found, 0 for the others."""
        found = index.retrieve(
            tokens([question]),
            k=min(limit, index.scores["num_docs"]),
            weight_mask=allowed,
            show_progress=False,
        )
        pairs = zip(found.documents[0].tolist(), found.scores[0].tolist(), strict=True)
        return [[number, score] for number, score in pairs if score > 0]

    np.seterr(all="ignore")  # of an average over no words
    serve({f.__name__: f for f in (make, add, search)})


if __name__ == "__main__":
    main()
