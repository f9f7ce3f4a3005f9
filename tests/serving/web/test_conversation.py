"""What was asked and answered on the page goes with the next question."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, Request, expect

from .conftest import Visit, ask, ask_about_tickets


def sent(page: Page) -> list[dict[str, Any]]:
    """What is sent from now on to ask."""
    asked: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/ask"):
            body = request.post_data_json
            assert isinstance(body, dict)
            asked.append(body)

    page.on("request", note)
    return asked


def test_the_next_question_brings_the_talk_along(visit: Visit, address: str) -> None:
    page = visit(address)
    asked = sent(page)
    ask_about_tickets(page)
    ask(page, "When does the ferry leave the harbour?")
    expect(page.locator(".answer").last).to_contain_text("at nine")

    first, second = asked
    assert first["history"] == []
    (turn,) = second["history"]
    assert turn["question"] == first["question"]
    assert "twelve crowns" in turn["answer"]
