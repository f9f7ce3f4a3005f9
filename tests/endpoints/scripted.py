"""A chat-completions endpoint on a port of this machine that replies as a test says.

    with scripted([Reply.text("forty-two"), Reply.status(429, retry_after=1)]) as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.url)
        ...
        assert endpoint.requests[0].images == (...)
        assert not endpoint.refused

Each request takes the next reply of the script; a function in it is given the request (`Asked`) and
makes the reply from it. When the script is over, the `mind` replies: it says "pear", or makes the
smallest instance of the schema it is given where `Dialect.json_schema` is "enforced". A request
that OpenAI would refuse is answered with 400 and is kept in `refused`; it takes no reply.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.endpoints.dialect import Dialect
from tests.endpoints.protocol import Asked, Refusal, parse, parse_images
from tests.endpoints.replies import Reply

__all__ = ["Asked", "Dialect", "Reply", "ScriptedEndpoint", "scripted"]

DATED = "api-version=2024-10-21"
Step = Reply | Callable[[Asked], Reply]


@dataclass
class ScriptedEndpoint:
    """May be changed while it runs."""

    url: str
    """`http://127.0.0.1:PORT/v1`."""
    script: deque[Step]
    dialect: Dialect
    key: str | None
    model: str = "scripted-1"

    def __post_init__(self) -> None:
        self.requests: list[Asked] = []
        """Those that were well formed, in order."""
        self.refused: list[str] = []
        """Why others were refused."""
        self.faults: list[BaseException] = []
        """Of the endpoint itself or its script; the first of them is raised at the end."""
        self.files: dict[str, bytes] = {}
        """Pictures, by their path on this host."""
        self.over = threading.Event()

    @property
    def dated_url(self) -> str:
        """As Azure has them: the model is in the path, and there is a version behind it."""
        return self.url.replace("/v1", f"/openai/deployments/{self.model}?{DATED}")

    def next(self, asked: Asked) -> Reply:
        self.requests.append(asked)
        if not self.script:
            return self.dialect.mind(asked)
        step = self.script.popleft()
        return step if isinstance(step, Reply) else step(asked)


@contextmanager
def scripted(
    script: Iterable[Step] = (), *, dialect: Dialect | None = None, key: str | None = None
) -> Iterator[ScriptedEndpoint]:
    """Runs until the block ends. With a key, requests without it are answered with 401."""
    server = _Server(("127.0.0.1", 0), _Handler)
    url = f"http://127.0.0.1:{server.server_port}/v1"
    server.endpoint = ScriptedEndpoint(url, deque(script), dialect or Dialect(), key)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.endpoint
    finally:
        server.endpoint.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
    if server.endpoint.faults:
        raise server.endpoint.faults[0]


class _Server(ThreadingHTTPServer):
    endpoint: ScriptedEndpoint
    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exception()
        # A client that hangs up is what some tests are about.
        if error is not None and not isinstance(error, ConnectionError):
            self.endpoint.faults.append(error)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        endpoint = self.server.endpoint
        if not self._admitted():
            return
        self._read_dated()
        if self.path in endpoint.files:
            return self._send(200, endpoint.files[self.path], **{"Content-Type": "image/png"})
        if self.path != "/v1/models":
            return self._error(404, f"Invalid URL (GET {self.path})")
        self._json(200, {"object": "list", "data": [endpoint.dialect.entry(endpoint.model)]})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._admitted():
            return
        self._read_dated()
        if self.path not in ("/v1/chat/completions", "/v1/images/generations"):
            return self._error(404, f"Invalid URL (POST {self.path})")
        endpoint = self.server.endpoint
        try:
            asked = self._asked(raw)
        except Refusal as refusal:
            endpoint.refused.append(str(refusal))
            return self._error(refusal.status, str(refusal), param=refusal.param)
        self._perform(endpoint.next(asked), asked)

    def _asked(self, raw: bytes) -> Asked:
        """Raises Refusal."""
        dialect, headers = self.server.endpoint.dialect, dict(self.headers)
        if self.path == "/v1/images/generations":
            return parse_images(raw, headers, formats=dialect.response_formats)
        asked = parse(raw, headers)
        dialect.check(asked)
        return asked

    def _admitted(self) -> bool:
        key = self.server.endpoint.key
        given = self.headers.get("Authorization")
        wanted = f"Bearer {key}" if key else None
        if self.path.startswith("/openai/deployments/"):
            given, wanted = self.headers.get("api-key"), key
        if given == wanted:
            return True
        self._error(401, f"Incorrect API key provided: {given}", code="invalid_api_key")
        return False

    def _read_dated(self) -> None:
        """A dated path becomes the usual one; one without its version stays, and is unknown."""
        before = f"/openai/deployments/{self.server.endpoint.model}/"
        path, _, query = self.path.partition("?")
        if path.startswith(before) and query == DATED:
            self.path = f"/v1/{path.removeprefix(before)}"

    def _perform(self, reply: Reply, asked: Asked) -> None:
        if reply.how == "hanging":
            self.server.endpoint.over.wait()
        elif reply.how == "dropped":
            self.close_connection = True
        elif reply.how == "dripping":
            self._drip(asked)
        elif reply.code != 200 or reply.body:
            self._send(reply.code, reply.body, **dict(reply.headers))
        elif asked.stream:
            self._stream(reply, asked)
        elif reply.how == "whole":
            self._json(
                200, reply.whole(asked.body["model"], self.server.endpoint.dialect.tokens(asked))
            )
        else:
            self._head(200, {"Content-Type": "application/json", "Content-Length": "1000"})
            self.wfile.write(b'{"id": "chatcmpl-')
            if reply.how == "stalled":
                self.server.endpoint.over.wait()

    def _drip(self, asked: Asked) -> None:
        kind = "text/event-stream" if asked.stream else "application/json"
        self._head(200, {"Content-Type": kind})
        while not self.server.endpoint.over.wait(0.02):
            self.wfile.write(b": waiting\n\n" if asked.stream else b" ")

    def _stream(self, reply: Reply, asked: Asked) -> None:
        head = {"Content-Type": "text/event-stream"}
        if reply.how == "torn":
            head["Content-Length"] = "1000000"
        self._head(200, head)
        wanted = bool((asked.body.get("stream_options") or {}).get("include_usage"))
        tokens = self.server.endpoint.dialect.tokens(asked)
        usage = wanted and self.server.endpoint.dialect.stream_usage
        self.wfile.write(b": keep-alive\n\n")
        for chunk in reply.chunks(asked.body["model"], tokens, with_usage=usage):
            self._event(json.dumps(chunk))
        if reply.how == "error":
            self._event(json.dumps({"error": {"message": "out of memory", "code": 500}}))
        if reply.how == "stalled":
            self.server.endpoint.over.wait()
        if reply.how == "whole":
            self._event("[DONE]")

    def _event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def _error(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None
    ) -> None:
        error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
        self._json(status, {"error": error})

    def _json(self, status: int, value: dict[str, Any]) -> None:
        self._send(status, json.dumps(value).encode(), **{"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self._head(status, {"Content-Length": str(len(body))} | headers)
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"x-request-id": "req-scripted"} | headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing on stderr."""
