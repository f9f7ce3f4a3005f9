"""Bringing documents in: the request is done when the files are on the disk and their job waits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, File, Form, Header, Request, UploadFile

from recto.indexing.notes import Notes
from recto.serving.jobs.job import Job, JobFile
from recto.serving.jobs.room import QueueFull
from recto.serving.jobs.uploads import safe_name
from recto.serving.unicode import sendable

from .access import Caller, Writer
from .jobs import job_info
from .libraries import LibraryOf, ServerOf
from .problems import Refusal
from .schemas import JobInfo
from .server import Server
from .traces import trace_of

router = APIRouter(prefix="/api/libraries/{library}/documents", tags=["documents"])
MAX_FILES = 1000
"""In one request."""
SENT = "sent:/"
"""What tells origins of clients from the paths of files that the server's user added."""


Idempotency = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A text of your own for this upload: sent again, as after a broken connection,"
        " it gives the job that is there already.",
    ),
]


@router.post("", status_code=202)
def upload(
    library: str,
    opened: LibraryOf,
    caller: Writer,
    server: ServerOf,
    request: Request,
    files: Annotated[list[UploadFile], File(min_length=1, max_length=MAX_FILES)],
    tags: Annotated[list[str], Form()] = [],  # noqa: B006 - never changed, and so told in OpenAPI
    metadata: Annotated[str, Form(description="A JSON object of texts, numbers and truths")] = "{}",
    origin: Annotated[
        str | None,
        Form(
            min_length=1,
            max_length=1000,
            description="Where the one file comes from, in words of yours, such as its path: what"
            " comes from there later takes its place.",
        ),
    ] = None,
    idempotency: Idempotency = None,
) -> JobInfo:
    """Add files. They are read in the background: the job tells how far they are."""
    said = Notes(tags=tuple(tags), metadata=_object(metadata))
    if origin is not None and len(files) > 1:
        raise Refusal(422, f"{len(files)} files have one origin; send each by itself.")
    job = Job(
        tenant=caller.tenant,
        files=tuple(JobFile(name=safe_name(file.filename or "")) for file in files),
        bytes=size_of(files),
        token=token_of(caller, idempotency),
        replaces="" if origin is None else f"{SENT}{sendable(origin)}",
        tags=said.tags,
        metadata=said.metadata or {},
    )
    return put(server, library, job, files, request)


@router.put("/{document}", status_code=202)
def replace(
    library: str,
    opened: LibraryOf,
    caller: Writer,
    server: ServerOf,
    document: str,
    request: Request,
    file: UploadFile,
    idempotency: Idempotency = None,
) -> JobInfo:
    """A new version of a document, which takes its place when all of it has been read."""
    old = opened.document(document)
    job = Job(
        tenant=caller.tenant,
        files=(JobFile(name=safe_name(file.filename or old.name)),),
        bytes=size_of([file]),
        token=token_of(caller, idempotency),
        replaces=old.paths[0],
    )
    return put(server, library, job, [file], request)


def put(
    server: Server, library: str, job: Job, files: Sequence[UploadFile], request: Request
) -> JobInfo:
    """Keep files that have been received, and let their job wait."""
    server.forget_old_jobs()
    try:
        kept = server.inbox(library).put(job, [file.file for file in files])
    except QueueFull as error:
        raise Refusal(429, str(error), code="queue-full") from error
    trace_of(request.scope).notes["job"] = kept.id
    return job_info(library, kept)


def size_of(files: Sequence[UploadFile]) -> int:
    """Bytes of files that have been received."""
    return sum(file.size or 0 for file in files)


def token_of(caller: Caller, given: str | None) -> str:
    """What is kept of an Idempotency-Key, which is of this caller alone."""
    if given is None:
        return ""
    return hashlib.sha256(f"{caller.key.id}\0{given}".encode("utf-8", "replace")).hexdigest()


def _object(text: str) -> dict[str, str | int | float | bool]:
    """What JSON says; `Notes` knows which values are good."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(422, f"metadata is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise Refusal(422, "metadata is not a JSON object; expected names with values.")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
