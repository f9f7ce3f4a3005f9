"""The form that all results have, whoever measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recto.benchmarks.result_files import FORM, load, save
from recto.engine.errors import InputError, NotFound

DATA = {"pages": [1, 20, 300], "name": "[\n  1, 2]", "rows": [{"a": [], "b": ["x", "y"]}]}


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = save(tmp_path / "new", kind="speed", command="recto bench speed", data=DATA)
    (result,) = load(path)
    assert (result.kind, result.command, result.data) == ("speed", "recto bench speed", DATA)
    assert result.versions["recto"]
    assert load(tmp_path) == (result,)


def test_a_list_of_numbers_takes_one_line(tmp_path: Path) -> None:
    path = save(tmp_path, kind="speed", command="", data=DATA)
    assert '"pages": [1,20,300]' in path.read_text("utf-8")


def test_a_folder_gives_all_its_results_and_passes_over_other_json(tmp_path: Path) -> None:
    for folder, kind in (("a", "speed"), ("a/b", "quality"), ("a", "answers")):
        save(tmp_path / folder, kind=kind, command="", data={})
    (tmp_path / "other.json").write_text("[1]")
    assert [result.kind for result in load(tmp_path)] == ["answers", "quality", "speed"]


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no result in"):
        load(tmp_path)
    with pytest.raises(NotFound, match="Cannot read"):
        load(tmp_path / "nowhere.json")
    path = tmp_path / "one.json"
    for text, said in {
        "[]": "is no result: it has no 'recto_result'",
        "{": "is no JSON",
        json.dumps({"recto_result": 99}): f"form 99; this recto reads {FORM}",
        json.dumps({"recto_result": FORM, "kind": "speed"}): "is no result of recto bench",
    }.items():
        path.write_text(text)
        with pytest.raises(InputError, match=said):
            load(path)
