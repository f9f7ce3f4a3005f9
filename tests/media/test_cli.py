"""Sound and film from the command line: added, found by four kinds of question, classified."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from recto.serving.cli.app import app
from tests.endpoints.known import make_known
from tests.endpoints.scripted import Asked, Reply, scripted
from tests.engine.crossmodal.imagebind.making import write_small
from tests.indexing.media.making import write_film

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


def test_file_that_lacks_what_is_asked_with_is_named(
    folder: Path, media: Path, tmp_path: Path
) -> None:
    mute = write_film(tmp_path / "mute.mkv", np.zeros((6, 16, 16, 3), np.uint8), 6)
    for option, other, file, lacked in (
        ("--audio", "--video", mute, "no sound"),
        ("--video", "--audio", media / "low.wav", "no pictures"),
    ):
        result = _run(folder, "search", option, file)
        assert result.exit_code != 0
        assert all(told in result.stderr for told in (file.name, lacked, other, "expected"))


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


def test_question_to_a_library_with_film_tells_clips(folder: Path) -> None:
    answer = _json(folder, "ask", "what does the heron do?", "--no-pictures")
    assert [cited["document"] for cited in answer["citations"]] == ["birds.pdf"]
    assert {clip["modality"] for clip in answer["clips"]} <= {"audio", "video"}
    assert {clip["document"] for clip in answer["clips"]} <= {"low.wav", "noise.wav", "talk.mp4"}
    assert answer["clips"]
    shown = _run(folder, "ask", "what does the heron do?", "--no-pictures").stdout
    for clip in answer["clips"]:
        assert f"  {clip['document']}, 0:" in shown


def _seen(asked: Asked) -> Reply:
    """A statement by the first clip of the film, as its label names it."""
    label = re.search(r"\[(S\d+)\] talk\.mp4, \d:\d\d–\d:\d\d", asked.text)
    assert label is not None
    quote = {"source": label[1], "quote": "", "figure": "squares of grey, all frames"}
    claim = {"text": "Grey squares are shown.", "quotes": [quote]}
    return Reply.json({"answerable": True, "claims": [claim], "missing": ""})


def test_answer_by_a_model_cites_a_clip_of_a_film(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    with scripted([_seen, _seen]) as endpoint:
        make_known(endpoint)
        model = ("--model", endpoint.model, "--base-url", endpoint.url)
        asked = ("ask", "what does the heron do?", *model, "--pictures", tmp_path / "drawn")
        answer = _json(folder, *asked)
        shown = _run(folder, *asked)
    (cited,) = answer["citations"]
    assert (cited["document"], cited["page"], cited["modality"]) == ("talk.mp4", None, "video")
    assert [statement["support"] for statement in answer["statements"]] == ["clip"]
    (picture,) = answer["pictures"]
    assert (picture["document"], picture["start"]) == ("talk.mp4", cited["start"])
    assert Path(picture["path"]).is_file()
    assert "  [1] talk.mp4, 0:0" in shown.stdout
