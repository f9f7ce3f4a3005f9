"""Measuring how well pages are found: with a made-up searcher, and with a real library."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import recto
from recto.benchmarks.busy import Busy
from recto.benchmarks.footprint import bytes_by_arm, datatype
from recto.benchmarks.measurement import Subject
from recto.benchmarks.quality import DEPTH, Judged, Setting, judge, run, summarise
from recto.benchmarks.questions import Place, Question
from recto.benchmarks.stages import watch_adding
from recto.benchmarks.ways import WAYS, Ranked, searcher
from recto.engine.encoders.protocol import PageInput
from recto.engine.errors import InputError, NotFound
from recto.engine.store.plan import DenseArm, Ranking, SearchPlan
from recto.engine.strategies.registry import DEFAULT
from recto.engine.vectors import PageVectors
from recto.library import Library
from tests import pdfs
from tests.fakes import FakeEncoder

A1, A2, B1, B2 = Place("a", 1), Place("a", 2), Place("b", 1), Place("b", 2)
SETTING = Setting(
    subject=Subject(dataset="d", corpus="c", questions="q", encoder="e"),
    encoder_settings={},
    pages=4,
    pages_per_second=12.5,
    adding={},
)


def question(text: str, *relevant: Place) -> Question:
    return Question(text=text, relevant=frozenset(relevant))


def judged(asked: Question, *ranking: Place, seconds: float = 0.0) -> Judged:
    return Judged(
        question=asked, found=tuple(Ranked(place, 0.5) for place in ranking), seconds=seconds
    )


class Shelf:
    """Ranks pages in the order in which it holds them, and remembers what it was asked."""

    def __init__(self, *places: Place) -> None:
        self.places = places
        self.asked: list[tuple[str, Sequence[str] | None]] = []

    def __call__(
        self, question: str, *, limit: int, documents: Sequence[str] | None
    ) -> list[Ranked]:
        self.asked.append((question, documents))
        found = [p for p in self.places if documents is None or p.document in documents]
        return [Ranked(place, 1.0) for place in found[:limit]]


def test_judge_asks_all_documents() -> None:
    shelf = Shelf(A1, A2, B1, B2)
    ((one,),) = judge([question("one", B2)], {"default": shelf}).values()
    assert one.ranking == (A1, A2, B1, B2)
    assert shelf.asked == [("one", None)]


def test_judge_within_document_asks_the_relevant_ones() -> None:
    shelf = Shelf(A1, A2, B1, B2)
    ((one,),) = judge([question("one", B2)], {"default": shelf}, within_document=True).values()
    assert one.ranking == (B1, B2)
    assert shelf.asked == [("one", ("b",))]


def test_ways_take_turns() -> None:
    order: list[str] = []
    asked = [question("one", A1), question("two", A1), question("three", A1)]
    ways = {"a": Shelf(A1), "b": Shelf(B1)}
    found = judge(asked, ways, on_asked=order.append)
    assert order == ["a", "b", "b", "a", "a", "b"]
    for way, place in (("a", A1), ("b", B1)):
        assert [one.question.text for one in found[way]] == ["one", "two", "three"]
        assert {one.ranking for one in found[way]} == {(place,)}


def test_summary_is_the_mean_over_questions() -> None:
    found = judged(question("one", A1), A1, B1, seconds=0.010)
    half = judged(question("two", A2, B2), A1, A2, seconds=0.030)
    lost = judged(question("three", B2), A1, A2, seconds=0.020)
    quality = summarise([found, half, lost], SETTING, read_bytes=1000.0)
    at_two = 0.63093 / (1 + 0.63093)
    assert quality.as_json() == pytest.approx(
        {
            "questions": 3,
            "pages": 4,
            "ndcg@5": (1 + at_two) / 3,
            "ndcg@10": (1 + at_two) / 3,
            "recall@1": 1 / 3,
            "recall@5": 0.5,
            "recall@10": 0.5,
            "mrr": 0.5,
            "pages_per_second": 12.5,
            "search_ms_p50": 20.0,
            "bytes_per_page": 1000.0,
            "store_bytes_per_page": 0.0,
        },
        abs=1e-4,
    )


def test_summary_keeps_the_order_of_its_keys() -> None:
    one = judged(question("one", A1), A1)
    keys = "questions pages ndcg@5 ndcg@10 recall@1 recall@5 recall@10 mrr"
    more = "pages_per_second search_ms_p50 bytes_per_page store_bytes_per_page"
    assert list(summarise([one], SETTING).as_json()) == f"{keys} {more}".split()


def asking(folder: Path, *relevant: dict[str, object]) -> Path:
    path = folder / "questions.jsonl"
    path.write_text(json.dumps({"question": "What do walruses eat?", "relevant": relevant}))
    return path


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, lines in {
        "sea.pdf": ["The tide tables of the harbour.", "Walruses eat clams and sea snails."],
        "land.pdf": ["Horses eat hay and oats.", "Wheat prices in March."],
    }.items():
        pages = [pdfs.Page(content=pdfs.text(72, 700, line)) for line in lines]
        (folder / name).write_bytes(pdfs.pdf(pages))
    return folder


def test_run_finds_the_page_and_reads_nothing_twice(tmp_path: Path, documents: Path) -> None:
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 2})
    (first,) = run(asked, documents, library_folder=tmp_path / "library", name="animals")
    one = first.measured
    assert (len(one.asked), one.pages, one.mean("recall@1"), one.mean("mrr")) == (1, 4, 1.0, 1.0)
    assert one.pages_per_second > 0
    assert (one.subject.dataset, one.subject.confined, one.depth) == ("animals", False, DEPTH)
    assert (one.settings["recall"], one.settings["passages"]) == (0.95, 1.0)
    (again,) = run(asked, documents, library_folder=tmp_path / "library", within_document=True)
    assert again.measured.pages_per_second == 0
    assert {place.document for place in again.judged[0].ranking} == {"sea.pdf"}
    assert again.measured.subject.confined
    assert again.measured.subject.corpus == one.subject.corpus
    assert again.measured.subject.questions == one.subject.questions


def test_other_documents_are_another_corpus(tmp_path: Path, documents: Path) -> None:
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 2})
    (before,) = run(asked, documents)
    (documents / "land.pdf").unlink()
    (after,) = run(asked, documents)
    assert before.measured.subject != after.measured.subject
    assert before.measured.subject.questions == after.measured.subject.questions


def test_the_datatype_is_that_of_the_library(tmp_path: Path, documents: Path) -> None:
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 2})
    library = tmp_path / "library"
    (first,) = run(asked, documents, library_folder=library, patches_datatype="turbo8")
    (again,) = run(asked, documents, library_folder=library)
    assert first.measured.datatype == again.measured.datatype == "turbo8"


def test_depth_is_how_many_pages_are_found(tmp_path: Path, documents: Path) -> None:
    (documents / "long.pdf").write_bytes(
        pdfs.pdf([pdfs.Page(content=pdfs.text(72, 700, f"Note {n}")) for n in range(30)])
    )
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 2})
    (found,) = run(asked, documents, library_folder=tmp_path / "library", depth=25)
    assert (len(found.judged[0].found), found.measured.depth) == (25, 25)
    with pytest.raises(InputError, match="depth 9: the measures look at the first 10"):
        run(asked, documents, depth=9)


def test_run_refuses_a_page_out_of_range(tmp_path: Path, documents: Path) -> None:
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 3})
    with pytest.raises(InputError, match=r"page 3 of 'sea.pdf', which has pages 1 to 2"):
        run(asked, documents)


def test_run_refuses_an_unknown_document(tmp_path: Path, documents: Path) -> None:
    asked = asking(tmp_path, {"document": "sky.pdf", "page": 1})
    with pytest.raises(InputError, match=r"'sky.pdf'; expected one file .* found no file"):
        run(asked, documents)


def test_run_refuses_two_documents_of_one_name(tmp_path: Path, documents: Path) -> None:
    (documents / "old").mkdir()
    (documents / "old" / "sea.pdf").write_bytes((documents / "land.pdf").read_bytes())
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 1})
    with pytest.raises(InputError, match="found 2 files"):
        run(asked, documents)


def test_run_says_why_a_document_cannot_be_indexed(tmp_path: Path, documents: Path) -> None:
    (documents / "sea.pdf").write_bytes(b"%PDF-1.7\nnot really")
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 1})
    with pytest.raises(InputError, match=r"sea\.pdf, which the questions name, cannot be indexed"):
        run(asked, documents)


def test_run_without_a_folder(tmp_path: Path) -> None:
    asked = asking(tmp_path, {"document": "sea.pdf", "page": 1})
    with pytest.raises(NotFound, match="no documents folder"):
        run(asked, tmp_path / "nowhere")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A page that says more, one that says less, and names that the questions repeat."""
    folder = tmp_path_factory.mktemp("ways")
    for name, line in {"walrus.pdf": "clams and snails", "horse.pdf": "hay and oats"}.items():
        (folder / name).write_bytes(pdfs.pdf([pdfs.Page(content=pdfs.text(72, 700, line))]))
    with recto.open(folder / "library") as opened:
        opened.add(folder / "walrus.pdf", folder / "horse.pdf")
        yield opened


PLAIN = [name for name, way in WAYS.items() if way.change or name in (DEFAULT, "single")]
"""Ways that need no summaries and no pictures."""


@pytest.mark.parametrize("way", PLAIN)
def test_every_way_finds_the_page(library: Library, way: str) -> None:
    found = searcher(library, way)("Does the walrus like clams?", limit=10, documents=None)
    assert found[0].place == Place("walrus.pdf", 1)


def test_names_of_documents_count_where_they_are_not_left_out(library: Library) -> None:
    """A name is no word of a page."""

    def ahead(way: str) -> float:
        found = dict(searcher(library, way)("walrus", limit=10, documents=None))
        return found[Place("walrus.pdf", 1)] - found[Place("horse.pdf", 1)]

    assert ahead("default") > ahead("without-names")
    assert list(searcher(library, "words")("walrus", limit=10, documents=None)) == []


def test_stages_are_as_the_ways_say(library: Library) -> None:
    store = library._holdings.store
    patches: list[tuple[bool, float]] = []

    def search(plan: SearchPlan) -> tuple[Ranking, ...]:
        arms = (arm for arm in plan.arms if isinstance(arm, DenseArm) and arm.using == "patches")
        patches.extend((bool(arm.among), arm.recall) for arm in arms)
        return searched(plan)

    searched = store.search
    for way, expected in {
        "default": (False, 0.95),
        "exact": (False, 1.0),
        "two-stage": (True, 0.95),
        "patches": (False, 1.0),
    }.items():
        patches.clear()
        with Busy() as busy:
            busy.replace(store, "search", search)
            searcher(library, way)("What eats hay?", limit=10, documents=None)
        assert patches == [expected], way


def test_bytes_are_those_of_what_a_way_compares(library: Library) -> None:
    sizes = bytes_by_arm(library)
    dim = library.encoder.dim
    # Three words of each page have a vector each.
    assert sizes["patches"] == 3 * dim * 2
    assert sizes["rows"] == dim * 2
    assert sizes["single"] == dim * 4
    assert datatype(library) == "float16"


class StagedEncoder(FakeEncoder):
    """Takes pages in three steps, as encoders of the ColPali family do."""

    batch = 2

    def prepare(self, pages: Sequence[PageInput]) -> Sequence[PageInput]:
        return pages

    def run(self, prepared: Sequence[PageInput]) -> list[PageVectors]:
        return self.encode_pages(prepared)

    def finish(self, result: list[PageVectors]) -> list[PageVectors]:
        return result


def test_an_encoder_of_three_steps_has_three_stages(tmp_path: Path, documents: Path) -> None:
    with recto.open(tmp_path / "library", encoder=StagedEncoder()) as opened, Busy() as busy:
        watch_adding(busy, opened)
        opened.add(documents)
    assert {"read", "prepare", "encode", "finish", "store"} <= busy.seconds.keys()
    assert min(busy.seconds.values()) > 0
