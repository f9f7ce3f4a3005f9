"""The turns of a conversation, and what is asked in the place of a question that follows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recto.engine.endpoint.limits import Usage

Rewriting = Literal["none", "rewritten", "failed"]
"""none: the question is asked as it is. rewritten: a model made it stand alone. failed: it could
not, so that the question is asked as it is, and may be misunderstood."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation, and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the pages in the place of a question."""

    question: str
    rewriting: Rewriting = "none"
    usage: Usage = field(default_factory=Usage)
    """What it took to ask the model."""
