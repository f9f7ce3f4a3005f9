from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.limits import Limits, Prices, Usage
from recto.engine.endpoint.opening import known_profile, open_chat
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.endpoint.profiles import FRESH, FRESH_UNSURE, ProfileCache, user_folder
from recto.engine.errors import CostLimitReached, EndpointTimeout, KeyRefused
from tests.endpoints.scripted import Dialect, Reply, scripted
from tests.engine.endpoint.asking import HELLO

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADDRESS = EndpointAddress("m", "https://llm.example.com/v1", "sk-secret")
PROFILE = EndpointProfile(json_schema="ignored", context_tokens=4096, probed=NOW.isoformat())


def cache_at(folder: Path, now: datetime = NOW) -> ProfileCache:
    return ProfileCache(folder, now=lambda: now)


def test_a_profile_comes_back_as_it_was_measured(tmp_path: Path) -> None:
    cache_at(tmp_path).put(ADDRESS, PROFILE)
    assert cache_at(tmp_path).get(ADDRESS) == PROFILE
    (file,) = tmp_path.iterdir()
    assert "secret" not in file.read_text()


@pytest.mark.parametrize(
    "other",
    [replace(ADDRESS, model="n"), replace(ADDRESS, base_url="https://b.example.com/v1")],
)
def test_a_profile_is_of_one_model_of_one_endpoint(tmp_path: Path, other: EndpointAddress) -> None:
    cache_at(tmp_path).put(ADDRESS, PROFILE)
    assert cache_at(tmp_path).get(other) is None


@pytest.mark.parametrize(("unsure", "fresh"), [("", FRESH), ("pictures: no room", FRESH_UNSURE)])
def test_a_profile_is_measured_again_in_time(tmp_path: Path, unsure: str, fresh: timedelta) -> None:
    cache_at(tmp_path).put(ADDRESS, replace(PROFILE, unsure=unsure))
    for age, known in ((fresh, True), (fresh * 1.1, False), (-fresh, False)):
        assert (cache_at(tmp_path, NOW + age).get(ADDRESS) is not None) == known


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("images", "yes"),
        ("max_images", True),
        ("json_schema", "guessed"),
        ("image_format", None),
        ("context_tokens", "4096"),
        ("probed", "yesterday"),
        ("probed", "2026-11-21"),
        ("unknown", 1),
    ],
)
def test_a_profile_that_was_tampered_with_is_not_read(
    tmp_path: Path, field: str, value: object
) -> None:
    cache_at(tmp_path).put(ADDRESS, PROFILE)
    (file,) = tmp_path.iterdir()
    kept = json.loads(file.read_text())
    kept["profile"][field] = value
    file.write_text(json.dumps(kept))
    assert cache_at(tmp_path).get(ADDRESS) is None


def test_caches_are_where_the_user_wants_them() -> None:
    assert user_folder({"XDG_CACHE_HOME": "/c"}, "linux") == Path("/c/recto")
    assert user_folder({}, "linux") == Path.home() / ".cache/recto"
    assert user_folder({"XDG_CACHE_HOME": "/c"}, "darwin") == Path.home() / "Library/Caches/recto"


def test_an_endpoint_is_measured_once(tmp_path: Path) -> None:
    told: list[Usage | None] = []
    with scripted(dialect=Dialect(json_schema="ignored")) as endpoint:
        for _ in range(2):
            with open_chat(
                endpoint.model,
                endpoint.url,
                profiles=ProfileCache(tmp_path),
                on_measure=told.append,
            ) as model:
                assert model.profile.json_schema == "ignored"
                assert model.complete(HELLO).text == "pear"
        calls = len(endpoint.requests) - 2
    begun, spent = told
    assert begun is None
    assert spent is not None
    assert spent.calls == calls


def test_an_endpoint_is_measured_again_on_request(tmp_path: Path) -> None:
    with scripted() as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.url)
        profiles = ProfileCache(tmp_path)
        assert known_profile(address, profiles).profile.temperature
        endpoint.dialect = Dialect(temperature=False)
        assert known_profile(address, profiles).profile.temperature
        assert not known_profile(address, profiles, again=True).profile.temperature
        assert not known_profile(address, profiles).profile.temperature


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    with scripted(key="k") as endpoint, pytest.raises(KeyRefused):
        open_chat(endpoint.model, endpoint.url, profiles=ProfileCache(tmp_path))
    assert not list(tmp_path.iterdir())


def test_replies_are_kept_in_a_folder_that_is_given(tmp_path: Path) -> None:
    with scripted() as endpoint:
        for _ in range(2):
            with open_chat(
                endpoint.model,
                endpoint.url,
                profiles=ProfileCache(tmp_path / "profiles"),
                replies=tmp_path / "replies",
            ) as model:
                reply = model.complete(HELLO)
    assert reply.cached


def test_measuring_that_costs_more_than_allowed_is_not_begun(tmp_path: Path) -> None:
    limits = Limits(max_cost=1e-6, prices=Prices(1.0, 10.0))
    with scripted() as endpoint, pytest.raises(CostLimitReached, match="recto doctor --model"):
        open_chat(endpoint.model, endpoint.url, profiles=ProfileCache(tmp_path), limits=limits)
    assert not endpoint.requests


def test_measuring_ends_where_the_cost_limit_is_reached(tmp_path: Path) -> None:
    """An endpoint that writes far more than it is asked for."""
    limits = Limits(max_cost=0.041, prices=Prices(0.0, 10.0))
    told: list[Usage | None] = []
    with (
        scripted([Reply.text("1 " * 4000)]) as endpoint,
        pytest.raises(CostLimitReached, match=r"Measuring what .* recto doctor"),
    ):
        open_chat(
            endpoint.model,
            endpoint.url,
            profiles=ProfileCache(tmp_path),
            limits=limits,
            on_measure=told.append,
        )
    assert told[1] is not None
    assert told[1].cost == pytest.approx(0.04, abs=0.001)
    assert not list(tmp_path.iterdir())


def test_measuring_ends_when_the_time_is_over(tmp_path: Path) -> None:
    with (
        scripted([Reply.hanging()]) as endpoint,
        pytest.raises(EndpointTimeout, match="recto doctor"),
    ):
        open_chat(
            endpoint.model,
            endpoint.url,
            profiles=ProfileCache(tmp_path),
            limits=Limits(timeout=0.2),
        )


@pytest.mark.parametrize("stream", [False, True])
def test_what_measuring_cost_counts_against_the_first_question(
    tmp_path: Path, stream: bool
) -> None:
    limits = Limits(max_cost=1.0, prices=Prices(1.0, 10.0))
    told: list[Usage | None] = []
    with (
        scripted() as endpoint,
        open_chat(
            endpoint.model,
            endpoint.url,
            profiles=ProfileCache(tmp_path),
            limits=limits,
            on_measure=told.append,
        ) as model,
    ):
        budgets = [limits.start(), limits.start()]
        for budget in budgets:
            _ = (
                model.stream(HELLO, budget=budget).reply
                if stream
                else model.complete(HELLO, budget=budget)
            )
    measured = told[-1]
    assert measured is not None
    first, second = (budget.used for budget in budgets)
    assert first == second + measured
