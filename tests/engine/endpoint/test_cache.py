from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.cache import CachedChat, ReplyCache
from recto.engine.endpoint.chat import Reply as Replied
from recto.engine.endpoint.limits import Limits, Usage
from recto.engine.endpoint.messages import ImagePart, Message, Request
from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted
from tests.engine.endpoint.asking import HELLO, SCHEMA, model_of, picture

ADDRESS = EndpointAddress("m", "http://localhost:1/v1")
REPLY = Replied("Three.", "stop", Usage(10, 2, 1, 0.5, True, 1), "m-1", "req-1")
ONE = picture(10, label="[S1]")
ASKED = Request((Message.user(ONE, "What?"),), SCHEMA, max_tokens=9, temperature=0.5)


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted([Reply.text("first"), Reply.text("second")]) as running:
        yield running


def cached(endpoint: ScriptedEndpoint, folder: Path) -> CachedChat:
    address = EndpointAddress(endpoint.model, endpoint.url)
    return CachedChat(model_of(endpoint), address, ReplyCache(folder))


def test_a_reply_comes_back_as_it_was(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path)
    cache.put(ADDRESS, ASKED, REPLY)
    assert cache.get(ADDRESS, ASKED) == replace(REPLY, cached=True)


@pytest.mark.parametrize(
    ("address", "request_"),
    [
        (replace(ADDRESS, model="n"), ASKED),
        (replace(ADDRESS, base_url="http://localhost:2/v1"), ASKED),
        (ADDRESS, replace(ASKED, max_tokens=10)),
        (ADDRESS, replace(ASKED, temperature=None)),
        (ADDRESS, replace(ASKED, schema=None)),
        (ADDRESS, replace(ASKED, extra={"seed": 1})),
        (ADDRESS, replace(ASKED, messages=(Message.user("What?", ONE),))),
        (ADDRESS, replace(ASKED, messages=(Message.user(ONE, "What", "?"),))),
        (ADDRESS, replace(ASKED, messages=(Message("assistant", ASKED.messages[0].parts),))),
        (ADDRESS, replace(ASKED, messages=(Message.user(ImagePart(ONE.data), "[S1]", "What?"),))),
        (ADDRESS, replace(ASKED, messages=(Message.user(picture(11, label="[S1]"), "What?"),))),
    ],
)
def test_another_question_is_another_reply(
    tmp_path: Path, address: EndpointAddress, request_: Request
) -> None:
    cache = ReplyCache(tmp_path)
    cache.put(ADDRESS, ASKED, REPLY)
    assert cache.get(address, request_) is None


def test_a_key_changes_nothing_and_is_not_kept(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path)
    cache.put(replace(ADDRESS, key="sk-secret"), ASKED, REPLY)
    assert cache.get(ADDRESS, ASKED)
    (file,) = tmp_path.iterdir()
    assert "secret" not in file.read_text()


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "replies"
    ReplyCache(folder).put(ADDRESS, ASKED, REPLY)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"version": 1}',
        b'{"version": 1, "text": 5, "usage": {}}',
        b"\xff",
    ],
)
def test_a_damaged_file_is_no_reply(tmp_path: Path, damage: bytes) -> None:
    cache = ReplyCache(tmp_path)
    cache.put(ADDRESS, ASKED, REPLY)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert cache.get(ADDRESS, ASKED) is None
    cache.put(ADDRESS, ASKED, REPLY)
    assert cache.get(ADDRESS, ASKED)


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = ReplyCache(tmp_path / "file" / "replies")
    cache.put(ADDRESS, ASKED, REPLY)
    assert cache.get(ADDRESS, ASKED) is None


def test_the_least_recently_read_go_first(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path, max_bytes=3_000)
    long = replace(REPLY, text="x" * 1000)
    requests = [replace(ASKED, max_tokens=n) for n in (1, 2, 3)]
    for age, request in zip((30, 20), requests, strict=False):
        cache.put(ADDRESS, request, long)
        newest = max(tmp_path.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (1_000_000 - age,) * 2)
    cache.get(ADDRESS, requests[0])
    cache.put(ADDRESS, requests[2], long)
    assert [cache.get(ADDRESS, r) is not None for r in requests] == [True, False, True]


def test_the_same_question_is_asked_once(endpoint: ScriptedEndpoint, tmp_path: Path) -> None:
    budget = Limits().start()
    with cached(endpoint, tmp_path) as model:
        first = model.complete(HELLO, budget=budget)
        again = model.complete(HELLO, budget=budget)
    assert (first.cached, again.cached) == (False, True)
    assert again.text == "first"
    assert len(endpoint.requests) == budget.used.calls == 1


def test_a_stream_and_a_whole_reply_are_the_same(
    endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    with cached(endpoint, tmp_path) as model:
        with model.stream(HELLO) as stream:
            assert "".join(delta.text for delta in stream) == "first"
        assert model.complete(HELLO).text == "first"
        assert [delta.text for delta in model.stream(HELLO)] == ["first"]
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    "poor", [Reply.text("cut o", finish="length"), Reply.refused("No."), Reply.text("")]
)
def test_a_poor_reply_is_asked_for_again(poor: Reply, tmp_path: Path) -> None:
    with scripted([poor, Reply.text("good")]) as endpoint, cached(endpoint, tmp_path) as model:
        model.complete(HELLO)
        assert model.complete(HELLO).text == "good"


@pytest.mark.parametrize("fresh", [True, False])
def test_a_discarded_reply_is_asked_for_again(
    endpoint: ScriptedEndpoint, tmp_path: Path, fresh: bool
) -> None:
    with cached(endpoint, tmp_path) as model:
        first = model.complete(HELLO)
        reply = first if fresh else model.complete(HELLO)
        reply.discard()
        reply.discard()
        assert model.complete(HELLO).text == "second"
