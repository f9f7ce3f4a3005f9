"""Against a real server on a port of this machine, which is strict about the protocol."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recto.engine.endpoint.chat import Reply as Replied
from recto.engine.endpoint.limits import Limits, Prices, Usage
from recto.engine.endpoint.messages import Message, Request
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.profile import EndpointProfile, SchemaSupport
from recto.engine.errors import (
    BackendUnreachable,
    BrokenReply,
    BrokenStream,
    ContentFiltered,
    ContextTooLong,
    CostLimitReached,
    EndpointError,
    EndpointTimeout,
    KeyRefused,
    ModelNotFound,
    NotAnEndpoint,
    RateLimited,
    RequestRefused,
)
from tests.endpoints.scripted import Reply, scripted
from tests.engine.endpoint.asking import HELLO, SCHEMA, Waits, model_of, picture

Call = Callable[[OpenAIChat, Request], Replied]


def whole(model: OpenAIChat, request: Request) -> Replied:
    return model.complete(request)


def streamed(model: OpenAIChat, request: Request) -> Replied:
    with model.stream(request) as stream:
        text = "".join(delta.text for delta in stream)
        assert text == stream.reply.text
        return stream.reply


both = pytest.mark.parametrize("call", [whole, streamed])


@both
def test_a_reply_comes_with_what_it_took(call: Call) -> None:
    with scripted([Reply.text("Forty-two pages, as said.")]) as endpoint:
        reply = call(model_of(endpoint), HELLO)
    assert (reply.text, reply.finish_reason) == ("Forty-two pages, as said.", "stop")
    assert reply.usage == Usage(input_tokens=3, output_tokens=4, calls=1)
    assert (reply.model, reply.request_id) == (endpoint.model, "req-scripted")


@both
def test_the_request_is_as_it_was_given(call: Call) -> None:
    with scripted([Reply.text("ok")]) as endpoint:
        call(model_of(endpoint), HELLO)
    (asked,) = endpoint.requests
    assert asked.texts == ("Be brief.", "Hello?")
    assert asked.body["max_completion_tokens"] == 50
    assert asked.body["temperature"] == 0
    assert not endpoint.refused


def test_a_stream_comes_piece_by_piece() -> None:
    with (
        scripted([Reply.stalled("one two three four")]) as endpoint,
        model_of(endpoint).stream(HELLO) as stream,
    ):
        pieces = iter(stream)
        assert next(pieces).text + next(pieces).text == "one two three "


@both
def test_pictures_follow_their_labels(call: Call) -> None:
    one, two = picture(10, label="[S1] p. 3"), picture(250, label="[S2] p. 4")
    request = Request((Message.user("Compare:", one, two, "Which is darker?"),))
    with scripted([Reply.text("S1")]) as endpoint:
        reply = call(model_of(endpoint), request)
    (asked,) = endpoint.requests
    assert asked.images == (one.data, two.data)
    assert asked.texts == ("Compare:", "[S1] p. 3", "[S2] p. 4", "Which is darker?")
    content = asked.body["messages"][0]["content"]
    kinds = " ".join(part["type"] for part in content)
    assert kinds == "text text image_url text image_url text"
    assert reply.usage.images == 2


@pytest.mark.parametrize(
    ("support", "json_object", "sent", "told"),
    [
        ("enforced", True, "json_schema", False),
        ("accepted", True, "json_schema", True),
        ("ignored", True, "json_object", True),
        ("refused", True, "json_object", True),
        ("refused", False, None, True),
    ],
)
def test_a_schema_is_sent_as_far_as_it_helps(
    support: SchemaSupport, json_object: bool, sent: str | None, told: bool
) -> None:
    profile = EndpointProfile(json_schema=support, json_object=json_object)
    with scripted() as endpoint:
        model_of(endpoint, profile).complete(Request(HELLO.messages, SCHEMA))
    (asked,) = endpoint.requests
    assert (asked.body.get("response_format") or {}).get("type") == sent
    assert ('"enum": ["S1", "S2"]' in asked.texts[-1]) == told


def test_an_endpoint_gets_only_what_it_takes() -> None:
    profile = EndpointProfile(
        system_role=False, temperature=False, token_limit_field="max_tokens", stream_usage=False
    )
    with scripted([Reply.text("ok")]) as endpoint:
        streamed(model_of(endpoint, profile), HELLO)
    (asked,) = endpoint.requests
    assert asked.body.keys() == {"model", "messages", "max_tokens", "stream"}
    assert [m["role"] for m in asked.body["messages"]] == ["user"]
    assert asked.text == "Be brief.\n\nHello?"


def test_where_nothing_streams_the_whole_comes_at_once() -> None:
    with scripted([Reply.text("all of it")]) as endpoint:
        model = model_of(endpoint, EndpointProfile(stream=False))
        assert [delta.text for delta in model.stream(HELLO)] == ["all of it"]
    assert not endpoint.requests[0].stream


def test_a_whole_reply_to_a_streaming_request_is_taken() -> None:
    body = b'{"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}'
    with scripted([Reply.raw(body)]) as endpoint:
        assert streamed(model_of(endpoint), HELLO).text == "whole"


@both
def test_null_content_is_an_empty_reply(call: Call) -> None:
    with scripted([Reply.text(None)]) as endpoint:
        assert call(model_of(endpoint), HELLO).text == ""


@both
def test_a_refusal_is_told_apart(call: Call) -> None:
    with scripted([Reply.refused("I cannot help with that.")]) as endpoint:
        reply = call(model_of(endpoint), HELLO)
    assert (reply.text, reply.refusal) == ("", "I cannot help with that.")


@both
@pytest.mark.parametrize(
    "reply",
    [Reply.thinking("Hmm, pages.", "Three."), Reply.text("<think>Hmm, pages.</think>Three.")],
)
def test_thoughts_are_no_reply(call: Call, reply: Reply) -> None:
    with scripted([reply]) as endpoint:
        assert call(model_of(endpoint), HELLO).text == "Three."


def test_thoughts_are_streamed_as_such() -> None:
    with scripted([Reply.text("<think>Hmm, pages.</think>Three.")]) as endpoint:
        deltas = list(model_of(endpoint).stream(HELLO))
    assert "".join(delta.reasoning for delta in deltas) == "Hmm, pages."


@both
def test_a_cut_off_reply_says_so(call: Call) -> None:
    with scripted([Reply.text("Three and", finish="length")]) as endpoint:
        assert call(model_of(endpoint), HELLO).truncated


@both
def test_tokens_that_nobody_counted_are_estimated(call: Call) -> None:
    with scripted([Reply.text("word " * 30).without_usage()]) as endpoint:
        usage = call(model_of(endpoint), HELLO).usage
    assert usage.estimated
    assert 30 <= usage.output_tokens <= 60


def test_a_whole_reply_without_a_reason_to_end_is_whole() -> None:
    with scripted([Reply.text("Three.", finish=None)]) as endpoint:
        assert whole(model_of(endpoint), HELLO).finish_reason == "stop"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply.cut("Three pag"), BrokenStream),
        (Reply.torn("Three pag"), BrokenStream),
        (Reply.text("Three.", finish=None), BrokenStream),
        (Reply.no_choices(), BrokenStream),
        (Reply.stream_error("Three pag"), EndpointError),
        (Reply.raw(b"data: {broken\n\n", Content_Type="text/event-stream"), BrokenStream),
        (Reply.raw(b"data: []\n\n", Content_Type="text/event-stream"), BrokenStream),
        (
            Reply.raw(b"data: " + b"[" * 200_000, Content_Type="text/event-stream"),
            BrokenStream,
        ),
    ],
)
def test_a_stream_that_does_not_end_well_is_an_error(
    reply: Reply, error: type[EndpointError]
) -> None:
    with scripted([reply]) as endpoint, pytest.raises(error):
        streamed(model_of(endpoint), HELLO)
    assert len(endpoint.requests) == 1


@both
@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply.html(), NotAnEndpoint, "Sign in"),
        (Reply.html(404), NotAnEndpoint, "/v1"),
        (Reply.raw(b"[]"), NotAnEndpoint, "no JSON object"),
        (Reply.raw(b"[" * 200_000), NotAnEndpoint, "no JSON object"),
        (Reply.raw(b"404 page not found", code=404), NotAnEndpoint, "/v1"),
        (Reply.raw(b"", code=307, Location="http://127.0.0.1:1/v1"), NotAnEndpoint, "307"),
        (Reply.raw(b'{"error": {"message": "out of memory"}}'), EndpointError, "out of memory"),
        (Reply.status(401), KeyRefused, "RECTO_API_KEY"),
        (Reply.status(403), KeyRefused, "RECTO_API_KEY"),
        (Reply.status(404, "The model `x` does not exist"), ModelNotFound, "does not exist"),
        (Reply.status(413, "Payload too large"), ContextTooLong, "fewer"),
        (Reply.status(400, "bad", error_code="context_length_exceeded"), ContextTooLong, "fewer"),
        (Reply.status(400, "exceeds the available context size"), ContextTooLong, "fewer"),
        (Reply.status(400, "no", error_code="content_filter"), ContentFiltered, "other words"),
        (Reply.text("no", finish="content_filter"), ContentFiltered, "other words"),
        (Reply.status(422, "extra fields"), RequestRefused, "extra fields"),
        (Reply.status(429, "no money", error_code="insufficient_quota"), RateLimited, "used up"),
    ],
)
def test_what_will_not_get_better_is_told_at_once(
    call: Call, reply: Reply, error: type[EndpointError], says: str
) -> None:
    with scripted([reply]) as endpoint, pytest.raises(error, match=says):
        call(model_of(endpoint), HELLO)
    assert len(endpoint.requests) == 1


def test_a_reply_without_choices_is_broken() -> None:
    with scripted([Reply.no_choices()]) as endpoint, pytest.raises(BrokenReply, match="choices"):
        whole(model_of(endpoint), HELLO)


@both
@pytest.mark.parametrize("code", [408, 409, 429, 500, 502, 503, 529])
def test_what_may_get_better_is_tried_again(call: Call, code: int) -> None:
    waits = Waits()
    with scripted([Reply.status(code), Reply.status(code), Reply.text("now")]) as endpoint:
        assert call(model_of(endpoint, waits=waits), HELLO).text == "now"
    assert waits.seconds == [0.5, 1.0]


@both
def test_a_lost_connection_is_tried_again(call: Call) -> None:
    with scripted([Reply.dropped(), Reply.text("now")]) as endpoint:
        assert call(model_of(endpoint), HELLO).text == "now"


@pytest.mark.parametrize("given", ["nan", "-5", "inf", "1e999", "soon", "", "Mon, 99 Foo"])
def test_a_wait_that_is_none_is_chosen_by_us(given: str) -> None:
    waits = Waits()
    with scripted([Reply.raw(b"{}", code=429, Retry_After=given), Reply.text("now")]) as endpoint:
        whole(model_of(endpoint, waits=waits), HELLO)
    assert waits.seconds == [0.5]


def test_a_date_that_is_over_is_not_waited_for() -> None:
    waits, date = Waits(), "Wed, 21 Oct 2015 07:28:00 GMT"
    with scripted([Reply.raw(b"{}", code=503, Retry_After=date), Reply.text("now")]) as endpoint:
        whole(model_of(endpoint, waits=waits), HELLO)
    assert waits.seconds == [0]


@both
def test_half_characters_can_be_written_down(call: Call) -> None:
    with scripted([Reply.text("a \ud800 b")]) as endpoint:
        assert call(model_of(endpoint), HELLO).text.encode() == b"a ? b"


def test_an_endpoint_is_waited_for_as_long_as_it_asks() -> None:
    waits = Waits()
    with scripted([Reply.status(429, retry_after=7), Reply.text("now")]) as endpoint:
        whole(model_of(endpoint, waits=waits), HELLO)
    assert waits.seconds == [7]


@pytest.mark.parametrize(("code", "error"), [(429, RateLimited), (500, BackendUnreachable)])
def test_nobody_waits_beyond_the_deadline(code: int, error: type[Exception]) -> None:
    waits = Waits()
    with scripted([Reply.status(code, "busy", retry_after=100)]) as endpoint:
        model = model_of(endpoint, limits=Limits(timeout=60), waits=waits)
        with pytest.raises(error, match="busy"):
            whole(model, HELLO)
    assert not waits.seconds


def test_attempts_come_to_an_end() -> None:
    with scripted([Reply.status(500, "no luck")] * 3 + [Reply.text("late")]) as endpoint:
        model = model_of(endpoint, limits=Limits(attempts=3))
        with pytest.raises(BackendUnreachable, match="no luck"):
            whole(model, HELLO)
    assert len(endpoint.requests) == 3


def test_where_nobody_listens_is_said() -> None:
    with scripted() as endpoint:
        pass
    with pytest.raises(BackendUnreachable, match="Start the server"):
        whole(model_of(endpoint), HELLO)


@both
@pytest.mark.parametrize("reply", [Reply.hanging(), Reply.stalled("Three")])
def test_silence_has_a_limit(call: Call, reply: Reply) -> None:
    with scripted([reply]) as endpoint:
        model = model_of(endpoint, limits=Limits(read_timeout=0.05))
        with pytest.raises(EndpointTimeout):
            call(model, HELLO)


@both
def test_dripping_does_not_extend_the_deadline(call: Call) -> None:
    with scripted([Reply.dripping()]) as endpoint:
        model = model_of(endpoint, limits=Limits(timeout=0.3, read_timeout=60))
        with pytest.raises(EndpointTimeout, match=r"0\.3 s"):
            call(model, HELLO)


@both
def test_a_reply_larger_than_asked_for_is_not_read_to_its_end(call: Call) -> None:
    with (
        scripted([Reply.text("x" * 4_000_000)]) as endpoint,
        pytest.raises(BrokenReply, match="50"),
    ):
        call(model_of(endpoint), HELLO)


def test_a_call_that_could_cost_too_much_is_not_made() -> None:
    limits = Limits(max_cost=0.001, prices=Prices(1.0, 50.0))
    with scripted() as endpoint, pytest.raises(CostLimitReached, match=r"0\.001"):
        whole(model_of(endpoint, limits=limits), HELLO)
    assert not endpoint.requests


def test_what_calls_cost_adds_up_until_the_limit() -> None:
    limits = Limits(max_cost=0.01, prices=Prices(0.0, 100.0))
    budget = limits.start()
    with scripted([Reply.text("word " * 40)] * 3) as endpoint:
        model = model_of(endpoint)
        for _ in range(2):
            model.complete(HELLO, budget=budget)
        with pytest.raises(CostLimitReached):
            model.complete(HELLO, budget=budget)
    assert budget.used.cost == pytest.approx(2 * 40 * 100 / 1e6)
    assert budget.used.calls == 2


def test_a_stream_that_breaks_is_counted() -> None:
    budget = Limits(prices=Prices(0.0, 100.0)).start()
    with scripted([Reply.cut("word " * 30)]) as endpoint:
        stream = model_of(endpoint).stream(HELLO, budget=budget)
        with pytest.raises(BrokenStream):
            stream.reply  # noqa: B018
    assert budget.used.estimated
    assert budget.used.output_tokens >= 30


def test_a_stream_that_is_left_is_closed_and_counted() -> None:
    budget = Limits().start()
    with scripted([Reply.stalled("one two three four")]) as endpoint:
        with model_of(endpoint).stream(HELLO, budget=budget) as stream:
            next(iter(stream))
        assert budget.used.calls == 1
        with pytest.raises(ValueError, match="before its reply was whole"):
            stream.reply  # noqa: B018


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        (EndpointProfile(images=False), "takes none"),
        (EndpointProfile(max_images=1), "takes 1 at most"),
        (EndpointProfile(max_image_bytes=10), "takes 10 at most"),
    ],
)
def test_pictures_that_would_be_refused_are_not_sent(profile: EndpointProfile, says: str) -> None:
    request = Request((Message.user(picture(), picture()),))
    with scripted() as endpoint, pytest.raises(RequestRefused, match=says):
        whole(model_of(endpoint, profile), request)
    assert not endpoint.requests
