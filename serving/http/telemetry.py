"""Telling requests to an OpenTelemetry collector, if the operator wants that: FastAPI does it, to
where the standard variables of the environment say. Nothing is sent otherwise.

What is sent of a request is its route and its path, which may name documents; no question and
nothing that they say. Figures are told by /metrics, the log by stderr.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from fastapi.telemetry import TelemetryConfig

from recto.engine.errors import InputError, MissingExtra

_PLACES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})


def telemetry(environment: Mapping[str, str]) -> TelemetryConfig:
    """Raises MissingExtra, and InputError where nothing says where the collector is."""
    if not any(environment.get(place) for place in _PLACES):
        raise InputError(
            f"telemetry is on, but nothing says where the collector is; set {_PLACES[1]}, such as"
            " to http://localhost:4318."
        )
    if not _is_installed():
        raise MissingExtra(
            'What speaks to collectors is not installed: pip install "recto[serve,telemetry]".'
        )
    return TelemetryConfig(
        auto_configure=True,
        metrics=False,
        logs=False,
        exclude=lambda scope: scope.get("path") in _QUIET,
    )


def _is_installed() -> bool:
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:  # of what it is in
        return False
