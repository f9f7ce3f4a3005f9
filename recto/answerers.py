"""Answerers for `Library.ask`, other than the one without a model."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.endpoint.limits import Limits
from recto.engine.endpoint.opening import open_chat


def vision(
    model: str,
    base_url: str | None = None,
    *,
    settings: VisionSettings | None = None,
    limits: Limits | None = None,
    cache: str | os.PathLike[str] | None = None,
    allow_http: bool = False,
    on_measure: Callable[[], None] = lambda: None,
) -> VisionAnswerer:
    """An answerer that shows the pages to a model of OpenAI, or of the endpoint `base_url`.

    The key comes from the environment or a keyring. `limits` are for all calls about one question;
    `cache` is a folder to keep replies in. An endpoint that is not known yet is measured first,
    which `on_measure` is told. To be closed, or used with `with`:

    >>> import recto
    >>> with recto.vision("gpt-5-mini") as answerer:  # doctest: +SKIP
    ...     print(library.ask("What was FY2018 capex?", answerer=answerer).text)

    Raises EndpointSettingError, EndpointError, BackendUnreachable.
    """
    limits = limits or Limits()
    chat = open_chat(
        model,
        base_url,
        limits=limits,
        allow_http=allow_http,
        replies=None if cache is None else Path(cache).expanduser(),
        on_measure=on_measure,
    )
    return VisionAnswerer(chat, settings, limits=limits)
