"""Endpoints whose abilities are known, so that their scripts are not used up by measuring."""

from __future__ import annotations

from datetime import UTC, datetime

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.endpoint.profiles import ProfileCache
from tests.endpoints.scripted import ScriptedEndpoint


def make_known(endpoint: ScriptedEndpoint) -> None:
    """As if it had been measured today and could do everything; set XDG_CACHE_HOME before."""
    profile = EndpointProfile(probed=datetime.now(UTC).isoformat())
    ProfileCache().put(EndpointAddress(endpoint.model, endpoint.url), profile)
