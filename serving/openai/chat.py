"""Chat completions: the last question of a conversation, answered from a library.

What is sent is verified, also when it is streamed: statements that nothing supports are dropped
after a model has written them, and a stream cannot take back what it said. While the model works
the stream holds comments, so that nobody hangs up.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from queue import Empty, Queue
from threading import Thread
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse

from recto.engine.errors import RectoError
from recto.results import Answer, Citation
from recto.serving.http.access import Reader
from recto.serving.http.libraries import ServerOf
from recto.serving.http.problems import Refusal, detail_of, status_and_code
from recto.serving.http.server import Server

from .conversation import question_and_history
from .errors import told
from .schemas import ChatRequest, Reply

router = APIRouter(prefix="/v1", tags=["openai"])
_HEARTBEAT = 5.0
"""Seconds between two comments of a stream that waits for its answer."""
_PIECE = re.compile(r"\S+\s*|\s+")
_MARK = re.compile(r"\[(\d+)\]")


@router.post(
    "/chat/completions",
    response_model=None,
    responses={200: {"content": {"application/json": {}, "text/event-stream": {}}}},
)
def chat(
    request: Request, caller: Reader, server: ServerOf, asked: ChatRequest
) -> JSONResponse | StreamingResponse:
    """Answer the last message of a user from the library that `model` names.

    A model understands it by the messages before; without a model it must stand alone.
    """
    library = server.library(asked.model, caller.tenant)
    question, history = question_and_history(asked.messages)
    base = f"{str(request.base_url).rstrip('/')}/l/{quote(asked.model)}/d/"
    if asked.stream:
        usage = asked.stream_options is not None and asked.stream_options.include_usage
        ask = partial(library.ask, question, history=history)
        events = _streamed(server, ask, asked.model, base, with_usage=usage)
        return StreamingResponse(events, media_type="text/event-stream")
    answerer = server.answerer  # which may have to be connected: not while others wait
    with server.searching:
        answer = library.ask(question, history=history, answerer=answerer)
    server.figures.answer(answer)
    message: Reply = {"role": "assistant", "content": answer.text, "refusal": None}
    message["annotations"] = url_citations(answer, base)
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    completion = _head("chat.completion", asked.model) | {
        "choices": [choice],
        "usage": _usage(answer),
        "citations": [citation.as_json() for citation in answer.citations],
        "abstained": answer.abstained,
    }
    return JSONResponse(completion)


def url_citations(answer: Answer, base: str) -> list[Reply]:
    """Where each citation can be seen, and the mark in the text that stands for it."""
    places = {int(m[1]): m.span() for m in _MARK.finditer(answer.text)}
    end = len(answer.text)
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "url": _address(citation, base),
                "title": f"{citation.document.name}, p. {citation.page.number}",
                "start_index": places.get(number, (end, end))[0],
                "end_index": places.get(number, (end, end))[1],
            },
        }
        for number, citation in enumerate(answer.citations, 1)
    ]


def _address(citation: Citation, base: str) -> str:
    boxes = ";".join(",".join(f"{edge:.4f}" for edge in box) for box in citation.boxes)
    page = f"{base}{citation.document.id}?page={citation.page.number}"
    return f"{page}&boxes={quote(boxes, safe=',;')}" if boxes else page


def _streamed(
    server: Server, ask: Callable[..., Answer], model: str, base: str, *, with_usage: bool
) -> Iterator[str]:
    head = _head("chat.completion.chunk", model)

    def chunk(delta: Reply, *, finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _event(head | {"choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    outcome: Queue[Answer | RectoError | Refusal] = Queue()
    Thread(target=_answer, args=(server, ask, outcome), daemon=True).start()
    while True:
        try:
            answer = outcome.get(timeout=_HEARTBEAT)
            break
        except Empty:
            yield ": keep-alive\n\n"
    if not isinstance(answer, Answer):
        status, code = status_and_code(answer)
        yield _event(json.loads(bytes(told(status, code, detail_of(answer)).body)))
        return
    for piece in _PIECE.findall(answer.text):
        yield chunk({"content": piece})
    citations = [citation.as_json() for citation in answer.citations]
    yield chunk({"annotations": url_citations(answer, base), "citations": citations}, finish="stop")
    if with_usage:
        yield _event(head | {"choices": [], "usage": _usage(answer)})
    yield "data: [DONE]\n\n"


def _answer(
    server: Server, ask: Callable[..., Answer], outcome: Queue[Answer | RectoError | Refusal]
) -> None:
    try:
        answerer = server.answerer
        with server.searching:
            answer = ask(answerer=answerer)
        server.figures.answer(answer)
        outcome.put(answer)
    except (RectoError, Refusal) as error:
        outcome.put(error)
    except Exception:
        outcome.put(RectoError("recto failed; the server's log says how."))
        raise


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
