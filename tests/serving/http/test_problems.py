"""Errors over HTTP: one form, a stable code, no more told than is needed."""

from __future__ import annotations

import pytest

from recto.engine import errors
from recto.serving.http.problems import status_and_code

from .conftest import Client

MAIN = "/api/libraries/main"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/libraries/other", 404, "not-found"),
        (f"{MAIN}/documents/absent.pdf", 404, "not-found"),
        (f"{MAIN}/documents/ferry.pdf/pages/3", 404, "not-found"),
        (f"{MAIN}/documents/ferry.pdf/pages/none", 422, "bad-input"),
        (f"{MAIN}/documents?limit=0", 422, "bad-input"),
        ("/api/nothing", 404, "not-found"),
        ("/livez/../../etc/passwd", 404, "not-found"),
    ],
)
def test_a_wrong_address_is_a_problem(client: Client, path: str, status: int, code: str) -> None:
    reply = client.get(path)

    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.status_code, reply.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "asked", [{}, {"question": ""}, {"question": "?!"}, {"question": "x", "colour": "red"}]
)
def test_a_wrong_question_is_a_problem(client: Client, asked: dict[str, str]) -> None:
    reply = client.post(f"{MAIN}/search", json=asked)

    assert reply.status_code == 422
    assert reply.json()["code"] in ("bad-input", "bad-question")


def test_what_was_sent_is_not_told_back(client: Client) -> None:
    reply = client.post(f"{MAIN}/search", json={"question": ["rk_secret"]})

    assert "rk_secret" not in reply.text


def test_every_error_of_ours_has_a_status() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    ours = [kind for kind in kinds if issubclass(kind, errors.RectoError)]

    untold = [
        kind.__name__ for kind in ours if status_and_code(kind.__new__(kind)) == (500, "internal")
    ]

    assert set(untold) == {"RectoError", "InternalError"}
