"""What the OpenAPI document promises, asked for with made-up requests: schemathesis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("schemathesis")

import schemathesis
from hypothesis import HealthCheck, Phase, assume, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import positive_data_acceptance

import recto
from recto.serving.http.app import create_app
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing
from tests.pdfs import lines, pdf

from .conftest import running

EXAMPLES = int(os.environ.get("RECTO_EXAMPLES", "12"))
"""Requests for each operation."""


def described() -> dict[str, object]:
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
        libraries={"main": str(folder / "library")}, state=folder / "state", rate=1_000_000
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
    if case.media_type == "multipart/form-data":  # in which everything is text
        assume(not is_wrong(case, ParameterLocation.BODY))
    case.call_and_validate(
        base_url=target.address,
        headers=target.headers,
        timeout=60,
        # What a filter or a question means cannot be said in a schema.
        excluded_checks=[positive_data_acceptance],
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
