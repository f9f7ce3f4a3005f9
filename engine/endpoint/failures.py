"""What the openai package raises becomes an error of ours, or a reason to try again.

An endpoint may repeat what it was sent. No message, and no cause that a traceback would show, holds
the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from recto.engine.endpoint.address import EndpointAddress, how_to_give_key
from recto.engine.endpoint.retrying import TryLater
from recto.engine.errors import (
    BackendUnreachable,
    ContentFiltered,
    ContextTooLong,
    EndpointError,
    EndpointTimeout,
    KeyRefused,
    ModelNotFound,
    NotAnEndpoint,
    RateLimited,
    RectoError,
    RequestRefused,
    ServerFailed,
)

if TYPE_CHECKING:
    import openai

_SHOWN = 300
_LATER = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_NO_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_FILTERED = re.compile(r"content_?(filter|policy)|ResponsibleAI", re.I)
_TOO_LONG = re.compile(
    r"context_length|exceed_context|context (length|size|window)|maximum context|too many tokens"
    r"|prompt is too long|input (length|tokens?)\b[^.]{0,40}exceed|maximum model length|n_ctx",
    re.I,
)
_NAMED = re.compile(r"model|deployment", re.I)
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")
_KEYS = re.compile(r"\b(sk-|Bearer\s+|api[-_]?key\W{1,4})[\w*.\-]+", re.I)


def translated(error: openai.OpenAIError, address: EndpointAddress) -> RectoError | TryLater:
    """To be raised `from None`."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return too_slow(address)
    if isinstance(error, openai.APIConnectionError):
        reason = scrubbed(str(error.__cause__ or error), address)
        return TryLater(
            BackendUnreachable(
                f"There is no connection to {_where(address)}: {reason}. Start the server, or"
                " correct the address."
            )
        )
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, address)
    return EndpointError(f"{_where(address)} failed: {scrubbed(str(error), address)}.")


def too_slow(address: EndpointAddress) -> EndpointTimeout:
    return EndpointTimeout(
        f"{_where(address)} was silent for too long. The model may be loading, or too slow for what"
        " it was given: allow more time (--timeout), or give it fewer pages."
    )


def of_body(body: Mapping[str, object], address: EndpointAddress) -> RectoError | None:
    """An error that comes with the status 200, as some gateways send it."""
    error = body.get("error")
    if not error:
        return None
    return EndpointError(
        f"{_where(address)} failed while it replied: {scrubbed(_message(error), address)}."
    )


def scrubbed(text: str, address: EndpointAddress) -> str:
    """The beginning of a text in one line, without keys."""
    if address.key:
        text = text.replace(address.key, "***")
    text = _KEYS.sub(r"\1***", " ".join(text.split()))
    return (text if len(text) <= _SHOWN else text[:_SHOWN] + "…").rstrip(".")


def _of_status(error: openai.APIStatusError, address: EndpointAddress) -> RectoError | TryLater:
    status, text = error.status_code, error.response.text
    said = scrubbed(_message(error.body) or text or "nothing", address)
    got = f"{_where(address)} answered {status}: {said}."
    if status in _LATER and not (_NO_MONEY & set(_codes(error.body))):
        return TryLater(_tired(status, got), _asked_to_wait(error.response.headers))
    return _final(status, got, text, address)


def _final(status: int, got: str, text: str, address: EndpointAddress) -> RectoError:
    if status == 401:  # what else it says is often the key
        return KeyRefused(
            f"{_where(address)} answered 401: the key is missing or wrong."
            f" {how_to_give_key(address.host)}"
        )
    if 300 <= status < 400 or "<html" in text[:500].lower():
        return NotAnEndpoint(f"{got} {EXPECTED}")
    if status == 403:
        return KeyRefused(f"{got} The key may not do that. {how_to_give_key(address.host)}")
    if status == 429:
        return RateLimited(f"{got} What was paid for is used up.")
    if status in (404, 405):
        return _not_there(got, text)
    return _refused(status, got, text)


def _refused(status: int, got: str, text: str) -> RectoError:
    if "model_not_found" in text:
        return _not_there(got, text)
    if _FILTERED.search(text):
        return ContentFiltered(f"{got} Ask in other words, or leave out the page that it is about.")
    if status == 413 or _TOO_LONG.search(text):
        return ContextTooLong(f"{got} Give the model fewer or smaller pages, or more context.")
    return RequestRefused(
        f"{got} If it names a field or a picture, the endpoint has changed since it was measured:"
        " recto doctor --model MODEL measures it again."
    )


def _not_there(got: str, text: str) -> RectoError:
    if _NAMED.search(text):
        return ModelNotFound(f"{got} Name one of the models that the endpoint lists.")
    return NotAnEndpoint(f"{got} {EXPECTED}")


EXPECTED = "Expected a chat-completions endpoint; most addresses end in /v1."


def _tired(status: int, got: str) -> RectoError:
    if status == 429:
        return RateLimited(f"{got} Wait, ask less often, or allow more time.")
    if status == 500:
        return ServerFailed(f"{got} Look at the server's log, or try again later.")
    return BackendUnreachable(f"{got} Look at the server's log, or try again later.")


def _where(address: EndpointAddress) -> str:
    return f"{address.url} ({address.model})"


def _message(body: object) -> str:
    """Of an error, in one of the forms that are found: a text, or one within `error` and so on."""
    if isinstance(body, Mapping):
        inner = [body.get(name) for name in ("error", "message", "detail", "msg")]
        return next((found for part in inner if (found := _message(part))), "")
    if isinstance(body, list):
        return next((found for part in body if (found := _message(part))), "")
    return "" if body is None else str(body)


def _codes(body: object) -> Iterator[str]:
    if isinstance(body, Mapping):
        yield from (str(body.get("code")), str(body.get("type")))
        yield from _codes(body.get("error"))


def _asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """What `Retry-After` says, in seconds or as a date."""
    given = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(given):
        return float(given)
    try:
        until = parsedate_to_datetime(given).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)
