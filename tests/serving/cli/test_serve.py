"""`recto serve`, `recto keys` and `recto config`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

import recto

from .conftest import Run

pytest.importorskip("fastapi")


@pytest.fixture
def state(tmp_path: Path) -> tuple[str, str]:
    return "--state", str(tmp_path / "state")


def test_a_key_is_shown_once_and_then_by_its_beginning(run: Run, state: tuple[str, str]) -> None:
    made = run("keys", "create", "web", "--right", "write", *state).out.strip()

    listed = run("keys", "list", *state, "--json").json["keys"]

    assert [(key["name"], key["right"]) for key in listed] == [("web", "write")]
    assert made.startswith(listed[0]["id"])
    assert made not in json.dumps(listed)


def test_a_revoked_key_is_gone(run: Run, state: tuple[str, str]) -> None:
    made = run("keys", "create", "web", *state, "--json").json

    assert run("keys", "revoke", made["id"], *state).code == 0

    assert run("keys", "list", *state, "--json").json["keys"] == []
    assert run("keys", "revoke", made["id"], *state).code == 3


def test_an_unknown_right_is_refused(run: Run, state: tuple[str, str]) -> None:
    ran = run("keys", "create", "web", "--right", "all", *state)

    assert ran.code == 2
    assert "read, write, admin" in ran.err


def test_config_tells_values_and_where_they_come_from(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "recto.toml"
    file.write_text("[serve]\nport = 9000\n")

    told = run("config", "--config", str(file), "--json").json

    assert told["port"] == {"value": 9000, "from": str(file)}
    assert told["host"] == {"value": "127.0.0.1", "from": "default"}


def test_a_setting_without_a_flag_of_its_own_is_set_by_name(run: Run) -> None:
    told = run("config", "--set", "max_pages=7", "--set", "rate=3", "--json").json

    assert told["max_pages"] == {"value": 7, "from": "flag"}
    assert told["rate"] == {"value": 3, "from": "flag"}
    assert run("config", "--set", "pages=7").code == 2


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--fetch-host", "a.test"), "set fetch_urls, too"),
        (("--fetch-urls", "--fetch-host", "https://a.test"), "expected HOST"),
    ],
)
def test_hosts_to_fetch_from_that_cannot_be_meant_are_refused(
    run: Run, state: tuple[str, str], flags: tuple[str, ...], told: str
) -> None:
    ran = run("serve", *flags, "--port", "0", *state)

    assert ran.code == 2
    assert told in ran.err


def test_telemetry_without_a_collector_is_refused(
    run: Run, state: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)

    ran = run("serve", "--port", "0", "--set", "telemetry=yes", *state)

    assert ran.code == 2
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in ran.err


@pytest.mark.parametrize("others", [("--host", "0.0.0.0"), ("--name", "docs.example.org")])
def test_others_are_not_let_in_without_a_key(
    run: Run, state: tuple[str, str], others: tuple[str, str]
) -> None:
    ran = run("serve", *others, "--port", "0", *state)

    assert ran.code == 2
    assert f"{others[1]} can be reached from other machines" in ran.err
    assert "recto keys create" in ran.err


def test_what_keeps_the_server_from_starting_is_said_alone(
    run: Run, state: tuple[str, str], tmp_path: Path
) -> None:
    place = str(tmp_path / "library")
    with socket.create_server(("127.0.0.1", 0)) as taken, recto.open(place):
        port = str(taken.getsockname()[1])
        ends = [
            run("serve", place, "--port", port, *state),
            run("serve", place, "--port", "0", *state),
        ]

    assert [ran.code for ran in ends] == [2, 2]
    assert f"port {port}: Address already in use" in ends[0].err
    assert "open in one process at a time" in ends[1].err
    assert not any("Serving" in ran.err or "Traceback" in ran.err for ran in ends)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_server_answers_until_it_is_told_to_stop(tmp_path: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "recto.serving.cli.app", "serve", str(tmp_path / "library")]
    options = ["--port", "0", "--state", str(tmp_path / "state"), "--json"]
    with subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as server:
        assert server.stdout is not None
        try:
            address = json.loads(server.stdout.readline())["address"]
            assert httpx2.get(f"{address}/readyz", timeout=60).json() == {"status": "ok"}
            server.send_signal(stop)
            assert server.wait(timeout=60) in (0, 130, -stop)
        finally:
            server.kill()
