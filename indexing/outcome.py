"""What became of the files given to `add`, and of the documents that `reencode` met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import RectoError

OutcomeKind = Literal["added", "replaced", "unchanged", "encoded", "summarised", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file."""

    path: Path
    kind: OutcomeKind
    document_id: str = ""
    """Empty when the file failed before it could be identified."""
    pages: int = 0
    """Pages that were read now; 0 when unchanged or failed."""
    clips: int = 0
    """Clips of sound and film that were encoded now, and pages that were encoded to be found
    beside them."""
    skipped: Mapping[int, str] = field(default_factory=dict)
    """Pages that could not be read, now or when the document was added, and why; the others of the
    document are indexed. Of sound and film, the seconds at which clips begin."""
    error: RectoError | None = None
    """Why it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What became of every file of one `add`, in the order in which they were met."""

    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def pages(self) -> int:
        """Pages that were read."""
        return sum(outcome.pages for outcome in self.outcomes)

    @property
    def clips(self) -> int:
        """Clips that were encoded."""
        return sum(outcome.clips for outcome in self.outcomes)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Files that could not be indexed."""
        return tuple(outcome for outcome in self.outcomes if outcome.kind == "failed")

    @property
    def complete(self) -> bool:
        """Whether every page of every file is in the library."""
        return not any(o.kind == "failed" or o.skipped for o in self.outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReencodeReport:
    """What became of every document of one `reencode`, by name."""

    encoder: EncoderId
    """By which the library's vectors are now."""
    changed: bool
    """False when they were so before, and nothing was to be done."""
    outcomes: tuple[Outcome, ...]
    """"encoded", "unchanged" for what an interrupted call had encoded already, or "failed"."""
    seconds: float

    @property
    def pages(self) -> int:
        """Pages that were encoded."""
        return sum(outcome.pages for outcome in self.outcomes)

    @property
    def complete(self) -> bool:
        """Whether every page has its vectors."""
        return not any(o.kind == "failed" or o.skipped for o in self.outcomes)
