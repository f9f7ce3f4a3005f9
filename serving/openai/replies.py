"""What the API of OpenAI, and those of Jina and Cohere, give back, for the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from recto.serving.http.schemas import CitationInfo

Vector = list[float] | str
"""Numbers, or little-endian float32 in base64."""


class Model(BaseModel):
    """A library."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(BaseModel):
    object: Literal["list"]
    data: list[Model]


class UrlCitation(BaseModel):
    url: str
    title: str
    start_index: int
    end_index: int


class Annotation(BaseModel):
    type: Literal["url_citation"]
    url_citation: UrlCitation


class Message(BaseModel):
    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]


class Choice(BaseModel):
    index: int
    message: Message
    finish_reason: Literal["stop"]
    logprobs: None


class TokenUsage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: TokenUsage
    citations: list[CitationInfo]
    abstained: bool


class Delta(BaseModel):
    role: Literal["assistant"] | None = None
    content: str | None = None
    annotations: list[Annotation] | None = None
    citations: list[CitationInfo] | None = None


class ChunkChoice(BaseModel):
    index: int
    delta: Delta
    finish_reason: Literal["stop"] | None
    logprobs: None


class ChatChunk(BaseModel):
    """One of a stream, which ends with `[DONE]`."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: TokenUsage | None = None


class Embedding(BaseModel):
    object: Literal["embedding"]
    index: int
    embedding: Vector | None = None
    embeddings: list[list[float]] | list[str] | None = None


class EmbeddingUsage(BaseModel):
    prompt_tokens: int
    total_tokens: int


class EmbeddingsReply(BaseModel):
    object: Literal["list"]
    model: str
    data: list[Embedding]
    usage: EmbeddingUsage


class Ranked(BaseModel):
    index: int
    relevance_score: Annotated[float, Field(ge=0, le=1)]
    document: dict[str, Any] | None = None


class RerankUsage(BaseModel):
    total_tokens: int


class RerankReply(BaseModel):
    id: str
    model: str
    results: list[Ranked]
    usage: RerankUsage
