"""Questions that follow others, over HTTP and through OpenAI's client, with a scripted model."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi")

import httpx2
import openai

import recto
from recto.engine.answering.turns import Turn
from recto.serving.http.settings import ServeSettings
from tests.endpoints.known import make_known
from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted
from tests.fakes_chat import claims
from tests.pdfs import lines, pdf

from .conftest import running

ASK = "/api/libraries/main/ask"
BEFORE = {"question": "When does the ferry leave?", "answer": "At nine. [1]"}
WHOLE = "What do tickets for the ferry cost?"
REPLIES = (
    Reply.json({"question": WHOLE}),
    Reply.json(claims(("Twelve crowns.", [("S1", "Tickets cost twelve crowns")]))),
)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def address(endpoint: ScriptedEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("asking")
    pages = ("The ferry leaves the harbour at nine.", "Tickets cost twelve crowns.")
    (folder / "ferry.pdf").write_bytes(pdf([lines(page) for page in pages]))
    with recto.open(folder / "library") as library:
        library.add(folder / "ferry.pdf")
    asking = ServeSettings(
        libraries={"main": str(folder / "library")},
        state=folder / "state",
        rate=100_000,
        model=endpoint.model,
        base_url=endpoint.url,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "caches"))
        make_known(endpoint)
        with running(asking) as address:
            yield address


def test_follow_up_is_understood_by_its_history(address: str, endpoint: ScriptedEndpoint) -> None:
    endpoint.script.extend(REPLIES)
    body = {"question": "And tickets?", "history": [BEFORE]}
    answer = httpx2.post(f"{address}{ASK}", json=body, timeout=60).json()
    assert (answer["question"], answer["asked"]) == ("And tickets?", WHOLE)
    assert answer["rewriting"] == "rewritten"
    assert answer["trace"] == []
    assert answer["citations"][0]["page"] == 2
    assert BEFORE["question"] in endpoint.requests[-2].text


def test_streamed_follow_up_is_too(address: str, endpoint: ScriptedEndpoint) -> None:
    marked = 'Twelve crowns. [S1 "Tickets cost twelve crowns"]'
    endpoint.script.extend([REPLIES[0], Reply.text(marked)])
    body = {"question": "And tickets?", "history": [BEFORE], "stream": True}
    told = httpx2.post(f"{address}{ASK}", json=body, timeout=60).text
    data = told.strip().split("\n\n")[-1].split("data: ")[1]
    assert json.loads(data)["asked"] == WHOLE


@pytest.mark.parametrize(
    "history", [[BEFORE] * 51, [{"question": ""}], [{**BEFORE, "answer": "x" * 20_001}], ["x"]]
)
def test_history_beyond_bounds_is_refused(address: str, history: list[object]) -> None:
    body = {"question": "And tickets?", "history": history}
    assert httpx2.post(f"{address}{ASK}", json=body, timeout=60).status_code == 422


def test_earlier_messages_of_a_chat_are_its_history(
    address: str, endpoint: ScriptedEndpoint
) -> None:
    endpoint.script.extend(REPLIES)
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        said = client.chat.completions.create(
            model="main",
            messages=[
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": BEFORE["question"]}]},
                {"role": "assistant", "content": BEFORE["answer"]},
                {"role": "user", "content": "And tickets?"},
            ],
        )
    assert said.choices[0].message.content == "Twelve crowns. [1]"
    asked = endpoint.requests[-2].text
    assert "Question: When does the ferry leave?\nAnswer: At nine. (1]" in asked
    assert "Be brief" not in asked
    assert endpoint.requests[-1].text.endswith(WHOLE)


def test_served_library_takes_a_history_as_others_do(
    address: str, endpoint: ScriptedEndpoint
) -> None:
    endpoint.script.extend(REPLIES)
    with recto.connect(address) as library:
        answer = library.ask("And tickets?", history=[Turn(**BEFORE)])
    assert (answer.asked, answer.rewriting, answer.trace) == (WHOLE, "rewritten", ())
