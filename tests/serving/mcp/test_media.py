"""The tools for sound and film, as a client of the protocol sees them."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mcp")

from mcp import Client
from mcp_types import (
    BlobResourceContents,
    CallToolResult,
    ImageContent,
    ReadResourceResult,
    ResourceLink,
)
from PIL import Image

from tests.serving.http.conftest import running
from tests.serving.media_server import fill, media, media_settings, towers

from .test_mcp import over_http, text_of

__all__ = ["media", "towers"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, towers: Path, media: Path) -> Iterator[str]:
    settings = media_settings(tmp_path_factory.mktemp("media-mcp"), towers)
    fill(settings, media)
    with running(settings) as address:
        yield address


def call(address: str, tool: str, **given: Any) -> CallToolResult:  # noqa: ANN401 - JSON
    return over_http(address, lambda client: client.call_tool(tool, given))


def brightness(data: bytes) -> float:
    return float(np.asarray(Image.open(io.BytesIO(data)).convert("L")).mean())


def test_clips_are_found_and_their_links_read(address: str) -> None:
    async def looked(client: Client) -> tuple[CallToolResult, ReadResourceResult]:
        given = {"text": "a dog barks", "targets": ["video"], "limit": 1}
        result = await client.call_tool("search_media", given)
        (link, *_) = [part for part in result.content if isinstance(part, ResourceLink)]
        return result, await client.read_resource(str(link.uri))

    result, resource = over_http(address, looked)

    hit = result.structured_content["hits"][0]
    assert (hit["document"], hit["modality"]) == ("talk.mp4", "video")
    assert text_of(result).startswith(f"talk.mp4, video, 0:0{hit['start']:.0f}–")
    (content,) = resource.contents
    assert isinstance(content, BlobResourceContents)
    assert content.mime_type == "image/webp"
    assert base64.b64decode(content.blob)[8:12] == b"WEBP"


def test_pages_and_pictures_link_to_their_page(address: str) -> None:
    result = call(address, "search_media", text="x", targets=["image", "page"], limit=9)

    links = [str(part.uri) for part in result.content if isinstance(part, ResourceLink)]
    assert links
    assert not any("/t/" in link for link in links)


@pytest.mark.parametrize(("start", "span"), [(1.5, "0:00–0:03"), (4.5, "0:03–0:06")])
def test_a_clip_of_a_film_is_what_it_shows(address: str, start: float, span: str) -> None:
    result = call(address, "get_clip", document="talk.mp4", start=start)

    _, picture = result.content
    assert text_of(result).startswith(f"talk.mp4, video, {span}, at ")
    assert isinstance(picture, ImageContent)
    assert (brightness(base64.b64decode(picture.data)) > 130) == (start > 3)


def test_a_clip_of_a_sound_is_how_loud_it_is(address: str) -> None:
    result = call(address, "get_clip", document="low.wav", start=11)

    _, picture = result.content
    assert isinstance(picture, ImageContent)
    assert result.structured_content["modality"] == "audio"
    assert (result.structured_content["start"], result.structured_content["end"]) == (5, 12)
    drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.data))).convert("L"))
    assert drawn[0].mean() > 200  # a tone of half the height
    assert drawn[len(drawn) // 2].mean() < 120


def test_an_answer_links_to_clips_that_are_near(address: str) -> None:
    result = call(address, "ask", question="Where does the heron wait?")

    links = [str(part.uri) for part in result.content if isinstance(part, ResourceLink)]
    assert [clip["modality"] for clip in result.structured_content["clips"]]
    assert sum("/t/" in link for link in links) == len(result.structured_content["clips"])


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("get_clip", {"document": "birds.pdf", "start": 1}, "get_page shows pages"),
        ("get_clip", {"document": "absent.mp4", "start": 1}, "No document 'absent.mp4'"),
        ("get_clip", {"document": "low.wav", "start": 13}, "ends at 12.0 s"),
        ("search_media", {"text": "?!"}, "at least one letter"),
    ],
)
def test_what_is_wrong_is_said_to_the_model(
    address: str, tool: str, given: dict[str, Any], said: str
) -> None:
    result = call(address, tool, **given)

    assert result.is_error
    assert said in text_of(result)
