"""Libraries made by encoders that read pictures: what `recto add --encoder FOLDER` relies on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import pytest

import recto
from recto.engine.encoders.protocol import PageInput
from recto.engine.encoders.registry import make, remake
from recto.engine.errors import EncoderError, EncoderMismatch, InputError, RectoWarning
from recto.engine.store.manifest import read_manifest, write_manifest
from recto.engine.store.opening import open_edge
from recto.engine.store.plan import DenseArm, PageFilter, SearchPlan
from recto.engine.vectors import FloatArray, PageVectors
from recto.indexing.drawing import width_for
from recto.indexing.reader import Reader
from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.conftest import MakeCheckpoint
from tests.facade.conftest import Write
from tests.serving.cli.conftest import run_recto

pytestmark = [
    needs_colpali,
    # Tiny checkpoints have random weights, and need not find anything.
    pytest.mark.filterwarnings(f"ignore::{RectoWarning.__module__}.{RectoWarning.__name__}"),
]


every_family = pytest.mark.parametrize("family", FAMILIES)
DOCUMENTS = Path(__file__).parents[2] / "examples" / "documents"
CLAIM = DOCUMENTS / "penhallow-water-damage-claim.pdf"
"""The shortest of the examples that have a text layer: three pages."""
Added = Callable[[str], Path]


@pytest.fixture(scope="module")
def added(checkpoint: MakeCheckpoint, tmp_path_factory: pytest.TempPathFactory) -> Added:
    """A library of one example by the encoder of a family, made on the command line."""
    folder = tmp_path_factory.mktemp("libraries")

    def of_family(family: str) -> Path:
        library = folder / family
        if not library.exists():
            chosen = ("--encoder", checkpoint(family), "--encoder-setting", "dtype=float32")
            ran = run_recto("add", CLAIM, "--library", library, *chosen, "--json")
            assert ran.code == 0, ran.err
            assert ran.json["pages"] == 3
        return library

    return of_family


@every_family
def test_add_search_and_show_on_the_command_line(family: str, added: Added, tmp_path: Path) -> None:
    library = ("--library", added(family))
    found = run_recto("search", "earlier claims", *library, "--json")
    assert found.code == 0, found.err
    assert {(hit["document"], hit["page"]) for hit in found.json["hits"]} == {
        (CLAIM.name, page) for page in (1, 2, 3)
    }
    assert all(hit["matches"] for hit in found.json["hits"])
    picture = tmp_path / "page.png"
    shown = run_recto(
        "show", CLAIM.name, "3", "-o", picture, "--heat", "--question", "earlier claims", *library
    )
    assert shown.code == 0, shown.err
    assert picture.stat().st_size > 10_000


def test_all_examples_are_added_and_searched_on_the_command_line(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    library = ("--library", tmp_path / "library")
    ran = run_recto("add", DOCUMENTS, *library, "--encoder", checkpoint("colqwen2_5"), "--json")
    assert ran.code == 0, ran.err
    pages = {}
    for path in DOCUMENTS.glob("*.pdf"):
        with pypdfium2.PdfDocument(path) as document:
            pages[path.name] = len(document)
    assert ran.json["pages"] == sum(pages.values())
    found = run_recto("search", "Merrowby annual report revenue", *library, "-n", "500", "--json")
    assert found.code == 0, found.err
    hits = found.json["hits"]
    assert {hit["document"] for hit in hits} == pages.keys()
    assert hits[0]["document"] == "merrowby-annual-report-2024.pdf"
    assert all(0 < hit["page"] <= pages[hit["document"]] and hit["matches"] for hit in hits)


@every_family
def test_stored_patches_are_those_of_the_encoder_and_ranked_by_maxsim(
    family: str, added: Added
) -> None:
    """Against a naive loop, without words and names, which decide most orders otherwise."""
    with open_edge(added(family), None, create=False) as store:
        encoder = remake(store.encoder)
        stored = {p.content.number: p for p in store.scroll(PageFilter(), with_vectors=True)}
        with Reader() as reader, reader.open(CLAIM, "pdf") as document:
            for number, page in stored.items():
                image = document.image(number, width_for(encoder)(page.content))
                (made,) = encoder.encode_pages([PageInput(content=page.content, image=image)])
                for kept, wanted in zip(_arrays(page.vectors), _arrays(made), strict=True):
                    np.testing.assert_allclose(kept, wanted, atol=1e-3)
        question = encoder.encode_question("earlier claims").patches
        (ranking,) = store.search(
            SearchPlan(arms=(DenseArm(using="patches", query=question, limit=3),))
        )
    naive = {
        page.id: sum(max(float(q @ v) for v in _arrays(page.vectors)[0]) for q in question)
        for page in stored.values()
    }
    assert {id for id, _ in ranking} == naive.keys()
    for id, score in ranking:
        assert score == pytest.approx(naive[id], abs=1e-4 * len(question))
    scores = [score for _, score in ranking]
    assert scores == sorted(scores, reverse=True)


def _arrays(vectors: PageVectors | None) -> tuple[FloatArray, ...]:
    assert vectors is not None
    assert vectors.patches is not None
    assert vectors.rows is not None
    patches, rows = vectors.patches, vectors.rows
    return patches.vectors, patches.boxes, rows.vectors, rows.boxes


@every_family
def test_words_beside_patches_from_add_to_show(
    family: str, checkpoint: MakeCheckpoint, write: Write, tmp_path: Path
) -> None:
    write("birds.pdf", "the heron waits\nfor fish", "the swift flies\nabove the river")
    settings = {"page_text": "yes"}
    folder = checkpoint(family)
    with recto.open(tmp_path / "library", encoder=folder, encoder_settings=settings) as library:
        assert library.add(tmp_path / "files").complete
    with recto.open(tmp_path / "library") as library:
        hits = library.search("swift flies")
        assert [hit.page.number for hit in hits] == [2, 1]
        words = {word.text: word.box for word in hits[0].page.content.words}
        best = hits[0].matches[0].box
        assert best.y0 <= words["swift"].y0 + 1e-3
        assert best.y1 >= words["swift"].y1 - 1e-3
        assert "swift" in library.ask("What flies?").text
    with pytest.raises(EncoderMismatch, match=r"page_text was 'yes', is 'not set'"):
        recto.open(tmp_path / "library", encoder_settings={"page_text": "no"})


def test_library_is_opened_by_name_with_its_own_settings(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    folder = checkpoint("colqwen2")
    chosen = make(str(folder), settings={"dtype": "float32", "visual_tokens": "32"})
    with recto.open(tmp_path, encoder=chosen):
        pass
    with recto.open(tmp_path, encoder=folder):
        pass


def test_library_is_opened_by_the_new_place_of_its_encoder(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    first = copytree(checkpoint("colqwen2"), tmp_path / "here" / "model")
    with recto.open(tmp_path / "library", encoder=first):
        pass
    second = shutil.move(first, tmp_path / "model")
    with (
        recto.open(tmp_path / "library") as library,
        pytest.raises(EncoderError, match=r"from .*/here/model, which is not there any more"),
    ):
        library.search("swift")
    with recto.open(tmp_path / "library", encoder=second) as library:
        assert library.search("swift") == []


def test_library_refuses_an_encoder_whose_weights_have_changed(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    from tests.checkpoints.making import change_weights

    folder = copytree(checkpoint("colqwen2"), tmp_path / "model")
    with recto.open(tmp_path / "library", encoder=folder):
        pass
    change_weights(folder, {"custom_text_proj.bias": lambda bias: bias + 1})
    with pytest.raises(EncoderMismatch, match=r"What differs: weights was '\w+', is '\w+'\."):
        recto.open(tmp_path / "library", encoder=folder)


def made_by_another_version(library: Path, *, witness: dict[str, str] | None = None) -> None:
    """Record that an earlier version of transformers made a library, and what it saw."""
    manifest = read_manifest(library)
    assert manifest is not None
    settings = {**manifest.encoder.settings, "transformers": "5.16"}
    before = replace(manifest.encoder, revision="before", settings=settings)
    if witness is not None:
        before = replace(before, witness=witness)
    write_manifest(library, replace(manifest, encoder=before))


def test_other_versions_of_packages_are_no_hindrance_where_vectors_are_the_same(
    checkpoint: MakeCheckpoint, write: Write, tmp_path: Path
) -> None:
    path = write("birds.pdf", "the heron waits", "the swift flies")
    library = tmp_path / "library"
    with recto.open(library, encoder=checkpoint("colqwen2")) as opened:
        opened.add(path)
    made_by_another_version(library)
    with recto.open(library) as opened:
        assert len(opened.search("swift")) == 2
    with recto.open(library, encoder=checkpoint("colqwen2")):
        pass


def test_other_versions_of_packages_are_refused_where_vectors_are_others(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    with recto.open(library, encoder=checkpoint("colqwen2")):
        pass
    other = make(str(checkpoint("colqwen2_5"))).id.witness
    made_by_another_version(library, witness=dict(other))
    with recto.open(library) as opened:
        refused = r"transformers was '5.16', is '5.\d+'.*recto reencode --library \S+$"
        with pytest.raises(EncoderMismatch, match=refused):
            opened.search("swift")
        assert opened.reencode().changed
        assert opened.search("swift") == []


def test_library_refuses_other_settings_and_names_them(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    folder = str(checkpoint("colqwen2"))
    with recto.open(tmp_path, encoder=make(folder, settings={"dtype": "float32"})):
        pass
    other = make(folder, settings={"dtype": "float32", "visual_tokens": "32"})
    with pytest.raises(EncoderMismatch, match=r"visual_tokens was '64', is '32'.*reencode"):
        recto.open(tmp_path, encoder=other)


def test_library_is_made_and_opened_with_settings(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    folder = checkpoint("colqwen2")
    settings = {"dtype": "float32", "visual_tokens": "32"}
    with recto.open(tmp_path / "library", encoder=folder, encoder_settings=settings):
        pass
    with recto.open(tmp_path / "library", encoder_settings={"visual_tokens": "32"}):
        pass
    moved = copytree(folder, tmp_path / "colqwen2")
    with recto.open(tmp_path / "library", encoder=moved):
        pass


def test_other_settings_are_refused_with_the_command_that_encodes_by_them(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    folder = checkpoint("colqwen2")
    with recto.open(tmp_path, encoder=folder, encoder_settings={"dtype": "float32"}):
        pass
    with pytest.raises(EncoderMismatch) as refused:
        recto.open(tmp_path, encoder_settings={"prefix": "Ask: "})
    command = f"recto reencode --library {tmp_path} --encoder-setting 'prefix=Ask: '"
    assert str(refused.value).endswith(command)
    other = checkpoint("colpali")
    with pytest.raises(EncoderMismatch) as refused:
        recto.open(tmp_path, encoder=other, encoder_settings={"dtype": "float32"})
    assert str(refused.value).endswith(f" --encoder {other} --encoder-setting dtype=float32")


def test_settings_that_there_are_not_are_refused_with_those_that_there_are(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    settings = {"tokens": "32"}
    with pytest.raises(EncoderError, match=r"'tokens'.*visual_tokens: the most patches a page"):
        recto.open(tmp_path, encoder=checkpoint("colqwen2"), encoder_settings=settings)
    with pytest.raises(EncoderError, match="'words' has no setting 'tokens'; it has none"):
        recto.open(tmp_path, encoder_settings=settings)
    made = make(str(checkpoint("colqwen2")))
    with pytest.raises(InputError, match="made already"):
        recto.open(tmp_path, encoder=made, encoder_settings=settings)
    assert list(tmp_path.iterdir()) == []
