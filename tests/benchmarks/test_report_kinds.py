"""A report of results of several kinds, and as either form."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from recto.benchmarks.report import html, markdown, write
from recto.benchmarks.report_kinds import kinds
from recto.benchmarks.report_markdown import Document
from recto.benchmarks.report_page import page, picture
from recto.benchmarks.report_parts import Code, Figure, Listing, Part, Section, Table, Terms, Text
from recto.benchmarks.report_plots import stacked
from recto.benchmarks.result_files import Result
from recto.engine.errors import InputError

FIGURES = {"questions": 3, "refused": 0.25, "cited": 0.5, "cost": None}


def answers(**data: object) -> Result:
    given = {"pages": 7, "strategies": {"default": FIGURES, "single": {**FIGURES, "cited": 1.0}}}
    return Result(
        kind="answers",
        made="now",
        command="recto bench answers q.jsonl d",
        machine={"cores": "2"},
        versions={"recto": "1"},
        data={**given, **data},
    )


def test_answers_are_told_with_every_strategy() -> None:
    text = markdown([answers(dataset="northwind")], folder="f").text
    assert "## Answers, northwind" in text
    assert "| cited | 0.500 | 1.000 |" in text
    assert "| questions | 3 | 3 |" in text
    assert "cost" not in text
    assert "recto bench answers q.jsonl d" in text


def test_answers_are_told_with_their_intervals_and_settings() -> None:
    intervals = {"single": {"cited": [0.875, 1.0]}}
    text = markdown([answers(intervals=intervals, settings={"depth": 3})], folder="f").text
    assert "| cited | 0.500 | 1.000 (0.875 – 1.000) |" in text
    assert "- depth: 3" in text


def test_results_of_the_same_data_are_told_apart() -> None:
    text = html([answers(dataset="x"), answers(dataset="x", model="m")])
    assert re.findall(r"<h2>(Answers.*?)</h2>", text) == ["Answers, x", "Answers, x (2)"]


def test_an_unknown_kind_and_data_of_another_form_are_refused() -> None:
    other = Result(kind="taste", made="", command="", machine={}, versions={}, data={})
    with pytest.raises(InputError, match="kind 'taste'; this recto tells of quality"):
        kinds([other])
    with pytest.raises(InputError, match="has no strategies"):
        html([answers(strategies=None)])


PARTS: list[Part] = [
    Text(text="a <b> text"),
    Table(head=["way", "n|m"], rows=[["x|y", "1"]]),
    Figure(caption="a [plot]", svg=stacked({"r": {"a": 1.0}}, title="t", unit="s")),
    Terms(pairs=[("one", "two")]),
    Code(text="first\nsecond"),
    Listing(title="lines", lines=["<i>"]),
]


def test_every_part_has_both_forms() -> None:
    section = Section(title="<title>", about="about", parts=PARTS)
    made = Document("Report", "Lead.", [section], folder="figures")
    for said in (
        "# Report",
        "## <title>",
        "| x\\|y | 1 |",
        "![a (plot)](figures/figure-1.svg)",
        "- one: two",
        "    first\n    second",
        "lines:\n\n- <i>",
    ):
        assert said in made.text
    assert list(made.plots) == ["figure-1.svg"]
    shown = page("Report", "Lead.", [section])
    for said in (
        "&lt;title&gt;",
        "a &lt;b&gt; text",
        "<dt>one</dt><dd>two</dd>",
        "&lt;i&gt;",
        "<svg",
    ):
        assert said in shown


def test_a_plot_of_its_own_is_an_svg_file_with_its_colours() -> None:
    tree = ElementTree.fromstring(picture(stacked({"r": {"a": 1.0}}, title="t", unit="s")))
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    (style,) = tree.iter("{http://www.w3.org/2000/svg}style")
    assert "--a:" in str(style.text)


def test_markdown_is_written_with_its_plots_beside_it(tmp_path: Path) -> None:
    write([answers()], tmp_path / "all.md")
    (name,) = re.findall(r"!\[.*?\]\((.*?)\)", (tmp_path / "all.md").read_text("utf-8"))
    assert ElementTree.parse(tmp_path / name)
