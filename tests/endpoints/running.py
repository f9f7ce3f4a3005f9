"""Where a server of a test is."""

from __future__ import annotations

from dataclasses import dataclass

from recto.engine.endpoint.address import EndpointAddress


@dataclass(frozen=True)
class RunningServer:
    """Real, with a model of random weights: it proves the protocol, not what is read."""

    url: str
    model: str
    key: str | None

    @property
    def address(self) -> EndpointAddress:
        return EndpointAddress(self.model, self.url, self.key)
