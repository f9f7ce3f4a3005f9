"""Embeddings and reranking."""

from __future__ import annotations

import base64
import io

import numpy as np
import openai
import pytest
from PIL import Image

TEXTS = ["Tickets cost twelve crowns.", "The ferry leaves the harbour at nine."]


def test_reranking_puts_what_answers_first(client: openai.OpenAI) -> None:
    reply = client.post(
        "/rerank",
        cast_to=object,
        body={"model": "main", "query": "When does the ferry leave?", "documents": TEXTS},
    )

    assert isinstance(reply, dict)
    assert [result["index"] for result in reply["results"]] == [1, 0]
    first, second = (result["relevance_score"] for result in reply["results"])
    assert first > second


def test_reranking_gives_back_as_many_as_asked_for(client: openai.OpenAI) -> None:
    body = {"model": "main", "query": "ferry", "documents": [{"text": t} for t in TEXTS]}

    reply = client.post(
        "/rerank", cast_to=object, body={**body, "top_n": 1, "return_documents": True}
    )

    assert isinstance(reply, dict)
    (result,) = reply["results"]
    assert result["document"] == {"text": TEXTS[1]}


def test_a_multivector_has_a_vector_for_each_word(client: openai.OpenAI) -> None:
    reply = client.post(
        "/embeddings", cast_to=object, body={"model": "main", "input": ["ferry harbour"]}
    )

    assert isinstance(reply, dict)
    vectors = np.array(reply["data"][0]["embeddings"])
    assert vectors.ndim == 2
    assert len(vectors) >= 2


def test_the_client_gets_one_vector_in_base64_or_numbers(client: openai.OpenAI) -> None:
    # The client asks for base64 unless told otherwise, and decodes it.
    decoded = client.embeddings.create(
        model="main", input="ferry", extra_body={"return_multivector": False}
    )
    plain = client.embeddings.create(
        model="main",
        input="ferry",
        encoding_format="float",
        extra_body={"return_multivector": False},
    )

    assert np.allclose(decoded.data[0].embedding, plain.data[0].embedding, atol=1e-6)
    assert np.linalg.norm(plain.data[0].embedding) == pytest.approx(1, abs=1e-5)


def _picture() -> str:
    stream = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


@pytest.mark.parametrize(
    "thing",
    [
        {"image": "http://example.org/a.png"},
        {"image": "file:///etc/passwd"},
        {},
        {"text": "a", "image": "b"},
        {"text": "?!"},
    ],
)
def test_what_cannot_be_encoded_is_refused(client: openai.OpenAI, thing: dict[str, str]) -> None:
    with pytest.raises(openai.UnprocessableEntityError):
        client.post("/embeddings", cast_to=object, body={"model": "main", "input": [thing]})


def test_an_encoder_of_words_says_that_it_takes_no_pictures(client: openai.OpenAI) -> None:
    body = {"model": "main", "query": "ferry", "documents": [{"image": _picture()}]}

    with pytest.raises(openai.UnprocessableEntityError, match="by their words"):
        client.post("/rerank", cast_to=object, body=body)
