from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recto.engine.fusion import fuse, relative
from recto.engine.store.plan import Scored


def test_relative_runs_from_the_best_to_the_last() -> None:
    ranking = [Scored("a", 9), Scored("b", 6), Scored("c", 5)]
    assert relative(ranking, 3) == {"a": 1.0, "b": 0.25, "c": 0.0}


def test_relative_looks_no_deeper_than_its_depth() -> None:
    ranking = [Scored("a", 9), Scored("b", 6), Scored("c", 5)]
    assert relative(ranking, 2) == {"a": 1.0, "b": 0.0}


def test_relative_of_equal_scores_is_one() -> None:
    assert relative([Scored("a", 2), Scored("b", 2)], 9) == {"a": 1.0, "b": 1.0}


@given(st.lists(st.integers(-50, 50), min_size=2, unique=True), st.integers(1, 9))
def test_relative_ignores_the_scale_of_an_arm(scores: list[int], factor: int) -> None:
    ordered = sorted(scores, reverse=True)
    plain = relative([Scored(str(s), s) for s in ordered], 99)
    scaled = relative([Scored(str(s), s * factor + 7) for s in ordered], 99)
    assert all(abs(plain[id_] - scaled[id_]) < 1e-9 for id_ in plain)


def test_fuse_is_the_weighted_mean_with_nothing_for_an_absent_page() -> None:
    assert fuse([(3.0, {"a": 1.0}), (1.0, {"a": 0.5, "b": 1.0})]) == {"a": 0.875, "b": 0.25}
