"""`doctor --model`; the rest of `doctor` is tested beside the commands that need a library."""

from __future__ import annotations

from pathlib import Path

import pytest

from recto.engine.endpoint.profile import EndpointProfile
from recto.serving.cli.endpoint import abilities, endpoint_state
from tests.endpoints.scripted import Dialect, scripted
from tests.serving.cli.conftest import Run

SECRET = "sk-secret-1234"


@pytest.fixture(autouse=True)
def caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RECTO_API_KEY", raising=False)
    return tmp_path / "caches"


def test_doctor_measures_a_model_and_keeps_the_result(run: Run, caches: Path) -> None:
    with scripted(dialect=Dialect(json_schema="ignored", context=4096)) as endpoint:
        said = run("doctor", "--model", endpoint.model, "--base-url", endpoint.url, "--json")
    found = said.json["endpoint"]
    assert (found["model"], found["url"], found["error"]) == (endpoint.model, endpoint.url, "")
    assert found["profile"]["json_schema"] == "ignored"
    assert found["profile"]["context_tokens"] == 4096
    assert "Measuring" in said.err
    assert len(list(caches.rglob("*.json"))) == 1


def test_doctor_fails_with_a_model_that_cannot_be_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch, caches: Path
) -> None:
    monkeypatch.setenv("RECTO_API_KEY", SECRET)
    with scripted(key="another") as endpoint:
        said = run("doctor", "--model", endpoint.model, "--base-url", endpoint.url)
    assert said.code == 1
    assert "the key is missing or wrong" in said.out
    assert SECRET not in said.out + said.err
    assert not caches.exists()


def test_a_key_in_an_address_is_not_repeated() -> None:
    url = f"https://me:{SECRET}@llm.example.com/v1"
    state = endpoint_state("m", url, allow_http=False, quiet=True)
    assert "RECTO_API_KEY" in state.error
    assert SECRET not in str(state.as_json())


def test_what_a_model_can_do_is_said_in_words() -> None:
    able = dict(abilities(EndpointProfile(context_tokens=128_000)))
    assert able["pictures"] == "PNG and JPEG, at least 20 at once, at least 2 megapixels each"
    assert able["JSON schemas"].startswith("enforced")
    assert able["context"] == "128,000 tokens"


def test_what_a_model_cannot_do_is_said_in_words() -> None:
    unable = dict(
        abilities(
            EndpointProfile(images=False, json_schema="refused", stream=False, temperature=False)
        )
    )
    assert "choose a model that sees" in unable["pictures"]
    assert "told in words, and checked" in unable["JSON schemas"]
    assert unable["streaming"] == "no"
    assert "temperature" not in unable["takes"]
