"""Embeddings and reranking."""

from __future__ import annotations

import base64
import io

import httpx2
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
        "/embeddings",
        cast_to=object,
        body={"model": "main", "input": ["ferry harbour"], "return_multivector": True},
    )

    assert isinstance(reply, dict)
    vectors = np.array(reply["data"][0]["embeddings"])
    assert vectors.ndim == 2
    assert len(vectors) >= 2


def test_a_plain_client_gets_one_vector_in_base64_or_numbers(client: openai.OpenAI) -> None:
    # The client asks for base64 unless told otherwise, and decodes it.
    decoded = client.embeddings.create(model="main", input=TEXTS)
    plain = client.embeddings.create(model="main", input=TEXTS, encoding_format="float")

    vectors = np.array([one.embedding for one in plain.data])
    assert np.allclose([one.embedding for one in decoded.data], vectors, atol=1e-6)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_one_vector_is_the_mean_of_all(client: openai.OpenAI) -> None:
    body = {"model": "main", "input": TEXTS[1], "return_multivector": True}
    whole = client.post("/embeddings", cast_to=object, body=body)
    (pooled,) = client.embeddings.create(model="main", input=TEXTS[1]).data

    assert isinstance(whole, dict)
    mean = np.array(whole["data"][0]["embeddings"]).mean(axis=0)
    assert np.allclose(pooled.embedding, mean / np.linalg.norm(mean), atol=1e-5)


def test_long_texts_are_encoded_and_longer_ones_refused(client: openai.OpenAI) -> None:
    (made,) = client.embeddings.create(model="main", input="ferry " * 1000).data
    assert made.embedding

    with pytest.raises(openai.UnprocessableEntityError):
        client.embeddings.create(model="main", input="ferry " * 10_000)


def test_a_library_is_found_as_a_model(client: openai.OpenAI) -> None:
    assert client.models.retrieve("main").id == "main"
    with pytest.raises(openai.NotFoundError, match="no library 'other'"):
        client.models.retrieve("other")


@pytest.mark.parametrize("path", ["/rerank", "/v1/rerank", "/v2/rerank"])
def test_reranking_is_where_its_clients_look_for_it(client: openai.OpenAI, path: str) -> None:
    root = str(client.base_url).removesuffix("/v1/")
    body = {"model": "main", "query": "ferry harbour", "documents": ["ferry harbour", "A tram."]}

    told = httpx2.post(f"{root}{path}", json=body, timeout=60).json()
    refused = httpx2.post(f"{root}{path}", json={**body, "model": "other"}, timeout=60)

    first, second = (result["relevance_score"] for result in told["results"])
    assert 0 <= second < first <= 1
    assert refused.status_code == 404
    assert refused.json()["error"]["code"] == "not_found"


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
        {"text": ""},
    ],
)
def test_what_cannot_be_encoded_is_refused(client: openai.OpenAI, thing: dict[str, str]) -> None:
    with pytest.raises(openai.UnprocessableEntityError):
        client.post("/embeddings", cast_to=object, body={"model": "main", "input": [thing]})


def test_an_encoder_of_words_says_that_it_takes_no_pictures(client: openai.OpenAI) -> None:
    body = {"model": "main", "query": "ferry", "documents": [{"image": _picture()}]}

    with pytest.raises(openai.UnprocessableEntityError, match="by their words"):
        client.post("/rerank", cast_to=object, body=body)
