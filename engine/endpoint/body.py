"""A request becomes the body of a chat completion, as a profile says that the endpoint takes it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from recto.engine.endpoint.messages import ImagePart, Message, Request, Schema
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.errors import RequestRefused

Body = dict[str, object]

_NAME = "reply"
_IN_PROMPT = (
    "Reply with one JSON object and with nothing before or after it. It must be valid against this"
    " JSON schema:\n"
)


def body_of(request: Request, model: str, profile: EndpointProfile, *, stream: bool) -> Body:
    """What the openai package is called with. Raises RequestRefused for pictures that the endpoint
    would not take."""
    _check_images(request, profile)
    messages = _with_schema(request, profile)
    if not profile.system_role:
        messages = _without_system(messages)
    body: Body = {
        "model": model,
        "messages": [_message(message) for message in messages],
        profile.token_limit_field: request.max_tokens,
    }
    if request.temperature is not None and profile.temperature:
        body["temperature"] = request.temperature
    if request.schema is not None:
        body |= _format(request.schema, profile)
    if stream:
        body |= {"stream": True}
        body |= {"stream_options": {"include_usage": True}} if profile.stream_usage else {}
    return body | ({"extra_body": dict(request.extra)} if request.extra else {})


def _check_images(request: Request, profile: EndpointProfile) -> None:
    count = len(request.images)
    if count and not profile.images:
        raise RequestRefused(
            f"The model was given {counted(count)}, but it takes none; choose a model that sees, or"
            " give it the text alone."
        )
    if count > profile.max_images:
        raise RequestRefused(
            f"The model was given {counted(count)}; it takes {profile.max_images} at most. Give it"
            " fewer pages."
        )
    largest = max((len(image.data) for image in request.images), default=0)
    if largest > profile.max_image_bytes:
        raise RequestRefused(
            f"A picture has {largest:,} bytes; the model takes {profile.max_image_bytes:,} at most."
            " Make it smaller."
        )


def counted(images: int) -> str:
    return "1 picture" if images == 1 else f"{images} pictures"


def _with_schema(request: Request, profile: EndpointProfile) -> tuple[Message, ...]:
    if request.schema is None or not profile.schema_in_prompt:
        return request.messages
    *before, last = request.messages
    asked = Message.user(*last.parts, _IN_PROMPT + json.dumps(request.schema, sort_keys=True))
    return (*before, asked)


def _without_system(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    told = [part for m in messages if m.role == "system" for part in m.parts]
    others = [message for message in messages if message.role != "system"]
    first = next((i for i, message in enumerate(others) if message.role == "user"), None)
    if first is None:
        return (Message("user", tuple(told)), *others)
    others[first] = Message("user", (*told, *others[first].parts))
    return tuple(others)


def _format(schema: Schema, profile: EndpointProfile) -> Body:
    if profile.json_schema in ("enforced", "accepted"):
        named = {"name": _NAME, "strict": True, "schema": schema}
        return {"response_format": {"type": "json_schema", "json_schema": named}}
    return {"response_format": {"type": "json_object"}} if profile.json_object else {}


def _message(message: Message) -> Body:
    """A text alone is sent as a string: some endpoints take parts from the user only."""
    parts = list(_parts(message))
    if message.images:
        return {"role": message.role, "content": parts}
    return {"role": message.role, "content": "\n\n".join(str(part["text"]) for part in parts)}


def _parts(message: Message) -> Iterator[Body]:
    for part in message.parts:
        text = part.label if isinstance(part, ImagePart) else part.text
        if text:
            yield {"type": "text", "text": text}
        if isinstance(part, ImagePart):
            data = base64.b64encode(part.data).decode("ascii")
            url = f"data:{part.media_type};base64,{data}"
            yield {"type": "image_url", "image_url": {"url": url}}
