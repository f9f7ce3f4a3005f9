"""Documents from addresses of the web: the server fetches a file, and goes on as if it had been
uploaded.

Off unless the operator turns it on, as it lets others send requests from where the server is. What
may be fetched is decided in `recto.serving.fetching`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Request, UploadFile
from fastapi.concurrency import run_in_threadpool

from recto.engine.errors import DiskFull
from recto.indexing.notes import Notes
from recto.serving.fetching.fetcher import Fetcher
from recto.serving.fetching.refusals import AddressRefused, FetchBusy, FetchFailed, FetchTimeout
from recto.serving.jobs.job import Job, JobFile
from recto.serving.jobs.room import QueueFull
from recto.serving.jobs.uploads import safe_name
from recto.serving.unicode import sendable

from .access import Caller, Writer
from .jobs import job_info
from .libraries import LibraryOf, ServerOf
from .problems import Refusal
from .schemas import FromUrl, JobInfo
from .server import Server
from .traces import trace_of
from .uploads import SENT, Idempotency, put, size_of, token_of

router = APIRouter(prefix="/api/libraries/{library}", tags=["documents"])
_IN_MEMORY = 1 << 20
"""Bytes of a file; what is larger goes to the disk."""
_REFUSALS: tuple[tuple[type[Exception], int, str], ...] = (
    (AddressRefused, 422, "address-refused"),
    (FetchBusy, 503, "busy"),
    (FetchTimeout, 504, "fetch-timeout"),
    (FetchFailed, 502, "fetch-failed"),
    (QueueFull, 429, "queue-full"),
)


@router.post("/fetch", status_code=202)
async def fetch(
    library: str,
    opened: LibraryOf,
    caller: Writer,
    server: ServerOf,
    request: Request,
    said: FromUrl,
    idempotency: Idempotency = None,
) -> JobInfo:
    """Add a file from the web, as if it had been uploaded, where the operator lets that be. What it
    is its bytes say. The reply comes when it has been fetched."""
    fetcher = _fetcher(server)
    trace_of(request.scope).notes["url"] = _without_secrets(said.url)
    job = _job(said, caller, idempotency)
    try:
        begun = await run_in_threadpool(server.inbox(library).queue.begun, job)
        if begun is not None:
            trace_of(request.scope).notes["job"] = begun.id
            return job_info(library, begun)
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
            file = UploadFile(cast(BinaryIO, kept), size=0)
            await _fetch(fetcher, said.url, file, caller.tenant)
            whole = replace(job, bytes=size_of([file]))
            return await run_in_threadpool(put, server, library, whole, [file], request)
    except tuple(kind for kind, _, _ in _REFUSALS) as error:
        raise _refusal(error) from error


async def _fetch(fetcher: Fetcher, url: str, file: UploadFile, tenant: str) -> None:
    try:
        await fetcher.fetch(url, file, tenant=tenant)
        await file.seek(0)
    except OSError as error:
        raise DiskFull(f"What was fetched could not be kept: {error.strerror}.") from error


def _fetcher(server: Server) -> Fetcher:
    if server.fetcher is None:
        raise Refusal(
            403,
            "This server fetches nothing; whoever runs it turns that on by fetch_urls (recto serve"
            " --fetch-urls). Upload the file instead.",
            code="fetching-off",
        )
    return server.fetcher


def _job(said: FromUrl, caller: Caller, idempotency: str | None) -> Job:
    notes = Notes(tags=tuple(said.tags), metadata=said.metadata)
    url = sendable(said.url)
    name = safe_name(said.name or _name(url))
    # Of the address a digest: it may hold a signature, and origins are shown.
    origin = said.origin or f"{hashlib.sha256(url.encode()).hexdigest()[:32]}/{name}"
    return Job(
        tenant=caller.tenant,
        files=(JobFile(name=name),),
        token=token_of(caller, idempotency),
        replaces=f"{SENT}{sendable(origin)}",
        tags=notes.tags,
        metadata=notes.metadata or {},
    )


def _name(url: str) -> str:
    """The last part of an address, or its host; "" of what is no address."""
    try:
        parts = urlsplit(url)
        return unquote(parts.path).rstrip("/").rpartition("/")[2] or parts.hostname or ""
    except ValueError:
        return ""


def _without_secrets(url: str) -> str:
    """An address for the audit log: without a password, and what follows the path."""
    try:
        parts = urlsplit(sendable(url))
        port = "" if parts.port is None else f":{parts.port}"
        return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
    except ValueError:
        return ""


def _refusal(error: Exception) -> Refusal:
    status, code = next((s, code) for kind, s, code in _REFUSALS if isinstance(error, kind))
    return Refusal(status, str(error), code=code)
