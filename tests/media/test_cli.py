"""Sound and film from the command line: added, found by four kinds of question, classified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from recto.serving.cli.app import app

LICENCE = "cc-by-nc-sa-4.0"


def _run(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["--library", str(folder), *map(str, arguments)])


def _json(folder: Path, *arguments: object) -> Any:  # noqa: ANN401
    result = _run(folder, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, towers: Path, media: Path) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "library"
    encoder = ("--crossmodal-encoder", towers, "--accept-license", LICENCE)
    report = _json(folder, "add", media, "--crossmodal", *encoder)
    assert report["complete"]
    assert report["clips"] == sum(document["clips"] for document in report["documents"])
    return folder


def test_four_kinds_of_question(folder: Path, media: Path) -> None:
    for asked, best in (
        (("--audio", media / "low.wav", "--in", "audio"), "low.wav"),
        (("--video", media / "talk.mp4", "--in", "video"), "talk.mp4"),
        (("--image", media / "beach.png", "--in", "image"), "beach.png"),
        (("a heron", "--in", "page"), "birds.pdf"),
    ):
        hit, *_ = _json(folder, "search", *asked)["hits"]
        assert hit["document"] == best
        assert {"modality", "start", "end", "page", "score", "similarity"} <= hit.keys()


def test_arithmetic_from_the_command_line(folder: Path, media: Path) -> None:
    asked = ("--image", media / "beach.png", "--plus-audio", media / "low.wav", "--minus", "people")
    found = _json(folder, "search", *asked, "--plus-text", "waves", "-n", 2)
    assert len({hit["document_id"] for hit in found["hits"]}) == 2


def test_hits_for_people(folder: Path, media: Path) -> None:
    result = _run(folder, "search", "--audio", media / "low.wav", "--in", "audio,video")
    assert result.exit_code == 0
    assert " 1 low.wav" in result.stdout
    assert "   audio 0:0" in result.stdout


def test_pages_are_asked_for_apart(folder: Path, media: Path) -> None:
    result = _run(folder, "search", "--audio", media / "low.wav", "--pages", "1-2")
    assert result.exit_code == 2
    (hit, *_) = _json(folder, "search", "heron")["hits"]
    assert (hit["document"], hit["page"]) == ("birds.pdf", 1)


def test_labels_with_a_library_and_without(
    folder: Path, tmp_path: Path, towers: Path, media: Path
) -> None:
    asked = ("classify", media / "low.wav", "--labels", "dog, car, bird")
    own = _json(folder, *asked)
    other = _json(
        tmp_path / "none", *asked, "--crossmodal-encoder", towers, "--accept-license", LICENCE
    )
    assert own == other
    assert sorted(label["name"] for label in own["labels"]) == ["bird", "car", "dog"]


def test_licence_must_be_accepted(tmp_path: Path, towers: Path, media: Path) -> None:
    result = _run(tmp_path / "library", "add", media, "--crossmodal-encoder", towers)
    assert result.exit_code == 2
    assert LICENCE in result.stderr


def test_removed_media_is_not_found(tmp_path: Path, towers: Path, media: Path) -> None:
    folder = tmp_path / "library"
    encoder = ("--crossmodal-encoder", towers, "--accept-license", LICENCE)
    _json(folder, "add", media / "low.wav", *encoder)
    _json(folder, "remove", "low.wav", "--yes")
    assert _json(folder, "search", "x", "--in", "audio")["hits"] == []
