"""How a statement tells what it rests on, in an answer that is settled or being written."""

from __future__ import annotations

from collections.abc import Mapping

from recto.engine.answering.protocol import Quote, Statement

SEEN = "(as the model sees it)"
"""Behind the numbers of a statement that rests on a picture or a film, if only in part."""


def marks(statement: Statement, numbers: Mapping[Quote, int]) -> str:
    """The numbers of its quotes in brackets; empty where it has none."""
    told = "".join(f"[{numbers[quote]}]" for quote in statement.quotes)
    return f"{told} {SEEN}" if told and statement.support in ("page", "clip") else told
