"""Where settings of the server come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from recto.engine.errors import InputError
from recto.serving.configuration import _KINDS, _TOML, configure, parse_settings
from recto.serving.http.settings import ServeSettings

WHOLE = """
[serve]
port = 9000
host = "127.0.0.2"
origins = ["https://a.example"]
[serve.libraries]
finance = "/srv/finance"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recto.toml"
    path.write_text(text)
    return path


def test_a_flag_prevails_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    configured = configure(
        {"port": 1},
        file=write(tmp_path, WHOLE),
        environment={"RECTO_SERVE_PORT": "2", "RECTO_SERVE_HOST": "::1"},
        home=tmp_path,
    )

    settings = configured.settings
    assert (settings.port, settings.host, settings.origins) == (1, "::1", ("https://a.example",))
    assert dict(settings.libraries) == {"finance": "/srv/finance"}
    assert configured.origins["port"] == "flag"
    assert configured.origins["host"] == "RECTO_SERVE_HOST"
    assert configured.origins["libraries"].endswith("recto.toml")
    assert configured.origins["rate"] == "default"


def test_a_flag_may_be_zero(tmp_path: Path) -> None:
    assert configure({"port": 0}, file=None, environment={}, home=tmp_path).settings.port == 0


def test_without_anything_the_usual_library_is_served(tmp_path: Path) -> None:
    settings = configure({}, file=None, environment={}, home=tmp_path).settings

    assert dict(settings.libraries) == {"main": ".recto"}
    assert settings.state == tmp_path / "recto" / "serve"
    assert settings.is_local


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[serve]\nprt = 1", "no 'prt'"),
        ("[serve]\nport = 'x'", "port is 'x'; expected int"),
        ("[serve]\nport = true", "port is True; expected int"),
        ("[serve]\nnames = [1]", r"names is \(1,\)|names is \[1\]"),
        ("[serve]\napi_key = 'x'", "from the environment"),
        ("serve = 1", "expected a table"),
        ("[serve", "no TOML"),
        ("[serve]\nport = 70000", "70000"),
        ("[serve.libraries]\n'No good' = 'x'", "No good"),
        ("[serve]\naccept_license = 'cc-by-nc-sa-4.0'", "no encoder"),
        ("[serve]\nfetch_hosts = ['files.test']", "set fetch_urls, too"),
        ("[serve]\nfetch_urls = true\nfetch_hosts = ['https://x']", "expected HOST"),
        ("[serve]\nfetch_urls = true\nfetch_timeout = 0", "fetch_timeout is 0"),
        ("[serve]\ncrossmodal_pages = 'yes'", "crossmodal_pages is 'yes'; expected bool"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        configure({}, file=write(tmp_path, text), environment={}, home=tmp_path)


def test_limits_of_the_model_are_set_like_all_else(tmp_path: Path) -> None:
    configured = configure(
        {"model": "m", "max_cost": 0.5},
        file=write(tmp_path, "[serve]\ntimeout = 900\nprice_in = 1\nallow_http = true"),
        environment={"RECTO_SERVE_PRICE_OUT": "2.5", "RECTO_SERVE_CACHE": "/replies"},
        home=tmp_path,
    )
    chosen = configured.settings
    assert (chosen.timeout, chosen.max_cost, chosen.cache) == (900, 0.5, "/replies")
    assert (chosen.price_in, chosen.price_out, chosen.allow_http) == (1, 2.5, True)


def test_limits_without_a_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="set model"):
        configure({"timeout": 9.0}, file=None, environment={}, home=tmp_path)


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("True", True), ("no", False)])
def test_a_variable_may_be_a_switch(tmp_path: Path, value: str, meant: bool) -> None:
    environment = {"RECTO_SERVE_ALLOW_HTTP": value}
    settings = configure({}, file=None, environment=environment, home=tmp_path).settings
    assert settings.allow_http is meant


def test_a_switch_that_is_none_is_refused(tmp_path: Path) -> None:
    environment = {"RECTO_SERVE_ALLOW_HTTP": "maybe"}
    with pytest.raises(InputError, match="expected true or false"):
        configure({}, file=None, environment=environment, home=tmp_path)


def test_the_encoder_of_sound_and_film_is_told_in_parts(tmp_path: Path) -> None:
    text = """
[serve]
crossmodal = "imagebind_huge.pth"
[serve.crossmodal_settings]
dtype = "bfloat16"
"""
    environment = {
        "RECTO_SERVE_ACCEPT_LICENSE": "cc-by-nc-sa-4.0",
        "RECTO_SERVE_CROSSMODAL_PAGES": "true",
    }

    settings = configure(
        {}, file=write(tmp_path, text), environment=environment, home=tmp_path
    ).settings

    assert (settings.crossmodal, settings.accept_license) == (
        "imagebind_huge.pth",
        "cc-by-nc-sa-4.0",
    )
    assert dict(settings.crossmodal_settings) == {"dtype": "bfloat16"}
    assert settings.crossmodal_pages


def test_code_of_encoders_is_trusted_only_where_that_is_said(tmp_path: Path) -> None:
    for environment, trusted in (({}, False), ({"RECTO_SERVE_TRUST_REMOTE_CODE": "true"}, True)):
        configured = configure({}, file=None, environment=environment, home=tmp_path)
        assert configured.settings.trust_remote_code is trusted


def test_documents_are_fetched_from_the_web_only_where_that_is_said(tmp_path: Path) -> None:
    environment = {"RECTO_SERVE_FETCH_URLS": "true", "RECTO_SERVE_FETCH_HOSTS": "a.test, *.b.test"}

    settings = configure({}, file=None, environment=environment, home=tmp_path).settings

    assert (settings.fetch_urls, settings.fetch_hosts) == (True, ("a.test", "*.b.test"))
    assert not configure({}, file=None, environment={}, home=tmp_path).settings.fetch_urls


def test_a_variable_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="RECTO_SERVE_PORT is 'x'"):
        configure({}, file=None, environment={"RECTO_SERVE_PORT": "x"}, home=tmp_path)


def test_every_setting_can_be_configured() -> None:
    settings = set(ServeSettings.__dataclass_fields__)

    assert set(_KINDS) == settings
    assert set(_TOML) == set(_KINDS.values())


def test_any_setting_can_be_a_flag() -> None:
    given = parse_settings(["max_pages=7", "drain=1.5", "names=a,b", "labels=finance=Money"])

    assert given == {
        "max_pages": 7,
        "drain": 1.5,
        "names": ("a", "b"),
        "labels": {"finance": "Money"},
    }


@pytest.mark.parametrize(
    ("value", "told"),
    [("pages=7", "no 'pages'"), ("max_pages=x", "--set max_pages is 'x'"), ("rate", "NAME=VALUE")],
)
def test_a_flag_that_cannot_be_meant_is_refused(value: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse_settings([value])


def test_a_limit_that_is_none_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="max_kept is 0"):
        configure({"max_kept": 0}, file=None, environment={}, home=tmp_path)
