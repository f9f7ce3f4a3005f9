"""`recto plan`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serving.cli.conftest import Run


def test_plan_lists_choices_and_marks_the_one_to_use(run: Run) -> None:
    said = run("plan", "--pages", "1e4", "--encoder", "colqwen2.5", "--cores", "2")
    assert said.code == 0
    lines = said.out.splitlines()
    assert len([line for line in lines if line.startswith("*")]) == 2
    assert "disk, GB" in lines[0]
    assert any(line.startswith("* to use: ") for line in lines)


def test_plan_json_holds_the_same(run: Run) -> None:
    asked = ["--pages", "1e4", "--encoder", "colqwen2.5", "--memory", "64", "--disk", "500"]
    said = run("plan", *asked, "--within", "2000", "--json").json
    assert said["workload"] == {
        **{"pages": 10_000, "vectors": 743, "dim": 128, "question": 20, "pools": True}
    }
    assert said["recommended"] in said["choices"]
    assert said["recommended"]["place"] == "folder"
    assert said["recommended"]["milliseconds"] <= 2000
    assert said["measured"]["date"]


def test_settings_to_use_are_options_of_the_command_line(run: Run, library: Path) -> None:
    asked = ("plan", "--pages", "1e5", "--encoder", "colqwen2.5", "--cores", "2")
    limits = ("--memory", "8", "--disk", "100", "--within", "600")
    said = run(*asked, *limits, "--json").json["options"]
    assert said == {"add": ["--encoder-setting", "pool_factor=3"], "search": ["--recall", "1"]}
    assert run("search", "penguins", "-l", library, *said["search"]).code == 0
    told = "a folder, with recto add … --encoder-setting pool_factor=3; recto search … --recall 1"
    assert told in run(*asked, *limits).out


def test_a_machine_without_cores_is_refused(run: Run) -> None:
    assert run("plan", "--pages", "10", "--cores", "0").code == 2


def test_plan_of_more_than_a_folder_takes_names_a_server(run: Run) -> None:
    said = run("plan", "--pages", "1e9", "--encoder", "colpali", "--json").json
    assert said["recommended"]["place"] == "server"


def test_plan_of_the_built_in_encoder_does_not_pool(run: Run) -> None:
    said = run("plan", "--pages", "5000", "--json").json
    assert {choice["pool_factor"] for choice in said["choices"]} == {1}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--pages", "0"], "--pages is 0; expected 1 to 1e12."),
        (["--pages", "1", "--encoder", "nobody"], "'nobody'; expected one of words, "),
    ],
)
def test_plan_of_what_cannot_be_is_refused(run: Run, arguments: list[str], message: str) -> None:
    said = run("plan", *arguments)
    assert said.code == 2
    assert message in said.err
