"""What a user of `recto.open` relies on: adding, finding, replacing, removing, showing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import recto
from recto.engine.answering.protocol import DraftAnswer, Evidence, Quote
from recto.engine.errors import (
    DamagedFile,
    EncoderMismatch,
    InputError,
    InternalError,
    NotFound,
    QuestionError,
)
from recto.indexing.limits import Limits
from recto.indexing.progress import Progress
from recto.library import Library
from tests.facade.conftest import Open, Write
from tests.fakes import FakeEncoder


def _found(library: Library, question: str, **filters: object) -> list[tuple[str, int]]:
    """The pages found that have a word of the question."""
    hits = library.search(question, limit=20, **filters)  # type: ignore[arg-type]
    wanted = set(question.split())
    return [(h.document.name, h.page.number) for h in hits if wanted & set(h.page.text.split())]


def test_public_names() -> None:
    assert recto.__all__ == sorted(recto.__all__)
    assert all(hasattr(recto, name) for name in recto.__all__)
    assert len(recto.__all__) <= 12


def test_add_then_search(library: Library, write: Write) -> None:
    write("birds.pdf", "the heron waits", "the swift flies")
    path = write("fish.pdf", "the pike lurks")
    report = library.add(path.parent)
    assert [(o.path.name, o.kind, o.pages) for o in report.outcomes] == [
        ("birds.pdf", "added", 2),
        ("fish.pdf", "added", 1),
    ]
    assert report.complete
    assert _found(library, "swift") == [("birds.pdf", 2)]
    assert [(d.name, d.pages) for d in library.documents()] == [("birds.pdf", 2), ("fish.pdf", 1)]


def test_add_twice_does_nothing(library: Library, write: Write) -> None:
    path = write("birds.pdf", "the heron waits")
    library.add(path)
    before = library.documents()
    (outcome,) = library.add(path).outcomes
    assert (outcome.kind, outcome.pages) == ("unchanged", 0)
    assert library.documents() == before


def test_add_a_changed_file_replaces_it(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", "the heron waits", "the swift flies"))
    (outcome,) = library.add(write("birds.pdf", "the crane dances")).outcomes
    assert (outcome.kind, outcome.pages) == ("replaced", 1)
    assert [document.pages for document in library.documents()] == [1]
    assert _found(library, "heron swift") == []
    assert _found(library, "crane") == [("birds.pdf", 1)]


def test_same_bytes_are_one_document(library: Library, write: Write) -> None:
    first = write("birds.pdf", "the heron waits")
    second = write("copy/birds.pdf", "the heron waits")
    library.add(first.parent)
    (document,) = library.documents()
    assert set(document.paths) == {str(first), str(second)}


def test_changing_one_of_two_copies_keeps_the_other(library: Library, write: Write) -> None:
    first = write("birds.pdf", "the heron waits")
    write("copy/birds.pdf", "the heron waits")
    library.add(first.parent)
    library.add(write("birds.pdf", "the crane dances"))
    assert _found(library, "heron") == [("birds.pdf", 1)]
    assert _found(library, "crane") == [("birds.pdf", 1)]
    assert library.document("copy/birds.pdf").id != library.document("files/birds.pdf").id


def test_remove_leaves_nothing(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", "the heron waits"))
    library.page("birds.pdf", 1).image(100)
    removed = library.remove("birds.pdf")
    assert library.documents() == []
    assert library.search("heron") == []
    left = [p.name for p in library.folder.rglob("*") if removed.id in str(p)]
    assert left == []


def test_add_again_restores_lost_bytes(library: Library, write: Write) -> None:
    path = write("birds.pdf", "the heron waits")
    library.add(path)
    (kept,) = (library.folder / "sources").rglob("*.pdf")
    kept.unlink()
    assert library.add(path).outcomes[0].kind == "unchanged"
    assert kept.read_bytes() == path.read_bytes()


def test_add_does_not_read_the_library_itself(library: Library, write: Write) -> None:
    path = write("birds.pdf", "the heron waits")
    folder = library.folder.parent  # of both the files and the library
    library.add(folder)
    library.page("birds.pdf", 1).image(100)
    (outcome,) = library.add(folder).outcomes
    assert (outcome.path, outcome.kind) == (path, "unchanged")


def test_removed_file_can_be_added_again(library: Library, write: Write) -> None:
    path = write("birds.pdf", "the heron waits")
    library.add(path)
    library.remove("birds.pdf")
    assert library.add(path).outcomes[0].kind == "added"
    assert _found(library, "heron") == [("birds.pdf", 1)]


def test_bad_file_fails_alone(library: Library, write: Write) -> None:
    path = write("a.pdf", "the heron waits")
    (path.parent / "b.pdf").write_bytes(b"%PDF-1.7\nnothing follows")
    write("c.pdf", "the swift flies")
    report = library.add(path.parent)
    assert [outcome.kind for outcome in report.outcomes] == ["added", "failed", "added"]
    assert isinstance(report.failed[0].error, DamagedFile)
    assert not report.complete
    assert [document.name for document in library.documents()] == ["a.pdf", "c.pdf"]
    assert len(list((library.folder / "sources").rglob("*.pdf"))) == 2


def test_bad_page_is_skipped_alone(open_library: Open, write: Write) -> None:
    library = open_library(limits=Limits(characters=40))
    report = library.add(write("birds.pdf", "the heron waits", "swift " * 20, "the crane dances"))
    (outcome,) = report.outcomes
    assert (outcome.kind, outcome.pages, list(outcome.skipped)) == ("added", 2, [2])
    assert not report.complete
    assert list(library.documents()[0].skipped) == [2]
    again = library.add(outcome.path)
    assert (again.outcomes[0].kind, list(again.outcomes[0].skipped)) == ("unchanged", [2])
    assert not again.complete
    assert _found(library, "crane") == [("birds.pdf", 3)]
    with pytest.raises(NotFound, match=r"page 2.*characters"):
        library.page("birds.pdf", 2)


def test_fault_of_ours_fails_one_file(open_library: Open, write: Write) -> None:
    class Faulty(FakeEncoder):
        def encode_pages(self, pages):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            if "heron" in pages[0].content.text.text:
                raise ZeroDivisionError("a bug")
            return super().encode_pages(pages)

    library = open_library(encoder=Faulty)
    path = write("a.pdf", "the heron waits")
    write("b.pdf", "the swift flies")
    report = library.add(path.parent)
    assert [outcome.kind for outcome in report.outcomes] == ["failed", "added"]
    assert "ZeroDivisionError: a bug" in str(report.failed[0].error)
    again = library.add(path.parent)  # nothing of it is left that could be met first
    assert [outcome.kind for outcome in again.outcomes] == ["failed", "unchanged"]


def test_fault_of_ours_on_a_resumed_document_fails_it_alone(
    open_library: Open, write: Write
) -> None:
    class Stopped(FakeEncoder):
        def encode_pages(self, pages):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            raise KeyboardInterrupt

    class Faulty(FakeEncoder):
        def encode_pages(self, pages):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            raise ZeroDivisionError("a bug")

    library = open_library(encoder=Stopped)
    with pytest.raises(KeyboardInterrupt):
        library.add(write("a.pdf", "the heron waits"))
    library.close()
    library = open_library(encoder=Faulty)
    assert [outcome.kind for outcome in library.add().outcomes] == ["failed"]
    assert library.add().outcomes == ()


def test_filters(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", "the heron waits", "another heron"), tags=["wet", "feathered"])
    library.add(write("fish.pdf", "no heron here"), tags=["wet"])
    assert _found(library, "heron", documents=["fish.pdf"]) == [("fish.pdf", 1)]
    assert _found(library, "heron", tags=["feathered", "wet"], pages=(2, None)) == [
        ("birds.pdf", 2)
    ]
    assert library.search("heron", tags=["dry"]) == []
    with pytest.raises(NotFound, match="newts"):
        library.search("heron", documents=["newts.pdf"])


def test_adding_again_adds_tags_and_metadata(library: Library, write: Write) -> None:
    path = write("birds.pdf", "the heron waits")
    library.add(path, tags=["wet"], metadata={"year": 2024})
    library.add(path, tags=["grey"], metadata={"author": "Ito"})
    (document,) = library.documents(tags=["grey"])
    assert document.tags == ("wet", "grey")
    assert document.metadata == {"year": 2024, "author": "Ito"}


@pytest.mark.parametrize("value", [None, ["Ito"], float("nan")])
def test_metadata_that_cannot_be_kept_is_refused(
    library: Library, write: Write, value: object
) -> None:
    with pytest.raises(InputError, match=r"metadata is \{'author': "):
        library.add(write("birds.pdf", "the heron waits"), metadata={"author": value})  # type: ignore[dict-item]
    assert library.documents() == []


def test_one_string_is_no_list_of_names(library: Library, write: Write) -> None:
    path = write("birds.pdf", "the heron waits")
    with pytest.raises(InputError, match=r"tags is 'wet'; expected a list, such as \['wet'\]"):
        library.add(path, tags="wet")
    library.add(path)
    with pytest.raises(InputError, match="tags is 'wet'"):
        library.search("heron", tags="wet")
    with pytest.raises(InputError, match=r"documents is 'birds\.pdf'"):
        library.search("heron", documents="birds.pdf")


def test_changed_file_keeps_what_was_said_of_it(library: Library, write: Write) -> None:
    library.add(
        write("birds.pdf", "the heron waits"), tags=["wet"], metadata={"year": 2023, "by": "Ito"}
    )
    library.add(write("birds.pdf", "the crane dances"), metadata={"year": 2024})
    (document,) = library.documents()
    assert (document.tags, document.metadata) == (("wet",), {"year": 2024, "by": "Ito"})


def test_file_that_becomes_equal_to_another_replaces_its_old_self(
    library: Library, write: Write
) -> None:
    library.add(write("a.pdf", "the heron waits"), write("b.pdf", "the swift flies"))
    (outcome,) = library.add(write("b.pdf", "the heron waits")).outcomes
    assert outcome.kind == "replaced"
    assert len(library.documents()) == 1


def test_answer_from_a_page_that_was_not_given_is_refused(library: Library, write: Write) -> None:
    class Inventive:
        def answer(self, question: str, evidence: Sequence[Evidence]) -> DraftAnswer:
            quote = Quote(document_id=evidence[0].document_id, page=9, text="so", boxes=())
            return DraftAnswer(text="so", quotes=(quote,))

    library.add(write("birds.pdf", "the heron waits"))
    with pytest.raises(InternalError, match="cites page 9"):
        library.ask("heron", answerer=Inventive())


def test_open_of_nowhere_is_refused() -> None:
    with pytest.raises(InputError, match="empty text"):
        recto.open("")


def test_document_by_its_names(library: Library, write: Write) -> None:
    library.add(write("2023/birds.pdf", "the heron waits"), write("2024/birds.pdf", "a crane"))
    newer = library.document("2024/birds.pdf")
    assert newer.paths[0].endswith("2024/birds.pdf")
    assert library.document(newer.id[:8]) == newer
    with pytest.raises(InputError, match=r"2 documents are called 'birds\.pdf'"):
        library.document("birds.pdf")
    with pytest.raises(NotFound, match="No document 'b'"):
        library.document("b")


def test_page_has_words_and_a_picture(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", "the heron waits"))
    page = library.page("birds.pdf", 1)
    assert (str(page), page.text) == ("1", "the heron waits")
    assert page.image(306).size == (306, 396)
    with pytest.raises(NotFound, match=r"has no page 2 .*pages 1 to 1"):
        library.page("birds.pdf", 2)


def test_hit_picture_marks_the_match(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", "the heron waits\n\n\n\n\nthe swift flies"))
    (hit,) = library.search("heron")
    plain, marked = np.asarray(hit.page.image(612)), np.asarray(hit.image(612))
    changed = np.argwhere((plain != marked).any(axis=2))
    word = next(w for w in hit.page.content.words if w.text == "heron")
    centre = np.array([word.box.y0 + word.box.y1, word.box.x0 + word.box.x1]) / 2
    assert np.abs(changed.mean(axis=0) / plain.shape[:2] - centre).max() < 0.01


def test_ask_of_an_empty_library_abstains(library: Library) -> None:
    answer = library.ask("When does the swift fly?")
    assert answer.abstained
    assert answer.citations == ()


def test_empty_question_is_refused(library: Library) -> None:
    with pytest.raises(QuestionError):
        library.search("  ")
    with pytest.raises(QuestionError):
        library.ask("")


def test_progress_counts_pages_and_bytes(library: Library, write: Write) -> None:
    told: list[Progress] = []
    path = write("birds.pdf", *["the heron waits"] * 20)
    library.add(path, on_progress=told.append)
    assert [p.pages_done for p in told] == sorted(p.pages_done for p in told)
    assert (told[-1].pages_done, told[-1].files_done) == (20, 1)
    assert told[-1].bytes_done == told[-1].bytes == path.stat().st_size


def test_other_encoder_is_refused(open_library: Open, write: Write) -> None:
    library = open_library(encoder=lambda: FakeEncoder(revision="2"))
    with pytest.raises(EncoderMismatch, match=r"revision 1.*revision 2"):
        library.search("heron")
    with pytest.raises(EncoderMismatch):
        library.add(write("birds.pdf", "the heron waits"))


def test_open_without_create_refuses(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no library in"):
        recto.open(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


def test_open_add_reopen_ask(tmp_path: Path, write: Write) -> None:
    with recto.open(tmp_path / "library") as library:
        library.add(write("birds.pdf", "The heron waits in the reeds.", "The swift flies at dusk."))
    with recto.open(tmp_path / "library", create=False) as library:
        assert library.search("At what time does the swift fly?")[0].page.number == 2
        answer = library.ask("At what time does the swift fly?")
        (citation,) = answer.citations
        assert (citation.where, citation.quote) == ("page 2", "The swift flies at dusk.")
        assert citation.boxes
        assert not answer.abstained


def test_a_file_may_come_from_elsewhere_than_its_path(library: Library, write: Write) -> None:
    library.add(write("one.pdf", "The first plan."), origin="mail:/7/plan.pdf")
    report = library.add(write("two.pdf", "The second plan."), origin="mail:/7/plan.pdf")

    assert [outcome.kind for outcome in report.outcomes] == ["replaced"]
    assert [document.name for document in library.documents()] == ["two.pdf"]


def test_two_files_cannot_come_from_one_place(library: Library, write: Write) -> None:
    files = (write("one.pdf", "The first plan."), write("two.pdf", "The second plan."))

    with pytest.raises(InputError, match="2 files"):
        library.add(*files, origin="mail:/7/plan.pdf")


def test_a_heat_map_has_the_page_and_the_tokens(library: Library, write: Write) -> None:
    library.add(write("plan.pdf", "The heron stands still in the shallow water."))

    found = library.heat_map("heron water", "plan.pdf", 1)

    assert found.tokens == ("heron", "water")
    assert found.heat.shape == (2, len(found.boxes))
    (heron,) = [word.box for word in library.page("plan.pdf", 1).content.words[1:2]]
    assert found.boxes[found.of(0).argmax()].tolist() == pytest.approx(list(heron), abs=1e-3)


def test_what_is_said_of_a_document_is_changed(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", "the heron waits"), tags=["wet"], metadata={"year": 2023})

    library.describe("birds.pdf", tags=["dry"])
    described = library.describe("birds.pdf", metadata={"year": 2024})

    assert (described.tags, described.metadata) == (("dry",), {"year": 2024})
    assert library.documents() == [described]
    assert [hit.document.name for hit in library.search("heron", where="meta.year = 2024")]
    assert library.search("heron", where='tags = "wet"') == []


def test_a_description_of_another_kind_is_refused(library: Library, write: Write) -> None:
    library.add(write("birds.pdf", "the heron waits"), tags=["wet"])

    with pytest.raises(InputError, match="metadata is"):
        library.describe("birds.pdf", metadata={"a": float("nan")})
    with pytest.raises(InputError, match="expected a list"):
        library.describe("birds.pdf", tags="dry")
    assert library.document("birds.pdf").tags == ("wet",)
