"""A strict stand-in for a vLLM server with a pooling model, on a port of this machine.

A picture is cut into cells as by a Qwen processor. A cell's vector is made of its mean colour
alone, so that a test can say which vectors must change. What comes before the picture is constant.
Any request that vLLM's documentation does not describe is answered with 400.
"""

from __future__ import annotations

import base64
import json
import math
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from recto.engine.vectors import FloatArray
from tests.fakes import FakeEncoder

MODEL = "vendor/colqwen-tiny"
_TOKEN = re.compile(r"<\|?\w+\|?>|\w+|[^\w\s]|\n")
_FORMS = (
    {"encoding_format": "float"},
    {"encoding_format": "base64", "embed_dtype": "float32", "endianness": "little"},
)

Fault = Callable[[BaseHTTPRequestHandler], None]


class FakeVllm:
    """What the server does; may be changed while it runs."""

    def __init__(self) -> None:
        self.address = ""
        self.cell: int | None = 28
        self.cap = 1280
        self.dim = 16
        self.before, self.after = 3, 5
        self.key: str | None = None
        self.faults: deque[Fault] = deque()
        """Each spoils one call to /pooling."""
        self.change: Callable[[FloatArray], FloatArray] = lambda vectors: vectors
        self.read: Callable[[str], FloatArray] = lambda text: self._named(_TOKEN.findall(text))
        self.see: Callable[[Image.Image], FloatArray] = self._seen
        self.texts: list[str] = []
        """What came as `input`."""
        self._over = threading.Event()

    @property
    def url(self) -> str:
        return f"vllm+{self.address}/{MODEL}"

    def hang(self) -> None:
        """Answer nothing until the test is over."""
        self._over.wait()

    def release(self) -> None:
        self._over.set()

    def vectors(self, body: Mapping[str, Any]) -> FloatArray:
        if "input" in body:
            (text,) = body["input"]
            self.texts.append(text)
            assert "<|image_pad|>" not in text
            return self.change(self.read(text))
        (message,) = body["messages"]
        picture, prompt = message["content"]
        assert message["role"] == "user"
        assert (prompt["type"], prompt["text"]) == ("text", "Describe the image.")
        kind, _, data = picture["image_url"]["url"].partition(",")
        assert (picture["type"], kind) == ("image_url", "data:image/png;base64")
        with Image.open(BytesIO(base64.b64decode(data, validate=True))) as image:
            return self.change(self.see(image.convert("RGB")))

    def _named(self, names: list[str]) -> FloatArray:
        return (
            FakeEncoder(dim=self.dim)
            .encode_question(" ".join(n.strip() or "LF" for n in names))
            .patches
        )

    def _seen(self, image: Image.Image) -> FloatArray:
        rows, columns = self._grid(image)
        colours = np.asarray(image.resize((columns, rows), Image.Resampling.BOX), np.float32)
        patches = np.concatenate(
            [colours.reshape(-1, 3) / 255, np.full((rows * columns, 1), 0.2)], axis=1
        )
        projection = np.random.default_rng(7).standard_normal((4, self.dim))
        seen = np.concatenate([patches, patches.mean(axis=0, keepdims=True)]) @ projection
        before = (
            self._named([f"before{n}" for n in range(self.before)]) if self.before else seen[:0]
        )
        after = self._named([f"after{n}" for n in range(self.after)]) + 0.1 * seen[-1:]
        return np.concatenate([before, seen[:-1], after]).astype(np.float32)

    def _grid(self, image: Image.Image) -> tuple[int, int]:
        if self.cell is None:
            return 32, 32
        rows, columns = round(image.height / self.cell), round(image.width / self.cell)
        if rows * columns > self.cap:
            shrink = math.sqrt(image.height * image.width / self.cap) / self.cell
            rows = math.floor(image.height / self.cell / shrink / self.cell)
            columns = math.floor(image.width / self.cell / shrink / self.cell)
        return max(rows, 1), max(columns, 1)


@contextmanager
def running() -> Iterator[FakeVllm]:
    fake = FakeVllm()
    server = _Server(fake)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    fake.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        fake.release()
        server.shutdown()
        server.server_close()
        thread.join()


def answer(handler: BaseHTTPRequestHandler, code: int, body: bytes, **headers: str) -> None:
    handler.send_response(code)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def as_json(handler: BaseHTTPRequestHandler, code: int, value: object) -> None:
    answer(handler, code, json.dumps(value).encode(), Content_Type="application/json")


class _Server(ThreadingHTTPServer):
    def __init__(self, fake: FakeVllm) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if not self._admitted():
            return
        if self.path != "/v1/models":
            return as_json(self, 404, {"detail": "Not Found"})
        as_json(self, 200, {"object": "list", "data": [{"id": MODEL, "root": "/models/tiny"}]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/pooling" and self.server.fake.faults:
            return self.server.fake.faults.popleft()(self)
        if not self._admitted():
            return
        if self.path != "/pooling":
            return as_json(self, 404, {"detail": "Not Found"})
        try:
            as_json(self, 200, self._pooled(json.loads(body)))
        except (AssertionError, KeyError, ValueError, TypeError) as error:
            as_json(self, 400, {"error": {"message": repr(error)}})

    def _pooled(self, body: dict[str, Any]) -> object:
        assert self.headers["Content-Type"] == "application/json"
        assert (body.pop("model"), body.pop("task")) == (MODEL, "token_embed")
        form = {name: body.pop(name) for name in list(body) if name not in ("input", "messages")}
        assert form in _FORMS, form
        assert len(body) == 1, body
        vectors = self.server.fake.vectors(body)
        data = (
            vectors.tolist()
            if form == _FORMS[0]
            else base64.b64encode(vectors.astype("<f4").tobytes()).decode()
        )
        items = [{"index": 0, "object": "pooling", "data": data}]
        return {
            "id": "pool-1",
            "object": "list",
            "created": 1,
            "model": MODEL,
            "data": items,
            "usage": {},
        }

    def _admitted(self) -> bool:
        given = self.headers.get("Authorization")
        if given == (f"Bearer {self.server.fake.key}" if self.server.fake.key else None):
            return True
        as_json(self, 401, {"error": f"Unauthorized: {given}"})
        return False

    def log_message(self, *_: object) -> None:
        """Says nothing on stderr."""
