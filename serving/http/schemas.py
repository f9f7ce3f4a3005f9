"""What requests and responses look like. The words are those of the results' `as_json`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from recto.engine.answering.deep.steps import Outcome, StepKind
from recto.engine.answering.protocol import Basis, Reason, Support
from recto.engine.answering.turns import Rewriting, Turn
from recto.engine.retrieval import MAX_QUESTION
from recto.engine.store.clips.records import ClipModality
from recto.serving.jobs.job import FileState, JobState, Value
from recto.serving.unicode import sendable

Box = Annotated[
    tuple[float, float, float, float],
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}),
]
"""x0, y0, x1, y1 as fractions of the page's width and height, origin top left."""
Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
MAX_LIMIT = 100
MAX_FILTER = 2000
MAX_HISTORY = 50
MAX_URL = 2000
MAX_ANSWER = 20_000


class Strict(BaseModel):
    """A request: an unknown field is a mistake, told rather than ignored."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """A reply. Texts in it can be sent, whatever a library holds."""

    @model_validator(mode="before")
    @classmethod
    def _sendable(cls, told: Any) -> Any:  # noqa: ANN401 - whatever a reply is made of
        return sendable(told)


class Problem(BaseModel):
    """An error (RFC 9457). `code` is stable, `detail` is for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class LibraryInfo(Told):
    library: str
    label: str
    documents: int
    pages: int
    encoder: str
    can_ask_with_images: bool
    may_write: bool
    """Whether the caller may add, change and remove documents."""
    crossmodal: str | None
    """What encodes its sound, film and pictures; null where nothing does."""


class DocumentInfo(Told):
    document: str
    document_id: str
    title: str
    pages: int
    bytes: int
    kind: str
    added: str
    tags: list[str]
    metadata: dict[str, Value]
    skipped: dict[str, str]


class Description(Strict):
    """What is said of a document, in place of what was."""

    tags: list[str] | None = None
    metadata: dict[str, Value] | None = None


class FromUrl(Strict):
    """A document that the server is to fetch."""

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL)]
    """Of a public server, http or https, without a password."""
    name: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """What the file is called; else the last part of the address."""
    tags: list[str] = []
    metadata: dict[str, Value] = {}
    origin: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """As of uploads: what comes from there later takes its place; else the address."""


class DocumentList(Told):
    documents: list[DocumentInfo]
    total: int
    next: int | None
    """The offset of the next part; None at the end."""


class PageInfo(Told):
    document: str
    document_id: str
    page: int
    width: float
    height: float
    headings: list[str]
    text: str


class PageWord(Told):
    text: str
    box: Box
    line: int


class PageWords(Told):
    words: list[PageWord]


class FullPage(PageInfo):
    """A page with its words and what is known of its document."""

    words: list[PageWord]
    about: DocumentInfo


class Confined(Strict):
    """Which part of a library is looked at."""

    documents: list[str] | None = None
    tags: list[str] | None = None
    first_page: Annotated[int, Field(ge=1)] | None = None
    last_page: Annotated[int, Field(ge=1)] | None = None
    where: Annotated[str, Field(max_length=MAX_FILTER)] | None = None
    """A filter, such as `kind = "pdf" and meta.year >= 2023`."""


class SearchRequest(Confined):
    question: Question
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 5
    full_pages: bool = False
    """Whether the pages that are found come along, so that they need not be asked for."""


class TurnInfo(Strict):
    """A question that was asked before, and what was answered."""

    question: Question
    answer: Annotated[str, Field(max_length=MAX_ANSWER)] = ""


class AskRequest(Confined):
    question: Question
    history: Annotated[list[TurnInfo], Field(max_length=MAX_HISTORY)] = []
    """The conversation until now, oldest turn first, so that a model can understand a question that
    follows. The last turns count."""
    stream: bool = False
    deep: bool = False
    """Whether the model splits the question and searches several times; not with `stream`."""
    full_pages: bool = False
    """Whether the pages that were looked at and cited come along."""

    @property
    def turns(self) -> list[Turn]:
        return [Turn(turn.question, turn.answer) for turn in self.history]


class MatchInfo(Told):
    box: Box
    score: float


class HitInfo(Told):
    document: str
    document_id: str
    page: int
    score: float
    matches: list[MatchInfo]


class SearchReply(Told):
    hits: list[HitInfo]
    full_pages: list[FullPage] = []
    """Those of the hits, each once, if asked for."""


class CitationInfo(Told):
    document: str
    document_id: str
    page: int | None
    """Null for a clip of a film."""
    quote: str
    """Empty where the page is not cited for its words."""
    boxes: list[Box]
    basis: Basis
    """What the page is cited for; only its words have been verified."""
    approximate: bool
    """Whether the boxes are only about there."""
    start: float | None
    """Of a clip, in seconds from the file's beginning; null for a page."""
    end: float | None
    modality: ClipModality | None


class ClipInfo(Told):
    """What of a document can be found across modalities."""

    modality: ClipModality
    start: float
    """Seconds from the file's beginning; of sound and film."""
    end: float
    page: int | None
    """Counted from 1; null for sound and film."""


class ClipHitInfo(ClipInfo):
    document: str
    document_id: str
    score: float
    """Orders the documents of one search."""
    similarity: float
    """A cosine, not to be compared between modalities."""


class StatementInfo(Told):
    text: str
    support: Support
    citations: list[int]
    """Places in the answer's citations, counted from 1."""


class UsageInfo(Told):
    input_tokens: int
    output_tokens: int
    images: int
    calls: int
    cost: float | None
    estimated: bool


class LookedAt(Told):
    document: str
    document_id: str
    page: int
    score: float


class StepPageInfo(Told):
    document: str
    document_id: str
    page: int


class StepInfo(Told):
    kind: StepKind
    round: int
    question: str
    outcome: Outcome
    pages: list[StepPageInfo]
    statements: int
    detail: str


class AnswerInfo(Told):
    question: str
    asked: str | None
    """What was asked of the pages in its place; None: the question as it is."""
    rewriting: Rewriting
    trace: list[StepInfo]
    answer: str
    abstained: bool
    reason: Reason | None
    missing: str
    incomplete: str
    """Why there may be less than the model had to say; empty if nothing speaks for it."""
    statements: list[StatementInfo]
    citations: list[CitationInfo]
    clips: list[ClipHitInfo]
    """The sound and film nearest to the question, whether or not they answer it."""
    usage: UsageInfo | None
    pages: list[LookedAt]
    full_pages: list[FullPage] = []
    """Those and the cited ones, each once, if asked for."""


class HeatRequest(Strict):
    question: Question


class HeatInfo(Told):
    tokens: list[str]
    boxes: list[Box]
    heat: list[list[float]]
    """A row for each token, a value between 0 and 1 for each box."""


class JobFileInfo(Told):
    name: str
    state: FileState
    document_id: str
    pages: int
    clips: int
    skipped: int
    error: str


class JobInfo(Told):
    job: str
    library: str
    state: JobState
    files: list[JobFileInfo]
    tags: list[str]
    metadata: dict[str, Value]
    created: str
    attempts: int
    error: str
