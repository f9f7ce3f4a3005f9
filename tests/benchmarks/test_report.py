"""Results of quality: kept and read again, told as a page, compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import ir_measures
import pytest

from recto.benchmarks.measurement import Measurement, Subject
from recto.benchmarks.quality import Judged, Quality, Setting, summarise
from recto.benchmarks.questions import Place, Question
from recto.benchmarks.report import html, markdown
from recto.benchmarks.report_compare import Comparison, compare
from recto.benchmarks.report_plots import Bar, Point, bars, points, stacked
from recto.benchmarks.result_files import Result, load
from recto.benchmarks.runs import measurements, save
from recto.benchmarks.ways import Ranked
from recto.engine.errors import InputError

A, B, C = Place("an a.pdf", 1), Place("b.pdf", 2), Place("c.pdf", 3)
SUBJECT = Subject(dataset="the set", corpus="c0", questions="q0", encoder="e 1")
SETTING = Setting(subject=SUBJECT, encoder_settings={}, pages=3, adding={}, notes=("a note",))


def quality(
    *rankings: tuple[Place, ...],
    way: str = "default",
    setting: Setting = SETTING,
    scores: Sequence[float] = (0.5, 0.5),
) -> Quality:
    judged = [
        Judged(
            question=Question(
                text=f"<b>{i}?</b>", relevant=frozenset({A}), grades={A: 2}, id=f"q {i}"
            ),
            found=tuple(map(Ranked, ranking, scores)),
            seconds=0.01 * (i + 1),
        )
        for i, ranking in enumerate(rankings)
    ]
    searching = {"encode": 1.0, "rest": 2.0}
    return summarise(judged, setting, way=way, searching=searching, read_bytes=len(way) * 1000)


GOOD = ((A, B), (B, A), (B, C))
POOR = ((B, A), (A,), ())


def saved(folder: Path, *qualities: Quality) -> Result:
    save(qualities, folder, command="recto bench quality x")
    (result,) = load(folder)
    return result


def only(*qualities: Quality) -> list[Measurement]:
    return [one.measured for one in qualities]


def with_encoder(name: str) -> Setting:
    return replace(SETTING, subject=replace(SUBJECT, encoder=name))


@pytest.fixture
def measured(tmp_path: Path) -> Result:
    return saved(tmp_path, quality(*GOOD), quality(*POOR, way="words"))


def test_what_is_saved_is_loaded(measured: Result, tmp_path: Path) -> None:
    first, second = measurements([measured])
    written = only(quality(*GOOD), quality(*POOR, way="words"))
    for one, other in zip((first, second), written, strict=True):
        assert one.key == other.key
        assert one.values("ndcg@5") == pytest.approx(other.values("ndcg@5"), abs=1e-6)
        assert [a.first for a in one.asked] == [a.first for a in other.asked]
        assert [a.relevant for a in one.asked] == [a.relevant for a in other.asked]
        assert one.notes == ("a note",)


def test_data_that_is_none_of_ours_is_refused(measured: Result) -> None:
    with pytest.raises(InputError, match="No measurements"):
        measurements([replace(measured, data={"measurements": [{}]})])
    with pytest.raises(InputError, match="kind 'speed'; expected 'quality'"):
        measurements([replace(measured, kind="speed")])


def test_runs_are_read_by_other_tools(measured: Result, tmp_path: Path) -> None:
    grades = list(ir_measures.read_trec_qrels(str(tmp_path / "the-set.qrels")))
    for one in measurements([measured]):
        runs = list(ir_measures.read_trec_run(str(tmp_path / f"the-set-{one.way}.run")))
        found = ir_measures.calc_aggregate([ir_measures.nDCG @ 5], grades, runs)
        assert found[ir_measures.nDCG @ 5] == pytest.approx(one.mean("ndcg@5"), abs=1e-5)


def test_runs_have_the_scores_of_pages_in_their_order(tmp_path: Path) -> None:
    saved(tmp_path, quality((C, B, A), scores=(0.75, 0.25, 0.25)))
    runs = list(ir_measures.read_trec_run(str(tmp_path / "the-set-default.run")))
    assert [run.score for run in runs] == pytest.approx([0.75, 0.25, 0.25], rel=1e-6)
    assert runs[1].score > runs[2].score


def test_the_page_needs_nothing_else_and_escapes_what_documents_say(measured: Result) -> None:
    text = html([measured])
    assert not re.search(r"https?://|<script|<link|\bsrc=|url\(", text)
    assert "&lt;b&gt;2?&lt;/b&gt;" in text
    assert "<b>" not in text
    for svg in re.findall(r"<svg.*?</svg>", text):
        ElementTree.fromstring(svg)
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", text)
    assert len(captions) == 3
    assert "Quality against the size of what is compared" in captions


def test_both_forms_tell_the_same_values(measured: Result) -> None:
    text = markdown([measured], folder="figures").text
    for one in measurements([measured]):
        shown = f"{one.mean('ndcg@5'):.3f}"
        assert shown in html([measured])
        assert f"| {one.way} | {shown} |" in text
    assert "a note" in text


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"encoder": "e 2"}, ["the set, e 1", "the set, e 2"]),
        ({"corpus": "c1"}, ["the set, corpus c0", "the set, corpus c1"]),
        ({"confined": True}, ["the set", "the set, within the right documents"]),
        ({"language": "french"}, ["the set", "the set, questions in french"]),
    ],
)
def test_what_was_measured_otherwise_has_a_section_of_its_own(
    tmp_path: Path, other: dict[str, object], told: list[str]
) -> None:
    subject = replace(SUBJECT, **other)  # type: ignore[arg-type]  # fields of several types
    results = [
        saved(tmp_path / "a", quality(*GOOD)),
        saved(tmp_path / "b", quality(*POOR, setting=replace(SETTING, subject=subject))),
    ]
    heads = re.findall(r"^## (the set.*)$", markdown(results, folder="f").text, re.M)
    assert [head for head in heads if not head.endswith("encoders")] == told


def test_encoders_that_were_asked_the_same_stand_side_by_side_too(tmp_path: Path) -> None:
    results = [
        saved(tmp_path / name, quality(*rankings, setting=with_encoder(name)))
        for name, rankings in (("e 1", GOOD), ("e 2", POOR))
    ]
    head, *_ = markdown(results, folder="f").text.split("## the set, e 1")
    assert "| e 1: default |" in head
    assert "| e 2: default |" in head


def test_the_same_measured_twice_is_shown_twice(tmp_path: Path) -> None:
    results = [saved(tmp_path / name, quality(*GOOD)) for name in ("a", "b")]
    text = markdown(results, folder="f").text
    assert "| default |" in text
    assert "| default (2) |" in text
    (plot,) = re.findall(r"<svg[^>]*A search by stage.*?</svg>", html(results))
    assert plot.count("default") == 2


def test_p_of_a_report_is_adjusted_for_as_many_ways(tmp_path: Path) -> None:
    better = [(A, B)] * 6
    worse = [(B, A)] * 6
    few = [quality(*better), quality(*worse, way="words")]
    many = [*few, *(quality(*worse, way=way) for way in ("rows", "patches", "single"))]
    shown = [
        re.findall(r"\| words \|.*\| (\d\.\d+) \|$", markdown([result], folder="f").text, re.M)
        for result in (saved(tmp_path / "few", *few), saved(tmp_path / "many", *many))
    ]
    ((alone, *_), (among, *_)) = shown
    assert float(among) == pytest.approx(4 * float(alone), abs=0.003)


def pairs(found: Comparison) -> list[tuple[str, tuple[str, ...]]]:
    return list(dict.fromkeys((one.way, one.differs) for one in found.compared))


def test_a_result_does_not_differ_from_itself(measured: Result) -> None:
    found = compare(measurements([measured]), measurements([measured]))
    assert pairs(found) == [("default", ()), ("words", ())]
    assert {(one.difference.mean, one.p_holm) for one in found.compared} == {(0.0, 1.0)}
    assert found.left == ()


def test_one_way_is_compared_with_another_one() -> None:
    found = compare(only(quality(*GOOD)), only(quality(*POOR, way="words")))
    (mrr,) = (one for one in found.compared if one.measure == "mrr")
    assert (mrr.way, mrr.first, mrr.second) == ("default -> words", 0.5, 0.5)
    assert (mrr.difference.better, mrr.difference.worse) == (1, 1)


def test_encoders_of_one_result_are_not_taken_for_each_other() -> None:
    both = only(*(quality(*GOOD, setting=with_encoder(name)) for name in ("e 1", "e 2")))
    one = only(quality(*POOR, setting=with_encoder("e 2")))
    found = compare(both, one)
    assert pairs(found) == [("default", ())]
    assert found.left == ("first: the set by e 1: default, e 1",)


def test_what_differs_is_told() -> None:
    scanned = replace(SUBJECT, corpus="c1")
    other = quality(*POOR, setting=replace(SETTING, subject=scanned, datatype="turbo8"))
    found = compare(only(quality(*GOOD)), only(other))
    assert pairs(found) == [("default", ("documents: c0 -> c1", "vectors: float16 -> turbo8"))]


def test_other_questions_cannot_be_compared() -> None:
    other = replace(SUBJECT, questions="q1")
    with pytest.raises(InputError, match="Nothing to compare"):
        compare(only(quality(*GOOD)), only(quality(*GOOD, setting=replace(SETTING, subject=other))))


def test_bars_are_as_long_as_their_values() -> None:
    rows = [Bar(name=f"<{v}>", value=v, low=v / 2, high=v, label=f"{v}") for v in (0.25, 0.5, 1.0)]
    tree = ElementTree.fromstring(bars(rows, title="t"))
    widths = [float(rect.attrib["width"]) for rect in tree.iter("rect")]
    assert widths == pytest.approx([widths[2] / 4, widths[2] / 2, widths[2]], abs=0.1)


def test_parts_of_a_bar_follow_each_other() -> None:
    tree = ElementTree.fromstring(stacked({"r": {"a": 1, "b": 3}}, title="t", unit="s"))
    first, second = list(tree.iter("rect"))[:2]
    end = float(first.attrib["x"]) + float(first.attrib["width"])
    assert end == pytest.approx(float(second.attrib["x"]), abs=0.1)
    assert float(second.attrib["width"]) == pytest.approx(3 * float(first.attrib["width"]), abs=0.3)


def test_better_points_stand_higher_and_larger_ones_to_the_right() -> None:
    rows = [
        Point(name="n", series="s", x=x, y=y, low=y, high=y) for x, y in [(100, 0.2), (200, 0.4)]
    ]
    tree = ElementTree.fromstring(points(rows, title="t", x="kB", y="nDCG"))
    small, large = ((float(c.attrib["cx"]), float(c.attrib["cy"])) for c in tree.iter("circle"))
    assert small[0] < large[0]
    assert small[1] > large[1]


def test_tenfolds_are_equally_far_apart() -> None:
    rows = [Point(name="n", series="s", x=x, y=1, low=1, high=1) for x in (0.5, 30)]
    tree = ElementTree.fromstring(points(rows, title="t", x="kB", y="nDCG"))
    tens = ("0.1", "1", "10", "100 kB")
    at = [float(t.attrib["x"]) for t in tree.iter("text") if t.get("class") == "tick"]
    assert [t.text for t in tree.iter("text") if t.get("class") == "tick"] == [*tens]
    assert [b - a for a, b in pairwise(at)] == pytest.approx([at[1] - at[0]] * 3, abs=0.2)


def test_names_of_points_that_lie_together_do_not_cover_each_other() -> None:
    named = [f"way {i}" for i in range(4)]
    rows = [
        Point(name=name, series=name, x=100 + i, y=0.5, low=0.4, high=0.6)
        for i, name in enumerate(named)
    ]
    tree = ElementTree.fromstring(points(rows, title="t", x="kB", y="nDCG"))
    tops = sorted(float(text.attrib["y"]) for text in tree.iter("text") if text.text in named)
    assert len(tops) == 4
    assert min(lower - upper for upper, lower in pairwise(tops)) >= 12
    assert len({circle.attrib["cx"] for circle in tree.iter("circle")}) == 4


def test_points_of_a_series_are_joined() -> None:
    rows = [Point(name="n", series="s", x=x, y=0.5, low=0.5, high=0.5) for x in (1, 10, 100)]
    text = points(rows, title="t", x="kB", y="nDCG")
    assert re.search(r'd="M[\d. ]+L[\d. ]+L[\d. ]+"', text)
