"""Engines run where they are installed, and one that fails keeps none from being measured."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from recto.benchmarks.report_speed import lead, sections
from recto.benchmarks.result_files import Result
from recto.benchmarks.search import peers
from recto.benchmarks.search.measuring import measure
from recto.benchmarks.search.pageset import PageSet, save, truth
from recto.benchmarks.speed_run import run
from recto.engine.errors import InputError
from tests.benchmarks.search.environments import environment

_BROKEN = {
    "make": "import nothing_of_this_name",
    "add": "raise RuntimeError('it would not add')",
    "dies": "import os; os._exit(3)",
}


@pytest.fixture
def pages(tmp_path: Path) -> PageSet:
    random = np.random.default_rng(0)
    made = [random.standard_normal((5, 8), dtype=np.float32) for _ in range(12)]
    return save(tmp_path / "set", "noise", made, [random.standard_normal((3, 8), dtype=np.float32)])


@pytest.mark.parametrize(
    ("phase", "said"), [("add", "it would not add"), ("dies", "exit status 3")]
)
def test_peer_that_fails_is_told_and_the_others_go_on(
    pages: PageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phase: str, said: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    packages = environment(tmp_path, "fast_plaid")
    (packages / "fast_plaid").mkdir()
    (packages / "fast_plaid" / "__init__.py").write_text("")
    (packages / "torch.py").write_text("def from_numpy(page): return page\n")
    (packages / "fast_plaid" / "search.py").write_text(
        "class FastPlaid:\n"
        "    def __init__(self, **_): pass\n"
        f"    def create(self, **_): {_BROKEN[phase]}\n"
        "    def close(self): pass\n"
    )
    results = measure(["fast_plaid", "numpy_map"], pages, tmp_path / "set", truth(pages))
    assert [(one.engine, bool(one.seconds)) for one in results] == [
        *(("fast_plaid", False), ("numpy_map", True)),
    ]
    assert said in results[0].reason


def test_peer_of_another_version_is_not_said_to_be_missing(
    pages: PageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    packages = environment(tmp_path, "sentence_transformers")
    (packages / "torch.py").write_text("")
    (packages / "sentence_transformers" / "util").mkdir(parents=True)
    for folder in ("", "util"):
        (packages / "sentence_transformers" / folder / "__init__.py").write_text("")
    [result] = measure(["sentence_transformers"], pages, tmp_path / "set", truth(pages))
    assert "cannot import name 'maxsim'" in result.reason


def test_environment_of_a_peer_sees_this_package_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    environment(tmp_path, "byaldi")
    found = peers.runner("byaldi")
    assert found.packages is not None
    assert [os.listdir(folder) for folder in found.packages] == [["recto"]]
    assert peers.runner("maxsim_cpu").packages is None  # not installed: whatever is here


def test_what_is_no_peer_is_refused() -> None:
    with pytest.raises(InputError, match="'vespa' is no peer"):
        peers.install("vespa")
    with pytest.raises(InputError, match="'vespa' is no engine"):
        run(pages=0, clusters=[], prose=[], peers=["vespa"], questions=1)


def test_collections_are_made_once_where_they_are_kept(tmp_path: Path) -> None:
    run(pages=0, clusters=[20], peers=[], questions=3, sets=tmp_path)
    kept = tmp_path / "clusters-20" / "flat"
    made = kept.stat().st_mtime_ns
    data = run(pages=0, clusters=[20], peers=[], questions=2, sets=tmp_path)
    assert kept.stat().st_mtime_ns == made
    assert [(one["pages"], one["questions"]) for one in data["search"]] == [(20, 2)]


def test_run_is_told_in_a_report() -> None:
    data = run(pages=0, clusters=[20, 40], prose=[], peers=["numpy_map"], questions=2)
    (small, large) = data["search"]
    assert (small["pages"], large["pages"]) == (20, 40)
    sizes = [one["pages"] for one in large["expected"]]
    assert sizes == [40, 20_000, 100_000, 1_000_000]
    grown = [one["disk_bytes"] for one in large["expected"]]
    assert grown[2] == pytest.approx(5 * grown[1])  # every page takes as much
    assert [(row["engine"], row["way"], row["recall"]) for row in large["engines"]] == [
        ("recto", "exact", 1.0),
        ("recto", "recall 0.95", pytest.approx(1.0, abs=0.3)),
        ("recto", "recall 0.99", pytest.approx(1.0, abs=0.3)),
        ("numpy_map", "exact", 1.0),
    ]
    data["search"][0]["engines"].append({"engine": "byaldi", "reason": "byaldi is not installed"})
    told = Result(kind="speed", made="", command="", machine={}, versions={}, data=data)
    titles = [section.title for section in sections([told])]
    assert titles == [
        "Search: 20 pages of clusters",
        "Search: 40 pages of clusters",
        "Latency against pages of clusters",
    ]
    assert "byaldi is not installed" in str(sections([told])[0].parts)
    assert "1,000,000" in str(sections([told])[0].parts)
    assert "40 pages of clusters" in lead([told])
    with pytest.raises(InputError, match="Measure again"):
        sections([Result(kind="speed", made="", command="", machine={}, versions={}, data={})])
