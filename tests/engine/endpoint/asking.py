"""Models, requests and pictures for the tests of this folder."""

from __future__ import annotations

import numpy as np

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.limits import Limits
from recto.engine.endpoint.messages import ImagePart, Message, Request
from recto.engine.endpoint.openai_chat import OpenAIChat
from recto.engine.endpoint.pictures import image_part
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.endpoint.retrying import Retrying
from tests.endpoints.scripted import ScriptedEndpoint

SCHEMA = {
    "type": "object",
    "properties": {"page": {"type": "string", "enum": ["S1", "S2"]}},
    "required": ["page"],
    "additionalProperties": False,
}
HELLO = Request((Message.system("Be brief."), Message.user("Hello?")), max_tokens=50)


class Waits:
    """Counts the seconds that nobody waits."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def retrying(self) -> Retrying:
        return Retrying(sleep=self.seconds.append, dice=lambda: 1.0)


def model_of(
    endpoint: ScriptedEndpoint,
    profile: EndpointProfile | None = None,
    limits: Limits | None = None,
    *,
    key: str | None = None,
    waits: Waits | None = None,
) -> OpenAIChat:
    address = EndpointAddress(endpoint.model, endpoint.url, key)
    retrying = (waits or Waits()).retrying()
    return OpenAIChat(address, profile or EndpointProfile(), limits, retrying=retrying)


def picture(shade: int = 200, *, label: str = "", side: int = 64) -> ImagePart:
    pixels = np.full((side, side, 3), shade, np.uint8)
    return image_part(pixels, label=label, profile=EndpointProfile())
