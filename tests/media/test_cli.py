"""Sound and film from the command line: added, found by four kinds of question, classified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from recto.serving.cli.app import app
from tests.engine.crossmodal.imagebind.making import write_small

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


@pytest.mark.parametrize("text", [(), ("waves",)])
def test_picture_goes_across_modalities_where_the_encoder_of_pages_cannot_look(
    folder: Path, media: Path, tmp_path: Path, text: tuple[str, ...]
) -> None:
    asked = ("search", *text, "--image", media / "beach.png")
    found = _json(folder, *asked)["hits"]
    assert found == _json(folder, *asked, "--in", "image,audio,video,page")["hits"]
    assert {"modality", "similarity"} <= found[0].keys()
    drawn = _json(folder, *asked, "--thumbnails", tmp_path)["hits"]
    assert any(hit["thumbnail"] for hit in drawn)


@pytest.mark.parametrize("option", [("--pages", "1"), ("--strategy", "single")])
def test_what_is_about_pages_alone_does_not_go_across_modalities(
    folder: Path, media: Path, option: tuple[str, str]
) -> None:
    result = _run(folder, "search", "--image", media / "beach.png", *option)
    assert (result.exit_code, option[0] in result.stderr) == (2, True)


def test_arithmetic_from_the_command_line(folder: Path, media: Path) -> None:
    asked = ("--image", media / "beach.png", "--plus-audio", media / "low.wav", "--minus", "people")
    found = _json(folder, "search", *asked, "--plus-text", "waves", "-n", 2)
    assert len({hit["document_id"] for hit in found["hits"]}) == 2


def test_hits_for_people(folder: Path, media: Path) -> None:
    result = _run(folder, "search", "--audio", media / "low.wav", "--in", "audio,video")
    assert result.exit_code == 0
    assert " 1 low.wav" in result.stdout
    assert "   audio 0:0" in result.stdout


def test_thumbnails_where_there_are_some(folder: Path, media: Path, tmp_path: Path) -> None:
    asked = ("search", "--video", media / "talk.mp4", "-n", 2, "--thumbnails", tmp_path / "small")
    hits = _json(folder, *asked)["hits"]
    paths = [Path(hit["thumbnail"]) for hit in hits]
    assert paths[0].name.startswith("talk-")
    assert sorted(paths) == sorted((tmp_path / "small").iterdir())
    for path in paths:
        with Image.open(path) as picture:
            assert (picture.format, picture.width <= 320) == ("WEBP", True)
    (hit, *_) = _json(folder, "search", "--audio", media / "low.wav", "--in", "audio")["hits"]
    assert hit["thumbnail"] is None
    assert _run(folder, "search", "heron", "--thumbnails", tmp_path).exit_code == 2


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


def test_temperature_makes_labels_more_alike(folder: Path, media: Path) -> None:
    asked = ("classify", media / "low.wav", "--labels", "dog, car, bird")
    hot = _json(folder, *asked, "--temperature", 50)["labels"]
    cold = _json(folder, *asked)["labels"]
    assert [label["name"] for label in hot] == [label["name"] for label in cold]
    ratio = [np.log(told[0]["probability"] / told[2]["probability"]) for told in (cold, hot)]
    assert ratio[0] == pytest.approx(50 * ratio[1], rel=1e-2)
    assert _run(folder, *asked, "--temperature", 0).exit_code == 2


def test_conversion_asks_for_the_licence_and_the_file(tmp_path: Path) -> None:
    weights = tmp_path / "imagebind_huge.pth"
    refused = _run(tmp_path, "convert-imagebind", weights, tmp_path / "towers")
    assert (refused.exit_code, LICENCE in refused.stderr) == (2, True)
    accepted = ("convert-imagebind", weights, tmp_path / "towers", "--accept-license", LICENCE)
    missing = _run(tmp_path, *accepted)
    assert (missing.exit_code, "never fetched" in missing.stderr) == (2, True)
    write_small(tmp_path)  # of other sizes than the published file
    assert "weights are missing" in _run(tmp_path, *accepted).stderr
    assert not list((tmp_path / "towers").glob("*"))


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
