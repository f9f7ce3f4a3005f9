"""Pages are found by what was written about them, as it comes and changes."""

from __future__ import annotations

import pytest

from recto.engine.errors import NotFound, QuestionError
from recto.engine.store.plan import PageFilter
from recto.engine.strategies.summaries_pages import SummariesPages
from recto.engine.summaries import Summary
from tests.engine.strategies.conftest import DOCUMENT, TEXTS, Shelf

ALL = PageFilter()


def numbers(strategy: SummariesPages, question: str, filter: PageFilter = ALL) -> list[int]:
    return [hit.number for hit in strategy.search(question, limit=5, filter=filter)]


def test_summary_is_found_as_soon_as_it_is_written(shelf: Shelf) -> None:
    strategy = SummariesPages(shelf)
    shelf.summaries.put(DOCUMENT, Summary(number=4, page="Machines of the waterworks."))
    assert numbers(strategy, "waterworks") == [4]
    shelf.summaries.put(DOCUMENT, Summary(number=2, page="Shoals.", figures=("Waterworks.",)))
    assert sorted(numbers(strategy, "waterworks")) == [2, 4]
    assert numbers(strategy, "shoals")[0] == 2
    assert numbers(strategy, "shoals", PageFilter(first=3)) == [4]


def test_what_is_found_is_the_page_itself(shelf: Shelf) -> None:
    shelf.summaries.put(DOCUMENT, Summary(number=4, page="Machines."))
    (hit,) = SummariesPages(shelf).search("machines", limit=5, filter=ALL)
    assert hit.content.text.text == TEXTS[3]


def test_page_that_has_gone_is_not_found_by_its_summary(shelf: Shelf) -> None:
    strategy = SummariesPages(shelf)
    for number in (1, 5):
        shelf.summaries.put(DOCUMENT, Summary(number=number, page="Nature."))
    shelf.store.delete_pages(DOCUMENT, after=3)
    assert numbers(strategy, "nature") == [1]


def test_library_without_summaries_is_told_so(shelf: Shelf) -> None:
    with pytest.raises(NotFound, match="No page of this library has a summary"):
        numbers(SummariesPages(shelf), "nature")
    shelf.store.delete_pages(DOCUMENT)
    shelf.store.delete_documents([DOCUMENT])
    assert numbers(SummariesPages(shelf), "nature") == []


def test_picture_alone_is_no_question(shelf: Shelf) -> None:
    vectors = shelf.encoder.encode_question("fish")
    with pytest.raises(QuestionError, match="in words"):
        SummariesPages(shelf).search(None, limit=5, filter=ALL, vectors=vectors)


def test_table_is_found_by_itself_whatever_else_is_on_its_page(shelf: Shelf) -> None:
    """As one text, the first page has both words close together, though in two tables."""
    chat = " ".join(f"word{number}" for number in range(300))
    apart = ("Heights of towers.", "Food of cranes.")
    shelf.summaries.put(DOCUMENT, Summary(number=1, page="Lists.", tables=apart))
    shelf.summaries.put(DOCUMENT, Summary(number=2, page=chat, tables=("Heights of cranes.",)))
    assert numbers(SummariesPages(shelf), "heights of cranes")[0] == 2


def test_page_is_found_once_by_however_many_of_its_tables(shelf: Shelf) -> None:
    for number in range(1, 6):
        tables = tuple(f"Cranes {part}." for part in range(20))
        shelf.summaries.put(DOCUMENT, Summary(number=number, page="Birds.", tables=tables))
    strategy = SummariesPages(shelf)
    assert sorted(numbers(strategy, "cranes")) == [1, 2, 3, 4, 5]
    assert len(strategy.search("cranes 7", limit=2, filter=ALL)) == 2
    assert sorted(numbers(strategy, "cranes", PageFilter(first=2, last=3))) == [2, 3]


def test_what_two_tables_say_alike_is_kept_once(shelf: Shelf) -> None:
    shelf.summaries.put(DOCUMENT, Summary(number=1, page="Cranes.", tables=("Cranes.", "Cranes.")))
    assert numbers(SummariesPages(shelf), "cranes") == [1]
