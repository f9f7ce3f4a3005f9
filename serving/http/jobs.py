"""What becomes of uploaded files: looking, listening, cancelling, trying again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from recto.serving.jobs.inbox import Inbox
from recto.serving.jobs.job import OPEN, Job, JobState
from recto.serving.jobs.queue import JobQueue
from recto.serving.jobs.room import QueueFull

from .access import Reader, Writer
from .libraries import LibraryOf, ServerOf
from .problems import Refusal
from .schemas import JobInfo
from .server import Server

router = APIRouter(prefix="/api/libraries/{library}/jobs", tags=["jobs"])
MAX_OFFSET = 2**31
_EVERY = 0.2
"""Seconds between two looks at what is new."""
_HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy hangs up."""


def inbox_of(library: str, server: ServerOf) -> Inbox:
    return server.inbox(library)


InboxOf = Annotated[Inbox, Depends(inbox_of)]


def job_of(job: str, caller: Reader, inbox: InboxOf) -> Job:
    """The job that a path names; that of another tenant is as absent as one that never was."""
    found = inbox.queue.get(job)
    if found.tenant != caller.tenant:
        raise Refusal(404, f"There is no job {job!r}.")
    return found


JobOf = Annotated[Job, Depends(job_of)]


def job_info(library: str, job: Job) -> JobInfo:
    """What is told of a job."""
    return JobInfo.model_validate({"library": library, **job.as_json()})


@router.get("")
def jobs(
    library: str,
    opened: LibraryOf,
    caller: Reader,
    inbox: InboxOf,
    state: Annotated[list[JobState] | None, Query()] = None,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[JobInfo]:
    """Jobs, the newest first; those in one of these states, if any are given."""
    found = inbox.queue.of(caller.tenant, states=state or (), limit=limit, offset=offset)
    return [job_info(library, job) for job in found]


@router.get("/{job}")
def one_job(library: str, found: JobOf) -> JobInfo:
    """One job."""
    return job_info(library, found)


@router.delete("/{job}")
def remove(library: str, found: JobOf, caller: Writer, inbox: InboxOf) -> JobInfo:
    """Forget a job that is over, with the files that could not be read; gives back what it was."""
    return job_info(library, inbox.remove(found.id))


@router.post("/{job}/cancel")
def cancel(library: str, found: JobOf, caller: Writer, inbox: InboxOf) -> JobInfo:
    """Stop a job: at once when it waits, after the page at hand when it runs."""
    return job_info(library, inbox.queue.cancel(found.id))


@router.post("/{job}/retry")
def retry(library: str, found: JobOf, caller: Writer, inbox: InboxOf) -> JobInfo:
    """Try what failed or was cancelled again."""
    try:
        return job_info(library, inbox.queue.retry(found.id))
    except QueueFull as error:
        raise Refusal(429, str(error), code="queue-full") from error


@router.get(
    "/{job}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
def events(
    found: JobOf,
    inbox: InboxOf,
    server: ServerOf,
    last_event_id: Annotated[int, Header(ge=0, le=2**63 - 1)] = 0,
) -> StreamingResponse:
    """What happens to a job, as server-sent events, until it is over.

    The events are `state`, `file` and `page`; each has an id, after which `Last-Event-ID` goes on.
    """
    return StreamingResponse(
        _told(server, inbox.queue, found.id, last_event_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _told(server: Server, queue: JobQueue, id: str, after: int) -> AsyncIterator[str]:
    silent = 0.0
    while True:
        # The state is read first: what happens in between is seen in the events.
        over = (await run_in_threadpool(queue.get, id)).state not in OPEN
        new = await run_in_threadpool(queue.events, id, after=after)
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
