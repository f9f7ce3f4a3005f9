"""`recto ask` through llama.cpp and `transformers serve`, both real and measured first, with the
model of `rote`: the answer is verified, and its place on the page is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.endpoints import rote
from tests.endpoints.running import RunningServer
from tests.serving.cli.conftest import Run, write_pdf


@pytest.fixture
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RunningServer:
    running = request.getfixturevalue(request.param)
    assert isinstance(running, RunningServer)
    monkeypatch.delenv("RECTO_API_KEY", raising=False)
    if running.key:
        monkeypatch.setenv("RECTO_API_KEY", running.key)
    return running


@pytest.mark.parametrize("server", ["llama_by_rote", "transformers_by_rote"], indirect=True)
def test_answer_is_verified_cited_and_marked_on_its_page(
    server: RunningServer, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    lease = write_pdf(tmp_path / "lease.pdf", rote.PAGE)
    model = ("--model", server.model, "--base-url", server.url)
    said = run(
        "ask", "How much is the deposit?", lease, "-l", tmp_path / "library", "--json", *model
    )
    assert said.code == 0
    assert "measuring what it can do" in said.err
    assert said.json["answer"] == f"{rote.SAID} [1]"
    assert said.json["statements"] == [{"text": rote.SAID, "support": "quoted", "citations": [1]}]
    (citation,) = said.json["citations"]
    assert (citation["document"], citation["page"]) == ("lease.pdf", 1)
    assert citation["quote"] == rote.QUOTE
    assert len(citation["boxes"]) == 1
    (picture,) = said.json["pictures"]
    assert Path(picture["path"]).exists()
    assert said.json["usage"]["images"] == 1
