"""How much a model reads at once, from what some endpoints list beside its name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from recto.engine.endpoint.connection import Connection
from recto.engine.endpoint.limits import Budget
from recto.engine.errors import EndpointError

_NAMES = ("max_model_len", "n_ctx", "context_length", "context_window", "max_context_length")
"""As vLLM, llama.cpp, OpenRouter, Groq and LM Studio call it."""
_LIST_TOKENS = 1000
"""How long a list of models may be, counted as a reply is."""


def context_tokens(connection: Connection, budget: Budget) -> int | None:
    """None where the endpoint has no list, or does not tell."""
    import openai

    try:
        with connection.calling(budget, _LIST_TOKENS) as client:
            raw = client.models.with_raw_response.list()
        listed = json.loads(raw.http_response.content)
    except (openai.OpenAIError, EndpointError, ValueError):
        return None
    return next(_sizes(listed, connection.address.model), None)


def _sizes(listed: object, model: str) -> Iterator[int]:
    entries = listed.get("data") if isinstance(listed, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping) and entry.get("id") == model:
            meta = entry.get("meta")
            for told in (entry, meta if isinstance(meta, Mapping) else {}):
                yield from (told[name] for name in _NAMES if isinstance(told.get(name), int))
