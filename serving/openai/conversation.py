"""The messages of a chat become the question that was asked last, and the turns before it.

What else a conversation holds, as the instructions of a system message, is not for a library.
"""

from __future__ import annotations

from collections.abc import Sequence

from recto.engine.answering.turns import Turn
from recto.engine.errors import QuestionError
from recto.serving.http.problems import Refusal

from .schemas import ChatMessage, TextPart


def question_and_history(messages: Sequence[ChatMessage]) -> tuple[str, list[Turn]]:
    """The last message of a user; each message of a user before it with what was said upon it.

    Raises QuestionError where there is none, Refusal for one with a picture.
    """
    turns: list[Turn] = []
    pictures = False
    for message in messages:
        if message.role == "user":
            turns.append(Turn(_text(message), ""))
            pictures = _has_picture(message)
        elif message.role == "assistant" and turns:
            last = turns.pop()
            turns.append(Turn(last.question, f"{last.answer}\n{_text(message)}".strip()))
    if not turns:
        raise QuestionError("There is no message of a user; expected one with the question.")
    if pictures:
        raise Refusal(422, "A message holds a picture; this library is asked in words.")
    *history, asked = turns
    return asked.question, history


def _text(message: ChatMessage) -> str:
    content = message.content or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.text for part in content if isinstance(part, TextPart))


def _has_picture(message: ChatMessage) -> bool:
    parts = message.content if isinstance(message.content, list) else []
    return any(not isinstance(part, TextPart) for part in parts)
