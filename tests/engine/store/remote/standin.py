"""A stand-in for a Qdrant server on loopback: its HTTP interface, as far as recto uses it, over the
in-memory mode of qdrant-client; with faults on demand, and a record of what was asked."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import TypeAdapter
from qdrant_client import QdrantClient, models

Json = Any
Answer = Callable[["QdrantClient", str, Json], object]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that arrived."""

    method: str
    path: str
    body: Json
    size: int
    key: str | None


@dataclass(slots=True)
class Fault:
    """What happens to requests whose `METHOD path` matches, so many times."""

    pattern: str
    status: int = 0
    """0 drops the connection."""
    body: bytes = b""
    times: int = 1
    after: int = 0
    """So many of them are answered well before."""
    applied: bool = False
    """Whether what was asked for is done nevertheless: the answer alone is lost."""
    hold: threading.Event | None = None
    """Answer nothing until it is set."""


@dataclass(slots=True)
class StandIn:
    """The server; `address` is where."""

    address: str
    version: str = "1.20.0"
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    qdrant: QdrantClient = field(default_factory=lambda: QdrantClient(":memory:"))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def requests(self, pattern: str) -> list[Asked]:
        return [a for a in self.asked if re.search(pattern, f"{a.method} {a.path}")]

    def fault(self, request: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and re.search(fault.pattern, request):
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                return fault
        return None


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[StandIn]:
    """By HTTPS, if it is given a context."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _serve(self, standin)

        do_PUT = do_POST = do_DELETE = do_PATCH = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    standin = StandIn(f"{scheme}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        standin.qdrant.close()


def _serve(handler: BaseHTTPRequestHandler, standin: StandIn) -> None:
    length = int(handler.headers.get("Content-Length") or 0)
    data = handler.rfile.read(length)
    path = handler.path.partition("?")[0]
    body = json.loads(data) if data else None
    key = handler.headers.get("api-key")
    with standin.lock:
        standin.asked.append(Asked(handler.command, path, body, length, key))
        fault = standin.fault(f"{handler.command} {path}")
        if fault is None or fault.applied:
            status, answer = _answered(standin, handler.command, path, body)
    if fault is not None:
        if fault.hold is not None:
            fault.hold.wait()
        if fault.status == 0:
            handler.close_connection = True
            return
        status, answer = fault.status, fault.body
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(answer)))
    handler.end_headers()
    handler.wfile.write(answer)


def _answered(standin: StandIn, method: str, path: str, body: Json) -> tuple[int, bytes]:
    if path == "/":
        return 200, json.dumps({"title": "qdrant", "version": standin.version}).encode()
    for pattern, answer in _ANSWERS.items():
        if found := re.fullmatch(pattern, f"{method} {path}"):
            name = found[1] if found.groups() else ""
            try:
                result = answer(standin.qdrant, name, body)
            except ValueError as error:
                status = (
                    404 if "not found" in str(error) else 409 if "exists" in str(error) else 400
                )
                return status, json.dumps({"status": {"error": str(error)}}).encode()
            plain = TypeAdapter(Any).dump_python(result, mode="json", warnings=False)
            text = json.dumps({"result": plain, "status": "ok", "time": 0.0})
            return 200, text.encode()
    raise AssertionError(f"the stand-in does not know {method} {path}")


def _create(qdrant: QdrantClient, name: str, body: Json) -> object:
    wanted = models.CreateCollection(**body)
    return qdrant.create_collection(
        name, vectors_config=wanted.vectors, sparse_vectors_config=wanted.sparse_vectors
    )


def _upsert(qdrant: QdrantClient, name: str, body: Json) -> object:
    points = TypeAdapter(list[models.PointStruct]).validate_python(body["points"])
    only = body.get("update_filter")
    filter = models.Filter(**only) if only else None
    return qdrant.upsert(name, points, update_filter=filter)


def _delete(qdrant: QdrantClient, name: str, body: Json) -> object:
    selector: Any = TypeAdapter(models.PointsSelector).validate_python(body)
    return qdrant.delete(name, selector)


def _retrieve(qdrant: QdrantClient, name: str, body: Json) -> object:
    return qdrant.retrieve(
        name, body["ids"], with_payload=body["with_payload"], with_vectors=_vectors(body)
    )


def _scroll(qdrant: QdrantClient, name: str, body: Json) -> object:
    points, following = qdrant.scroll(
        name,
        models.Filter(**body["filter"]),
        limit=body["limit"],
        offset=body.get("offset"),
        with_payload=body["with_payload"],
        with_vectors=_vectors(body),
    )
    return {"points": points, "next_page_offset": following}


def _count(qdrant: QdrantClient, name: str, body: Json) -> object:
    return qdrant.count(name, models.Filter(**body["filter"]))


def _query(qdrant: QdrantClient, name: str, body: Json) -> object:
    return qdrant.query_batch_points(name, [models.QueryRequest(**s) for s in body["searches"]])


def _describe(qdrant: QdrantClient, name: str, body: Json) -> object:
    return qdrant.set_payload(name, body["payload"], models.Filter(**body["filter"]))


def _facet(qdrant: QdrantClient, name: str, body: Json) -> object:
    return qdrant.facet(name, body["key"], limit=body["limit"])


def _vectors(body: Json) -> Any:  # noqa: ANN401 - a list of names, or False
    return body.get("with_vector") or False


_NAME = r"/collections/([^/]+)"
_ANSWERS: dict[str, Answer] = {
    r"GET /collections": lambda q, name, body: q.get_collections(),
    rf"GET {_NAME}": lambda q, name, body: q.get_collection(name),
    rf"GET {_NAME}/exists": lambda q, name, body: {"exists": q.collection_exists(name)},
    rf"PUT {_NAME}": _create,
    rf"DELETE {_NAME}": lambda q, name, body: q.delete_collection(name),
    rf"PUT {_NAME}/index": lambda q, name, body: q.create_payload_index(name, body["field_name"]),
    rf"PUT {_NAME}/points": _upsert,
    rf"POST {_NAME}/points": _retrieve,
    rf"POST {_NAME}/points/scroll": _scroll,
    rf"POST {_NAME}/points/count": _count,
    rf"POST {_NAME}/points/delete": _delete,
    rf"POST {_NAME}/points/payload": _describe,
    rf"POST {_NAME}/points/query/batch": _query,
    rf"POST {_NAME}/facet": _facet,
}
