"""Chat completions, as the real client sees them."""

from __future__ import annotations

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

QUESTION: list[ChatCompletionMessageParam] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What do tickets cost?"},
]


def test_libraries_are_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["main"]


def test_an_answer_cites_by_url(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="main", messages=QUESTION)

    (choice,) = completion.choices
    assert choice.finish_reason == "stop"
    assert "twelve crowns" in (choice.message.content or "")
    assert choice.message.annotations is not None
    (annotation,) = choice.message.annotations
    assert annotation.url_citation.title == "ferry.pdf, p. 2"
    assert "?page=2&boxes=" in annotation.url_citation.url
    assert completion.model_extra is not None
    assert completion.model_extra["citations"][0]["page"] == 2


def test_a_citation_opens_the_page_viewer(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="main", messages=QUESTION)
    (annotation,) = completion.choices[0].message.annotations or []

    shell = client._client.get(annotation.url_citation.url)

    assert shell.status_code == 200
    assert shell.headers["content-type"].startswith("text/html")


def test_a_stream_says_the_same(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="main", messages=QUESTION)

    chunks = list(
        client.chat.completions.create(
            model="main",
            messages=QUESTION,
            stream=True,
            stream_options={"include_usage": True},
        )
    )

    said = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert said == whole.choices[0].message.content
    assert chunks[-1].usage is not None
    last = chunks[-2].choices[0]
    assert last.finish_reason == "stop"
    assert last.delta.model_extra is not None
    assert last.delta.model_extra["annotations"][0]["url_citation"]["title"] == "ferry.pdf, p. 2"


def test_content_may_come_in_parts(client: openai.OpenAI) -> None:
    parts: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": [{"type": "text", "text": "What do tickets cost?"}]}
    ]

    completion = client.chat.completions.create(model="main", messages=parts, temperature=0)

    assert "twelve crowns" in (completion.choices[0].message.content or "")


def test_errors_are_those_of_the_client(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="no library 'gpt'"):
        client.chat.completions.create(model="gpt", messages=QUESTION)
    with pytest.raises(openai.UnprocessableEntityError):
        client.chat.completions.create(model="main", messages=[{"role": "system", "content": "x"}])


def test_any_key_will_do_while_the_server_has_none(client: openai.OpenAI) -> None:
    assert client.with_options(api_key="sk-whatever").models.list().data
