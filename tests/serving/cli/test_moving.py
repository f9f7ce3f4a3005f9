"""Libraries are named by address, copied, exported and imported from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.store.remote.standin import StandIn, running
from tests.serving.cli.conftest import Run


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("RECTO_QDRANT_GRPC", "no")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with running() as standin:
        yield standin


def test_library_goes_to_a_server_and_is_used_there(
    run: Run, library: Path, server: StandIn, tmp_path: Path
) -> None:
    place = f"{server.address}/sea"
    ran = run("copy", library, place)
    assert ran.code == 0
    assert ran.out.startswith(f"{place} has 2 documents, of which 2 were copied now (5 pages, ")
    found = run("search", "krill", "--json", env={"RECTO_LIBRARY": place}).json
    assert found["hits"][0]["document"] == "penguins.pdf"
    assert run("list", "--library", place, "--json").json["documents"][0]["tags"] == ["sea"]
    answered = run("ask", "How long is a chick fed?", "--library", place)
    assert "eight weeks" in answered.out
    assert [*(tmp_path / "data" / "recto").glob("127.0.0.1_*_sea/answers/*/*.png")]
    assert "2 documents, 5 pages" in run("doctor", "--library", place).out
    again = run("copy", library, place, "--json").json
    assert [document["outcome"] for document in again["documents"]] == ["unchanged"] * 2


def test_how_it_lies_there_is_said_on_the_command_line(
    run: Run, library: Path, server: StandIn
) -> None:
    place = f"{server.address}/six"
    settings = ("--server-setting", "shards=6", "--server-setting", "rows_graph=32")
    assert run("copy", library, place, "--datatype", "turbo8", *settings).code == 0
    (made,) = server.requests("PUT /collections/six.pages.1$")
    assert made.body["shard_number"] == 6
    assert made.body["vectors"]["rows"]["hnsw_config"]["m"] == 32
    assert made.body["vectors"]["patches"]["datatype"] == "turbo8"
    wrong = run("copy", library, place, "--server-setting", "shard=6")
    assert (wrong.code, "'shard', which is no setting" in wrong.err) == (2, True)
    assert run("search", "krill", "--library", place, "--recall", "0.5", "--json").json["hits"]


def test_datatype_of_a_copy_in_a_folder(run: Run, library: Path, tmp_path: Path) -> None:
    assert run("copy", library, "small", "--datatype", "turbo4").code == 0
    made = json.loads((tmp_path / "small" / "library.json").read_text())
    assert made["patches_datatype"] == "turbo4"
    wrong = run("copy", library, "smaller", "--datatype", "turbo2")
    assert (wrong.code, "'turbo2'; expected one of" in wrong.err) == (2, True)
    misplaced = run("copy", library, "other", "--server-setting", "shards=6")
    assert (misplaced.code, "is a folder" in misplaced.err) == (2, True)


def test_exported_library_is_imported(run: Run, library: Path, tmp_path: Path) -> None:
    assert run("export", "sea.zip", "--library", library).code == 0
    ran = run("import", "sea.zip", "--library", "new", "--json")
    assert (ran.code, ran.json["pages"], ran.json["complete"]) == (0, 5, True)
    assert run("search", "krill", "--library", "new", "--json").json["hits"]
    twice = run("export", "sea.zip", "--library", library)
    assert (twice.code, "already" in twice.err) == (2, True)


def test_server_that_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    ran = run("list", "--library", "http://127.0.0.1:1/sea")
    assert ran.code == 5
    assert "http://127.0.0.1:1" in ran.err


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("http://127.0.0.1:1", "names no library"),
        ("http://user:very-secret@127.0.0.1:1/sea", "user or password"),
        ("http://8.8.8.8/sea", "unencrypted"),
    ],
)
def test_address_that_cannot_be_used(
    run: Run, place: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTO_QDRANT_KEY", "very-secret")
    ran = run("list", "--library", place)
    assert ran.code == 2
    assert said in ran.err
    assert "very-secret" not in ran.err


def test_no_library_on_the_server(run: Run, server: StandIn) -> None:
    ran = run("search", "krill", "--library", f"{server.address}/sea")
    assert (ran.code, f"recto add PATH --library {server.address}/sea" in ran.err) == (3, True)
