"""The door: a model's name and an address become a chat model whose abilities are known.

Finding them out costs some requests, once. They are held to the limits of the questions for which
the model is opened, and what they cost counts against the first of these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recto.engine.endpoint.address import EndpointAddress, find_address
from recto.engine.endpoint.cache import CachedChat, ReplyCache
from recto.engine.endpoint.limits import Limits, Usage
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.probe import TAKES, measure
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.endpoint.profiles import ProfileCache
from recto.engine.errors import CostLimitReached, EndpointTimeout

OnMeasure = Callable[[Usage | None], None]
"""Is told None before an endpoint is measured, and then what that took."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an endpoint can do, and what it took to find that out now."""

    profile: EndpointProfile
    spent: Usage | None = None
    """None where it was known."""


def open_chat(
    model: str,
    base_url: str | None = None,
    *,
    limits: Limits | None = None,
    allow_http: bool = False,
    replies: Path | None = None,
    profiles: ProfileCache | None = None,
    on_measure: OnMeasure = lambda spent: None,
) -> OpenAIChat | CachedChat:
    """A model of an endpoint, `base_url`, or of OpenAI. To be closed.

    The key comes from the environment or a keyring. An endpoint that is not known yet is measured
    first, within `limits`, which `on_measure` is told. `replies`: a folder to keep replies in;
    None: they are not kept. Raises EndpointSettingError, EndpointError, BackendUnreachable.
    """
    address = find_address(model, base_url, allow_http=allow_http)
    profiles = profiles or ProfileCache()
    known = known_profile(address, profiles, limits=limits, on_measure=on_measure)
    chat = OpenAIChat(address, known.profile, limits, spent=known.spent)
    return CachedChat(chat, address, ReplyCache(replies)) if replies else chat


def known_profile(
    address: EndpointAddress,
    profiles: ProfileCache,
    *,
    limits: Limits | None = None,
    again: bool = False,
    on_measure: OnMeasure = lambda spent: None,
) -> Known:
    """As it was measured before, unless that shall be done `again`.

    Raises CostLimitReached where measuring takes more than `limits` allow, EndpointError,
    BackendUnreachable.
    """
    kept = None if again else profiles.get(address)
    if kept is not None:
        return Known(kept)
    limits = limits or Limits()
    _check_affordable(address, limits)
    budget = limits.for_measuring().start()
    on_measure(None)
    try:
        profile = measure(address, budget=budget)
    except (CostLimitReached, EndpointTimeout) as error:
        raise type(error)(f"Measuring what {address.model} can do: {error} {_ALONE}") from error
    finally:
        on_measure(budget.used)
    profiles.put(address, profile)
    return Known(profile, budget.used)


_ALONE = "This is done once, and can be done by itself: recto doctor --model MODEL."


def _check_affordable(address: EndpointAddress, limits: Limits) -> None:
    """Half a measurement would be paid for and lost."""
    if limits.max_cost is None or limits.prices is None:
        return
    cost = limits.prices.cost(TAKES.input_tokens, TAKES.output_tokens)
    if cost > limits.max_cost:
        raise CostLimitReached(
            f"What {address.model} can do is not known yet, and measuring it takes about"
            f" {TAKES.input_tokens:,} tokens in and {TAKES.output_tokens:,} out, ${cost:.4f}, which"
            f" is more than the limit of ${limits.max_cost:g}. {_ALONE} Or raise the limit."
        )
