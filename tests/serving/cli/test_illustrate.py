"""`recto illustrate`, against a scripted endpoint that makes pictures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted
from tests.engine.endpoint.test_images import picture
from tests.serving.cli.conftest import Ran, Run

Illustrate = Callable[..., Ran]
WHAT = "Penguins and their food"


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted() as running:
        yield running


@pytest.fixture
def illustrate(
    run: Run, library: Path, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> Illustrate:
    for name in ("RECTO_API_KEY", "RECTO_IMAGE_MODEL", "RECTO_IMAGE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def made(*options: str) -> Ran:
        endpoint.script.append(Reply.picture(picture()))
        chosen = ["--model", endpoint.model, "--base-url", endpoint.url]
        return run("illustrate", WHAT, "--library", library, *chosen, *options)

    return made


def test_picture_is_written_with_its_prompt(illustrate: Illustrate, tmp_path: Path) -> None:
    said = illustrate("--output", "out/birds.png", "--document", "penguins.pdf")
    assert said.code == 0
    assert "  out/birds.png" in said.out
    assert "  penguins.pdf, page 1" in said.out
    beside = json.loads((tmp_path / "out" / "birds.png.json").read_text())
    assert "Penguins eat krill" in beside["prompt"]
    with Image.open(tmp_path / "out" / "birds.png") as image:
        assert image.size == (8, 6)


def test_picture_is_called_by_its_description_and_replaces_none(
    illustrate: Illustrate, tmp_path: Path
) -> None:
    paths = [illustrate("--json").json["path"] for _ in range(2)]
    assert paths == ["penguins-and-their-food.png", "penguins-and-their-food-2.png"]
    assert all((tmp_path / path).exists() for path in paths)


def test_json_tells_prompt_and_sources(illustrate: Illustrate, endpoint: ScriptedEndpoint) -> None:
    told = illustrate("--json", "--size", "512x512").json
    assert told["prompt"] == endpoint.requests[0].text
    assert endpoint.requests[0].body["size"] == "512x512"
    assert {source["document"] for source in told["sources"]} <= {"penguins.pdf", "lighthouse.pdf"}
    assert (told["description"], told["model"]) == (WHAT, endpoint.model)


def test_file_that_is_no_picture_is_refused_before_anybody_is_asked(
    illustrate: Illustrate, endpoint: ScriptedEndpoint
) -> None:
    said = illustrate("--output", "birds.txt")
    assert said.code == 2
    assert endpoint.requests == []


def test_model_is_needed(run: Run, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECTO_IMAGE_MODEL", raising=False)
    said = run("illustrate", WHAT, "--library", library)
    assert said.code == 2
    assert "give --model" in said.err


def test_key_that_is_missing_has_its_exit_code(
    run: Run, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RECTO_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert run("illustrate", WHAT, "-l", library, "-m", "gpt-image-1").code == 4


def test_description_that_nothing_fits_makes_no_picture(
    illustrate: Illustrate, endpoint: ScriptedEndpoint
) -> None:
    assert illustrate("--where", "pages > 100").code == 3
    assert endpoint.requests == []


def test_picture_is_held_to_the_cost_limit(
    illustrate: Illustrate, endpoint: ScriptedEndpoint
) -> None:
    said = illustrate("--max-cost", "0.01", "--price-picture", "0.04")
    assert said.code == 1
    assert "more than the limit of $0.01" in said.err
    assert not endpoint.requests
    said = illustrate("--max-cost", "0.05", "--price-picture", "0.04")
    assert said.code == 0
    assert "It cost $0.0400 at most." in said.err


def test_cost_limit_without_a_price_is_refused(
    illustrate: Illustrate, endpoint: ScriptedEndpoint
) -> None:
    said = illustrate("--max-cost", "0.01")
    assert said.code == 2
    assert "--price-picture" in said.err
    assert not endpoint.requests
