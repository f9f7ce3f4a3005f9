"""The options that name a model of an endpoint, and what `recto doctor` finds out about one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recto.engine.errors import RectoError

from .models import telling

if TYPE_CHECKING:
    from recto.engine.endpoint.profile import EndpointProfile

ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="MODEL", help="A vision model.", show_default=False),
]
AllowHttpOption = Annotated[
    bool,
    typer.Option("--allow-http", help="Send a key without encryption within the local network."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointState:
    """What was measured of a model."""

    model: str
    url: str
    profile: EndpointProfile | None
    error: str = ""
    """Why it was not."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def endpoint_state(
    model: str, base_url: str | None, *, allow_http: bool, quiet: bool
) -> EndpointState:
    """Measures a model now, whatever is known of it, and keeps the result for `recto ask`."""
    from recto.engine.endpoint.address import find_address
    from recto.engine.endpoint.opening import known_profile
    from recto.engine.endpoint.profiles import ProfileCache

    tell = telling(quiet, f"Measuring {model} with some small requests…")
    try:
        address = find_address(model, base_url, allow_http=allow_http)
    except RectoError as error:  # an address that is refused may have a key in it
        return EndpointState(model=model, url="", profile=None, error=str(error))
    try:
        known = known_profile(address, ProfileCache(), again=True, on_measure=tell)
    except RectoError as error:
        return EndpointState(model=model, url=address.url, profile=None, error=str(error))
    return EndpointState(model=model, url=address.url, profile=known.profile)


def abilities(profile: EndpointProfile) -> Iterator[tuple[str, str]]:
    """What a model can do, a name and some words each."""
    yield "pictures", _pictures(profile)
    yield (
        "JSON schemas",
        _SCHEMAS[profile.json_schema] + ("" if profile.json_object else "; no JSON mode"),
    )
    usage = "" if profile.stream_usage else ", tokens estimated"
    yield "streaming", f"yes{usage}" if profile.stream else "no"
    yield "context", f"{profile.context_tokens:,} tokens" if profile.context_tokens else "not told"
    takes: list[str] = [profile.token_limit_field]
    takes += ["temperature"] if profile.temperature else []
    takes += ["system messages"] if profile.system_role else []
    yield "takes", ", ".join(takes)
    if profile.unsure:
        yield "failed", f"{profile.unsure} (to be measured again in an hour)"


_SCHEMAS = {
    "enforced": "enforced: a reply cannot be otherwise",
    "accepted": "taken, not enforced: told in words, too, and checked",
    "ignored": "ignored: told in words, and checked",
    "refused": "refused: told in words, and checked",
}


def _pictures(profile: EndpointProfile) -> str:
    if not profile.images:
        return "none: choose a model that sees"
    kinds = {"any": "PNG and JPEG", "png": "PNG", "jpeg": "JPEG"}[profile.image_format]
    most = profile.max_image_pixels / 1e6
    return f"{kinds}, at least {profile.max_images} at once, at least {most:g} megapixels each"
