"""Asking a library: the answer whole, or as it is written."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import closing
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from recto.asking import AnswerEvents
from recto.engine.answering.protocol import TextDelta
from recto.engine.errors import InputError, RectoError
from recto.results import Answer
from recto.serving.telling import FAILED

from .access import Reader
from .confinement import confinement
from .feeds import Feed
from .libraries import LibraryOf, ServerOf
from .pages import full_pages
from .problems import Refusal, detail_of, status_and_code
from .schemas import AnswerInfo, AskRequest
from .server import Server

_log = logging.getLogger("recto.http")
router = APIRouter(prefix="/api/libraries/{library}/ask", tags=["ask"])
HEARTBEAT = 10.0
"""Seconds of silence after which a comment is sent, so that no proxy hangs up."""


@router.post(
    "",
    response_model=AnswerInfo,
    responses={200: {"content": {"text/event-stream": {}}, "model": AnswerInfo}},
)
def ask(
    opened: LibraryOf, caller: Reader, server: ServerOf, asked: AskRequest
) -> AnswerInfo | StreamingResponse:
    """An answer with citations; with `stream`, as server-sent events.

    The events are `text` (what is written, not verified yet), then `answer` (all of it, verified)
    or `error` (a problem).
    """
    part = confinement(asked)
    if asked.stream and asked.deep:
        raise InputError("A deep answer is not streamed; ask for one or the other.")
    if asked.stream:
        ask_stream = partial(opened.ask_stream, asked.question, history=asked.turns, **part)
        return StreamingResponse(
            _sent(_begun(server, ask_stream, asked.full_pages)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
    with server.answering:
        answer = opened.ask(
            asked.question,
            history=asked.turns,
            answerer=server.answerer,
            deep=asked.deep,
            **part,
        )
    server.figures.answer(answer)
    return AnswerInfo.model_validate(answer_json(answer, asked.full_pages))


def _begun(server: Server, ask: Callable[..., AnswerEvents], with_pages: bool) -> Feed[str]:
    """An answer on its way. It holds its turn until the model has written it, however slowly it is
    read; pages are found before the response begins, so that a wrong question is an error by
    status."""
    server.answering.take()
    try:
        events = ask(answerer=server.answerer)
    except BaseException:
        server.answering.release()
        raise
    return Feed(_told(server, events, with_pages), on_end=server.answering.release)


async def _sent(feed: Feed[str]) -> AsyncIterator[str]:
    async for event in feed.read(every=HEARTBEAT):
        yield ": alive\n\n" if event is None else event


def answer_json(answer: Answer, with_pages: bool) -> dict[str, Any]:
    """An answer with the pages that were looked at, of which no more than their places is told,
    unless `with_pages`."""
    hits = [
        {
            "document": hit.document.name,
            "document_id": hit.document.id,
            "page": hit.page.number,
            "score": hit.score,
        }
        for hit in answer.hits
    ]
    cited = [citation.page for citation in answer.citations if citation.page is not None]
    shown = [*(hit.page for hit in answer.hits), *cited]
    along = [page.model_dump() for page in full_pages(shown if with_pages else ())]
    return {**answer.as_json(), "pages": hits, "full_pages": along}


def _told(server: Server, events: AnswerEvents, with_pages: bool) -> Generator[str, None, None]:
    """The events as text. The response has begun, so an error is an event, too."""
    try:
        with closing(events):
            for event in events:
                if isinstance(event, TextDelta):
                    yield _event("text", {"text": event.text})
                else:
                    server.figures.answer(event.answer)
                    yield _event("answer", answer_json(event.answer, with_pages))
    except (RectoError, Refusal) as error:
        status, code = status_and_code(error)
        yield _event("error", {"status": status, "code": code, "detail": detail_of(error)})
    except Exception as error:
        _log.exception("an answer broke off", exc_info=error)
        yield _event("error", {"status": 500, "code": "internal", "detail": FAILED})


def _event(kind: str, data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n"
