"""Against cases worked out by hand, with coefficients of round numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recto.engine.planning import (
    Choice,
    Coefficients,
    Workload,
    choices,
    options,
    read_coefficients,
    recommended,
)

KNOWN = Coefficients(
    exact_ns={"float16": 0.1, "turbo8": 0.2},
    fine_ns=0.01,
    coarse_ns=0.002,
    search_ms=5,
    disk={"float16": 2, "turbo8": 1},
    sketch=1.25,
    page=1000,
    recall={"float16": 1.0, "turbo8": 0.9},
    close={"0.95": 0.1, "0.99": 0.6},
    scored={"exact": 30, "likely": 20},
    graph=0.5,
    process=1e6,
    provenance={},
)
WORK = Workload(pages=10_000, vectors=1000, dim=100, question=10)  # 1e5 numbers a page


def chosen(work: Workload = WORK, *, cores: int = 2, **fields: object) -> Choice:
    [one] = [
        choice
        for choice in choices(work, KNOWN, cores=cores)
        if all(getattr(choice, name) == value for name, value in fields.items())
    ]
    return one


def test_exact_search_looks_at_all_pages_closely_and_scores_what_is_left() -> None:
    exact = chosen(place="folder", datatype="float16", pool_factor=1, search="exact")
    # 0.01 ns x 1e5 numbers x 10 vectors are 0.01 ms a page, of two cores; 30 pages at 0.1 ms
    assert exact.milliseconds == pytest.approx(5 + 100 / 2 + 3)
    assert exact.memory == 1e6 + 10_000 * 1.25 * 1e5
    assert exact.disk == 10_000 * (1e5 * (2 + 1.25) + 1000)
    assert (exact.recall, options(exact, "search")) == (1.0, ["--recall", "1"])
    assert options(exact, "add") == []


def test_two_stages_look_at_all_means_and_at_some_pages_closely() -> None:
    staged = chosen(place="folder", datatype="float16", pool_factor=1, search="0.95")
    # means 0.002 ms a page, a tenth of the pages 0.01 ms: 30 ms of two cores; 20 pages exactly
    assert staged.milliseconds == pytest.approx(5 + 30 / 2 + 20 * 0.1)
    assert staged.memory == 1e6 + 10_000 * 1.25e5
    assert staged.recall == 0.95
    assert staged.settings == {}


def test_all_pages_are_looked_at_closely_where_a_step_before_would_not_pay() -> None:
    staged = chosen(place="folder", datatype="float16", pool_factor=1, search="0.99", cores=1)
    assert staged.milliseconds == pytest.approx(5 + 100 + 20 * 0.1)
    assert options(staged, "search") == ["--recall", "0.99"]


def test_of_few_pages_no_more_are_scored_than_there_are() -> None:
    few = replace(WORK, pages=4)
    exact = chosen(few, place="folder", datatype="float16", pool_factor=1, search="exact")
    assert exact.milliseconds == pytest.approx(5 + 4 * 0.01 / 2 + 4 * 0.1)


def test_what_a_datatype_and_pooling_lose_is_told_apart() -> None:
    pooled = chosen(place="folder", datatype="turbo8", pool_factor=3, search="0.95")
    assert pooled.recall == pytest.approx(0.9 * 0.95)
    assert pooled.quality == 0.978
    assert pooled.disk == 10_000 * (334 * 100 * (1 + 1.25) + 1000)
    assert pooled.settings == {"encoder.pool_factor": "3", "patches_datatype": "turbo8"}
    expected = ["--encoder-setting", "pool_factor=3", "--datatype", "turbo8"]
    assert (options(pooled, "add"), options(pooled, "search")) == (expected, [])


def test_server_has_its_rows_in_memory() -> None:
    rows = chosen(place="server", datatype="turbo8", pool_factor=1, search="100 by rows in int8")
    # 32 rows, the root of 1,000, of 100 numbers; 16 links of 8 bytes
    assert rows.memory == 10_000 * (3200 + 16 * 8)
    assert rows.disk == 10_000 * (1e5 + 3 * 3200 + 1000)
    assert (rows.recall, rows.kept) == (None, 0.9)
    assert options(rows, "add") == [
        *("--server-setting", "patches_datatype=turbo8"),
        *("--server-setting", "rows_quantization=int8"),
    ]


def test_time_of_a_server_is_estimated_from_what_it_compares() -> None:
    e10 = replace(WORK, pages=22_026)  # whose logarithm is 10
    rows = chosen(e10, place="server", datatype="turbo8", pool_factor=1, search="100 by rows")
    # 0.5 x 512 candidates x 10 are 2,560 pages of 3,200 numbers at 0.1 ns for each of 10 vectors,
    # and 100 of 1e5 at 0.2 ns: 8.2 ms and 20 ms of two cores
    assert rows.milliseconds == pytest.approx(5 + (8.192 + 20) / 2, rel=1e-3)
    assert rows.estimated


def test_small_library_on_a_server_is_compared_as_a_whole() -> None:
    few = replace(WORK, pages=50)
    rows = chosen(few, place="server", datatype="float16", pool_factor=1, search="1000 by rows")
    # 50 pages of 3,200 numbers, and of 1e5, at 0.1 ns for each of 10 vectors
    assert rows.milliseconds == pytest.approx(5 + (0.16 + 5) / 2)


def test_encoder_that_does_not_pool_has_no_such_choice() -> None:
    made = choices(replace(WORK, pools=False), KNOWN, cores=2)
    assert {choice.pool_factor for choice in made} == {1}


NO_LIMITS = {"milliseconds": 1e9, "disk": 1e18, "memory": 1e18}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, ("folder", "float16", 1, "exact")),
        ({"milliseconds": 500}, ("folder", "float16", 1, "exact")),
        # 5 ms and a third of 50 and of 3; it loses 0.02, where "0.95" without pooling loses 0.05
        ({"milliseconds": 30}, ("folder", "float16", 3, "exact")),
        ({"milliseconds": 15}, ("folder", "float16", 3, "0.95")),
        ({"disk": 1.5e9}, ("folder", "float16", 3, "exact")),
        ({"disk": 1e9}, ("folder", "turbo8", 3, "exact")),
        ({"memory": 1e7}, ("server", "float16", 1, "1000 by rows")),
        ({"memory": 1e7, "milliseconds": 20}, ("server", "float16", 1, "100 by rows")),
        # None keeps to it.
        ({"milliseconds": 1}, ("server", "float16", 3, "100 by rows")),
    ],
)
def test_recommended_loses_least_within_the_limits(
    limits: dict[str, float], expected: tuple[object, ...]
) -> None:
    best = recommended(choices(WORK, KNOWN, cores=2), **(NO_LIMITS | limits))
    assert (best.place, best.datatype, best.pool_factor, best.search) == expected


def test_coefficients_of_this_version_say_where_they_are_from() -> None:
    known = read_coefficients()
    assert {"command", "processor", "date"} <= known.provenance.keys()
    assert known.recall["float16"] > known.recall["turbo4"]
    assert known.coarse_ns < known.fine_ns < known.exact_ns["float16"]
    assert known.disk["turbo4"] < known.disk["turbo8"] < known.disk["float16"]


def test_workload_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least 1 of each"):
        Workload(pages=0, vectors=1, dim=1)
