"""What a model said, before anything of it is believed, and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ProblemKind = Literal[
    "no_json",
    "cut_off",
    "wrong_form",
    "no_claims",
    "unknown_source",
    "no_quote",
    "quote_not_found",
    "no_figure",
    "thin_quote",
    "quote_beside",
    "quote_opposite",
    "number_not_found",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a reply."""

    kind: ProblemKind
    message: str
    """For the model: what it said, what was expected."""


@dataclass(frozen=True, slots=True)
class Said:
    """A quote as the model gave it."""

    source: str
    words: str
    figure: str = ""
    """In the place of words: what is drawn there, and was read in it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement as the model made it."""

    text: str
    said: tuple[Said, ...]
    new_line: bool = False
    """Whether it begins a line of the answer."""


@dataclass(frozen=True, slots=True)
class ModelReply:
    """A reply that has the form of an answer."""

    answerable: bool
    claims: tuple[Claim, ...]
    missing: str = ""
