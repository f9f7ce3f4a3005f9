"""The part of a library that a question is confined to, in a user's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from recto.engine.store.condition import Condition

PageRange: TypeAlias = tuple[int | None, int | None]
"""First and last page, included; None is open."""
Where: TypeAlias = str | Condition
"""A filter: its text, such as `kind = "pdf" and meta.year >= 2023`, or a condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """All of these at once; None does not confine."""

    documents: Sequence[str] | None = None
    """Names, ends of paths, ids."""
    tags: Sequence[str] | None = None
    """Every one of them."""
    pages: PageRange | None = None
    where: Where | None = None
