"""Web servers of the tests on loopback, which behave as each path of theirs is told to.

In the tests 127.0.0.1 stands for the public internet, 127.0.0.2 for a private network.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Semaphore, Thread

from recto.serving.fetching.public import Address

PUBLIC, PRIVATE = "127.0.0.1", "127.0.0.2"


def allows(address: Address) -> bool:
    """What is public here."""
    return str(address) == PUBLIC


@dataclass
class Names:
    """A resolver: of several answers to a name the next one each time, and the last for ever."""

    answers: Mapping[str, Sequence[Sequence[str]]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, name: str, port: int) -> Sequence[str]:
        self.asked.append(name)
        if name not in self.answers:
            raise OSError("there is no such name")
        given = self.answers[name]
        return given[min(self.asked.count(name), len(given)) - 1]


@dataclass
class Asked:
    """A request that arrived."""

    path: str
    headers: Mapping[str, str]


class Handler(BaseHTTPRequestHandler):
    """One request, with short ways to answer it."""

    web: Web

    def do_GET(self) -> None:
        self.web.asked.append(Asked(self.path, dict(self.headers.items())))
        self.web.arrived.release()
        answer = self.web.paths.get(self.path.partition("?")[0])
        try:
            if answer is None:
                self.say(404, b"nothing here")
            else:
                answer(self)
        except OSError:  # the other side has gone, as it should
            self.close_connection = True

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.begin(status, **{"Content_Length": str(len(body)), **headers})
        self.wfile.write(body)

    def begin(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def drip(self, part: bytes) -> None:
        """A part now and then, until the server ends; each comes soon after the last."""
        while not self.web.over.wait(0.02):
            self.wfile.write(part)
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        pass


Answer = Callable[[Handler], None]


@dataclass
class Web:
    """A running server."""

    port: int
    paths: dict[str, Answer]
    asked: list[Asked] = field(default_factory=list)
    arrived: Semaphore = field(default_factory=lambda: Semaphore(0))
    """Released once for each request."""
    over: Event = field(default_factory=Event)


def gives(body: bytes, **headers: str) -> Answer:
    return lambda handler: handler.say(200, body, **headers)


def moved(to: str, status: int = 302, **headers: str) -> Answer:
    return lambda handler: handler.say(status, b"elsewhere", Location=to, **headers)


@contextmanager
def web(
    paths: Mapping[str, Answer],
    *,
    host: str = PUBLIC,
    port: int = 0,
    certificate: ssl.SSLContext | None = None,
) -> Iterator[Web]:
    """A server until the end of the block, with TLS if there is a certificate."""

    class Bound(Handler):
        pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 32

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that does not trust the certificate hangs up."""

    server = Quiet((host, port), Bound)
    if certificate is not None:
        server.socket = certificate.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    running = Bound.web = Web(server.server_address[1], dict(paths))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        running.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
