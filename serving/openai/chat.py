"""Chat completions: the last question of a conversation, answered from a library.

What is sent is verified, also when it is streamed: statements that nothing supports are dropped
after a model has written them, and a stream cannot take back what it said. While the model works
the stream holds comments, so that nobody hangs up.
"""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from recto.engine.errors import RectoError
from recto.results import Answer, Citation
from recto.serving.http.access import Reader
from recto.serving.http.feeds import Feed
from recto.serving.http.libraries import ServerOf
from recto.serving.http.problems import Refusal, detail_of, status_and_code
from recto.serving.http.server import Server
from recto.serving.telling import FAILED
from recto.serving.unicode import sendable

from .conversation import question_and_history
from .errors import told
from .replies import ChatCompletion
from .schemas import ChatRequest, Reply

_log = logging.getLogger("recto.http")
router = APIRouter(prefix="/v1", tags=["openai"])
_HEARTBEAT = 5.0
"""Seconds between two comments of a stream that waits for its answer."""
_PIECE = re.compile(r"\S+\s*|\s+")
_MARK = re.compile(r"\[(\d+)\]")


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    responses={200: {"content": {"text/event-stream": {}}}},
)
def chat(
    request: Request, caller: Reader, server: ServerOf, asked: ChatRequest
) -> ChatCompletion | StreamingResponse:
    """Answer the last message of a user from the library that `model` names.

    A model understands it by the messages before; without a model it must stand alone.
    """
    library = server.library(asked.model, caller.tenant)
    question, history = question_and_history(asked.messages)
    base = f"{str(request.base_url).rstrip('/')}/l/{quote(asked.model)}/d/"
    ask = partial(library.ask, question, history=history)
    if asked.stream:
        usage = asked.stream_options is not None and asked.stream_options.include_usage
        server.answering.take()
        feed = Feed(_answers(server, ask), on_end=server.answering.release)
        events = _streamed(feed, asked.model, base, with_usage=usage)
        return StreamingResponse(events, media_type="text/event-stream")
    with server.answering:
        answer = ask(answerer=server.answerer)
    server.figures.answer(answer)
    message: Reply = {"role": "assistant", "content": answer.text, "refusal": None}
    message["annotations"] = url_citations(answer, base)
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    completion = _head("chat.completion", asked.model) | {
        "choices": [choice],
        "usage": _usage(answer),
        "citations": _citations(answer),
        "abstained": answer.abstained,
    }
    return ChatCompletion.model_validate(completion)


def url_citations(answer: Answer, base: str) -> list[Reply]:
    """Where each citation can be seen, and the mark in the text that stands for it."""
    places = {int(m[1]): m.span() for m in _MARK.finditer(answer.text)}
    end = len(answer.text)
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "url": _address(citation, base),
                "title": sendable(f"{citation.document.name}, {_place(citation)}"),
                "start_index": places.get(number, (end, end))[0],
                "end_index": places.get(number, (end, end))[1],
            },
        }
        for number, citation in enumerate(answer.citations, 1)
    ]


def _place(citation: Citation) -> str:
    return citation.where if citation.page is None else f"p. {citation.page.number}"


def _address(citation: Citation, base: str) -> str:
    if citation.page is None:
        return f"{base}{citation.document.id}?t={citation.start or 0:g}"
    boxes = ";".join(",".join(f"{edge:.4f}" for edge in box) for box in citation.boxes)
    page = f"{base}{citation.document.id}?page={citation.page.number}"
    return f"{page}&boxes={quote(boxes, safe=',;')}" if boxes else page


async def _streamed(
    feed: Feed[Answer | RectoError | Refusal], model: str, base: str, *, with_usage: bool
) -> AsyncIterator[str]:
    head = _head("chat.completion.chunk", model)
    yield _chunk(head, {"role": "assistant", "content": ""})
    async for answer in feed.read(every=_HEARTBEAT):
        if answer is None:
            yield ": keep-alive\n\n"
        elif isinstance(answer, Answer):
            for event in _written(head, answer, base, with_usage=with_usage):
                yield event
        else:
            status, code = status_and_code(answer)
            yield _event(json.loads(bytes(told(status, code, detail_of(answer)).body)))


def _written(head: Reply, answer: Answer, base: str, *, with_usage: bool) -> Iterator[str]:
    for piece in _PIECE.findall(answer.text):
        yield _chunk(head, {"content": piece})
    cited = {"annotations": url_citations(answer, base), "citations": _citations(answer)}
    yield _chunk(head, cited, finish="stop")
    if with_usage:
        yield _event(head | {"choices": [], "usage": _usage(answer)})
    yield "data: [DONE]\n\n"


def _chunk(head: Reply, delta: Reply, *, finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return _event(head | {"choices": [choice]})


def _answers(
    server: Server, ask: Callable[..., Answer]
) -> Generator[Answer | RectoError | Refusal, None, None]:
    """One, or why there is none. In a thread of its own, as a model may be silent for minutes."""
    try:
        answer = ask(answerer=server.answerer)
        server.figures.answer(answer)
        yield answer
    except (RectoError, Refusal) as error:
        yield error
    except Exception as error:
        _log.exception("an answer broke off", exc_info=error)
        yield RectoError(FAILED)


def _citations(answer: Answer) -> list[Reply]:
    cited: list[Reply] = sendable([citation.as_json() for citation in answer.citations])
    return cited


def _head(kind: str, model: str) -> Reply:
    id = f"chatcmpl-{uuid.uuid4().hex}"
    return {"id": id, "object": kind, "created": int(time.time()), "model": model}


def _usage(answer: Answer) -> Reply:
    """Of the model that was asked; nothing where none was."""
    read = answer.usage.input_tokens if answer.usage else 0
    written = answer.usage.output_tokens if answer.usage else 0
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _event(data: Reply) -> str:
    return f"data: {json.dumps(data)}\n\n"
