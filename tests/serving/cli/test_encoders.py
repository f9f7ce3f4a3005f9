"""`recto encoders`, and choosing one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from recto.engine.crossmodal.registry import names as crossmodal_names
from recto.engine.encoders.colpali.placement import Card, Machine
from recto.engine.encoders.known import KNOWN, KnownModel
from recto.engine.encoders.registry import make, names
from recto.engine.errors import RectoWarning
from recto.serving.cli.encoders import BUILT_IN, offer
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint
from tests.serving.cli.conftest import Run

GIB = 2**30
MODEL = KnownModel(
    name="x", id="a/x", parameters=4, dim=8, patches=9, licence="MIT", vidore=(1.0, None, 3.0)
)
"""7.5 GiB of weights in 16 bits, 8.5 in all."""
UNCHECKED = pytest.mark.filterwarnings(f"ignore::{RectoWarning.__module__}.{RectoWarning.__name__}")


def card(gib: int, capability: tuple[int, int] = (9, 0)) -> Card:
    return Card(name="Big", capability=capability, free=gib * GIB)


def test_encoders_json_lists_every_name_that_can_be_chosen(run: Run) -> None:
    said = run("encoders", "--json")
    assert said.code == 0
    assert said.json.keys() == {"encoders", "crossmodal", "settings", "source", "install"}
    assert tuple(one["name"] for one in said.json["crossmodal"]) == crossmodal_names()
    assert tuple(one["encoder"] for one in said.json["encoders"]) == names()
    assert "f4cc6c8b3" in said.json["source"]
    for one in said.json["encoders"][1:]:
        model = next(model for model in KNOWN if model.name == one["encoder"])
        assert one["licence"] == model.licence
        assert (one["vidore_v1"], one["vidore_v2"], one["vidore_v3"]) == model.vidore


def test_encoders_for_people_is_a_table_with_its_source(run: Run) -> None:
    heading, *rows = run("encoders").out.splitlines()
    assert heading.split() == [
        "encoder",
        "v1",
        "v2",
        "v3",
        "dim",
        "patches",
        "GiB",
        "here",
        "licence",
    ]
    assert tuple(row.split()[0] for row in rows[: len(names())]) == names()
    assert "f4cc6c8b3" in "".join(rows)
    assert "  visual_tokens: the most patches a page, 16 or more" in rows


def test_the_built_in_encoder_is_as_it_is_listed() -> None:
    assert (BUILT_IN.encoder, BUILT_IN.dim) == (make("words").id.name, make("words").id.dim)


def test_without_the_extra_a_model_needs_it() -> None:
    found = offer(MODEL, None, 16 * GIB)
    assert (found.fits, found.installed, found.here) == (True, False, "needs recto[colpali]")
    assert not offer(MODEL, None, 8 * GIB).fits


@pytest.mark.parametrize(("memory", "fits"), [(9, True), (8, False)])
def test_a_processor_with_bfloat16_needs_two_bytes_a_parameter(memory: int, fits: bool) -> None:
    assert offer(MODEL, Machine(fast_bfloat16=True), memory * GIB).fits is fits


@pytest.mark.parametrize(("memory", "fits"), [(17, True), (16, False)])
def test_another_processor_needs_four(memory: int, fits: bool) -> None:
    assert offer(MODEL, Machine(), memory * GIB).fits is fits


def test_a_model_goes_to_the_card_that_holds_it_or_beside_it() -> None:
    assert offer(MODEL, Machine(cards=(card(24),)), GIB).here == "yes, on Big"
    assert "processor" in offer(MODEL, Machine(cards=(card(4),)), 16 * GIB).here
    assert not offer(MODEL, Machine(cards=(card(4),)), 2 * GIB).fits


@pytest.mark.parametrize("command", [["add"], ["ask", "What is it?"]])
def test_an_unknown_encoder_is_2_and_makes_no_library(
    run: Run, documents: Path, command: list[str], tmp_path: Path
) -> None:
    said = run(*command, documents, "--encoder", "colqwen9")
    assert said.code == 2
    assert "colqwen9" in said.err
    assert "colqwen2.5" in said.err
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_cannot_be_chosen_for_a_library_that_is_there(run: Run, library: Path) -> None:
    said = run("ask", "What is it?", "--encoder", "words", "--library", library)
    assert said.code == 2
    assert "--encoder" in said.err


@needs_colpali
@UNCHECKED
def test_a_folder_is_an_encoder_from_add_to_search_and_ask(
    run: Run, documents: Path, checkpoint: MakeCheckpoint
) -> None:
    assert run("add", documents, "--encoder", checkpoint("colqwen2")).code == 0
    found = run("search", "What do penguins eat?", "-n", "1", "--json").json["hits"]
    assert found[0]["document"] == "penguins.pdf"
    answer = run("ask", "What do penguins eat?", "--json", "--no-pictures").json
    assert "krill" in answer["answer"]
    assert run("show", "penguins.pdf", "3", "-o", "asked.png").code == 0
    seen = run("search", "--image", "asked.png", "--json").json
    assert (seen["question"], seen["image"]) == (None, "asked.png")
    assert (seen["hits"][0]["document"], seen["hits"][0]["page"]) == ("penguins.pdf", 3)
    other = run("add", documents, "--encoder", checkpoint("colpali"))
    assert other.code == 2
    assert "reencode" in other.err


@needs_colpali
@UNCHECKED
def test_where_a_model_runs_is_told_once_it_is_loaded(
    run: Run, documents: Path, checkpoint: MakeCheckpoint
) -> None:
    chosen = ("--encoder", checkpoint("colqwen2"), "--encoder-setting", "dtype=float32")
    said = run("add", documents, *chosen)
    told = [line for line in said.err.splitlines() if "ColQwen2 on " in line]
    assert len(told) == 1
    assert told[0].startswith("colqwen2: ColQwen2 on ")
    assert " in float32 with sdpa attention: " in told[0]
    assert "float32 was chosen" in told[0]
    assert "ColQwen2" not in run("add", documents, "--quiet").err
    assert "ColQwen2" not in run("add", documents, "--json").err
    assert "ColQwen2 on " in run("reencode").err
    assert "ColQwen2" not in run("search", "krill", "-n", "1").err
    assert "runs here " in run("encoders").out


def test_the_built_in_encoder_runs_in_one_way_only(run: Run, documents: Path) -> None:
    assert run("add", documents).err == ""


@needs_colpali
@UNCHECKED
def test_settings_of_an_encoder_are_given_kept_and_changed(
    run: Run, documents: Path, checkpoint: MakeCheckpoint
) -> None:
    folder = checkpoint("colqwen2")
    chosen = ("--encoder-setting", "visual_tokens=32", "--encoder-setting", "prefix=Ask: ")
    assert run("add", documents, "--encoder", folder, *chosen).code == 0
    assert run("add", documents, *chosen).code == 0
    refused = run("add", documents, "--encoder-setting", "pool_factor=2")
    assert refused.code == 2
    assert "recto reencode --library .recto --encoder-setting pool_factor=2" in refused.err
    assert run("reencode", "--encoder-setting", "pool_factor=2").code == 0
    assert run("add", documents, *chosen, "--encoder-setting", "pool_factor=2").code == 0


@pytest.mark.parametrize("pairs", [["dtype"], ["=x"], ["dtype=int8", "dtype=float32"]])
def test_settings_are_pairs_each_given_once(run: Run, documents: Path, pairs: list[str]) -> None:
    options = [word for pair in pairs for word in ("--encoder-setting", pair)]
    said = run("add", documents, *options)
    assert said.code == 2
    assert "--encoder-setting" in said.err


def test_an_unknown_setting_is_2_and_lists_what_there_is(run: Run, documents: Path) -> None:
    remote = "vllm+http://127.0.0.1:1/model"
    said = run("add", documents, "--encoder", remote, "--encoder-setting", "dtype=int8")
    assert said.code == 2
    assert "no setting 'dtype'" in said.err
    assert "visual_tokens: the most patches a page" in said.err
