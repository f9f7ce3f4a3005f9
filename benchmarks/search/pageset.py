"""Vectors of pages and of questions, on the disk, for engines that know nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recto.engine.vectors import FloatArray

_BLOCK = 32


@dataclass(frozen=True, slots=True, eq=False)
class PageSet:
    """Pages are counted from 0."""

    name: str
    flat: npt.NDArray[np.float16]
    """(sum of all n, d): the vectors of one page after those of another."""
    ends: npt.NDArray[np.int64]
    """(pages,) where those of each page end."""
    questions: tuple[FloatArray, ...]
    """(t, d) each."""

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def dim(self) -> int:
        return int(self.flat.shape[1])

    def page(self, number: int) -> FloatArray:
        begin = int(self.ends[number - 1]) if number else 0
        return self.flat[begin : int(self.ends[number])].astype(np.float32)

    def pages(self) -> Iterator[FloatArray]:
        return (self.page(number) for number in range(len(self)))

    @property
    def gigabytes(self) -> float:
        """As float32."""
        return self.flat.size * 4 / 1e9


def save(
    folder: Path, name: str, pages: Iterable[FloatArray], questions: Iterable[FloatArray]
) -> PageSet:
    """All or nothing; the questions are taken after the pages."""
    aside = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    lengths = []
    with (aside / "flat").open("wb") as file:
        for page in pages:
            file.write(page.astype(np.float16).tobytes())
            lengths.append(len(page))
    np.save(aside / "ends.npy", np.cumsum(lengths))
    asked = list(questions)
    np.savez(aside / "questions.npz", *asked)
    dim = asked[0].shape[1]
    (aside / "set.json").write_text(json.dumps({"name": name, "dim": dim}))
    aside.rename(folder)
    return load(folder)


def load(folder: Path) -> PageSet:
    fields = json.loads((folder / "set.json").read_text())
    with np.load(folder / "questions.npz") as stored:
        questions = tuple(stored[f"arr_{i}"] for i in range(len(stored.files)))
    flat = np.memmap(folder / "flat", np.float16, "r").reshape(-1, fields["dim"])
    return PageSet(fields["name"], flat, np.load(folder / "ends.npy"), questions)


def truth(pages: PageSet) -> FloatArray:
    """(questions, pages): MaxSim in float32, all questions in one product."""
    asked = np.concatenate(pages.questions)
    begins = np.cumsum([0, *(len(question) for question in pages.questions[:-1])])
    scores = np.empty((len(pages.questions), len(pages)), np.float32)
    for first in range(0, len(pages), _BLOCK):
        last = min(first + _BLOCK, len(pages))
        begin = int(pages.ends[first - 1]) if first else 0
        ends = pages.ends[first:last] - begin
        block = pages.flat[begin : begin + int(ends[-1])].astype(np.float32)
        best = np.maximum.reduceat(block @ asked.T, np.concatenate([[0], ends[:-1]]), axis=0)
        scores[:, first:last] = np.add.reduceat(best, begins, axis=1).T
    return scores


def recall(found: Sequence[int], scores: FloatArray, count: int = 10) -> float:
    """The share of the best `count` pages, or of all if there are fewer, that was found; of equal
    ones any will do."""
    count = min(count, len(scores))
    last = np.sort(scores)[-count]
    good = sum(1 for number in found[:count] if scores[number] >= last - 1e-3)
    return min(good, count) / count
