"""What a deep answer looked at, step by step, and how far it may go. Knows no model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

StepKind = Literal["read", "plan", "answer"]
"""read: pages were searched and read for a question. plan: the model was asked what is still to be
looked up. answer: the pages that were cited until then were read together."""
Outcome = Literal["answered", "partly", "nothing", "no_pages", "planned", "enough", "failed"]
"""Of what was read: answered, answered in part, or not (no_pages: nothing was found). Of a plan:
planned what to look up next, or that it is enough. failed: by the error that `detail` tells."""

MOST_ROUNDS = 3
MOST_QUESTIONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPage:
    """A page that the model was given."""

    document_id: str
    document: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done for an answer."""

    kind: StepKind
    round: int
    """Counted from 1."""
    question: str
    """What was searched for, or planned about."""
    outcome: Outcome
    pages: tuple[StepPage, ...] = ()
    statements: int = 0
    """That were verified."""
    detail: str = ""
    """What is missing, what is planned, or the error; in the words of the model or the endpoint."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"pages": [asdict(page) for page in self.pages]}


OnStep = Callable[[Step], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLimits:
    """How much is looked at for one answer; time and money are limited by `Limits` besides.

    No step begins once one of them is reached; the step that reaches it is finished.
    """

    rounds: int = MOST_ROUNDS
    """The first is the question itself; each further one what was planned after the one before."""
    questions: int = 4
    """That may be planned for one round."""
    pages: int = 24
    """Given to the model, in all rounds; a page counts as often as it is given."""
    calls: int = 16
    tokens: int = 300_000
    """Read and written by the model."""

    def __post_init__(self) -> None:
        if not (1 <= self.rounds <= MOST_ROUNDS and 1 <= self.questions <= MOST_QUESTIONS):
            raise ValueError(
                f"{self}: expected 1 to {MOST_ROUNDS} rounds and 1 to {MOST_QUESTIONS} questions"
            )
        if min(self.pages, self.calls, self.tokens) < 1:
            raise ValueError(f"{self}: expected pages, calls and tokens of at least 1")
