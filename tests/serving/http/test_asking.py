"""Answers over HTTP, whole and as they are written."""

from __future__ import annotations

import json
from typing import Any

from .conftest import Client

ASK = "/api/libraries/main/ask"
QUESTION = "What do tickets cost?"


def told(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a stream: kind and data."""
    events = [event.split("\n") for event in text.strip().split("\n\n")]
    return [
        (kind.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for kind, data in events
    ]


def test_an_answer_cites_the_page(client: Client) -> None:
    answer = client.post(ASK, json={"question": QUESTION}).json()

    assert not answer["abstained"]
    (citation,) = answer["citations"]
    assert (citation["document"], citation["page"]) == ("ferry.pdf", 2)
    assert "twelve crowns" in citation["quote"]
    assert citation["boxes"]
    assert answer["pages"][0]["page"] == 2


def test_a_streamed_answer_ends_with_the_whole(client: Client) -> None:
    events = told(client.post(ASK, json={"question": QUESTION, "stream": True}).text)

    assert [kind for kind, _ in events] == ["text", "answer"]
    assert events[-1][1] == client.post(ASK, json={"question": QUESTION}).json()


def test_a_wrong_question_is_refused_before_the_stream(client: Client) -> None:
    reply = client.post(ASK, json={"question": "?!", "stream": True})

    assert (reply.status_code, reply.json()["code"]) == (422, "bad-question")
