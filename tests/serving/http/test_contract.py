"""What the OpenAPI document promises, asked for with made-up requests: schemathesis."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("schemathesis")

import httpx2
import jsonschema_rs
import schemathesis
from hypothesis import HealthCheck, Phase, assume, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
)

import recto
from recto.serving.http.app import create_app
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing
from tests.pdfs import lines, pdf

from .conftest import running

MAIN = "/api/libraries/main"
EXAMPLES = int(os.environ.get("RECTO_EXAMPLES", "16"))
"""Requests for each operation."""


def described() -> dict[str, Any]:
    nowhere = ServeSettings(libraries={"main": "unused"}, state=Path("unused"))
    return create_app(nowhere).openapi()


class Target(NamedTuple):
    """A server, and what lets a request in; through a proxy, as loopback opens the figures."""

    address: str
    headers: dict[str, str]


schema = schemathesis.openapi.from_dict(described())


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("contract")
    path = folder / "ferry.pdf"
    path.write_bytes(pdf([lines("The ferry leaves the harbour at nine.")]))
    with recto.open(folder / "library") as library:
        library.add(path)
    served = ServeSettings(
        libraries={"main": str(folder / "library")},
        state=folder / "state",
        rate=1_000_000,
        fetch_urls=True,
    )
    key, _ = KeyRing(served.state).create("everything", "admin")
    with running(served) as address:
        yield Target(address, {"Authorization": f"Bearer {key}", "Via": "1.1 proxy"})


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_replies_are_those_that_are_documented(
    case: schemathesis.Case[Any], target: Target
) -> None:
    if "library" in case.path_parameters:
        case.path_parameters["library"] = "main"
    if "document" in case.path_parameters and case.method != "DELETE":
        case.path_parameters["document"] = "ferry.pdf"
    assume(set(case.query) <= parameters(case))  # others are ignored, as everywhere
    assume(not is_wrong(case, ParameterLocation.HEADER))  # which would be the key
    # What a filter or a question means cannot be said in a schema.
    excluded: list[Any] = [positive_data_acceptance]
    if case.media_type == "multipart/form-data" and is_wrong(case, ParameterLocation.BODY):
        excluded.append(negative_data_rejection)  # everything in it is text
    case.call_and_validate(
        base_url=target.address,
        headers=target.headers,
        timeout=60,
        excluded_checks=excluded,
    )


def parameters(case: schemathesis.Case[Any]) -> set[str]:
    described = case.operation.definition.raw.get("parameters", [])
    return {parameter["name"] for parameter in described if parameter["in"] == "query"}


def is_wrong(case: schemathesis.Case[Any], where: ParameterLocation) -> bool:
    meta = case.meta
    return (
        meta is not None
        and where in meta.components
        and meta.components[where].mode is schemathesis.GenerationMode.NEGATIVE
    )


def test_each_operation_tells_the_errors_that_it_can_give() -> None:
    paths = create_app(ServeSettings(libraries={"main": "x"}, state=Path("x"))).openapi()["paths"]

    def told(method: str, path: str) -> set[int]:
        return {int(s) for s in paths[path][method]["responses"] if int(s) >= 400}

    main = "/api/libraries/{library}"
    assert told("get", "/livez") == {500}
    assert told("get", "/readyz") == {500, 503}
    assert told("get", f"{main}/jobs/{{job}}") == {401, 403, 404, 409, 421, 422, 429, 500, 503}
    assert 402 in told("post", f"{main}/ask")
    assert 402 not in told("post", f"{main}/search")
    assert {403, 413, 422, 429, 502, 503, 504, 507} <= told("post", f"{main}/fetch")
    assert 415 in told("get", f"{main}/documents/{{document}}/pages/{{number}}/image")


def test_events_are_as_they_are_described(target: Target) -> None:
    document = described()
    with httpx2.Client(base_url=target.address, headers=target.headers, timeout=60) as client:
        asked = {"question": "When does the ferry leave?", "stream": True}
        answer = client.post(f"{MAIN}/ask", json=asked).text
        files = {"files": ("a.pdf", pdf([lines("A tram.")]))}
        job = client.post(f"{MAIN}/documents", files=files).json()["job"]
        reading = client.get(f"{MAIN}/jobs/{job}/events").text

    for path, text in (("ask", answer), ("jobs/{job}/events", reading)):
        operation = document["paths"][f"/api/libraries/{{library}}/{path}"]
        method = "post" if path == "ask" else "get"
        content = operation[method]["responses"]["200"]["content"]["text/event-stream"]
        kinds = {
            one["properties"]["event"]["const"]: one["properties"]["data"]["contentSchema"]
            for one in content["itemSchema"]["oneOf"]
        }
        for event in text.strip().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in event.splitlines())
            schema = {**kinds[fields["event"]], "components": document["components"]}
            jsonschema_rs.validate(schema, json.loads(fields["data"]))
