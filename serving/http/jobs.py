"""What becomes of uploaded files: looking, listening, cancelling, trying again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from recto.serving.jobs.job import OPEN, Job
from recto.serving.jobs.queue import QueueFull

from .access import Reader, Writer
from .libraries import LibraryOf, ServerOf
from .problems import Refusal
from .schemas import JobInfo
from .server import Server

router = APIRouter(prefix="/api/libraries/{library}/jobs", tags=["jobs"])
_EVERY = 0.2
"""Seconds between two looks at what is new."""
_HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy hangs up."""


def job_of(library: str, job: str, caller: Reader, server: ServerOf) -> Job:
    """The job that a path names; that of another tenant is as absent as one that never was."""
    found = server.queue.get(job)
    if (found.library, found.tenant) != (library, caller.tenant):
        raise Refusal(404, f"There is no job {job!r}.")
    return found


JobOf = Annotated[Job, Depends(job_of)]


@router.get("")
def jobs(
    library: str,
    opened: LibraryOf,
    caller: Reader,
    server: ServerOf,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[JobInfo]:
    """Jobs, the newest first."""
    found = server.queue.of(library, caller.tenant, limit=limit)
    return [JobInfo.model_validate(job.as_json()) for job in found]


@router.get("/{job}")
def one_job(found: JobOf) -> JobInfo:
    """One job."""
    return JobInfo.model_validate(found.as_json())


@router.post("/{job}/cancel")
def cancel(found: JobOf, caller: Writer, server: ServerOf) -> JobInfo:
    """Stop a job: at once when it waits, after the page at hand when it runs."""
    return JobInfo.model_validate(server.queue.cancel(found.id).as_json())


@router.post("/{job}/retry")
def retry(found: JobOf, caller: Writer, server: ServerOf) -> JobInfo:
    """Try what failed or was cancelled again."""
    try:
        return JobInfo.model_validate(server.queue.retry(found.id).as_json())
    except QueueFull as error:
        raise Refusal(429, str(error), code="queue-full") from error


@router.get(
    "/{job}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
def events(
    found: JobOf,
    server: ServerOf,
    last_event_id: Annotated[int, Header(ge=0, le=2**63 - 1)] = 0,
) -> StreamingResponse:
    """What happens to a job, as server-sent events, until it is over.

    The events are `state`, `file` and `page`; each has an id, after which `Last-Event-ID` goes on.
    """
    return StreamingResponse(
        _told(server, found.id, last_event_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _told(server: Server, id: str, after: int) -> AsyncIterator[str]:
    silent = 0.0
    while True:
        # The state is read first: what happens in between is seen in the events.
        over = (await run_in_threadpool(server.queue.get, id)).state not in OPEN
        new = await run_in_threadpool(server.queue.events, id, after=after)
        for event in new:
            after = event.number
            yield f"id: {after}\nevent: {event.kind}\ndata: {json.dumps(event.data)}\n\n"
        if over:
            return
        if server.ending:
            yield "event: shutdown\ndata: {}\n\n"
            return
        silent = 0.0 if new else silent + _EVERY
        if silent >= _HEARTBEAT:
            silent = 0.0
            yield ": alive\n\n"
        await anyio.sleep(_EVERY)
