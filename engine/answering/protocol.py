"""What every answerer takes and gives. Knows no model, no store and no file."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

from recto.engine.answering.deep.steps import DeepLimits, OnStep, Step
from recto.engine.answering.tally import Tally
from recto.engine.answering.turns import Asked, Turn
from recto.engine.clock import span
from recto.engine.endpoint.limits import Usage
from recto.engine.page import Box, PageContent, Word

Support = Literal["quoted", "page", "clip", "unsupported"]
"""quoted: words that stand on a page. page: what a model saw in a picture, of a chart or of a page
without words, or read in a summary, at least in part; nothing has verified that. clip: what it saw
in frames of a film, at least in part; nothing can verify that, numbers neither. unsupported: none
of these; shown only where that is asked for."""
Basis = Literal["words", "picture", "summary"]
"""What a page is cited for. words: those of the quote. picture: what a model saw in it. summary:
what a model wrote of it, and does not stand on it."""
Reason = Literal["no_pages", "weak", "unanswerable", "refused", "unreadable", "unverified"]
"""Why there is no answer. no_pages: nothing was found, or nothing that the model takes. weak: what
was found is too far from the question. unanswerable: the model says that the pages do not answer.
refused: the model declines to speak. unreadable: its reply has not the form of an answer.
unverified: nothing of it could be found on the pages."""


@dataclass(frozen=True, slots=True)
class ClipTime:
    """Which part of a file of sound or film."""

    start: float
    """Seconds from the file's beginning."""
    end: float
    modality: Literal["audio", "video"]
    """What it was found by."""

    def __str__(self) -> str:
        return span(self.start, self.end)


def no_neighbour(number: int) -> None:
    """Of evidence that stands alone."""
    return


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Evidence:
    """One page that an answerer may read, best first in its list; or a clip."""

    document_id: str
    document_name: str
    score: float
    """The page's retrieval score, comparable within one question only."""
    content: PageContent
    image: Callable[[int], npt.NDArray[np.uint8] | None]
    """Renders the page this many pixels wide: (height, width, 3) RGB. Costly: call it if needed.
    None: it is to be read without one. Raises DocumentError, NotFound when it cannot be drawn."""
    seen: Callable[[], Sequence[Word]] | None = None
    """Those of its words that a person sees on the page, in their order; None: all of them. Costly.
    Raises DocumentError where it cannot be told, NotFound where the page's file is not here."""
    neighbour: Callable[[int], Evidence | None] = no_neighbour
    """The page of this number of the same document, if it may be read, too."""
    clip: ClipTime | None = None
    """Given to a `ModelAnswerer` only: what this is in the place of a page. Then its number and its
    score are 0, it has no words, and its image is of frames, one below or beside the other."""

    @property
    def where(self) -> str:
        """`page 3`, or `1:12–1:22`."""
        return f"page {self.content.number}" if self.clip is None else str(self.clip)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words that stand on a page exactly so, and where."""

    document_id: str
    page: int
    """Counted from 1; 0 for a clip."""
    text: str
    """Empty where the page is not cited for its words."""
    boxes: tuple[Box, ...]
    """One box a line that the quote touches. Of a picture about where it is, if it is not all of
    the page; of a summary none."""
    basis: Basis = "words"
    clip: ClipTime | None = None
    """Cited in the place of a page."""


def support_of(quotes: Sequence[Quote]) -> Support:
    """What a statement with these quotes rests on: the weakest of them tells."""
    if not quotes:
        return "unsupported"
    if any(quote.clip is not None for quote in quotes):
        return "clip"
    return "quoted" if all(quote.basis == "words" for quote in quotes) else "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that an answer says, and what it rests on."""

    text: str
    quotes: tuple[Quote, ...]
    support: Support


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAnswer:
    """What an answerer returns: no quotes means that it abstains, and `text` says so."""

    text: str
    """For people. A number in brackets is the place of a quote, counted from 1."""
    quotes: tuple[Quote, ...]
    """Those of all statements, none twice."""
    statements: tuple[Statement, ...] = ()
    reason: Reason | None = None
    """Why it abstains."""
    missing: str = ""
    """What the pages lack, in the model's words, which nothing has verified."""
    incomplete: str = ""
    """Why there may be less than the model had to say: its reply was cut off, or what failed could
    not be asked for again. Empty where nothing speaks for it."""
    usage: Usage | None = None
    """What it took to ask a model; None where none was asked."""
    tally: Tally | None = None
    """How much of what the model said held; None where none was asked."""
    trace: tuple[Step, ...] = ()
    """What a deep answer looked at, in order."""

    @property
    def abstained(self) -> bool:
        return not self.quotes


class Answerer(Protocol):
    """Answers from the pages it is given and from nothing else."""

    def answer(self, question: str, evidence: Sequence[Evidence]) -> DraftAnswer: ...


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of an answer that is being written; nothing of it is verified yet."""

    text: str
    """A number in brackets is the place of a quote in the settled answer, counted from 1."""


A = TypeVar("A", covariant=True)


@dataclass(frozen=True, slots=True)
class Settled(Generic[A]):
    """The last event: the answer after everything in it has been checked."""

    answer: A


AnswerEvent: TypeAlias = TextDelta | Settled[DraftAnswer]
AnswerEvents: TypeAlias = Generator[AnswerEvent, None, None]
"""Closing it early ends the call of the model."""


@runtime_checkable
class StreamingAnswerer(Answerer, Protocol):
    """An answerer that can be watched while it answers."""

    def stream(self, question: str, evidence: Sequence[Evidence]) -> AnswerEvents:
        """Pieces of text, then `Settled`, once. A reply that breaks off is an error."""
        ...


Search: TypeAlias = Callable[[str], Sequence[Evidence]]
"""The best pages for a question, best first. Raises QuestionError."""


@runtime_checkable
class ModelAnswerer(StreamingAnswerer, Protocol):
    """An answerer with a model, which can also be asked about questions."""

    def begin(self) -> ModelAnswerer:
        """The same for one question of a user: all calls from now on share its limits."""
        ...

    def stand_alone(self, question: str, history: Sequence[Turn]) -> Asked:
        """What a question means that follows others. Raises EndpointError, BackendUnreachable."""
        ...

    def research(
        self, question: str, search: Search, limits: DeepLimits, on_step: OnStep
    ) -> DraftAnswer:
        """An answer by several searches, with its trace. Raises what `answer` and `search` raise;
        nothing once something is verified."""
        ...
