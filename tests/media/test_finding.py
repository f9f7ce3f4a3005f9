"""Any modality finds any; what is found says where; filters confine it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recto.engine.crossmodal.arithmetic import unit
from recto.engine.crossmodal.protocol import Depth, Sound
from recto.engine.errors import InputError, NotFound, QuestionError
from recto.library import Library
from tests.indexing.media.making import tone


@pytest.mark.parametrize(
    ("kind", "name", "modality"),
    [
        ("audio", "low.wav", "audio"),
        ("audio", "noise.wav", "audio"),
        ("video", "talk.mp4", "video"),
        ("image", "beach.png", "image"),
        ("image", "night.png", "image"),
    ],
)
def test_file_finds_itself_first(
    filled: Library,
    media: Path,
    kind: str,
    name: str,
    modality: Any,  # noqa: ANN401
) -> None:
    asked: dict[str, Any] = {kind: media / name}
    (best, *_) = filled.find(**asked, targets=[modality])
    assert (best.document.name, best.modality) == (name, modality)
    assert best.similarity > 0.7  # a whole film is the mean of its scenes


def test_text_ranks_each_modality_as_the_encoder_does(filled: Library, media: Path) -> None:
    encoder = filled._holdings.shared.crossmodal.encoder
    (asked,) = encoder.encode_text(["a dog barks"], target="audio")
    reader = filled._holdings.shared.crossmodal.reader
    expected = {}
    for name in ("low.wav", "noise.wav"):
        with reader.open(media / name) as opened:
            from recto.indexing.media.clips import sound_clips

            sounds = [clip.sound for clip in sound_clips(opened)]
            expected[name] = float((encoder.encode_audio(sounds) @ asked).max())
    hits = filled.find("a dog barks", targets=["audio"], moments=1, documents=[*expected])
    assert [hit.document.name for hit in hits] == sorted(expected, key=lambda n: -expected[n])
    for hit in hits:
        assert hit.similarity == pytest.approx(expected[hit.document.name], abs=2e-3)


def test_all_modalities_come_in_one_list(filled: Library) -> None:
    hits = filled.find("a dog barks", limit=10)
    assert {hit.modality for hit in hits} == {"audio", "video", "image", "page"}
    names = [hit.document.name for hit in hits]
    assert [n for i, n in enumerate(names) if n not in names[:i]] == list(dict.fromkeys(names))
    assert sorted({*names}) == [document.name for document in filled.documents()]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_hits_say_where(filled: Library, media: Path) -> None:
    (film, *_) = filled.find(video=media / "talk.mp4", targets=["video"])
    assert (film.page, film.end - film.start) == (None, 3)
    assert film.where in ("0:00–0:03", "0:03–0:06")
    (page, *_) = filled.find("heron", targets=["page"])
    assert (page.start, page.end, page.where) == (0, 0, f"page {page.page}")
    assert page.as_json()["document"] == "birds.pdf"


def test_limit_counts_documents_and_moments_their_hits(filled: Library) -> None:
    assert len({hit.document.id for hit in filled.find("x", limit=2)}) == 2
    hits = filled.find("x", limit=9, moments=1)
    assert len(hits) == len({hit.document.id for hit in hits}) == 6


def test_arithmetic_is_of_directions(filled: Library, media: Path) -> None:
    encoder = filled._holdings.shared.crossmodal.encoder
    sound = Sound(tone(2, 16000, 700), 16000)
    texts = encoder.encode_text(["waves", "people"], target="audio")
    (heard,) = encoder.encode_audio([sound])
    meant = unit(texts[0] + heard - texts[1])
    hits = filled.find("waves", audio=sound, minus="people", targets=["audio"], limit=9, moments=9)
    with filled._holdings.shared.crossmodal.reader.open(media / "noise.wav") as opened:
        from recto.indexing.media.clips import sound_clips

        clips = encoder.encode_audio([clip.sound for clip in sound_clips(opened)])
    found = [hit.similarity for hit in hits if hit.document.name == "noise.wav"]
    assert found[0] == pytest.approx(float((clips @ meant).max()), abs=2e-3)


def test_what_cancels_itself_is_refused(filled: Library) -> None:
    with pytest.raises(QuestionError, match="cancel each other"):
        filled.find("people", minus="people")


def test_measurements_can_be_asked_with(filled: Library) -> None:
    rng = np.random.default_rng(1)
    depth = Depth(rng.uniform(1, 9, (40, 50)).astype(np.float32), 300)
    thermal = rng.integers(0, 256, (40, 50), np.uint8)
    motion = rng.standard_normal((6, 2000)).astype(np.float32)
    for asked in ({"depth": depth}, {"thermal": thermal}, {"imu": motion}):
        found = filled.find(**asked, limit=9)
        assert len({hit.document.id for hit in found}) == 6


def test_filters_confine(filled: Library) -> None:
    assert {h.document.name for h in filled.find("x", documents=["low.wav"])} == {"low.wav"}
    assert filled.find("x", tags=["none"]) == []
    found = filled.find("x", where='kind = "wav" and not name ~ "noise"', limit=9)
    assert {hit.document.name for hit in found} == {"low.wav"}
    assert {hit.modality for hit in filled.find("x", targets=["image", "page"], limit=9)} == {
        "image",
        "page",
    }


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({}, "Nothing is asked"),
        ({"text": " "}, "at least one letter"),
        ({"text": "x", "targets": ["smell"]}, "'smell'"),
        ({"text": "x", "limit": 0}, "at least 1"),
        ({"audio": "nowhere.wav"}, "nowhere.wav"),
    ],
)
def test_bad_question_is_refused(filled: Library, asked: dict[str, Any], match: str) -> None:
    with pytest.raises(InputError, match=match):
        filled.find(**asked)


def test_pictures_of_hits(filled: Library, media: Path) -> None:
    for hit in filled.find("x", limit=9):
        assert hit.thumbnail(width=96).width == 96
    assert filled.frame("talk.mp4", 4.5, width=64).size == (64, 48)
    assert filled.waveform("low.wav", points=50).shape == (50, 2)
    part = filled.waveform("low.wav", start=1, end=2, points=10)
    assert np.allclose(part, [[-0.5, 0.5]] * 10, atol=0.02)
    rest = filled.waveform("low.wav", start=11.5, points=10)
    assert np.array_equal(rest, filled.waveform("low.wav", start=11.5, end=99, points=10))
    assert np.allclose(rest, [[-0.5, 0.5]] * 10, atol=0.02)
    for start, end in ((5, 4), (12, None), (-1, 2), (99, 100)):
        with pytest.raises(InputError, match=r"lasts 12\.0 s"):
            filled.waveform("low.wav", start=start, end=end)
    with pytest.raises(NotFound, match="sound alone"):
        filled.frame("low.wav", 1)
    with pytest.raises(NotFound, match="has pages"):
        filled.waveform("birds.pdf")


def test_labels_are_weighed_by_softmax(filled: Library, media: Path) -> None:
    encoder = filled._holdings.shared.crossmodal.encoder
    names = ["dog", "car", "bird"]
    with filled._holdings.shared.crossmodal.reader.open(media / "talk.mp4") as opened:
        (film,) = encoder.encode_video([opened.film()], whole=True)
    logits = 100 * (encoder.encode_text(names, target="video") @ film).astype(np.float64)
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    found = filled.classify(media / "talk.mp4", names)
    assert [label.name for label in found] == [names[i] for i in np.argsort(-expected)]
    assert [label.probability for label in found] == pytest.approx(
        sorted(expected, reverse=True), abs=1e-3
    )
    for name in ("low.wav", "beach.png"):
        assert sum(label.probability for label in filled.classify(media / name, names)) == (
            pytest.approx(1)
        )


@pytest.mark.parametrize("labels", ["dog", ["dog"], []])
def test_labels_must_be_several(filled: Library, media: Path, labels: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match="two or more"):
        filled.classify(media / "low.wav", labels)
