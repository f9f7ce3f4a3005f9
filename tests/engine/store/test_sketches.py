"""Libraries that are searched by sketches find what they would find without."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from recto.engine.store.edge import EdgeStore
from recto.engine.store.opening import open_edge
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import DenseArm, PageFilter, Ranking, SearchPlan
from recto.engine.store.protocol import Store
from recto.engine.store.records import PageRecord, page_id
from recto.engine.store.sketch.book import Book
from recto.engine.vectors import FloatArray
from tests.engine.store.samples import ENCODER, page, pid, sha

DIM = 24
WIDE = replace(ENCODER, dim=DIM)
PAGES = 240


def pages(first: int = 1, last: int = PAGES) -> list[PageRecord]:
    made = []
    for n in range(first, last + 1):
        random = np.random.default_rng(n)
        vectors = random.standard_normal((int(random.integers(1, 40)), DIM), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        made.append(page("abcd"[n % 4], n, vectors))
    return made


def question(seed: int) -> FloatArray:
    return np.random.default_rng((9, seed)).standard_normal((5, DIM), dtype=np.float32)


def found(
    store: Store,
    seed: int,
    *,
    limit: int = 10,
    recall: float = 1.0,
    filter: PageFilter | None = None,
) -> Ranking:
    arm = DenseArm(using="patches", query=question(seed), limit=limit, recall=recall)
    return store.search(SearchPlan(arms=(arm,), filter=filter or PageFilter()))[0]


def opened(folder: Path, *, sketch_from: int = 1) -> EdgeStore:
    return open_edge(folder, WIDE, create=True, sketch_from=sketch_from)


@pytest.fixture(scope="module")
def oracle() -> OracleStore:
    store = OracleStore(WIDE)
    store.put_pages(pages())
    return store


@pytest.fixture(scope="module")
def sketched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeStore]:
    with opened(tmp_path_factory.mktemp("library")) as store:
        store.put_pages(pages())
        store.optimize()
        yield store


def assert_finds_as(store: Store, truth: Store, filter: PageFilter | None = None) -> None:
    for seed in range(12):
        ranking, expected = (found(each, seed, filter=filter) for each in (store, truth))
        assert [hit.id for hit in ranking] == [hit.id for hit in expected]
        assert [h.score for h in ranking] == pytest.approx([h.score for h in expected], rel=1e-3)


FILTERS = [
    PageFilter(),
    PageFilter(documents=(sha("a"), sha("c"))),
    PageFilter(not_documents=(sha("b"),)),
    PageFilter(first=20, last=200),
    PageFilter(last=7),
    PageFilter(ids=tuple(pid("a", n) for n in range(4, 200, 4))),
]


@pytest.mark.parametrize("filter", FILTERS)
def test_exact_search_is_exact(sketched: Store, oracle: Store, filter: PageFilter) -> None:
    assert_finds_as(sketched, oracle, filter)


@pytest.mark.parametrize("filter", FILTERS)
def test_search_for_most_of_the_best_finds_them_with_exact_scores(
    sketched: Store, oracle: Store, filter: PageFilter
) -> None:
    shares = []
    for seed in range(12):
        true = dict(found(oracle, seed, limit=PAGES, filter=filter))
        best = dict(list(true.items())[:10])
        ranking = found(sketched, seed, recall=0.98, filter=filter)
        assert [hit.score for hit in ranking] == pytest.approx(
            [true[hit.id] for hit in ranking], rel=1e-3
        )
        shares.append(len(best.keys() & dict(ranking).keys()) / len(best))
    assert np.mean(shares) >= 0.9


def test_deleted_and_overwritten_pages_are_not_found_as_they_were(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        truth = OracleStore(WIDE)
        for each in (store, truth):
            each.put_pages(pages())
            each.delete_pages(sha("a"), after=50)
            each.put_pages([replace(new, document_id=sha("b")) for new in pages(1, 60)])
            each.put_pages([page("c", n) for n in range(2, 80, 4)])  # without vectors now
        assert_finds_as(store, truth)
        store.optimize()
        assert_finds_as(store, truth)


def test_library_without_sketches_gets_them(tmp_path: Path, oracle: Store) -> None:
    with opened(tmp_path, sketch_from=10**6) as store:
        store.put_pages(pages(1, 200))
    assert not (tmp_path / "store" / "sketches").exists()
    with opened(tmp_path) as store:
        assert not (tmp_path / "store" / "sketches").exists()
        store.put_pages(pages(201))
        assert (tmp_path / "store" / "sketches" / "pages").stat().st_size > 0
        assert_finds_as(store, oracle)
    with opened(tmp_path) as store:
        assert_finds_as(store, oracle)


def test_optimize_begins_sketches_and_measures_their_depth(tmp_path: Path) -> None:
    with opened(tmp_path, sketch_from=10**6) as store:
        store.put_pages(pages())
    with opened(tmp_path) as store:
        store.optimize()
    assert {path.name for path in (tmp_path / "store" / "sketches").iterdir()} == {
        *("fine", "coarse", "pages", "depth.json")
    }


def test_sketches_agree_with_what_was_written_without_them(tmp_path: Path, oracle: Store) -> None:
    with opened(tmp_path) as store:
        store.put_pages(
            [*pages(), *(page("gone", n, np.ones((1, DIM), np.float32)) for n in range(1, 60))]
        )
    (tmp_path / "store" / "sketches").rename(tmp_path / "aside")
    with opened(tmp_path, sketch_from=10**6) as store:
        store.delete_pages(sha("gone"))
    (tmp_path / "aside").rename(tmp_path / "store" / "sketches")
    with opened(tmp_path) as store:
        assert_finds_as(store, oracle)


@pytest.mark.parametrize("name", ["fine", "coarse", "pages"])
def test_sketches_that_lost_their_end_are_completed(
    tmp_path: Path, oracle: Store, name: str
) -> None:
    with opened(tmp_path) as store:
        store.put_pages(pages())
    path = tmp_path / "store" / "sketches" / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with opened(tmp_path) as store:
        assert_finds_as(store, oracle)


def test_process_killed_between_calls_finds_the_same(tmp_path: Path, oracle: Store) -> None:
    with opened(tmp_path) as store:
        store.put_pages(pages())
        os.kill(store.process_id, signal.SIGKILL)
        os.waitid(os.P_PID, store.process_id, os.WEXITED | os.WNOWAIT)
        assert_finds_as(store, oracle)


_WRITES = """
import sys
from pathlib import Path
from tests.engine.store.test_sketches import opened, pages
from tests.engine.store.samples import sha
with opened(Path(sys.argv[1])) as store:
    print(store.process_id, flush=True)
    while True:
        for first in range(1, 240, 40):
            store.put_pages(pages(first, first + 39))
            print("written", flush=True)
        store.optimize()
        for name in "abcd":
            store.delete_pages(sha(name), after=100)
        store.optimize()
"""


@pytest.mark.parametrize("rounds", [3, 8, 15])
def test_process_killed_while_it_writes(tmp_path: Path, rounds: int) -> None:
    """Whatever the shard has afterwards, sketches find the best of it."""
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITES, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with writer:
        assert writer.stdout is not None
        store_pid = int(writer.stdout.readline())
        for _ in range(rounds):
            writer.stdout.readline()
        os.kill(store_pid, signal.SIGKILL)
        writer.kill()
    with opened(tmp_path) as store:
        numbers = {(p.document_id, p.content.number) for p in store.scroll(PageFilter())}
        truth = OracleStore(WIDE)
        truth.put_pages([p for p in pages() if (p.document_id, p.content.number) in numbers])
        assert_finds_as(store, truth)


def test_sketches_go_with_the_vectors_that_they_are_of(tmp_path: Path) -> None:
    other = replace(WIDE, name="other", dim=2)
    with opened(tmp_path) as store:
        store.put_pages(pages())
        with store.beside(other) as new:
            new.put_pages([page("a", n, [[n, 1]]) for n in range(1, 101)])
            store.become(new)
        query = np.array([[1, 0]], np.float32)
        arm = DenseArm(using="patches", query=query, limit=3)
        scores = [hit.score for hit in store.search(SearchPlan(arms=(arm,)))[0]]
        assert scores == [100, 99, 98]


def test_page_whose_writing_was_cut_off_is_found_as_it_was(tmp_path: Path, oracle: Store) -> None:
    """Its sketch is written before the shard takes it: a kill in between must not leave it so."""
    with opened(tmp_path) as store:
        store.put_pages(pages())
    sketches = tmp_path / "store" / "sketches"
    book = Book(sketches, DIM)  # what the process does before a kill, in its order
    cut_off = pages(1, 60)
    ids = [page_id(each.document_id, each.content.number, WIDE) for each in cut_off]
    (sketches / "unsettled").write_bytes(b"".join(UUID(id).bytes for id in ids))
    for id in ids[:30]:
        book.add(id, np.full((3, DIM), 0.01, np.float32))
    book.close()
    with opened(tmp_path) as store:
        assert_finds_as(store, oracle)
    assert not (sketches / "unsettled").exists()


@pytest.mark.parametrize("precise", [1, 5, 40])
def test_scores_behind_the_best_may_be_rounded(
    sketched: Store, oracle: Store, precise: int
) -> None:
    for seed in range(12):
        arm = DenseArm(
            using="patches", query=question(seed), limit=40, recall=0.99, precise=precise
        )
        (ranking,) = sketched.search(SearchPlan(arms=(arm,)))
        true = dict(found(oracle, seed, limit=PAGES))
        assert len(ranking) == 40
        scores = [hit.score for hit in ranking]
        assert scores == sorted(scores, reverse=True)
        exact = [true[hit.id] for hit in ranking]
        assert scores[:precise] == pytest.approx(exact[:precise], rel=1e-3)
        assert scores == pytest.approx(exact, abs=0.1)


def test_patches_are_read_back_about_as_they_were(sketched: Store, oracle: Store) -> None:
    ids = [pid("abcd"[n % 4], n) for n in range(1, PAGES + 1)]
    found, true = sketched.patches([*ids, pid("z", 1)]), oracle.patches(ids)
    assert found.keys() == true.keys() == {*ids}
    for id in ids:
        np.testing.assert_allclose(found[id].vectors, true[id].vectors, atol=0.01)
        np.testing.assert_allclose(found[id].boxes, true[id].boxes, atol=1e-4)


def test_recall_must_be_a_share(sketched: Store) -> None:
    for recall in (0.0, 1.5):
        with pytest.raises(ValueError, match=f"recall is {recall}"):
            found(sketched, 0, recall=recall)
