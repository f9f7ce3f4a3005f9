"""What `recto ask` tells of an endpoint that it meets for the first time, or that cannot see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recto.engine.errors import RectoWarning
from tests.endpoints.scripted import Dialect, Reply, ScriptedEndpoint, scripted
from tests.serving.cli.conftest import Ran, Run

Ask = Callable[..., Ran]


@pytest.fixture
def ask(
    run: Run, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    for name in ("RECTO_API_KEY", "RECTO_MODEL", "RECTO_BASE_URL", "RECTO_PRICES"):
        monkeypatch.delenv(name, raising=False)

    def asked(endpoint: ScriptedEndpoint, *options: str) -> Ran:
        chosen = ["--model", endpoint.model, "--base-url", endpoint.url, "--no-pictures"]
        return run("ask", "What do penguins eat?", "-l", library, *chosen, *options)

    return asked


def test_what_measuring_took_is_told(ask: Ask) -> None:
    with scripted() as endpoint:
        said = ask(endpoint, "--price-in", "1", "--price-out", "2")
        again = ask(endpoint)
    assert "Measuring took" in said.err
    assert "pictures" in said.err
    assert ": $0.0" in said.err
    assert "easuring" not in again.err


def test_measuring_is_held_to_the_cost_limit(ask: Ask) -> None:
    prices = ("--price-in", "1", "--price-out", "10")
    with scripted() as endpoint:
        said = ask(endpoint, "--max-cost", "0.000001", *prices)
        assert endpoint.requests == []
    assert said.code == 1
    assert "recto doctor --model" in said.err


def test_measuring_is_held_to_the_time(ask: Ask) -> None:
    with scripted([Reply.hanging()]) as endpoint:
        said = ask(endpoint, "--timeout", "0.3")
    assert said.code == 1
    assert "recto doctor --model" in said.err


def test_model_that_takes_no_pictures_is_told_of(ask: Ask) -> None:
    with scripted(dialect=Dialect(images="refused")) as endpoint:
        with pytest.warns(RectoWarning, match="took no pictures, when it was measured"):
            ask(endpoint)
        assert ask(endpoint, "--no-images").code == 0
