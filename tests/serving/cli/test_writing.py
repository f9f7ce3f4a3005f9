"""`add`, `remove` and `ask` with paths: what changes a library, and what must not harm it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests import pdfs
from tests.serving.cli.conftest import PAGES, Run, write_pdf


def test_add_reports_every_file(run: Run, documents: Path) -> None:
    first = run("add", documents, "--json", "--tag", "sea", "--meta", "year=2018")
    again = run("add", documents)
    assert first.code == again.code == 0
    assert first.json.keys() == {"documents", "pages", "clips", "seconds", "complete"}
    assert first.json["pages"] == sum(map(len, PAGES.values()))
    assert first.json["complete"] is True
    for document in first.json["documents"]:
        assert document["outcome"] == "added"
        assert document["error"] is None
    assert again.out == "Documents: 2 unchanged.\n"
    listed = run("list", "--json", "--tag", "sea").json["documents"]
    assert [document["metadata"] for document in listed] == [{"year": 2018}] * 2


def test_a_broken_file_is_listed_and_the_others_are_indexed(run: Run, tmp_path: Path) -> None:
    write_pdf(tmp_path / "in" / "good.pdf", *PAGES["penguins.pdf"])
    (tmp_path / "in" / "broken.pdf").write_bytes(b"%PDF-1.7\nnot really")
    (tmp_path / "in" / "locked.pdf").write_bytes(pdfs.pdf([b""], encrypted=True))
    said = run("add", "in", "--json")
    assert said.code == 1
    assert said.json["complete"] is False
    outcomes = {Path(d["path"]).name: d for d in said.json["documents"]}
    assert outcomes["good.pdf"]["outcome"] == "added"
    assert outcomes["broken.pdf"]["error"]["kind"] == "DamagedFile"
    assert outcomes["locked.pdf"]["error"]["kind"] == "EncryptedFile"
    reasons = said.err.splitlines()
    assert [reason.split(":")[0] for reason in reasons] == ["failed", "failed"]
    assert "broken.pdf" in reasons[0]
    assert "locked.pdf" in reasons[1]
    hits = run("search", "penguin chick", "-n", "1", "--json").json["hits"]
    assert [(hit["document"], hit["page"]) for hit in hits] == [("good.pdf", 2)]


def test_one_command_goes_from_a_folder_to_an_answer(run: Run, documents: Path) -> None:
    said = run("ask", "How often does the fog horn sound?", documents, "--json")
    assert said.code == 0
    citation = said.json["citations"][0]
    assert (citation["document"], citation["page"]) == ("lighthouse.pdf", 2)
    assert Path(said.json["pictures"][0]["path"]).is_relative_to(".recto/answers")


def test_a_question_with_paths_is_asked_of_them_alone(run: Run, tmp_path: Path) -> None:
    write_pdf(tmp_path / "first.pdf", "The fee of the first contract is 100 dollars.")
    write_pdf(tmp_path / "second.pdf", "The fee of the second contract is 200 dollars.")
    assert run("add", "first.pdf").code == 0
    said = run("ask", "What is the fee of the contract?", "second.pdf", "--json", "--no-pictures")
    assert {citation["document"] for citation in said.json["citations"]} == {"second.pdf"}


def test_an_answer_from_partly_broken_paths_is_given_with_exit_code_1(
    run: Run, tmp_path: Path
) -> None:
    write_pdf(tmp_path / "good.pdf", *PAGES["penguins.pdf"])
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\n")
    said = run("ask", "What do penguins eat?", "good.pdf", "broken.pdf", "--no-pictures")
    assert said.code == 1
    assert "krill" in said.out
    assert "broken.pdf" in said.err


@pytest.mark.parametrize("words", [["add"], ["ask", "What is it?"]])
def test_paths_that_are_not_there_make_no_library(
    run: Run, tmp_path: Path, words: list[str]
) -> None:
    said = run(*words, "absent.pdf")
    assert said.code == 2
    assert "absent.pdf" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [["search", "x"], ["ask", "x"], ["list"], ["show", "a.pdf", "1"], ["remove", "a.pdf", "--yes"]],
)
def test_a_missing_library_is_3_with_the_command_that_makes_one(
    run: Run, tmp_path: Path, words: list[str]
) -> None:
    said = run(*words, "--library", "my finance")
    assert (said.code, said.out) == (3, "")
    assert "recto add PATH --library 'my finance'" in said.err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_library_says_how_to_fill_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    added = run("add", "in")
    searched = run("search", "anything")
    assert added.code == searched.code == 0
    assert "No documents in in." in added.err
    assert searched.out == "The library .recto is empty. Add documents: recto add PATH\n"
    assert run("search", "anything", "--json").json == {"question": "anything", "hits": []}


def test_remove_needs_yes_where_nobody_can_be_asked(run: Run, documents: Path) -> None:
    run("add", documents)
    refused = run("remove", "penguins.pdf")
    partly = run("remove", "penguins.pdf", "absent.pdf", "--yes")
    assert (refused.code, partly.code) == (2, 3)
    assert len(run("list", "--json").json["documents"]) == 2
    removed = run("remove", "penguins.pdf", "penguins.pdf", "--yes", "--json")
    assert [document["document"] for document in removed.json["removed"]] == ["penguins.pdf"]
    hits = run("search", "penguins", "--json").json["hits"]
    assert {hit["document"] for hit in hits} == {"lighthouse.pdf"}
    assert (documents / "penguins.pdf").exists()


def test_remove_leaves_no_picture_of_a_page_in_the_library(run: Run, documents: Path) -> None:
    run("ask", "How often does the fog horn sound?", documents)
    run("ask", "What do penguins eat?")
    assert run("remove", "penguins.pdf", "--yes").code == 0
    left = [path.name for path in Path(".recto").rglob("*.png")]
    assert left == ["lighthouse-p2.png"]


HOSTILE = (
    b"[bold red]markup[blink] :smile:.pdf",
    b"\x1b[2J\x1b]0;owned\x07escape.pdf",
    b"two\nlines.pdf",
    b"caf\xe9.pdf",
    "\u202efdp.elif".encode() + b".pdf",
    b"-rf --yes.pdf",
)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse these names")
def test_hostile_file_names_do_no_harm(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for number, name in enumerate(HOSTILE):
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
        write_pdf(path, f"Penguins eat krill in colony {number}.")
    added = run("add", "in", "--json")
    assert added.code == 0
    paths = {os.fsencode(document["path"]) for document in added.json["documents"]}
    assert paths == {os.fsencode(folder) + b"/" + name for name in HOSTILE}
    listed = run("list")
    asked = run("ask", "What do penguins eat in colony 0?", "--pictures", "out")
    found = run("search", "krill", "-n", "9")
    for said in (listed, asked, found):
        assert said.code == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(said.out)
        assert "owned" not in said.out or "[2J]0;owned" in said.out
    assert "[bold red]markup[blink] :smile:.pdf" in listed.out
    assert len(listed.out.splitlines()) == len(HOSTILE) + 3
    pictures = list((tmp_path / "out").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.name.isprintable()


def test_doctor_fails_on_a_damaged_library(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".recto").mkdir()
    (tmp_path / ".recto" / "library.json").write_text("{")
    said = run("doctor", "--json")
    assert said.code == 1
    assert said.json["self_test"]["passed"] is True
    assert said.json["library"]["broken"] is True
    assert "library.json" in said.json["library"]["error"]
