"""What can go wrong between two machines, over real sockets."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler

import pytest

from recto.engine.encoders.remote.calls import Client
from recto.engine.errors import BackendUnreachable, EncoderError, RectoError
from tests.engine.encoders.remote.vllm import MODEL, FakeVllm, Fault, answer, as_json

BODY = {"model": MODEL, "task": "token_embed", "input": ["x"], "encoding_format": "float"}


def busy(code: int, **headers: str) -> Fault:
    return lambda handler: answer(handler, code, b"busy", **headers)


def client(
    vllm: FakeVllm,
    waits: list[float] | None = None,
    *,
    attempts: int = 5,
    timeout: float = 60,
    key: str | None = None,
) -> Client:
    """One that notes how long it would wait, and does not."""
    sleep = ([] if waits is None else waits).append
    return Client(server=vllm.address, key=key, timeout=timeout, attempts=attempts, sleep=sleep)


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(vllm: FakeVllm, code: int) -> None:
    waits: list[float] = []
    vllm.faults.extend([busy(code), busy(code)])
    assert "data" in client(vllm, waits).post("/pooling", BODY)
    assert waits == [0.5, 1.0]


def test_a_server_may_ask_for_a_longer_wait_up_to_a_limit(vllm: FakeVllm) -> None:
    waits: list[float] = []
    vllm.faults.extend([busy(429, Retry_After="7"), busy(429, Retry_After="9999")])
    client(vllm, waits).post("/pooling", BODY)
    assert waits == [7.0, 30.0]


def test_a_server_that_stays_busy_is_given_up(vllm: FakeVllm) -> None:
    vllm.faults.extend([busy(503)] * 9)
    with pytest.raises(BackendUnreachable, match="tried 3 times: 503 busy"):
        client(vllm, attempts=3).post("/pooling", BODY)
    assert len(vllm.faults) == 6


def test_no_server_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    waits: list[float] = []
    gone = Client(server=f"http://127.0.0.1:{port}", sleep=waits.append, attempts=2)
    with pytest.raises(BackendUnreachable, match="tried 2 times"):
        gone.get("/v1/models")
    assert len(waits) == 1


def test_a_server_that_hangs_is_unreachable(vllm: FakeVllm) -> None:
    vllm.faults.append(lambda _: vllm.hang())
    with pytest.raises(BackendUnreachable, match=r"did not answer within 0\.2 s"):
        client(vllm, timeout=0.2).post("/pooling", BODY)


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"data": [')


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("fault", [cut, hang_up])
def test_a_cut_connection_is_unreachable(vllm: FakeVllm, fault: Fault) -> None:
    vllm.faults.append(fault)
    with pytest.raises(BackendUnreachable, match="was cut"):
        client(vllm).post("/pooling", BODY)


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"", b"[1]", b"\xff"])
def test_what_is_no_json_object_is_refused(vllm: FakeVllm, body: bytes) -> None:
    vllm.faults.append(lambda handler: answer(handler, 200, body))
    with pytest.raises(EncoderError, match="no JSON object"):
        client(vllm).post("/pooling", BODY)


def test_a_redirection_is_not_followed(vllm: FakeVllm) -> None:
    elsewhere = f"{vllm.address}/elsewhere"
    vllm.faults.append(lambda handler: answer(handler, 307, b"", Location=elsewhere))
    with pytest.raises(EncoderError, match="answered 307"):
        client(vllm).post("/pooling", BODY)


def test_a_refusal_tells_what_the_server_said(vllm: FakeVllm) -> None:
    vllm.faults.append(lambda handler: as_json(handler, 400, {"message": "too long"}))
    with pytest.raises(EncoderError, match=r"answered 400.*too long"):
        client(vllm).post("/pooling", BODY)


def test_a_wrong_key_is_told_by_name_only(vllm: FakeVllm) -> None:
    vllm.key = "right"
    asked = client(vllm, key="hunter2")
    with pytest.raises(EncoderError, match=r"401.*RECTO_ENCODER_KEY") as caught:
        asked.post("/pooling", BODY)
    assert "hunter2" not in f"{caught.value} {asked!r}"
    assert "data" in client(vllm, key="right").post("/pooling", BODY)


def test_every_failure_is_ours(vllm: FakeVllm) -> None:
    faults: list[Fault] = [cut, hang_up, busy(418), busy(301)]
    for fault in faults:
        vllm.faults.append(fault)
        with pytest.raises(RectoError):
            client(vllm).post("/pooling", BODY)
