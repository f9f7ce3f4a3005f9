from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from recto.engine.endpoint.address import EndpointAddress
from recto.engine.endpoint.opening import known_profile, open_chat
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.endpoint.profiles import FRESH, ProfileCache, user_folder
from recto.engine.errors import KeyRefused
from tests.endpoints.scripted import Dialect, scripted
from tests.engine.endpoint.asking import HELLO

DAY = date(2026, 11, 21)
ADDRESS = EndpointAddress("m", "https://llm.example.com/v1", "sk-secret")
PROFILE = EndpointProfile(json_schema="ignored", context_tokens=4096, probed=DAY.isoformat())


def cache_on(folder: Path, day: date = DAY) -> ProfileCache:
    return ProfileCache(folder, today=lambda: day)


def test_a_profile_comes_back_as_it_was_measured(tmp_path: Path) -> None:
    cache_on(tmp_path).put(ADDRESS, PROFILE)
    assert cache_on(tmp_path).get(ADDRESS) == PROFILE
    (file,) = tmp_path.iterdir()
    assert "secret" not in file.read_text()


@pytest.mark.parametrize(
    "other",
    [replace(ADDRESS, model="n"), replace(ADDRESS, base_url="https://b.example.com/v1")],
)
def test_a_profile_is_of_one_model_of_one_endpoint(tmp_path: Path, other: EndpointAddress) -> None:
    cache_on(tmp_path).put(ADDRESS, PROFILE)
    assert cache_on(tmp_path).get(other) is None


@pytest.mark.parametrize(
    ("age", "known"),
    [(FRESH, True), (FRESH + timedelta(days=1), False), (timedelta(days=-1), False)],
)
def test_a_profile_is_measured_again_in_time(tmp_path: Path, age: timedelta, known: bool) -> None:
    cache_on(tmp_path).put(ADDRESS, PROFILE)
    assert (cache_on(tmp_path, DAY + age).get(ADDRESS) is not None) == known


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("images", "yes"),
        ("max_images", True),
        ("json_schema", "guessed"),
        ("image_format", None),
        ("context_tokens", "4096"),
        ("probed", "yesterday"),
        ("unknown", 1),
    ],
)
def test_a_profile_that_was_tampered_with_is_not_read(
    tmp_path: Path, field: str, value: object
) -> None:
    cache_on(tmp_path).put(ADDRESS, PROFILE)
    (file,) = tmp_path.iterdir()
    kept = json.loads(file.read_text())
    kept["profile"][field] = value
    file.write_text(json.dumps(kept))
    assert cache_on(tmp_path).get(ADDRESS) is None


def test_caches_are_where_the_user_wants_them() -> None:
    assert user_folder({"XDG_CACHE_HOME": "/c"}, "linux") == Path("/c/recto")
    assert user_folder({}, "linux") == Path.home() / ".cache/recto"
    assert user_folder({"XDG_CACHE_HOME": "/c"}, "darwin") == Path.home() / "Library/Caches/recto"


def test_an_endpoint_is_measured_once(tmp_path: Path) -> None:
    told: list[str] = []
    with scripted(dialect=Dialect(json_schema="ignored")) as endpoint:
        for _ in range(2):
            with open_chat(
                endpoint.model,
                endpoint.url,
                profiles=ProfileCache(tmp_path),
                on_measure=lambda: told.append("measuring"),
            ) as model:
                assert model.profile.json_schema == "ignored"
                assert model.complete(HELLO).text == "pear"
    assert told == ["measuring"]


def test_an_endpoint_is_measured_again_on_request(tmp_path: Path) -> None:
    with scripted() as endpoint:
        address = EndpointAddress(endpoint.model, endpoint.url)
        profiles = ProfileCache(tmp_path)
        assert known_profile(address, profiles).temperature
        endpoint.dialect = Dialect(temperature=False)
        assert known_profile(address, profiles).temperature
        assert not known_profile(address, profiles, again=True).temperature
        assert not known_profile(address, profiles).temperature


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
