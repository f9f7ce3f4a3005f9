from __future__ import annotations

import pytest

from recto.engine.endpoint.body import body_of
from recto.engine.endpoint.limits import Usage
from recto.engine.endpoint.messages import Message, Request
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.endpoint.reading import piece_of, usage_of
from tests.engine.endpoint.asking import picture

RULES, FIRST, SAID, THEN = "Be brief.", "One?", "Yes.", "Two?"
TALK = (
    Message.system(RULES),
    Message.user(FIRST),
    Message.assistant(SAID),
    Message.user(THEN),
)


def roles_and_texts(messages: tuple[Message, ...], *, system: bool) -> list[tuple[object, object]]:
    profile = EndpointProfile(system_role=system)
    sent = body_of(Request(messages), "m", profile, stream=False)["messages"]
    assert isinstance(sent, list)
    return [(message["role"], message["content"]) for message in sent]


def test_a_conversation_keeps_its_order() -> None:
    assert roles_and_texts(TALK, system=True) == [
        ("system", RULES),
        ("user", FIRST),
        ("assistant", SAID),
        ("user", THEN),
    ]


def test_rules_move_into_the_first_question_where_there_is_no_role_for_them() -> None:
    assert roles_and_texts(TALK, system=False) == [
        ("user", f"{RULES}\n\n{FIRST}"),
        ("assistant", SAID),
        ("user", THEN),
    ]


def test_rules_alone_become_a_question() -> None:
    assert roles_and_texts(TALK[:1], system=False) == [("user", RULES)]


def test_a_picture_without_a_label_comes_alone() -> None:
    request = Request((Message.user(picture()),))
    messages = body_of(request, "m", EndpointProfile(), stream=False)["messages"]
    assert isinstance(messages, list)
    assert [part["type"] for part in messages[0]["content"]] == ["image_url"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"choices": None},
        {"choices": []},
        {"choices": ["text"]},
        {"choices": {"0": {}}},
    ],
)
def test_what_has_no_choice_is_nothing(body: dict[str, object]) -> None:
    assert not piece_of(body, "message").choice


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (None, ""),
        ("text", ""),
        ({"content": 5}, ""),
        ({"content": [{"type": "text", "text": "a"}, {"type": "x"}, {"text": "b"}, 7]}, "ab"),
    ],
)
def test_content_is_read_in_the_forms_that_there_are(message: object, text: str) -> None:
    assert piece_of({"choices": [{"message": message}]}, "message").text == text


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 4}, Usage(3, 4)),
        ({"prompt_tokens": 3}, None),
        ({"prompt_tokens": -3, "completion_tokens": 4}, None),
        ({"prompt_tokens": "3", "completion_tokens": 4}, None),
        ([], None),
        (None, None),
    ],
)
def test_tokens_are_counted_where_both_are_told(given: object, used: Usage | None) -> None:
    assert usage_of({"usage": given}) == used
