"""`search`, `ask`, `list`, `show` and `doctor` on a library that is there."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.serving.cli.conftest import PAGES, Run

QUESTION = "What do penguins eat?"


def assert_box(box: Sequence[float]) -> None:
    x0, y0, x1, y1 = box
    assert 0 <= x0 <= x1 <= 1
    assert 0 <= y0 <= y1 <= 1


def is_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def test_search_json_has_the_published_shape(run: Run, library: Path) -> None:
    said = run("search", QUESTION, "--library", library, "--json", "-n", "3")
    assert said.code == 0
    assert said.json.keys() == {"question", "hits"}
    assert said.json["question"] == QUESTION
    assert len(said.json["hits"]) == 3
    for hit in said.json["hits"]:
        assert hit.keys() == {"document", "document_id", "page", "score", "matches"}
        assert hit["document"] in PAGES
        assert is_hash(hit["document_id"])
        assert isinstance(hit["page"], int)
        assert isinstance(hit["score"], float)
        for match in hit["matches"]:
            assert match.keys() == {"box", "score"}
            assert_box(match["box"])
    best = said.json["hits"][0]
    assert (best["document"], best["page"]) == ("penguins.pdf", 1)
    assert best["matches"]


def test_search_for_people_shows_place_and_matched_words(run: Run, library: Path) -> None:
    said = run("search", QUESTION, "--library", library, "-n", "1")
    heading, words = said.out.splitlines()
    assert heading.split()[:4] == ["1", "penguins.pdf,", "page", "1"]
    assert "Penguins eat krill" in words


def test_search_is_confined_by_document_pages_and_tag(run: Run, library: Path) -> None:
    confined = ["--document", "lighthouse.pdf", "--pages", "2-", "--tag", "sea"]
    said = run("search", QUESTION, "-l", library, "--json", *confined)
    assert [(hit["document"], hit["page"]) for hit in said.json["hits"]] == [("lighthouse.pdf", 2)]


def test_search_that_matches_nothing_says_so(run: Run, library: Path) -> None:
    said = run("search", QUESTION, "--library", library, "--tag", "mountains")
    assert (said.code, said.out) == (0, "No page matches.\n")


def test_search_with_a_picture_needs_an_encoder_that_reads_them(
    run: Run, library: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (40, 40)).save(tmp_path / "asked.png")
    said = run("search", "--image", "asked.png", "--library", library)
    assert (said.code, said.out) == (2, "")
    assert "'words' cannot be asked with a picture" in said.err
    assert "--crossmodal" in said.err
    assert "--in image" in said.err


def test_search_without_question_and_picture_is_refused(run: Run, library: Path) -> None:
    assert run("search", "--library", library).code == 2


def test_library_may_stand_before_or_after_or_in_the_environment(run: Run, library: Path) -> None:
    before = run("--library", library, "--json", "list")
    after = run("list", "--json", "--library", library)
    environment = run("list", "--json", env={"RECTO_LIBRARY": str(library)})
    assert before.code == 0
    assert before.out == after.out == environment.out
    assert {document["document"] for document in before.json["documents"]} == set(PAGES)


def test_list_json_has_what_is_known_of_a_document(
    run: Run, library: Path, documents: Path
) -> None:
    listed = run("list", "--json", "--library", library).json["documents"]
    assert [document["document"] for document in listed] == sorted(PAGES)
    for document in listed:
        path = documents / document["document"]
        assert document["pages"] == len(PAGES[path.name])
        assert document["bytes"] == path.stat().st_size
        assert document["paths"] == [str(path)]
        assert document["tags"] == ["sea"]
        assert is_hash(document["document_id"])


def test_list_for_people_is_a_table(run: Run, library: Path) -> None:
    heading, *rows = run("list", "--library", library).out.splitlines()
    assert heading.split() == ["document", "pages", "size", "added", "id", "tags"]
    assert [row.split()[:2] for row in rows[:2]] == [["lighthouse.pdf", "2"], ["penguins.pdf", "3"]]
    assert rows[-1] == "2 documents, 5 pages."


def test_ask_json_has_the_published_shape(run: Run, library: Path) -> None:
    said = run("ask", QUESTION, "--library", library, "--json", "--no-pictures")
    assert said.code == 0
    assert said.json.keys() == {"question", "answer", "abstained", "citations"} | {
        "reason",
        "missing",
        "statements",
        "usage",
        "asked",
        "rewriting",
        "trace",
        "incomplete",
        "clips",
    }
    assert (said.json["incomplete"], said.json["clips"]) == ("", [])
    assert (said.json["asked"], said.json["rewriting"], said.json["trace"]) == (None, "none", [])
    assert (said.json["reason"], said.json["missing"], said.json["usage"]) == (None, "", None)
    assert said.json["statements"][0]["citations"] == [1]
    assert said.json["abstained"] is False
    citation = said.json["citations"][0]
    assert citation.keys() == {"document", "document_id", "page", "quote", "boxes"} | {
        "basis",
        "approximate",
        *("start", "end", "modality"),
    }
    assert (citation["start"], citation["approximate"]) == (None, False)
    assert (citation["document"], citation["page"]) == ("penguins.pdf", 1)
    assert citation["quote"] in PAGES["penguins.pdf"][0]
    for box in citation["boxes"]:
        assert_box(box)


def test_ask_writes_pictures_with_the_quotes_marked(run: Run, library: Path) -> None:
    said = run("ask", QUESTION, "--library", library, "--json")
    (first, *_) = said.json["pictures"]
    path = library / "answers" / "what-do-penguins-eat" / "penguins-p1.png"
    assert (first["document"], first["page"], first["path"]) == ("penguins.pdf", 1, str(path))
    with Image.open(path) as image:
        colours = np.asarray(image.convert("RGB")).astype(int)
    grey = np.ptp(colours, axis=2) < 8  # text is black on white, so colour is a mark
    assert 0 < (~grey).mean() < 0.2


def test_ask_for_people_names_pages_quotes_and_pictures(
    run: Run, library: Path, tmp_path: Path
) -> None:
    said = run("ask", QUESTION, "--library", library, "--pictures", "seen")
    assert said.code == 0
    assert "krill" in said.out.splitlines()[0]
    assert "[1] penguins.pdf, page 1: “Penguins eat krill, squid and small fish.”" in said.out
    assert "seen/penguins-p1.png" in said.out
    assert (tmp_path / "seen" / "penguins-p1.png").exists()


def test_ask_abstains_in_plain_words(run: Run, library: Path) -> None:
    said = run("ask", "Which airline flies to Zanzibar?", "--library", library, "--json")
    assert said.code == 0
    assert said.json["abstained"] is True
    assert said.json["citations"] == said.json["pictures"] == []
    assert said.json["answer"]


def test_ask_without_a_place_for_pictures_still_answers(
    run: Run, library: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    said = run("ask", QUESTION, "--library", library, "--pictures", "file/pictures")
    assert said.code == 1
    assert "krill" in said.out
    assert "no picture: penguins.pdf, page 1" in said.err
    assert "cannot be written" in said.err


def test_show_writes_a_picture_and_says_where(run: Run, library: Path, tmp_path: Path) -> None:
    said = run("show", "penguins.pdf", "2", "-o", "page.png", "--width", "300", "-l", library)
    with Image.open(tmp_path / "page.png") as image:
        assert (image.format, image.width) == ("PNG", 300)
        height = image.height
    assert said.out == f"Wrote page.png (300 × {height} pixels).\n"


def test_show_marks_what_a_question_matches(run: Run, library: Path, tmp_path: Path) -> None:
    plain = run("show", "penguins.pdf", "1", "-o", "plain.png", "-l", library)
    marked = run(
        "show",
        "penguins.pdf",
        "1",
        "-o",
        "marked.png",
        "--question",
        QUESTION,
        "-l",
        library,
        "--json",
    )
    assert plain.code == marked.code == 0
    assert marked.json["path"] == "marked.png"
    assert marked.json["matches"]
    with Image.open(tmp_path / "plain.png") as one, Image.open(tmp_path / "marked.png") as other:
        assert one.size == other.size
        assert one.convert("RGB").tobytes() != other.convert("RGB").tobytes()


def test_show_paints_the_heat_of_a_word(run: Run, library: Path) -> None:
    def shown(*options: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        said = run("show", "penguins.pdf", "1", "-o", "heat.png", *options, "-l", library)
        assert said.code == 0, said.err
        return np.asarray(Image.open("heat.png"))

    bare = shown()
    whole = shown("--question", "Do penguins eat krill?", "--heat")
    word = shown("--question", "Do penguins eat krill?", "--heat", "--token", "KRILL")

    assert (whole != bare).any()
    assert (word != bare).any()
    assert (word != whole).any()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--heat"], "no --question"),
        (["--question", "krill", "--token", "krill"], "with --heat only"),
        (["--question", "krill", "--heat", "--token", "squid"], "is no token of the question"),
    ],
)
def test_show_refuses_heat_of_nothing(
    run: Run, library: Path, options: list[str], told: str
) -> None:
    said = run("show", "penguins.pdf", "1", *options, "-l", library)

    assert said.code == 2
    assert told in said.err


def test_show_to_stdout_writes_the_picture_alone(run: Run, library: Path) -> None:
    said = run("show", "penguins.pdf", "2", "-o", "-", "--width", "100", "-l", library)
    with Image.open(io.BytesIO(said.raw)) as image:
        assert (image.format, image.width) == ("PNG", 100)


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "x", "--document", "absent.pdf"],
        ["ask", "x", "--document", "absent.pdf"],
        ["show", "absent.pdf", "1"],
        ["show", "penguins.pdf", "4"],
        ["remove", "absent.pdf", "--yes"],
    ],
)
def test_what_is_not_there_is_3(run: Run, library: Path, arguments: list[str]) -> None:
    said = run(*arguments, "--library", library, "--json")
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith("error: ")
    assert "absent.pdf" in said.err or "penguins.pdf" in said.err


@pytest.mark.parametrize("question", ["", " ", "?!", "why " * 2000])
@pytest.mark.parametrize("words", [["search"], ["ask"], ["show", "a.pdf", "1", "--question"]])
def test_a_question_that_cannot_be_searched_is_2(
    run: Run, library: Path, words: list[str], question: str
) -> None:
    said = run(*words, question, "--library", library)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: The question ")


def test_doctor_passes_here(run: Run, library: Path) -> None:
    said = run("doctor", "--library", library, "--json")
    assert said.code == 0
    assert said.json["self_test"]["passed"] is True
    assert said.json["library"]["documents"] == len(PAGES)
    assert said.json["library"]["pages"] == sum(map(len, PAGES.values()))
    assert {package["name"] for package in said.json["packages"]} >= {"onnxruntime", "typer"}
    assert all(package["installed"] for package in said.json["packages"])
    poppler = next(extra for extra in said.json["extras"] if extra["name"] == "poppler")
    assert poppler["command"] == 'pip install "recto[poppler]"'


@pytest.mark.parametrize("within", [[], ["--within-document"]])
def test_bench_quality_prints_the_published_shape(
    run: Run, library: Path, documents: Path, tmp_path: Path, within: list[str]
) -> None:
    relevant = [{"document": "penguins.pdf", "page": 1}]
    line = json.dumps({"question": QUESTION, "relevant": relevant})
    (tmp_path / "questions.jsonl").write_text(line)
    command = ["bench", "quality", "questions.jsonl", str(documents), "--json", *within]
    measured = run(*command, "--library", library).json
    speed = {"pages_per_second", "search_ms_p50"}
    size = {"bytes_per_page", "store_bytes_per_page"}
    assert measured["store_bytes_per_page"] > measured["bytes_per_page"] > 0
    assert measured.keys() - speed - size == {
        *("questions", "pages", "ndcg@5", "ndcg@10", "recall@1", "recall@5", "recall@10", "mrr")
    }
    assert measured.keys() >= speed
    assert (measured["questions"], measured["pages"]) == (1, sum(map(len, PAGES.values())))
    assert measured["ndcg@5"] == measured["recall@1"] == measured["mrr"] == 1
