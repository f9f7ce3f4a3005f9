"""What an endpoint sends is read leniently: what may be missing is missing somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from recto.engine.endpoint.limits import Usage, input_tokens, text_tokens
from recto.engine.endpoint.messages import Request
from recto.engine.endpoint.thinking import Thinking

Json = Mapping[str, object]

_ENDS = {"max_tokens": "length", "eos": "stop", "end_turn": "stop"}
"""What some call the reasons for which OpenAI has a name."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a message, or a chunk of a stream, adds to a reply."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    finish_reason: str | None = None
    choice: bool = True
    """False: nothing was chosen, as in a chunk with nothing but the usage."""


def piece_of(body: Json, part: str) -> Piece:
    """Of the first choice; `part` is "message", or "delta" in a stream."""
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, Mapping):
        return Piece(choice=False)
    said, reason = first.get(part), first.get("finish_reason")
    if not isinstance(said, Mapping):
        said = {}
    return Piece(
        text=text_of(said.get("content")),
        reasoning=text_of(said.get("reasoning_content") or said.get("reasoning")),
        refusal=text_of(said.get("refusal")),
        finish_reason=_ENDS.get(reason, reason) if isinstance(reason, str) else None,
    )


def text_of(content: object) -> str:
    """A text, nothing, or a list of parts of which some are texts."""
    if isinstance(content, list):
        return "".join(text_of(part.get("text")) for part in content if isinstance(part, Mapping))
    # Half a character, which JSON can name, could be written to no file and no terminal.
    return content.encode("utf-8", "replace").decode() if isinstance(content, str) else ""


def usage_of(body: Json) -> Usage | None:
    """None: the endpoint did not count."""
    given = body.get("usage")
    if not isinstance(given, Mapping):
        return None
    read, written = given.get("prompt_tokens"), given.get("completion_tokens")
    if not (isinstance(read, int) and isinstance(written, int) and min(read, written) >= 0):
        return None
    return Usage(read, written)


class Gathered:
    """A reply that is put together from what an endpoint sends, whole or in chunks."""

    def __init__(self) -> None:
        self.refusal = ""
        self.finish_reason: str | None = None
        self.usage: Usage | None = None
        self.model = ""
        self.id: str | None = None
        self.any = False
        """Whether anything was chosen at all."""
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._thinking = Thinking()

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def add(self, body: Json, part: str) -> Piece:
        """Gives back what this adds."""
        piece = piece_of(body, part)
        text, thought = self._thinking.feed(piece.text)
        piece = replace(piece, text=text, reasoning=piece.reasoning + thought)
        self._take(piece)
        self.refusal += piece.refusal
        self.any = self.any or piece.choice
        self.finish_reason = piece.finish_reason or self.finish_reason
        self.usage = usage_of(body) or self.usage
        self.model = self.model or text_of(body.get("model"))
        self.id = self.id or text_of(body.get("id")) or None
        return piece

    def end(self) -> Piece:
        """What was held back, as it could have been the beginning of something else."""
        piece = Piece(*self._thinking.end())
        self._take(piece)
        return piece

    def _take(self, piece: Piece) -> None:
        self._texts.append(piece.text)
        self._thoughts.append(piece.reasoning)

    def used(self, request: Request) -> Usage:
        """As the endpoint counted; else as we estimate."""
        if self.usage is not None:
            return replace(self.usage, images=len(request.images))
        written = sum(map(text_tokens, (self.text, "".join(self._thoughts), self.refusal)))
        return Usage(input_tokens(request), written, len(request.images), estimated=True)
