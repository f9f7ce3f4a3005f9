"""Clips among the evidence: told apart from pages, whose scores theirs cannot be compared with."""

from __future__ import annotations

from collections.abc import Sequence

from recto.engine.answering.protocol import Evidence


def pages_of(evidence: Sequence[Evidence]) -> list[Evidence]:
    return [page for page in evidence if page.clip is None]


def clips_of(evidence: Sequence[Evidence]) -> list[Evidence]:
    return [page for page in evidence if page.clip is not None]
