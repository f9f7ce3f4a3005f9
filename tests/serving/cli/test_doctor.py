"""`doctor --model`; the rest of `doctor` is tested beside the commands that need a library."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    assert said.code == 0
    found = said.json["endpoint"]
    assert (found["model"], found["url"], found["error"]) == (endpoint.model, endpoint.url, "")
    assert found["profile"]["json_schema"] == "ignored"
    assert found["profile"]["context_tokens"] == 4096
    assert "Measuring" in said.err
    assert len(list(caches.rglob("*.json"))) == 1


def test_doctor_says_in_words_what_a_model_can_do(run: Run) -> None:
    with scripted(dialect=Dialect(images="refused", json_schema="refused")) as endpoint:
        said = run("doctor", "--model", endpoint.model, "--base-url", endpoint.url)
    assert f"{endpoint.model} at {endpoint.url}" in said.out
    assert "choose a model that sees" in said.out
    assert "told in words, and checked" in said.out


def test_doctor_fails_with_a_model_that_cannot_be_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTO_API_KEY", SECRET)
    with scripted(key="another") as endpoint:
        said = run("doctor", "--model", endpoint.model, "--base-url", endpoint.url)
    assert said.code == 1
    assert "the key is missing or wrong" in said.out
    assert SECRET not in said.out + said.err


def test_doctor_does_not_repeat_a_key_in_an_address(run: Run) -> None:
    url = f"https://me:{SECRET}@llm.example.com/v1"
    said = run("doctor", "--model", "m", "--base-url", url, "--json")
    assert said.code == 1
    assert "RECTO_API_KEY" in said.json["endpoint"]["error"]
    assert SECRET not in said.out + said.err


def test_doctor_asks_no_model_unless_told_to(run: Run, caches: Path) -> None:
    assert run("doctor", "--json").json["endpoint"] is None
    assert not caches.exists()
