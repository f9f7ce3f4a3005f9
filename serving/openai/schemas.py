"""What the API of OpenAI takes. Fields that we do not know are ignored, as its clients expect."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

MAX_INPUTS = 64
MAX_DOCUMENTS = 100


class TextPart(BaseModel):
    type: Literal["text"]
    text: str


class OtherPart(BaseModel):
    type: str


class ChatMessage(BaseModel):
    role: str
    content: str | list[TextPart | OtherPart] | None = None


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    model: str
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=500)]
    stream: bool = False
    stream_options: StreamOptions | None = None


class EmbeddedThing(BaseModel):
    """A text or a picture: a data URL, or the base64 of its bytes."""

    text: str | None = None
    image: str | None = None


class EmbeddingsRequest(BaseModel):
    """In the form of Jina's multi-vector embeddings, which is that of OpenAI and two fields."""

    model: str
    input: str | EmbeddedThing | Annotated[list[str | EmbeddedThing], Field(max_length=MAX_INPUTS)]
    task: str = "retrieval.query"
    """"retrieval.query" for questions, "retrieval.passage" for what is to be found."""
    return_multivector: bool = True
    encoding_format: Literal["float", "base64"] = "float"

    @property
    def things(self) -> list[EmbeddedThing]:
        given = self.input if isinstance(self.input, list) else [self.input]
        return [EmbeddedThing(text=g) if isinstance(g, str) else g for g in given]


class RerankRequest(BaseModel):
    """In the form of Cohere's rerank, with pictures besides texts."""

    model: str
    query: Annotated[str, Field(min_length=1)]
    documents: Annotated[list[str | EmbeddedThing], Field(min_length=1, max_length=MAX_DOCUMENTS)]
    top_n: Annotated[int, Field(ge=1)] | None = None
    return_documents: bool = False

    @property
    def things(self) -> list[EmbeddedThing]:
        return [EmbeddedThing(text=d) if isinstance(d, str) else d for d in self.documents]


Reply = dict[str, Any]
