"""Bringing documents in: the request is done when the files are on the disk and their job waits."""

from __future__ import annotations

import json
import shutil
from typing import Annotated, BinaryIO

from fastapi import APIRouter, File, Form, Request, UploadFile

from recto.engine.errors import DiskFull
from recto.serving.jobs.job import Job, JobFile, Value
from recto.serving.jobs.queue import QueueFull
from recto.serving.jobs.uploads import safe_name

from .access import Writer
from .libraries import LibraryOf, ServerOf
from .problems import Refusal
from .schemas import JobInfo
from .server import Server
from .traces import trace_of

router = APIRouter(prefix="/api/libraries/{library}/documents", tags=["documents"])
MAX_FILES = 1000
"""In one request."""


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
) -> JobInfo:
    """Add files. They are read in the background: the job tells how far they are."""
    job = Job(
        library=library,
        tenant=caller.tenant,
        files=tuple(JobFile(name=safe_name(file.filename or "")) for file in files),
        tags=tuple(tags),
        metadata=_object(metadata),
    )
    trace_of(request.scope).notes["job"] = job.id
    return _put(server, job, [file.file for file in files])


@router.put("/{document}", status_code=202)
def replace(
    library: str,
    opened: LibraryOf,
    caller: Writer,
    server: ServerOf,
    document: str,
    request: Request,
    file: UploadFile,
) -> JobInfo:
    """A new version of a document, which takes its place when all of it has been read."""
    old = opened.document(document)
    job = Job(
        library=library,
        tenant=caller.tenant,
        files=(JobFile(name=safe_name(file.filename or old.name)),),
        replaces=old.paths[0],
    )
    trace_of(request.scope).notes["job"] = job.id
    return _put(server, job, [file.file])


def _put(server: Server, job: Job, files: list[BinaryIO]) -> JobInfo:
    """Write the files, then let the job wait; a crash between leaves files that are swept."""
    server.forget_old_jobs()
    try:
        for index, (described, file) in enumerate(zip(job.files, files, strict=True)):
            path = server.uploads.place(job.id, index, described.name)
            path.parent.mkdir(parents=True, mode=0o700)
            with path.open("xb") as written:
                shutil.copyfileobj(file, written)
        server.queue.put(job)
    except QueueFull as error:
        server.uploads.remove(job.id)
        raise Refusal(429, str(error), code="queue-full") from error
    except OSError as error:
        server.uploads.remove(job.id)
        raise DiskFull(f"The upload could not be kept: {error.strerror}.") from error
    except BaseException:
        server.uploads.remove(job.id)
        raise
    return JobInfo.model_validate(job.as_json())


def _object(text: str) -> dict[str, Value]:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(422, f"metadata is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise Refusal(422, "metadata is not a JSON object; expected names with values.")
    wrong = [name for name, of in value.items() if not isinstance(of, (str, int, float, bool))]
    if wrong:
        raise Refusal(422, f"metadata {wrong[0]!r} is neither text, number, true nor false.")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
