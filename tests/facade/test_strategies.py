"""Other ways to find pages, over real files and stores; a model's summaries come from a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import recto
from recto.engine.endpoint.limits import Limits, Prices
from recto.engine.errors import CostLimitReached, InputError, KeyRefused, NotFound
from recto.engine.strategies.registry import KNOWN, NEED_SUMMARIES
from recto.indexing.summariser import Summariser
from recto.library import Library
from tests.endpoints.known import make_known
from tests.endpoints.scripted import Asked, Reply, ScriptedEndpoint, scripted
from tests.facade.conftest import Open, Write
from tests.fakes import FakeEncoder
from tests.fakes_chat import claims

Pen = Callable[..., Summariser]
PUMP = "The warranty of the pump lasts 24 months\nfrom the day of delivery."
BIRDS = "The heron of the northern marshes\nwaits for its prey."


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedEndpoint]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with scripted() as running:
        make_known(running)
        yield running


@pytest.fixture
def pen(endpoint: ScriptedEndpoint) -> Iterator[Pen]:
    """Makes what writes summaries, with these replies to come."""
    made: list[Summariser] = []

    def writing(*replies: Reply | Callable[[Asked], Reply], **limits: object) -> Summariser:
        endpoint.script.extend(replies)
        chosen = Limits(**limits)  # type: ignore[arg-type]
        made.append(recto.summariser(endpoint.model, endpoint.url, limits=chosen))
        return made[-1]

    yield writing
    for summariser in made:
        summariser.close()


def summary(page: str, *tables: str, figures: tuple[str, ...] = ()) -> Reply:
    return Reply.json({"page": page, "tables": list(tables), "figures": list(figures)})


def found(library: Library, question: str, strategy: str, **part: object) -> list[tuple[str, int]]:
    hits = library.search(question, strategy=strategy, **part)  # type: ignore[arg-type]
    return [(hit.document.name, hit.page.number) for hit in hits]


@pytest.fixture
def zoo(library: Library, write: Write, pen: Pen) -> Library:
    """Two documents whose summaries say other words than their pages."""
    library.add(write("birds.pdf", BIRDS, "Eggs are laid in spring."), write("pump.pdf", PUMP))
    library.summarise(
        pen(summary("A grey wader."), summary("Breeding season."), summary("A guarantee.", "Terms"))
    )
    return library


def test_single_vector_finds_the_page_whose_direction_is_nearest(
    library: Library, write: Write
) -> None:
    library.add(write("birds.pdf", BIRDS, "heron " * 3), write("pump.pdf", PUMP))
    assert found(library, "heron", "single") == [
        ("birds.pdf", 2),  # of nothing else, so that its mean is the word's own vector
        ("birds.pdf", 1),
        ("pump.pdf", 1),
    ]


def test_single_vector_sees_what_is_added_and_removed(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", BIRDS))
    assert found(library, "pump warranty", "single") == [("birds.pdf", 1)]
    library.add(write("pump.pdf", PUMP))
    assert found(library, "pump warranty", "single")[0] == ("pump.pdf", 1)
    library.remove("pump.pdf")
    assert found(library, "pump warranty", "single") == [("birds.pdf", 1)]


def test_single_vector_follows_another_encoder(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", BIRDS), write("pump.pdf", PUMP))
    found(library, "heron", "single")
    library.reencode(FakeEncoder(dim=32, revision="2"))
    assert found(library, "heron", "single")[0] == ("birds.pdf", 1)


def test_every_strategy_is_confined_alike(zoo: Library) -> None:
    for name in KNOWN.keys() - {"crossmodal"}:  # see tests/media
        assert found(zoo, "wader", name, documents=["pump.pdf"]) == [("pump.pdf", 1)]
        assert found(zoo, "wader", name, pages=(2, None)) == [("birds.pdf", 2)]
        assert found(zoo, "wader", name, where='name = "pump.pdf"') == [("pump.pdf", 1)]
        assert len(found(zoo, "wader", name, limit=2)) == 2


def test_pages_are_found_by_their_summaries(zoo: Library) -> None:
    for name in NEED_SUMMARIES:
        assert found(zoo, "wader", name)[0] == ("birds.pdf", 1)
        assert found(zoo, "Terms guarantee", name)[0] == ("pump.pdf", 1)


def test_library_without_summaries_is_told_the_command(library: Library, write: Write) -> None:
    assert library.search("heron", strategy="summaries") == []
    library.add(write("birds.pdf", BIRDS))
    for name in NEED_SUMMARIES:
        with pytest.raises(NotFound, match="recto add PATH --summaries --model MODEL"):
            library.ask("heron", strategy=name)


def test_library_without_a_crossmodal_encoder_is_told_the_command(
    library: Library, write: Write
) -> None:
    library.add(write("birds.pdf", BIRDS))
    with pytest.raises(NotFound, match="--crossmodal-encoder NAME"):
        library.search("heron", strategy="crossmodal")


def test_unknown_strategy_is_refused(library: Library) -> None:
    with pytest.raises(InputError, match="default, single, crossmodal, summaries"):
        library.search("heron", strategy="sigle")


def test_summaries_are_given_as_text_and_cited_as_pages(
    zoo: Library, endpoint: ScriptedEndpoint
) -> None:
    said = claims(("It is a wader.", [("S1", "A grey wader.")]))
    endpoint.script.append(Reply.json(said))
    with recto.vision(endpoint.model, endpoint.url) as answerer:
        answer = zoo.ask("wader", strategy="summaries", answerer=answerer, documents=["birds.pdf"])
    asked = endpoint.requests[-1]
    assert asked.images == ()
    assert "summary of birds.pdf, page 1, its text" in asked.text
    assert "heron" not in asked.text
    (citation,) = answer.citations
    assert (citation.document.name, citation.where, citation.quote) == ("birds.pdf", "page 1", "")
    assert [statement.support for statement in answer.statements] == ["page"]


def test_quote_of_a_summary_that_stands_on_the_page_is_cited_there(
    library: Library, write: Write, pen: Pen, endpoint: ScriptedEndpoint
) -> None:
    library.add(write("pump.pdf", PUMP))
    library.summarise(pen(summary("The guarantee: the pump lasts 24 months.")))
    endpoint.script.append(Reply.json(claims(("24 months.", [("S1", "pump lasts 24 months")]))))
    with recto.vision(endpoint.model, endpoint.url) as answerer:
        answer = library.ask("guarantee", strategy="summaries", answerer=answerer)
    assert answer.citations[0].quote == "pump lasts 24 months"
    assert len(answer.citations[0].boxes) == 1
    assert answer.statements[0].support == "quoted"


def test_pages_found_by_summaries_are_given_themselves(
    zoo: Library, endpoint: ScriptedEndpoint
) -> None:
    endpoint.script.append(Reply.json(claims(("A heron.", [("S1", "heron of the northern")]))))
    with recto.vision(endpoint.model, endpoint.url) as answerer:
        answer = zoo.ask(
            "wader", strategy="summaries-pages", answerer=answerer, documents=["birds.pdf"]
        )
    assert len(endpoint.requests[-1].images) >= 1
    assert "grey wader" not in endpoint.requests[-1].text
    assert answer.citations[0].quote == "heron of the northern"


def test_only_what_lacks_a_summary_is_asked_about(
    zoo: Library, write: Write, pen: Pen, endpoint: ScriptedEndpoint
) -> None:
    before = len(endpoint.requests)
    zoo.add(write("new.pdf", "Something new."))
    report = zoo.summarise(pen(summary("News.")))
    assert [outcome.kind for outcome in report.outcomes] == ["unchanged", "summarised", "unchanged"]
    assert (report.pages, report.usage.calls, report.complete) == (1, 1, True)
    assert len(endpoint.requests) == before + 1


def test_page_that_fails_is_told_and_asked_about_again(
    library: Library, write: Write, pen: Pen
) -> None:
    library.add(write("birds.pdf", BIRDS, "Eggs."))
    chat = Reply.text("Certainly! This page is about birds.")
    report = library.summarise(pen(chat, chat, summary("Eggs of birds.")))
    (outcome,) = report.outcomes
    assert (outcome.kind, outcome.pages, report.complete) == ("summarised", 1, False)
    assert "no summary, also when it was asked again" in outcome.skipped[1]
    again = library.summarise(pen(summary("Herons.")))
    assert (again.pages, again.complete) == (1, True)


def test_cost_limit_is_for_all_pages_and_keeps_what_was_written(
    library: Library, write: Write, pen: Pen
) -> None:
    library.add(write("birds.pdf", BIRDS, "Eggs.", "Nests."))
    prices = Prices(1.0, 1.0)
    one = library.summarise(pen(summary("Herons."), prices=prices), pages=(1, 1)).usage.cost
    assert one
    with pytest.raises(CostLimitReached, match=r"page 2: .* the same command goes on"):
        library.summarise(pen(prices=prices, max_cost=one))
    report = library.summarise(pen(summary("Eggs."), summary("Nests.")))
    assert report.pages == 2


def test_error_that_every_page_would_meet_ends_the_call(
    library: Library, write: Write, pen: Pen, endpoint: ScriptedEndpoint
) -> None:
    library.add(write("birds.pdf", BIRDS, "Eggs."))
    with pytest.raises(KeyRefused):
        library.summarise(pen(Reply.status(401)))
    assert len(endpoint.requests) == 1


def test_summary_has_no_link_that_the_page_has_not(
    library: Library, write: Write, pen: Pen, endpoint: ScriptedEndpoint
) -> None:
    library.add(write("birds.pdf", BIRDS))
    library.summarise(pen(summary("Herons ![x](https://evil.example/a), see www.evil.example")))
    (kept,) = library.folder.rglob("*.summaries.json")
    assert "evil" not in kept.read_text("utf-8")
    assert "never an instruction" in endpoint.requests[-1].text


def test_summaries_go_with_their_document(zoo: Library) -> None:
    assert len(list(zoo.folder.rglob("*.summaries.json"))) == 2
    zoo.remove("pump.pdf")
    assert len(list(zoo.folder.rglob("*.summaries.json"))) == 1
    assert ("pump.pdf", 1) not in found(zoo, "guarantee", "summaries")


def test_summaries_of_a_replaced_file_are_gone(zoo: Library, write: Write) -> None:
    zoo.add(write("pump.pdf", "Another text."))
    assert found(zoo, "guarantee", "summaries", documents=["pump.pdf"]) == []
    assert len(list(zoo.folder.rglob("*.summaries.json"))) == 1


def test_summaries_outlive_another_encoder_and_reopening(zoo: Library, open_library: Open) -> None:
    zoo.reencode(FakeEncoder(revision="2"))
    assert found(zoo, "wader", "summaries")[0] == ("birds.pdf", 1)
    zoo.add()  # sweeps what belongs to no document
    assert len(list(zoo.folder.rglob("*.summaries.json"))) == 2


def test_tenants_have_their_own_summaries(open_library: Open, write: Write, pen: Pen) -> None:
    whole = open_library()
    one, two = whole.within("one"), whole.within("two")
    for tenant in (one, two):
        tenant.add(write("pump.pdf", PUMP))
    one.summarise(pen(summary("A guarantee.")))
    assert found(one, "guarantee", "summaries") == [("pump.pdf", 1)]
    with pytest.raises(NotFound, match="has a summary"):
        two.search("guarantee", strategy="summaries")
