"""Results: kept and read again, told as a page, compared."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import ir_measures
import pytest

from recto.benchmarks.quality import Judged, Quality, Setting, summarise
from recto.benchmarks.questions import Place, Question
from recto.benchmarks.report import html, markdown
from recto.benchmarks.report_compare import compare
from recto.benchmarks.report_plots import Bar, Point, bars, points, stacked
from recto.benchmarks.runs import FILE, Result, load, result, save
from recto.engine.errors import InputError, NotFound

A, B, C = Place("an a.pdf", 1), Place("b.pdf", 2), Place("c.pdf", 3)


def quality(*rankings: tuple[Place, ...], way: str = "default") -> Quality:
    judged = [
        Judged(
            question=Question(
                text=f"<b>{i}?</b>", relevant=frozenset({A}), grades={A: 2}, id=f"q {i}"
            ),
            ranking=ranking,
            seconds=0.01 * (i + 1),
        )
        for i, ranking in enumerate(rankings)
    ]
    setting = Setting(dataset="the set", encoder="e 1", datatype="float16", bytes_per_page=1000)
    searching = {"encode": 1.0, "rest": 2.0}
    return summarise(
        judged, pages=3, pages_per_second=0, way=way, searching=searching, setting=setting
    )


@pytest.fixture
def measured() -> Result:
    some = [quality((A, B), (B, A), (B, C)), quality((B, A), (A,), (), way="words")]
    return result(some, command="recto bench quality x")


def test_what_is_saved_is_loaded(measured: Result, tmp_path: Path) -> None:
    save(measured, tmp_path / "results")
    assert load(tmp_path / "results") == measured == load(tmp_path / "results" / FILE)


def test_runs_are_read_by_other_tools(measured: Result, tmp_path: Path) -> None:
    save(measured, tmp_path)
    grades = list(ir_measures.read_trec_qrels(str(tmp_path / "the-set.qrels")))
    for one in measured.measurements:
        runs = list(ir_measures.read_trec_run(str(tmp_path / f"the-set-{one.way}.run")))
        found = ir_measures.calc_aggregate([ir_measures.nDCG @ 5], grades, runs)
        assert found[ir_measures.nDCG @ 5] == pytest.approx(one.interval("ndcg@5").mean)


def test_a_result_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Cannot read the result"):
        load(tmp_path)
    (tmp_path / FILE).write_text('{"recto_result": 99}')
    with pytest.raises(InputError, match="form 99; this recto reads 1"):
        load(tmp_path)
    (tmp_path / FILE).write_text("[]")
    with pytest.raises(InputError, match="is no result"):
        load(tmp_path)


def test_the_page_needs_nothing_else_and_escapes_what_documents_say(measured: Result) -> None:
    text = html([measured])
    assert not re.search(r"https?://|<script|<link|\bsrc=|url\(", text)
    assert "&lt;b&gt;2?&lt;/b&gt;" in text
    assert "<b>" not in text
    for svg in re.findall(r"<svg.*?</svg>", text):
        ElementTree.fromstring(svg)
    assert text.count("<svg") == 2


def test_both_forms_tell_the_same_values(measured: Result) -> None:
    for one in measured.measurements:
        shown = f"{one.interval('ndcg@5').mean:.3f}"
        assert shown in html([measured])
        assert f"| {one.way} | {shown} |" in markdown([measured])


def test_a_result_does_not_differ_from_itself(measured: Result) -> None:
    found = compare(measured, measured)
    assert len(found) == 12
    assert {(one.difference.mean, one.difference.p) for one in found} == {(0.0, 1.0)}


def test_one_way_is_compared_with_another_one(measured: Result) -> None:
    first, second = (replace(measured, measurements=(one,)) for one in measured.measurements)
    (mrr,) = (one for one in compare(first, second) if one.measure == "mrr")
    assert (mrr.way, mrr.first, mrr.second) == ("default -> words", 0.5, 0.5)
    assert (mrr.difference.better, mrr.difference.worse) == (1, 1)


def test_other_questions_cannot_be_compared(measured: Result) -> None:
    one = measured.measurements[0]
    fewer = replace(measured, measurements=(replace(one, asked=one.asked[:2]),))
    with pytest.raises(InputError, match="different questions"):
        compare(measured, fewer)
    with pytest.raises(InputError, match="Nothing to compare"):
        compare(measured, replace(measured, measurements=()))


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
