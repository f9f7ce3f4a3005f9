"""A stand-in for a Qdrant server on loopback: its gRPC interface, as far as recto uses it, over the
in-memory mode of qdrant-client. It shows that what we send fits into the server's messages, and has
faults on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc  # type: ignore[import-untyped]
from qdrant_client import QdrantClient, models
from qdrant_client import grpc as messages
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc

T = TypeVar("T")
Call = Callable[[QdrantClient, Any], Any]
"""What a request, a message, is answered with: a message."""


@dataclass(slots=True)
class Fault:
    """What happens to calls of a method, so many times."""

    method: str
    code: grpc.StatusCode | None = None
    """None: the call is answered, after `meanwhile`."""
    said: str = ""
    times: int = 1
    applied: bool = False
    """Whether what was asked for is done nevertheless: the answer alone is lost."""
    meanwhile: Callable[[], object] = lambda: None
    """What else happens before the answer."""


@dataclass(slots=True)
class StandIn:
    """The server, on `port` of loopback."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    """Names of methods, in the order in which they were called."""
    faults: list[Fault] = field(default_factory=list)
    qdrant: QdrantClient = field(default_factory=lambda: QdrantClient(":memory:"))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == method:
                fault.times -= 1
                return fault
        return None


@contextmanager
def running(credentials: grpc.ServerCredentials | None = None) -> Iterator[StandIn]:
    """By TLS, if it is given credentials."""
    standin = StandIn()
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", -1)])
    for service, calls in _SERVICES.items():
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                _answering(standin, name, call),
                request_deserializer=request.FromString,
                response_serializer=lambda message: message.SerializeToString(),
            )
            for name, (request, call) in calls.items()
        }
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, handlers)])
    if credentials is None:
        standin.port = server.add_insecure_port("127.0.0.1:0")
    else:
        standin.port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    try:
        yield standin
    finally:
        server.stop(None).wait()
        standin.qdrant.close()


def _answering(standin: StandIn, method: str, call: Call) -> Callable[[Any, Any], object]:
    def answer(request: Any, context: Any) -> object:  # noqa: ANN401 - gRPC has no types
        with standin.lock:
            standin.asked.append(method)
            fault = standin.fault(method)
        try:
            if fault is None:
                with standin.lock:
                    return call(standin.qdrant, request)
            return _faulty(standin, fault, context, lambda: call(standin.qdrant, request))
        except ValueError as error:
            missing = "not found" in str(error)
            code = grpc.StatusCode.NOT_FOUND if missing else grpc.StatusCode.INVALID_ARGUMENT
            context.abort(code, str(error))
            raise AssertionError("abort raises") from error

    return answer


def _faulty(
    standin: StandIn,
    fault: Fault,
    context: Any,  # noqa: ANN401
    call: Callable[[], object],
) -> object:
    answer = None
    if fault.applied or fault.code is None:
        with standin.lock:
            answer = call()
    fault.meanwhile()
    if fault.code is not None:
        context.abort(fault.code, fault.said)
    return answer


def _create(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    vectors = GrpcToRest.convert_vectors_config(asked.vectors_config)
    sparse = GrpcToRest.convert_sparse_vector_config(asked.sparse_vectors_config)
    qdrant.create_collection(
        asked.collection_name, vectors_config=vectors, sparse_vectors_config=sparse
    )
    return messages.CollectionOperationResponse(result=True)


def _drop(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    return messages.CollectionOperationResponse(
        result=qdrant.delete_collection(asked.collection_name)
    )


def _exists(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    found = qdrant.collection_exists(asked.collection_name)
    return messages.CollectionExistsResponse(result=messages.CollectionExists(exists=found))


def _describe_collection(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    found = qdrant.get_collection(asked.collection_name)
    return messages.GetCollectionInfoResponse(result=RestToGrpc.convert_collection_info(found))


def _list(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    names = [found.name for found in qdrant.get_collections().collections]
    return messages.ListCollectionsResponse(
        collections=[messages.CollectionDescription(name=name) for name in names]
    )


def _index(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    qdrant.create_payload_index(asked.collection_name, asked.field_name)
    return _operated()


def _upsert(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    points = [GrpcToRest.convert_point_struct(point) for point in asked.points]
    only = _filter(asked.update_filter) if asked.HasField("update_filter") else None
    qdrant.upsert(asked.collection_name, points, update_filter=only)
    return _operated()


def _delete(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    qdrant.delete(asked.collection_name, GrpcToRest.convert_points_selector(asked.points))
    return _operated()


def _set_payload(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    payload = GrpcToRest.convert_payload(asked.payload)
    points = GrpcToRest.convert_points_selector(asked.points_selector)
    qdrant.set_payload(asked.collection_name, payload, points)
    return _operated()


def _get(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    ids = [GrpcToRest.convert_point_id(id) for id in asked.ids]
    found = qdrant.retrieve(asked.collection_name, ids, *_wanted(asked))
    return messages.GetResponse(result=[RestToGrpc.convert_record(record) for record in found])


def _scroll(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    payload, vectors = _wanted(asked)
    found, following = qdrant.scroll(
        asked.collection_name,
        _filter(asked.filter),
        limit=asked.limit,
        offset=GrpcToRest.convert_point_id(asked.offset) if asked.HasField("offset") else None,
        with_payload=payload,
        with_vectors=vectors,
    )
    return messages.ScrollResponse(
        result=[RestToGrpc.convert_record(record) for record in found],
        next_page_offset=following and RestToGrpc.convert_extended_point_id(following),
    )


def _count(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    found = qdrant.count(asked.collection_name, _filter(asked.filter)).count
    return messages.CountResponse(result=messages.CountResult(count=found))


def _query(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    requests = [GrpcToRest.convert_query_points(points) for points in asked.query_points]
    answers = qdrant.query_batch_points(asked.collection_name, requests)
    results = [
        messages.BatchResult(result=[RestToGrpc.convert_scored_point(hit) for hit in answer.points])
        for answer in answers
    ]
    return messages.QueryBatchResponse(result=results)


def _facet(qdrant: QdrantClient, asked: Any) -> object:  # noqa: ANN401
    found = qdrant.facet(asked.collection_name, asked.key, limit=asked.limit)
    hits = [RestToGrpc.convert_facet_value_hit(hit) for hit in found.hits]
    return messages.FacetResponse(hits=hits)


def _health(qdrant: QdrantClient, asked: object) -> object:
    return messages.HealthCheckReply(title="qdrant", version="1.20.0")


def _operated() -> object:
    done = messages.UpdateResult(operation_id=1, status=messages.UpdateStatus.Completed)
    return messages.PointsOperationResponse(result=done)


def _filter(message: Any) -> models.Filter:  # noqa: ANN401
    return GrpcToRest.convert_filter(message)


def _wanted(asked: Any) -> tuple[Any, Any]:  # noqa: ANN401
    return (
        GrpcToRest.convert_with_payload_selector(asked.with_payload),
        GrpcToRest.convert_with_vectors_selector(asked.with_vectors),
    )


_SERVICES: dict[str, dict[str, tuple[Any, Call]]] = {
    "qdrant.Qdrant": {"HealthCheck": (messages.HealthCheckRequest, _health)},
    "qdrant.Collections": {
        "Create": (messages.CreateCollection, _create),
        "Delete": (messages.DeleteCollection, _drop),
        "CollectionExists": (messages.CollectionExistsRequest, _exists),
        "Get": (messages.GetCollectionInfoRequest, _describe_collection),
        "List": (messages.ListCollectionsRequest, _list),
    },
    "qdrant.Points": {
        "CreateFieldIndex": (messages.CreateFieldIndexCollection, _index),
        "Upsert": (messages.UpsertPoints, _upsert),
        "Delete": (messages.DeletePoints, _delete),
        "SetPayload": (messages.SetPayloadPoints, _set_payload),
        "Get": (messages.GetPoints, _get),
        "Scroll": (messages.ScrollPoints, _scroll),
        "Count": (messages.CountPoints, _count),
        "QueryBatch": (messages.QueryBatchPoints, _query),
        "Facet": (messages.FacetCounts, _facet),
    },
}
