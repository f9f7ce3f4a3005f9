"""Answers from pages and films together, by a model that replies as a test says."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import recto
from recto.engine.answering.protocol import Settled
from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.crossmodal.protocol import CrossModalEncoder, Modality
from recto.engine.endpoint.messages import ImagePart, Request
from recto.engine.errors import MissingExtra, NotFound, RectoWarning
from recto.engine.vectors import FloatArray
from recto.library import Library
from recto.results import Answer
from recto.serving.cli import evidence as drawing
from recto.serving.cli.answers import report
from recto.serving.cli.settings import Settings
from tests.engine.crossmodal.imagebind.conftest import ACCEPTED
from tests.fakes import FakeEncoder
from tests.fakes_chat import FakeChat
from tests.media.conftest import Open
from tests.media.recorder import Recorder

QUESTION = "what does the heron do?"
CLIP = re.compile(r"\[(S\d+)\] talk\.mp4, (\d:\d\d)–(\d:\d\d)$")


def _shown(request: Request) -> list[ImagePart]:
    parts = [part for message in request.messages for part in message.parts]
    return [part for part in parts if isinstance(part, ImagePart)]


def _clips(request: Request) -> list[str]:
    """Labels of the clips that are shown."""
    found = [CLIP.match(part.label) for part in _shown(request)]
    return [match[1] for match in found if match]


def _replied(request: Request) -> dict[str, object]:
    """One statement by the page about herons, and one by the first clip if there is one."""
    page = {"source": "S1", "quote": "the heron waits", "figure": ""}
    claims = [{"text": "The heron waits.", "quotes": [page]}]
    for label in _clips(request)[:1]:
        seen = {"source": label, "quote": "", "figure": "squares of grey, all frames"}
        claims.append({"text": "Grey squares are shown.", "quotes": [seen]})
    return {"answerable": True, "claims": claims, "missing": ""}


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat(_replied)


@pytest.fixture
def answered(filled: Library, chat: FakeChat) -> Answer:
    return filled.ask(QUESTION, answerer=VisionAnswerer(chat))


def test_page_and_clip_are_cited(filled: Library, answered: Answer, chat: FakeChat) -> None:
    page, clip = answered.citations
    assert (page.document.name, page.where, page.quote) == (
        "birds.pdf",
        "page 1",
        "the heron waits",
    )
    assert (page.start, page.end, page.modality) == (None, None, None)
    assert (clip.document.name, clip.page, clip.quote, clip.basis) == (
        "talk.mp4",
        None,
        "",
        "picture",
    )
    assert (clip.start, clip.end) in ((0, 3), (3, 6), (0, 6))
    assert [statement.support for statement in answered.statements] == ["quoted", "clip"]
    assert answered.text.endswith("Grey squares are shown. [2] (as the model sees it)")
    assert clip.where in {part.label.rpartition(", ")[2] for part in _shown(chat.requests[0])}
    assert clip.image(width=64).size == (64, 48)
    assert "birds.pdf" in {hit.document.name for hit in answered.hits}
    assert not any(hit.document.name == "talk.mp4" for hit in answered.hits)


def test_frames_of_that_time_are_sent(answered: Answer, chat: FakeChat) -> None:
    """Three, one below the other; the first scene is dark, the second bright."""
    (part, *_) = [part for part in _shown(chat.requests[0]) if CLIP.match(part.label)]
    picture = np.asarray(Image.open(io.BytesIO(part.data)).convert("L"))
    assert picture.shape == (3 * 96, 128)
    match = CLIP.match(part.label)
    assert match is not None
    if (match[2], match[3]) != ("0:00", "0:06"):
        bright = match[2] == "0:03"
        assert all((frame.mean() > 127) == bright for frame in np.split(picture, 3))


def test_nearest_clips_are_told_whoever_answers(filled: Library, answered: Answer) -> None:
    extractive = filled.ask(QUESTION)
    assert extractive.clips == answered.clips
    assert {clip.modality for clip in answered.clips} <= {"audio", "video"}
    assert len({clip.document.id for clip in answered.clips}) == 2
    assert all(citation.page is not None for citation in extractive.citations)


def test_shapes_for_programs(answered: Answer) -> None:
    told = answered.as_json()
    page, clip = told["citations"]
    assert (page["page"], page["start"], page["end"], page["modality"]) == (1, None, None, None)
    assert clip["page"] is None
    assert (clip["start"], clip["end"]) == (answered.citations[1].start, answered.citations[1].end)
    assert [found["document"] for found in told["clips"]] == [
        clip.document.name for clip in answered.clips
    ]


def test_told_over_http(answered: Answer) -> None:
    pytest.importorskip("fastapi")
    from recto.serving.http.asking import answer_json
    from recto.serving.http.schemas import AnswerInfo
    from recto.serving.openai.chat import url_citations

    told = AnswerInfo.model_validate(answer_json(answered, False)).model_dump()
    assert [citation["page"] for citation in told["citations"]] == [1, None]
    assert told["citations"][1]["start"] == answered.citations[1].start
    assert [clip["document"] for clip in told["clips"]] == [c.document.name for c in answered.clips]
    assert [statement["support"] for statement in told["statements"]] == ["quoted", "clip"]
    link = url_citations(answered, "http://here/")[1]["url_citation"]
    clip = answered.citations[1]
    assert link["url"] == f"http://here/{clip.document.id}?t={clip.start:g}"
    assert link["title"] == f"talk.mp4, {clip.where}"


def test_told_on_a_terminal_with_pictures(
    answered: Answer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = drawing.draw(answered, tmp_path, fresh=False)
    report(answered, written, Settings(library=tmp_path, json=False, quiet=True))
    told = capsys.readouterr().out
    assert f"[2] talk.mp4, {answered.citations[1].where} (frames of the film" in told
    assert "Nearest in sound and film" in told
    page, clip = written.pictures
    assert (page.page, page.start, clip.page, clip.start) == (
        1,
        None,
        None,
        answered.citations[1].start,
    )
    with Image.open(clip.path) as picture:
        assert picture.size == (128, 96)
    (tmp_path / "answers" / "x").mkdir(parents=True)
    kept = clip.path.rename(tmp_path / "answers" / "x" / clip.path.name)
    drawing.forget(answered.citations[0].document, tmp_path)
    assert kept.exists()
    drawing.forget(answered.citations[1].document, tmp_path)
    assert not kept.exists()


def test_streamed(filled: Library) -> None:
    def said(request: Request) -> str:
        return f"Squares. [{_clips(request)[0]} figure: squares of grey]"

    *_, last = filled.ask_stream(QUESTION, answerer=VisionAnswerer(FakeChat(said)))
    assert isinstance(last, Settled)
    (citation,) = last.answer.citations
    assert (citation.document.name, citation.page) == ("talk.mp4", None)


def test_deep_answers_read_pages_and_tell_of_clips(filled: Library) -> None:
    enough: dict[str, object] = {"questions": []}
    chat = FakeChat(_replied, enough)
    found = filled.ask(QUESTION, answerer=VisionAnswerer(chat), deep=True)
    assert [citation.where for citation in found.citations] == ["page 1"]
    assert _clips(chat.requests[0]) == []
    assert found.clips


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ({"pages": (1, 2)}, 0),
        ({"documents": ["birds.pdf"]}, 0),
        ({"where": 'kind = "pdf"'}, 0),
        ({"where": "page = 1"}, 0),
        ({"where": 'kind in ("pdf", "mov")'}, 1),
    ],
)
def test_clips_are_of_the_same_part_as_pages(
    filled: Library, chat: FakeChat, part: dict[str, Any], shown: int
) -> None:
    found = filled.ask(QUESTION, answerer=VisionAnswerer(chat), **part)
    assert len({citation.where for citation in found.citations}) == 1 + shown
    assert bool(found.clips) == bool(shown)
    assert {clip.document.name for clip in found.clips} <= {"talk.mp4"}


def test_film_alone_is_asked_about(filled: Library) -> None:
    def said(request: Request) -> dict[str, object]:
        seen = {"source": _clips(request)[0], "quote": "", "figure": "squares"}
        claims = [{"text": "Grey squares are shown.", "quotes": [seen]}]
        return {"answerable": True, "claims": claims, "missing": ""}

    answerer = VisionAnswerer(FakeChat(said))
    found = filled.ask(QUESTION, answerer=answerer, documents=["talk.mp4"])
    assert [citation.document.name for citation in found.citations] == ["talk.mp4"]
    assert found.hits == ()


def test_sound_alone_is_told_and_not_shown(filled: Library, chat: FakeChat) -> None:
    documents = ["birds.pdf", "low.wav", "noise.wav"]
    found = filled.ask(QUESTION, answerer=VisionAnswerer(chat), documents=documents)
    assert {clip.document.name for clip in found.clips} == {"low.wav", "noise.wav"}
    assert all(citation.document.name == "birds.pdf" for citation in found.citations)
    assert not any("wav" in part.label for part in _shown(chat.requests[0]))


def test_nothing_of_another_tenant_is_shown(open_library: Open, media: Path) -> None:
    mine = open_library(tenant="a")
    other = mine.within("b")
    mine.add(media / "talk.mp4")
    other.add(media / "birds.pdf")
    chat = FakeChat(_replied)
    found = other.ask(QUESTION, answerer=VisionAnswerer(chat))
    assert (found.clips, _clips(chat.requests[0])) == ((), [])
    assert [citation.document.name for citation in found.citations] == ["birds.pdf"]


class _WithoutExtra(Recorder):
    def encode_text(self, texts: Sequence[str], *, target: Modality) -> FloatArray:
        raise MissingExtra('av cannot be imported. Install it: pip install "recto[crossmodal]"')


@pytest.fixture
def without_extra(tmp_path: Path, filled: Library, media: Path) -> Iterator[Library]:
    encoder: CrossModalEncoder = filled._holdings.shared.crossmodal.encoder
    with recto.open(
        tmp_path / "library", encoder=FakeEncoder(), crossmodal=_WithoutExtra(encoder)
    ) as library:
        library.add(media / "talk.mp4", media / "birds.pdf")
        yield library


def test_pages_answer_without_the_extra(without_extra: Library, chat: FakeChat) -> None:
    with pytest.warns(RectoWarning, match="Sound and film were not searched: av cannot be"):
        found = without_extra.ask(QUESTION, answerer=VisionAnswerer(chat))
    assert [citation.document.name for citation in found.citations] == ["birds.pdf"]
    assert found.clips == ()


def test_pages_answer_without_the_encoder(tmp_path: Path, towers: Path, media: Path) -> None:
    moved = shutil.copytree(towers, tmp_path / "towers")
    place = tmp_path / "library"
    with recto.open(
        place, encoder=FakeEncoder(), crossmodal=moved, crossmodal_settings=ACCEPTED
    ) as library:
        library.add(media / "low.wav", media / "birds.pdf")
    shutil.rmtree(moved)
    with (
        recto.open(place, encoder=FakeEncoder()) as library,
        pytest.warns(RectoWarning, match="Sound and film were not searched"),
    ):
        assert library.ask(QUESTION).clips == ()


def test_film_whose_file_is_not_here_is_left_out(
    library: Library, media: Path, chat: FakeChat
) -> None:
    library.add(media / "talk.mp4", media / "birds.pdf")
    library.source("talk.mp4").unlink()
    with pytest.warns(RectoWarning, match=r"talk\.mp4, \d:\d\d–\d:\d\d is read without"):
        found = library.ask(QUESTION, answerer=VisionAnswerer(chat))
    assert [citation.document.name for citation in found.citations] == ["birds.pdf"]
    with pytest.raises(NotFound):
        found.clips[0].thumbnail()
