"""Asking a library: the answer whole, or as it is written."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from recto.asking import AnswerEvent
from recto.engine.answering.protocol import TextDelta
from recto.engine.errors import RectoError
from recto.results import Answer
from recto.serving.telling import FAILED

from .access import Reader
from .confinement import confinement
from .libraries import LibraryOf, ServerOf
from .problems import Refusal, detail_of, status_and_code
from .schemas import AnswerInfo, AskRequest
from .server import Server

_log = logging.getLogger("recto.http")
router = APIRouter(prefix="/api/libraries/{library}/ask", tags=["ask"])


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
    answerer = server.answerer  # which may have to be connected: not while others wait
    if not asked.stream:
        with server.searching:
            answer = opened.ask(asked.question, history=asked.turns, answerer=answerer, **part)
        server.figures.answer(answer)
        return AnswerInfo.model_validate(answer_json(answer))
    # Pages are found before the response begins, so that a wrong question is an error by status.
    with server.searching:
        events = opened.ask_stream(asked.question, history=asked.turns, answerer=answerer, **part)
    return StreamingResponse(
        _told(server, events),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer with the pages that were looked at, of which no more than their places is told."""
    hits = [
        {
            "document": hit.document.name,
            "document_id": hit.document.id,
            "page": hit.page.number,
            "score": hit.score,
        }
        for hit in answer.hits
    ]
    return {**answer.as_json(), "pages": hits}


def _told(server: Server, events: Iterator[AnswerEvent]) -> Iterator[str]:
    """The events as text. The response has begun, so an error is an event, too."""
    try:
        # Without a turn: who reads slowly must not keep others from searching.
        for event in events:
            if isinstance(event, TextDelta):
                yield _event("text", {"text": event.text})
            else:
                server.figures.answer(event.answer)
                yield _event("answer", answer_json(event.answer))
    except (RectoError, Refusal) as error:
        status, code = status_and_code(error)
        yield _event("error", {"status": status, "code": code, "detail": detail_of(error)})
    except Exception as error:
        _log.exception("an answer broke off", exc_info=error)
        yield _event("error", {"status": 500, "code": "internal", "detail": FAILED})


def _event(kind: str, data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n"
