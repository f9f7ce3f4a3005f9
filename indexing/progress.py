"""How far an `add` or a `reencode` is, for people who wait. Knows nothing of what is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recto.indexing.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an `add` is; given to its `on_progress` after each page and each file."""

    path: Path
    """The file at hand."""
    page: int
    """Pages of it that are done."""
    pages: int
    """Pages that it has; 0 while unknown."""
    files_done: int
    files: int
    pages_done: int
    """Over all files."""
    bytes_done: float
    """Over all files, a file at hand counted by its share of pages."""
    bytes: int


class Tally:
    """Counts files, pages and bytes of one `add`, and tells them to `on_progress`."""

    def __init__(
        self,
        paths: Sequence[Path],
        on_progress: Callable[[Progress], None] | None,
        *,
        sizes: Sequence[int] | None = None,
    ) -> None:
        """`paths` in the order in which they will be done; `sizes` where they need not exist."""
        self._paths = paths
        self._sizes = [_size(path) for path in paths] if sizes is None else sizes
        self._tell = on_progress
        self._files = 0
        self._pages = 0
        self._bytes = 0

    def page(self, page: int, pages: int) -> None:
        """`page` of the `pages` pages of the file at hand are done."""
        self._report(page, pages, share=page / pages)

    def part(self, share: float) -> None:
        """So much of the file at hand, which has no pages, is done, from 0 to 1."""
        self._report(0, 0, share=min(share, 1.0))

    def done(self, outcome: Outcome) -> Outcome:
        """The file at hand is done, this being what became of it."""
        self._report(outcome.pages, outcome.pages, files=1, share=1.0)
        self._pages += outcome.pages
        self._bytes += self._sizes[self._files]
        self._files += 1
        return outcome

    def _report(self, page: int, pages: int, *, share: float, files: int = 0) -> None:
        if self._tell is None:
            return
        self._tell(
            Progress(
                path=self._paths[self._files],
                page=page,
                pages=pages,
                files_done=self._files + files,
                files=len(self._paths),
                pages_done=self._pages + page,
                bytes_done=self._bytes + self._sizes[self._files] * share,
                bytes=sum(self._sizes),
            )
        )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # told by whoever wants to read it
        return 0
