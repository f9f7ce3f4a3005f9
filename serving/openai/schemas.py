"""What the API of OpenAI takes. Fields that we do not know are ignored, as its clients expect."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from recto.engine.retrieval import MAX_QUESTION

MAX_INPUTS = 64
MAX_DOCUMENTS = 100
MAX_TEXT = 32_000
"""Characters of a text that is encoded."""
MAX_PICTURE = 32 << 20
"""Characters of one in base64."""
Text = Annotated[str, Field(max_length=MAX_TEXT)]


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

    text: Text | None = None
    image: Annotated[str, Field(max_length=MAX_PICTURE)] | None = None


class EmbeddingsRequest(BaseModel):
    """In the form of OpenAI, and two fields of Jina's multi-vector embeddings."""

    model: str
    input: (
        Text | EmbeddedThing | Annotated[list[Text | EmbeddedThing], Field(max_length=MAX_INPUTS)]
    )
    task: str = ""
    """"retrieval.query" for questions, "retrieval.passage" for what is to be found. Without it what
    the encoder can: passages if it reads words, else questions."""
    return_multivector: bool = False
    """`embeddings`, a vector for each word or patch, instead of one `embedding`."""
    encoding_format: Literal["float", "base64"] = "float"

    @property
    def things(self) -> list[EmbeddedThing]:
        given = self.input if isinstance(self.input, list) else [self.input]
        return [EmbeddedThing(text=g) if isinstance(g, str) else g for g in given]


class RerankRequest(BaseModel):
    """In the form of Cohere's rerank, with pictures besides texts."""

    model: str
    query: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
    documents: Annotated[list[Text | EmbeddedThing], Field(min_length=1, max_length=MAX_DOCUMENTS)]
    top_n: Annotated[int, Field(ge=1)] | None = None
    return_documents: bool = False

    @property
    def things(self) -> list[EmbeddedThing]:
        return [EmbeddedThing(text=d) if isinstance(d, str) else d for d in self.documents]


Reply = dict[str, Any]
