"""Ways of finding pages that are another library's: BM25 of bm25s over the text that we index.

It runs in a process of its own, in the environment that `recto bench peers bm25s` makes, or in this
one where it is installed here. It is given the words of each page as BM25 of ours is, without the
headings that stand above them on earlier pages, which are ours to know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from recto.benchmarks.questions import Place
from recto.benchmarks.search.peers import FAILURES, runner, why
from recto.benchmarks.ways import Ranked
from recto.engine.bm25 import running_text
from recto.engine.closing import Closing
from recto.engine.errors import MissingExtra
from recto.engine.process import Child
from recto.engine.store.plan import PageFilter
from recto.engine.wire import Value
from recto.parts import Part

if TYPE_CHECKING:
    from recto.library import Library

PEER = "bm25s"
STEMMED = "bm25s-stemmed"
WAYS = {
    PEER: "BM25 of the library bm25s, by its defaults: English stop words, no stemming",
    STEMMED: "the same, with the English stemmer of PyStemmer, as its documentation has it",
}
_TIMEOUT = 600.0
"""Seconds for one call."""


class Lexical(Closing):
    """One of these ways. Whatever keeps it from finding pages is its `reason`; nothing is raised
    before `search`."""

    def __init__(self, way: str) -> None:
        self.reason = ""
        self.settings: Mapping[str, Any] = {}
        """Known when it is filled."""
        self._stemmed = way == STEMMED
        self._places: list[Place] = []
        self._documents: list[str] = []
        where = runner(PEER)
        self._child = Child(
            "recto.benchmarks.lexical_worker",
            name=way,
            python=where.python,
            packages=where.packages,
        )
        self._version = self._trying(self._made)

    def fill(self, library: Library, question: str) -> None:
        """Give it all pages, and a first question to warm up."""
        self._library = library
        if not self.reason:
            self._trying(lambda: self._filled(question))

    def search(self, question: str, *, limit: int, documents: Sequence[str] | None) -> list[Ranked]:
        """As `ways.Searcher`."""
        allowed = None
        if documents is not None:
            chosen = self._library._holdings.filter(Part(documents=documents)).documents
            allowed = np.isin(self._documents, chosen or ()).astype(np.float32)
        found = self._child.call("search", question, limit, allowed, timeout=_TIMEOUT)
        return [Ranked(self._places[number], score) for number, score in found]

    def close(self) -> None:
        self._child.close()

    def _trying(self, call: Callable[[], Value]) -> Value:
        try:
            return call()
        except FAILURES as error:
            self.reason = why(error)
            return None

    def _made(self) -> Value:
        said = self._child.call("make", self._stemmed, timeout=_TIMEOUT)
        if "missing" in said:
            self.reason = f"{said['missing']} is not installed: recto bench peers {PEER}"
        return said.get("version")

    def _filled(self, question: str) -> None:
        names = {document.id: document.name for document in self._library.documents()}
        texts = []
        for page in self._library._holdings.store.scroll(PageFilter()):
            if page.document_id in names:
                self._documents.append(page.document_id)
                self._places.append(Place(names[page.document_id], page.content.number))
                texts.append(running_text(page.content.text.text))
        told = self._child.call("add", texts, timeout=_TIMEOUT)
        stemmer = "PyStemmer, english" if self._stemmed else "none"
        version = {"bm25s": self._version, "stop words": "english", "stemmer": stemmer}
        self.settings = {**version, **told}
        self.search(question, limit=1, documents=None)


def remaining(ways: Sequence[str], peers: Mapping[str, Lexical]) -> list[str]:
    """Those of the ways that can be measured, each once. Raises MissingExtra if none can."""
    left = [way for way in dict.fromkeys(ways) if way not in peers or not peers[way].reason]
    if not left:
        told = "; ".join(f"{way}: {peer.reason}" for way, peer in peers.items())
        raise MissingExtra(f"Nothing to measure. {told}")
    return left
