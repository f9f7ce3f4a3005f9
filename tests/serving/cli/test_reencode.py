"""`recto reencode`, on a library whose encoder has changed since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recto.engine.errors import RectoWarning
from recto.engine.store.opening import open_edge
from recto.indexing.limits import Limits
from recto.library import Library
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint
from tests.fakes import FakeEncoder
from tests.serving.cli.conftest import PAGES, Run

UNCHECKED = pytest.mark.filterwarnings(f"ignore::{RectoWarning.__module__}.{RectoWarning.__name__}")


@pytest.fixture
def outdated(tmp_path: Path, documents: Path) -> Path:
    """A library by an encoder that is called as the built-in one, and is not it."""
    encoder = FakeEncoder(revision="before")
    encoder.id = replace(encoder.id, name="words")
    folder = tmp_path / "outdated"
    store = open_edge(folder, encoder.id, create=True)
    with Library(folder, store=store, encoder=lambda: encoder, limits=Limits()) as library:
        library.add(documents, tags=["sea"])
    return folder


def test_an_outdated_library_says_what_to_do_and_that_helps(run: Run, outdated: Path) -> None:
    question = ("search", "What do penguins eat?", "--library", outdated, "-n", "1", "--json")
    refused = run(*question)
    assert refused.code == 2
    assert refused.err.endswith(f"recto reencode --library {outdated}\n")
    said = run("reencode", "--library", outdated, "--json")
    assert (said.code, said.err) == (0, "")
    assert said.json.keys() == {"encoder", "changed", "documents", "pages", "seconds", "complete"}
    assert said.json["encoder"]["name"] == "words"
    assert said.json["changed"] is said.json["complete"] is True
    assert said.json["pages"] == sum(map(len, PAGES.values()))
    assert [d["outcome"] for d in said.json["documents"]] == ["encoded", "encoded"]
    assert run(*question).json["hits"][0]["document"] == "penguins.pdf"
    listed = run("list", "--json", "--library", outdated).json["documents"]
    assert [document["tags"] for document in listed] == [["sea"], ["sea"]]


def test_for_people_it_says_what_was_done_or_that_nothing_was(run: Run, outdated: Path) -> None:
    first = run("reencode", "--library", outdated, "--encoder", "words")
    assert first.code == 0
    assert first.out.startswith(f"{outdated} now has the vectors of words (revision ")
    assert "2 documents. Encoded 5 pages in " in first.out
    again = run("reencode", "--library", outdated)
    assert again.code == 0
    assert again.out.startswith(f"Nothing is to be done: {outdated} has the vectors of words")
    assert run("reencode", "--library", outdated, "--quiet").out == ""


def test_lost_sources_are_no_hindrance_and_unknown_encoders_are(run: Run, outdated: Path) -> None:
    assert run("reencode", "--library", outdated, "--encoder", "colqwen9").code == 2
    for source in (outdated / "sources").rglob("*.pdf"):
        source.unlink()
    assert run("reencode", "--library", outdated).code == 0


def test_without_a_library_it_says_how_to_make_one(run: Run, tmp_path: Path) -> None:
    said = run("reencode")
    assert said.code == 3
    assert "recto add" in said.err
    assert list(tmp_path.iterdir()) == []


@needs_colpali
@UNCHECKED
def test_from_words_to_pictures_and_back(
    run: Run, documents: Path, checkpoint: MakeCheckpoint
) -> None:
    question = ("search", "What do penguins eat?", "-n", "1", "--json")
    folder = checkpoint("colqwen2")
    assert run("add", documents).code == 0
    assert run("reencode", "--encoder", folder).code == 0
    assert run(*question).json["hits"][0]["document"] == "penguins.pdf"
    again = run("reencode", "--encoder", folder)
    assert again.out.startswith("Nothing is to be done")
    assert run("reencode", "--encoder", "words").code == 0
    assert run(*question).json["hits"][0]["document"] == "penguins.pdf"
