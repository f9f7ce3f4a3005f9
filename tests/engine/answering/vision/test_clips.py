"""Frames of films beside pages: shown where there is room, cited by their times."""

from __future__ import annotations

import numpy as np
import pytest

from recto.engine.answering.protocol import ClipTime, Evidence, Settled
from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.answering.vision.sources import prepare
from recto.engine.endpoint.messages import ImagePart, Request, TextPart
from recto.engine.endpoint.pictures import size_of
from recto.engine.endpoint.profile import EndpointProfile
from recto.engine.page import PageContent, PageText
from tests.fakes_chat import FakeChat

from .given import LEASE, Pixels, given

PROFILE = EndpointProfile()


def clip(start: float = 72, name: str = "talk.mp4") -> Evidence:
    def frames(width: int) -> Pixels:
        return np.full((1440, width, 3), 90, np.uint8)

    return Evidence(
        document_id=name,
        document_name=name,
        score=0.0,
        content=PageContent(number=0, width=0, height=0, text=PageText((), "none")),
        image=frames,
        clip=ClipTime(start, start + 10, "video"),
    )


def _answer(*quotes: dict[str, str], text: str = "A man points at a pump.") -> dict[str, object]:
    quoted = [{"source": "S1", "quote": "", "figure": ""} | quote for quote in quotes]
    claim = {"text": text, "quotes": quoted}
    return {"answerable": True, "claims": [claim], "missing": ""}


def _told(request: Request) -> str:
    parts = [part for message in request.messages for part in message.parts]
    return "\n".join(part.text for part in parts if isinstance(part, TextPart))


def _labels(request: Request) -> list[str]:
    parts = [part for message in request.messages for part in message.parts]
    return [part.label for part in parts if isinstance(part, ImagePart)]


def test_clip_is_shown_after_the_pages_and_cited_by_its_times() -> None:
    chat = FakeChat(_answer({"source": "S2", "figure": "a man at a pump, second frame"}))
    found = VisionAnswerer(chat).answer("Who is it?", [given(LEASE, name="lease.pdf"), clip()])
    assert _labels(chat.requests[0]) == ["[S1] lease.pdf, page 1", "[S2] talk.mp4, 1:12–1:22"]
    assert "S2: a name and times in the place of a page number" in _told(chat.requests[0])
    assert found.text == "A man points at a pump. [1] (as the model sees it)"
    (quote,) = found.quotes
    assert (quote.document_id, quote.page, quote.text, quote.boxes) == ("talk.mp4", 0, "", ())
    assert (quote.clip, quote.basis) == (ClipTime(72, 82, "video"), "picture")
    assert found.statements[0].support == "clip"


def test_numbers_of_a_clip_are_taken_as_seen() -> None:
    quote = {"source": "S1", "figure": "a gauge that shows 42 bar"}
    chat = FakeChat(_answer(quote, text="The gauge shows 42 bar."))
    found = VisionAnswerer(chat).answer("What does the gauge show?", [clip()])
    assert [statement.support for statement in found.statements] == ["clip"]


def test_page_and_clip_together_are_no_better_than_the_clip() -> None:
    page = {"source": "S1", "quote": "The tenant pays electricity."}
    seen = {"source": "S2", "figure": "a meter"}
    chat = FakeChat(_answer(page, seen, text="The tenant pays electricity."))
    found = VisionAnswerer(chat).answer("Who pays electricity?", [given(LEASE), clip()])
    assert [quote.clip is None for quote in found.quotes] == [True, False]
    assert found.statements[0].support == "clip"


def test_nothing_is_said_of_films_without_clips() -> None:
    chat = FakeChat(_answer({"quote": "The tenant pays electricity."}, text="The tenant pays."))
    VisionAnswerer(chat).answer("Who pays electricity?", [given(LEASE)])
    assert "frames" not in _told(chat.requests[0])


@pytest.mark.parametrize(
    ("settings", "profile"),
    [
        (VisionSettings(clips=0), PROFILE),
        (VisionSettings(images=False), PROFILE),
        (VisionSettings(), EndpointProfile(images=False)),
    ],
)
def test_clips_are_not_given(settings: VisionSettings, profile: EndpointProfile) -> None:
    answerer = VisionAnswerer(FakeChat(profile=profile), settings)
    (source,) = answerer.sources([given(LEASE), clip()])
    assert source.evidence.clip is None
    assert answerer.answer("Who is it?", [clip()]).reason == "no_pages"


def test_as_many_clips_as_are_set() -> None:
    sources = VisionAnswerer(FakeChat()).sources([clip(0), clip(20), clip(40)])
    assert [str(source.evidence.clip) for source in sources] == ["0:00–0:10", "0:20–0:30"]


def test_pages_go_before_clips_where_few_pictures_are_taken() -> None:
    pages = [given(LEASE, number=number) for number in (1, 2)]
    for most, shown in ((2, [0, 1]), (3, [0, 1, 2])):
        sources = prepare([*pages, clip()], VisionSettings(), EndpointProfile(max_images=most))
        assert [n for n, source in enumerate(sources) if source.picture] == shown
        assert len(sources) == len(shown)  # there is nothing else of a clip


def test_clips_leave_the_pages_their_share_of_the_budget() -> None:
    settings = VisionSettings()
    sources = prepare(
        [given(LEASE, number=n) for n in range(1, 9)] + [clip(), clip(90)], settings, PROFILE
    )
    areas = [w * h for s in sources if s.picture for w, h in [size_of(s.picture)]]
    assert len(areas) == 10
    assert sum(areas) <= settings.image_tokens * 600
    assert min(areas[:8]) > max(areas[8:])


def test_clips_do_not_make_weak_pages_strong() -> None:
    weak = given(LEASE, score=0.0)
    sources = VisionAnswerer(FakeChat()).sources([weak, clip()])
    assert [source.evidence.clip is not None for source in sources] == [True]
    assert VisionAnswerer(FakeChat()).answer("Who?", [weak]).reason == "weak"


def test_streamed_marks_of_clips() -> None:
    chat = FakeChat("A man points at a pump. [S1 figure: a man at a pump]")
    *_, last = VisionAnswerer(chat).stream("Who is it?", [clip()])
    assert isinstance(last, Settled)
    assert [quote.clip for quote in last.answer.quotes] == [ClipTime(72, 82, "video")]
