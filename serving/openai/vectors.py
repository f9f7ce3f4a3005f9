"""Embeddings and reranking with the encoder of a library: multivectors, and MaxSim between them."""

from __future__ import annotations

import base64
import uuid

import numpy as np
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from recto.engine.errors import InputError
from recto.engine.maxsim import maxsim
from recto.engine.vectors import FloatArray
from recto.library import Library
from recto.serving.http.access import Reader
from recto.serving.http.libraries import ServerOf
from recto.serving.http.pictures import decoded, sent_picture

from .errors import RERANK
from .replies import EmbeddingsReply, Model, ModelList, Ranked, RerankReply, RerankUsage
from .schemas import EmbeddedThing, EmbeddingsRequest, RerankRequest

router = APIRouter(tags=["openai"])


@router.get("/v1/models")
def models(caller: Reader, server: ServerOf) -> ModelList:
    """The libraries."""
    return ModelList(object="list", data=[_model(name) for name in server.names()])


@router.get("/v1/models/{model}")
def one_model(caller: Reader, server: ServerOf, model: str) -> Model:
    """One library."""
    server.library(model, caller.tenant)
    return _model(model)


@router.post("/v1/embeddings", response_model=None, responses={200: {"model": EmbeddingsReply}})
def embeddings(caller: Reader, server: ServerOf, asked: EmbeddingsRequest) -> JSONResponse:
    """One vector for each input, the mean of its vectors; with `return_multivector` all of them."""
    library = server.library(asked.model, caller.tenant)
    if not asked.things:
        raise InputError("There is no input; expected a text, a picture, or a list of them.")
    query = "query" in asked.task if asked.task else library.takes_images
    with server.searching:
        made = [_encoded(library, thing, query=query) for thing in asked.things]
    field = "embeddings" if asked.return_multivector else "embedding"
    data = [
        {
            "object": "embedding",
            "index": index,
            field: _written(vectors if asked.return_multivector else _mean(vectors), asked),
        }
        for index, vectors in enumerate(made)
    ]
    tokens = sum(len(vectors) for vectors in made)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    # Sent as it is: there may be millions of numbers.
    reply = {"object": "list", "model": asked.model, "data": data, "usage": usage}
    return JSONResponse(reply)


def rerank(caller: Reader, server: ServerOf, asked: RerankRequest) -> RerankReply:
    """Order texts and pictures of pages by how well they answer a question.

    `relevance_score` is MaxSim for each vector of the question: from 0 to 1, where 1 is that all of
    them are there. Compare scores of one question with each other only.
    """
    library = server.library(asked.model, caller.tenant)
    with server.searching:
        question = library.encode_question(asked.query).patches
        things = [_encoded(library, thing, query=False) for thing in asked.things]
    scores = [_relevance(question, thing) for thing in things]
    order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    results = []
    for place in order[: asked.top_n]:
        sent = asked.things[place].model_dump(exclude_none=True)
        document = sent if asked.return_documents else None
        results.append(Ranked(index=place, relevance_score=scores[place], document=document))
    tokens = len(question) + sum(len(thing) for thing in things)
    return RerankReply(
        id=uuid.uuid4().hex,
        model=asked.model,
        results=results,
        usage=RerankUsage(total_tokens=tokens),
    )


for _path in RERANK:
    router.post(_path, response_model_exclude_none=True)(rerank)


def _model(name: str) -> Model:
    return Model(id=name, object="model", created=0, owned_by="recto")


def _relevance(question: FloatArray, thing: FloatArray) -> float:
    """MaxSim, between 0 and 1 for vectors of a thing that are not longer than 1."""
    length = float(np.linalg.norm(question, axis=1).sum())
    return min(max(maxsim(question, thing) / length, 0.0), 1.0) if length > 0 else 0.0


def _encoded(library: Library, thing: EmbeddedThing, *, query: bool) -> FloatArray:
    """(n, d)"""
    if (thing.text is None) == (thing.image is None):
        raise InputError("An input has neither text nor image, or both; expected one of them.")
    if thing.text is not None:
        if query:
            return library.encode_question(thing.text).patches
        return library.encode_text(thing.text).vectors
    assert thing.image is not None
    with sent_picture(decoded(thing.image)) as path:
        return library.encode_picture(path).vectors


def _mean(vectors: FloatArray) -> FloatArray:
    """(d,) of length one, unless it is zero."""
    mean: FloatArray = vectors.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return mean / np.float32(length) if length > 0 else mean


def _written(vectors: FloatArray, asked: EmbeddingsRequest) -> object:
    """Numbers, or little-endian float32 in base64, as clients of OpenAI ask for."""
    if asked.encoding_format == "float":
        return vectors.tolist()
    if vectors.ndim == 1:
        return base64.b64encode(vectors.astype("<f4").tobytes()).decode()
    return [base64.b64encode(vector.astype("<f4").tobytes()).decode() for vector in vectors]
