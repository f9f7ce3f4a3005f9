"""The door: a model's name and an address become a chat model whose abilities are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from recto.engine.endpoint.address import EndpointAddress, find_address
from recto.engine.endpoint.cache import CachedChat, ReplyCache
from recto.engine.endpoint.limits import Limits
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.probe import measure
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.endpoint.profiles import ProfileCache


def open_chat(
    model: str,
    base_url: str | None = None,
    *,
    limits: Limits | None = None,
    allow_http: bool = False,
    replies: Path | None = None,
    profiles: ProfileCache | None = None,
    on_measure: Callable[[], None] = lambda: None,
) -> OpenAIChat | CachedChat:
    """A model of an endpoint, `base_url`, or of OpenAI. To be closed.

    The key comes from the environment or a keyring. An endpoint that is not known yet is measured
    first, which `on_measure` is told. `replies`: a folder to keep replies in; None: they are not
    kept. Raises EndpointSettingError, EndpointError, BackendUnreachable.
    """
    address = find_address(model, base_url, allow_http=allow_http)
    profile = known_profile(address, profiles or ProfileCache(), on_measure=on_measure)
    chat = OpenAIChat(address, profile, limits)
    return CachedChat(chat, address, ReplyCache(replies)) if replies else chat


def known_profile(
    address: EndpointAddress,
    profiles: ProfileCache,
    *,
    again: bool = False,
    on_measure: Callable[[], None] = lambda: None,
) -> EndpointProfile:
    """As it was measured before, unless that shall be done `again`."""
    kept = None if again else profiles.get(address)
    if kept is not None:
        return kept
    on_measure()
    profile = measure(address)
    profiles.put(address, profile)
    return profile
