"""What asks a model: for `Library.ask` and `Library.summarise`, and `Library.illustrate`."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.endpoint.address import find_address
from recto.engine.endpoint.cache import CachedChat
from recto.engine.endpoint.images import OpenAIImages
from recto.engine.endpoint.limits import Limits
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.opening import OnMeasure, open_chat
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.errors import RectoWarning
from recto.engine.illustrating import Illustrator
from recto.indexing.summariser import Summariser


def vision(
    model: str,
    base_url: str | None = None,
    *,
    settings: VisionSettings | None = None,
    limits: Limits | None = None,
    cache: str | os.PathLike[str] | None = None,
    allow_http: bool = False,
    on_measure: OnMeasure = lambda spent: None,
) -> VisionAnswerer:
    """An answerer that shows the pages to a model of OpenAI, or of the endpoint `base_url`.

    The key comes from the environment or a keyring. `limits` are for all calls about one question;
    `cache` is a folder to keep replies in. An endpoint that is not known yet is measured first,
    within `limits`, and what that costs counts as if the first question had; `on_measure` is told
    None before, and afterwards what it took. Warns (`RectoWarning`) of a model that takes no
    pictures and is to be shown some. To be closed, or used with `with`:

    >>> import recto
    >>> with recto.vision("gpt-5-mini") as answerer:  # doctest: +SKIP
    ...     print(library.ask("What was FY2018 capex?", answerer=answerer).text)

    Raises EndpointSettingError, EndpointError, BackendUnreachable.
    """
    limits = limits or Limits()
    chat = _chat(model, base_url, limits, cache, allow_http, on_measure)
    if settings is None or settings.images:
        _warn_of_blindness(model, chat.profile)
    return VisionAnswerer(chat, settings, limits=limits)


def summariser(
    model: str,
    base_url: str | None = None,
    *,
    limits: Limits | None = None,
    cache: str | os.PathLike[str] | None = None,
    allow_http: bool = False,
    on_measure: OnMeasure = lambda spent: None,
) -> Summariser:
    """Lets a model write about pages, for `Library.summarise`; takes what `vision` takes.

    Of `limits`, the time is for one page and the cost for all of them:

    >>> import recto
    >>> with recto.summariser("gpt-5-mini") as summariser:  # doctest: +SKIP
    ...     library.summarise(summariser)
    ...     library.search("capex by segment", strategy="summaries-pages")
    """
    limits = limits or Limits()
    chat = _chat(model, base_url, limits, cache, allow_http, on_measure)
    _warn_of_blindness(model, chat.profile)
    return Summariser(chat, limits=limits)


def illustrator(
    model: str,
    base_url: str | None = None,
    *,
    limits: Limits | None = None,
    allow_http: bool = False,
) -> Illustrator:
    """Lets a model of OpenAI, or of the endpoint `base_url`, make pictures, for
    `Library.illustrate`. `limits` are for one picture; to limit its cost, `Prices.picture` must say
    what one costs at most:

    >>> from recto.answerers import illustrator
    >>> with illustrator("gpt-image-1") as maker:  # doctest: +SKIP
    ...     library.illustrate("the pump, cut open", maker).save("pump.png")

    Raises EndpointSettingError; KeyRefused where a key is surely needed and none is there.
    """
    address = find_address(model, base_url, allow_http=allow_http)
    return Illustrator(OpenAIImages(address, limits), limits=limits)


def _chat(
    model: str,
    base_url: str | None,
    limits: Limits,
    cache: str | os.PathLike[str] | None,
    allow_http: bool,
    on_measure: OnMeasure,
) -> OpenAIChat | CachedChat:
    return open_chat(
        model,
        base_url,
        limits=limits,
        allow_http=allow_http,
        replies=None if cache is None else Path(cache).expanduser(),
        on_measure=on_measure,
    )


def _warn_of_blindness(model: str, profile: EndpointProfile) -> None:
    if profile.images:
        return
    why = ", when it was measured"
    if profile.unsure:
        why += f" within the last hour, though it did not refuse them ({profile.unsure})"
    warnings.warn(
        f"{model} took no pictures{why}. It is given the words of the pages alone, and pages"
        " without words are left out. Choose a model that sees; or ask without pictures"
        " (--no-images, VisionSettings(images=False)). recto doctor --model MODEL measures it"
        " again.",
        RectoWarning,
        stacklevel=3,
    )
