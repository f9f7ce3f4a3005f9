"""Pages as tensors of torch in files, as those keep them whose library stores nothing itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recto.benchmarks.search.pageset import PageSet

if TYPE_CHECKING:
    import torch

_FILE = 500
"""Pages a file, as byaldi has it."""


def write(pages: PageSet, folder: Path) -> list[torch.Tensor]:
    """(n, d) of each page, in float32."""
    import torch

    made = [torch.from_numpy(page) for page in pages.pages()]
    for first in range(0, len(made), _FILE):
        some = [page.clone() for page in made[first : first + _FILE]]
        torch.save(some, folder / f"{first:09}.pt")
    return made


def read(folder: Path) -> list[torch.Tensor]:
    """What `write` has written."""
    import torch

    return [page for path in sorted(folder.glob("*.pt")) for page in torch.load(path)]
