"""Connections that nobody can hold for nothing: whoever sends or reads too slowly is left.

A request that never comes, comes in drops, or whose response is never read costs those who send it
nothing, and needs no key. Knows nothing of what is asked.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_SLOWEST = 1024
"""Bytes a second that must come of the body of a request, on average."""
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n"
    b"x-content-type-options: nosniff\r\n\r\n"
)


class Connection(H11Protocol):
    """One of a client. Limits are those of the class that `limited` makes of it."""

    patience: float
    most: int
    _came: int

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()
        self._unread = 0
        """Bytes of a response that waited for the client at the last look."""
        self._watch = self.loop.call_later(self.patience, self._look)
        if len(self.connections) > self.most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        self._came += len(data)
        self._last = self.loop.time()
        super().data_received(data)
        if self.cycle is not before:
            self._begin()

    def on_response_complete(self) -> None:
        self._begin()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def _begin(self) -> None:
        """Something new is awaited, or given."""
        self._begun = self._last = self.loop.time()
        self._came = 0

    def _look(self) -> None:
        """End the connection if it is too slow, else look again when it may be."""
        if self.transport.is_closing():
            return
        due = self._due()
        if due <= self.loop.time():
            self._end()
        else:
            self._watch = self.loop.call_at(due, self._look)

    def _due(self) -> float:
        """When the client will have been too slow, if nothing changes until then."""
        now = self.loop.time()
        if self._awaits_body():
            if self.flow.read_paused:  # it is the server that is slow
                return now + self.patience
            whole = self._begun + self.patience + self._came / _SLOWEST
            return min(self._last + self.patience, whole)
        if self._is_answering():
            waiting = self.transport.get_write_buffer_size()
            stuck = self.flow.write_paused and waiting == self._unread
            self._unread = waiting
            return now if stuck else now + self.patience
        return self._begun + self.patience

    def _awaits_body(self) -> bool:
        return self._is_answering() and self.conn.their_state is h11.SEND_BODY

    def _is_answering(self) -> bool:
        """Whether a request is known and its response not over."""
        return self.cycle is not None and not self.cycle.response_complete

    def _end(self) -> None:
        started = self.cycle is not None and self.cycle.response_started
        if not started and (self._came or self.cycle is not None):
            self.transport.write(_TOO_SLOW)
        if self._is_answering() and not self._awaits_body():
            self.transport.abort()  # what it does not read would be sent first
        else:
            self.transport.close()

    def _make_room(self) -> None:
        """Leave the client that has been expected to ask for longest, or else the new one."""
        idle = [
            one
            for one in self.connections
            if isinstance(one, Connection) and one is not self and not one._is_answering()
        ]
        oldest = min(idle, key=lambda one: one._begun, default=self)
        oldest.transport.close()


def limited(*, patience: float, most: int) -> type[Connection]:
    """Connections of which there are `most` at once, and that wait `patience` seconds for the head
    of a request, for each part of its body, and for a part of the response to be read."""
    return type("LimitedConnection", (Connection,), {"patience": patience, "most": most})
