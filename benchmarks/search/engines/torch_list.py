"""The scoring of byaldi: a list of tensors in memory, padded and compared 128 at a time.

The arithmetic is that of colpali-engine's `score_multi_vector`, which byaldi calls with all that it
has, in float32: on a CPU torch takes ten times as long for bfloat16.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recto.benchmarks.search.engines.protocol import Needs
from recto.benchmarks.search.pageset import PageSet
from recto.engine.vectors import FloatArray

_BATCH = 128
_FILE = 500
"""Pages a file."""


class Engine:
    needs = Needs(memory=4.5, reopening=4.5, disk=4)
    ways = ("exact",)

    def __init__(self) -> None:
        import torch

        self._torch: Any = torch
        self._pages: list[Any] = []

    def add(self, pages: PageSet, folder: Path) -> None:
        self._pages = [self._torch.from_numpy(page) for page in pages.pages()]
        for first in range(0, len(self._pages), _FILE):
            some = self._pages[first : first + _FILE]
            self._torch.save([page.clone() for page in some], folder / f"{first:09}.pt")

    def open(self, folder: Path, pages: PageSet) -> None:
        self._pages = []
        for path in sorted(folder.glob("*.pt")):
            self._pages += self._torch.load(path)

    def search(self, question: FloatArray, way: str) -> list[int]:
        torch = self._torch
        asked = torch.from_numpy(question)[None]
        scores = []
        with torch.inference_mode():
            for first in range(0, len(self._pages), _BATCH):
                some = self._pages[first : first + _BATCH]
                padded = torch.nn.utils.rnn.pad_sequence(some, batch_first=True)
                products = torch.einsum("bnd,csd->bcns", asked, padded)
                scores.append(products.max(dim=3)[0].sum(dim=2)[0])
        best: list[int] = torch.topk(torch.cat(scores), 10).indices.tolist()
        return best

    def close(self) -> None:
        self._pages = []
