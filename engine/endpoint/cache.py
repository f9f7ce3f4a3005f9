"""Replies kept in a folder, so that the same question about the same pages costs once.

Off unless a folder is given: what is in it can be read by whoever may read the folder's owner's
files. It holds replies, not questions and pictures; those are in a file's name as a hash.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from recto.engine.closing import Closing
from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.chat import ChatModel, Delta, Reply, StreamedReply
from recto.engine.endpoint.files import read_json, write_private
from recto.engine.endpoint.limits import Budget, Usage
from recto.engine.endpoint.messages import ImagePart, Request
from recto.engine.endpoint.profile import EndpointProfile

MAX_BYTES = 256 << 20
_VERSION = 1


class ReplyCache:
    """A folder, which is made when it is needed. For several processes."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def get(self, address: EndpointAddress, request: Request) -> Reply | None:
        """None: not there, or not readable."""
        path = self._path(address, request)
        reply = _parsed(read_json(path))
        if reply is not None:
            with suppress(OSError):
                os.utime(path)  # the least recently used go first
        return reply

    def put(self, address: EndpointAddress, request: Request, reply: Reply) -> None:
        kept = {"version": _VERSION, **asdict(reply)}
        del kept["discard"]
        write_private(self._path(address, request), json.dumps(kept).encode())
        self._shrink()

    def remove(self, address: EndpointAddress, request: Request) -> None:
        """It need not be there."""
        with suppress(OSError):
            self._path(address, request).unlink(missing_ok=True)

    def _path(self, address: EndpointAddress, request: Request) -> Path:
        digest = hashlib.sha256()
        for part in _parts(address, request):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return self._folder / f"{digest.hexdigest()}.json"

    def _shrink(self) -> None:
        files = []
        for path in self._folder.glob("*.json"):
            with suppress(OSError):
                files.append((path.stat().st_mtime_ns, path.stat().st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size


class CachedChat(Closing):
    """A model that is asked only what it was not asked before."""

    def __init__(self, model: ChatModel, address: EndpointAddress, cache: ReplyCache) -> None:
        self._model = model
        self._address = address
        self._cache = cache

    @property
    def profile(self) -> EndpointProfile:
        return self._model.profile

    def complete(self, request: Request, *, budget: Budget | None = None) -> Reply:
        kept = self._kept(request)
        return kept or self._keep(request, self._model.complete(request, budget=budget))

    def stream(self, request: Request, *, budget: Budget | None = None) -> StreamedReply:
        return StreamedReply(self._streamed(request, budget))

    def close(self) -> None:
        self._model.close()

    def _streamed(self, request: Request, budget: Budget | None) -> Generator[Delta, None, Reply]:
        kept = self._kept(request)
        if kept is not None:
            yield Delta(kept.text)
            return kept
        with self._model.stream(request, budget=budget) as stream:
            yield from stream
            return self._keep(request, stream.reply)

    def _kept(self, request: Request) -> Reply | None:
        kept = self._cache.get(self._address, request)
        return None if kept is None else self._discardable(request, kept)

    def _keep(self, request: Request, reply: Reply) -> Reply:
        """Not what was cut off or declined: another try may do better."""
        if reply.finish_reason != "stop" or not reply.text or reply.refusal:
            return reply
        self._cache.put(self._address, request, reply)
        return self._discardable(request, reply)

    def _discardable(self, request: Request, reply: Reply) -> Reply:
        return replace(reply, discard=partial(self._cache.remove, self._address, request))


def _parts(address: EndpointAddress, request: Request) -> Iterator[bytes]:
    settings = (request.schema, request.max_tokens, request.temperature, request.extra)
    yield from (address.url.encode(), address.model.encode())
    yield json.dumps(settings, sort_keys=True).encode()
    for message in request.messages:
        yield message.role.encode()
        for part in message.parts:
            text = part.label if isinstance(part, ImagePart) else part.text
            yield type(part).__name__.encode()
            yield text.encode("utf-8", "surrogatepass")
            yield part.data if isinstance(part, ImagePart) else b""


def _parsed(kept: object) -> Reply | None:
    if not isinstance(kept, dict) or kept.pop("version", None) != _VERSION:
        return None
    try:
        reply = Reply(**(kept | {"usage": Usage(**kept["usage"])}))
    except (TypeError, KeyError):
        return None
    texts = (reply.text, reply.finish_reason, reply.model, reply.refusal)
    return replace(reply, cached=True) if all(isinstance(t, str) for t in texts) else None
