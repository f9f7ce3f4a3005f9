"""The tools, as the real client of the protocol sees them: in memory, on stdio and over HTTP."""

from __future__ import annotations

import asyncio
import base64
import io
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

pytest.importorskip("mcp")

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import (
    BlobResourceContents,
    CallToolResult,
    ImageContent,
    ReadResourceResult,
    ResourceLink,
    TextContent,
)
from PIL import Image

import recto
from recto.serving.http.settings import ServeSettings
from recto.serving.keys import KeyRing
from tests.pdfs import lines, pdf
from tests.serving.http.conftest import running, settings

__all__ = ["settings"]

T = TypeVar("T")


@pytest.fixture(scope="session")
def address(settings: ServeSettings) -> Iterator[str]:
    with running(settings) as address:
        yield address


def over_http(address: str, doing: Callable[[Client], Awaitable[T]], key: str = "none") -> T:
    async def run() -> T:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            async with Client(transport) as client:
                return await doing(client)

    return asyncio.run(run())


def text_of(result: CallToolResult) -> str:
    text = result.content[0]
    assert isinstance(text, TextContent)
    return text.text


def test_the_tools_are_those_that_are_promised(address: str) -> None:
    async def names(client: Client) -> list[str]:
        return sorted(tool.name for tool in (await client.list_tools()).tools)

    assert over_http(address, names) == [
        "ask",
        "get_clip",
        "get_page",
        "list_documents",
        "search_media",
        "search_pages",
    ]


def test_an_answer_has_text_structure_and_pages(address: str) -> None:
    result = over_http(
        address, lambda client: client.call_tool("ask", {"question": "What do tickets cost?"})
    )

    text, link = result.content
    assert isinstance(text, TextContent)
    assert "[1] ferry.pdf, page 2: “Tickets cost twelve crowns.”" in text.text
    assert isinstance(link, ResourceLink)
    assert result.structured_content["citations"][0]["page"] == 2


def test_progress_is_told(address: str) -> None:
    told: list[str] = []

    async def noted(progress: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    async def ask(client: Client) -> object:
        return await client.call_tool(
            "ask", {"question": "What do tickets cost?"}, progress_callback=noted
        )

    over_http(address, ask)

    assert told[0] == "Looking for pages"


def test_a_page_is_a_picture_and_a_text(address: str) -> None:
    page = {"document": "ferry.pdf", "page": 1}
    result = over_http(address, lambda client: client.call_tool("get_page", page))

    _, picture = result.content
    assert text_of(result) == "The ferry leaves the harbour at nine."
    assert isinstance(picture, ImageContent)
    assert Image.open(io.BytesIO(base64.b64decode(picture.data))).format == "WEBP"


def test_a_link_of_a_search_can_be_read(address: str) -> None:
    async def read(client: Client) -> ReadResourceResult:
        result = await client.call_tool("search_pages", {"question": "tickets", "limit": 1})
        (link,) = [part for part in result.content if isinstance(part, ResourceLink)]
        return await client.read_resource(str(link.uri))

    (content,) = over_http(address, read).contents

    assert isinstance(content, BlobResourceContents)
    assert content.mime_type == "image/webp"
    assert base64.b64decode(content.blob)[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("get_page", {"document": "absent.pdf", "page": 1}, "No document 'absent.pdf'"),
        ("get_page", {"document": "ferry.pdf", "page": 9}, "it has pages 1 to 2"),
        ("ask", {"question": "?!"}, "at least one letter"),
        ("ask", {"question": "x", "library": "other"}, "no library 'other'"),
        ("search_pages", {"question": "x", "where": "colour = 1"}, "colour"),
    ],
)
def test_what_is_wrong_is_said_to_the_model(
    address: str, tool: str, given: dict[str, Any], said: str
) -> None:
    result = over_http(address, lambda client: client.call_tool(tool, given))

    assert result.is_error
    assert said in text_of(result)


def test_over_http_a_key_opens_the_tools_and_its_tenant(tmp_path: Path) -> None:
    settings = ServeSettings(
        libraries={"main": str(tmp_path / "library")}, state=tmp_path / "state"
    )
    key, _ = KeyRing(settings.state).create("model", "read", "a")
    with running(settings) as address:
        refused = httpx2.post(f"{address}/mcp", json={}, timeout=60)
        result = over_http(address, lambda client: client.call_tool("list_documents", {}), key)

    assert refused.status_code == 401
    assert text_of(result) == "There are no documents."


def test_on_stdio_it_serves_one_library(tmp_path: Path) -> None:
    library = str(tmp_path / "library")
    path = tmp_path / "ferry.pdf"
    path.write_bytes(pdf([lines("The ferry leaves the harbour at nine.")]))
    with recto.open(library) as opened:
        opened.add(path)

    async def run() -> CallToolResult:
        command = StdioServerParameters(
            command=sys.executable,
            args=["-m", "recto.serving.cli.app", "mcp", "--library", library],
        )
        async with Client(stdio_client(command)) as client:
            return await client.call_tool("ask", {"question": "When does the ferry leave?"})

    result = asyncio.run(run())

    assert "ferry.pdf, page 1" in text_of(result)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server whose only library is called otherwise, over two documents."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with recto.open(folder / "library") as library:
        for name, said in (("ferry", "The ferry leaves at nine."), ("tram", "The tram is late.")):
            path = folder / f"{name}.pdf"
            path.write_bytes(pdf([lines(said)]))
            library.add(path)
    settings = ServeSettings(
        libraries={"finance": str(folder / "library")}, state=folder / "state", rate=100_000
    )
    with running(settings) as address:
        yield address


@pytest.mark.parametrize("library", ["", "finance"])
@pytest.mark.parametrize(("tool", "at"), [("search_pages", 0), ("ask", 0)])
def test_links_lead_to_the_library_that_was_asked(
    elsewhere: str, tool: str, at: int, library: str
) -> None:
    asked = {"question": "When does the ferry leave?", "library": library}

    async def read(client: Client) -> ReadResourceResult:
        result = await client.call_tool(tool, asked)
        links = [part for part in result.content if isinstance(part, ResourceLink)]
        return await client.read_resource(str(links[at].uri))

    (content,) = over_http(elsewhere, read).contents
    assert isinstance(content, BlobResourceContents)


CALLS: dict[str, dict[str, Any]] = {
    "list_documents": {},
    "search_pages": {"question": "ferry"},
    "ask": {"question": "When does the ferry leave?"},
    "get_page": {"document": "ferry.pdf", "page": 1},
    "search_media": {"text": "ferry"},
    "get_clip": {"document": "ferry.pdf", "start": 1},
}
"""A call of each tool."""


def test_every_tool_has_a_call(elsewhere: str) -> None:
    async def names(client: Client) -> set[str]:
        return {tool.name for tool in (await client.list_tools()).tools}

    assert over_http(elsewhere, names) == set(CALLS)


@pytest.mark.parametrize("tool", sorted(CALLS))
def test_each_tool_works_or_says_why_without_places(elsewhere: str, tool: str) -> None:
    async def call(client: Client) -> list[CallToolResult]:
        fine = await client.call_tool(tool, CALLS[tool])
        absent = await client.call_tool(tool, {**CALLS[tool], "library": "absent"})
        return [fine, absent]

    fine, absent = over_http(elsewhere, call)

    assert fine.is_error == (tool in ("search_media", "get_clip"))  # for which there is no encoder
    assert absent.is_error
    assert "no library 'absent'" in text_of(absent)
    assert not any("/" in text_of(result) for result in (fine, absent))


@pytest.mark.parametrize("tool", ["search_pages", "ask"])
def test_questions_are_confined_to_documents_and_a_filter(elsewhere: str, tool: str) -> None:
    async def call(client: Client) -> list[CallToolResult]:
        question = {"question": "ferry tram"}
        parts: list[dict[str, Any]] = [{"documents": ["tram.pdf"]}, {"where": 'name = "tram.pdf"'}]
        return [await client.call_tool(tool, {**question, **part}) for part in parts]

    for result in over_http(elsewhere, call):
        assert "tram.pdf" in text_of(result)
        assert "ferry.pdf" not in text_of(result)


def test_a_picture_is_asked_with_where_an_encoder_looks(elsewhere: str) -> None:
    async def call(client: Client) -> list[CallToolResult]:
        pictures = (base64.b64encode(b"\x89PNG").decode(), "http://example.org/a.png")
        return [await client.call_tool("search_pages", {"image": sent}) for sent in pictures]

    words_only, address = over_http(elsewhere, call)

    assert words_only.is_error
    assert address.is_error
    assert "not fetched" in text_of(address)


def test_documents_are_listed_in_parts_and_by_name(elsewhere: str) -> None:
    async def call(client: Client) -> list[CallToolResult]:
        asked: list[dict[str, Any]] = [{"limit": 1}, {"limit": 1, "offset": 1}, {"name": "TRA"}]
        return [await client.call_tool("list_documents", given) for given in asked]

    told = [result.structured_content for result in over_http(elsewhere, call)]

    assert all(part is not None for part in told)
    names = [[d["document"] for d in part["documents"]] for part in told if part]
    assert names == [["ferry.pdf"], ["tram.pdf"], ["tram.pdf"]]
    assert [(part["total"], part["next"]) for part in told if part] == [
        (2, 1),
        (2, None),
        (1, None),
    ]
