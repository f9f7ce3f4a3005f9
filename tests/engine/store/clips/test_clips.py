"""What every store of clips must do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recto.engine.errors import EncoderMismatch
from recto.engine.store.clips.protocol import ClipArm, ClipFilter, ClipStore
from recto.engine.store.protocol import Store
from tests.engine.store.clips.samples import CROSSMODAL, DIMS, clip, document, vector

ALL = ClipFilter()


@pytest.fixture
def clips(store: Store) -> ClipStore:
    with store.writing():
        return store.make_clips(CROSSMODAL, DIMS)


def test_library_without_media_has_no_clips(store: Store) -> None:
    assert store.clips() is None


def test_what_clips_are_made_with_is_kept(store: Store, clips: ClipStore) -> None:
    again = store.clips()
    assert again is not None
    assert (again.encoder, again.dims) == (CROSSMODAL, DIMS)


def test_other_encoder_is_refused_as_soon_as_there_are_clips(
    store: Store, clips: ClipStore
) -> None:
    other = replace(CROSSMODAL, revision="2")
    with store.writing():
        assert store.make_clips(other, {"audio": 3}).dims == {"audio": 3}
        made = store.make_clips(CROSSMODAL, DIMS)
        made.within("a").put_clips([clip("a", "audio", 1)])
        with pytest.raises(EncoderMismatch, match=r"cross .revision 1.*revision 2"):
            store.make_clips(other, DIMS)
        assert store.make_clips(CROSSMODAL, DIMS).within("a").count_clips(ALL) == 1


def test_clip_is_written_once(store: Store, clips: ClipStore) -> None:
    with store.writing():
        for _ in range(2):
            clips.put_clips([clip("a", "audio", 2), clip("a", "audio", 1), clip("a", "page", 3)])
    places = clips.clips(document("a"))
    assert [(p.modality, p.start, p.end, p.page) for p in places] == [
        ("audio", 0, 10, 0),
        ("audio", 5, 15, 0),
        ("page", 0, 0, 3),
    ]
    assert clips.count_clips(ALL) == 3


def test_clips_with_their_vectors_as_they_are_kept(store: Store, clips: ClipStore) -> None:
    written = [
        clip("a", "page", 3),
        clip("a", "audio", 2),
        clip("a", "audio", 1),
        clip("b", "page", 1),
    ]
    with store.writing():
        clips.put_clips(written)
    kept = clips.clip_records(document("a"))
    assert [record.place for record in kept] == clips.clips(document("a"))
    vectors = {record.place: record.vector for record in written}
    for record in kept:
        expected = vectors[record.place].astype(np.float16).astype(np.float32)
        np.testing.assert_array_equal(record.vector, expected)
    assert clips.within("other").clip_records(document("a")) == []


def test_deleting_removes_the_clips_of_one_document(store: Store, clips: ClipStore) -> None:
    with store.writing():
        clips.put_clips([clip("a", "audio", 1), clip("b", "audio", 1)])
        clips.delete_clips(document("a"))
    assert clips.clips(document("a")) == []
    assert clips.count_clips(ALL) == 1


def test_search_ranks_each_modality_by_inner_product(store: Store, clips: ClipStore) -> None:
    records = [clip(letter, m, n) for letter in "ab" for m in DIMS for n in range(1, 9)]
    with store.writing():
        clips.put_clips(records)
    arms = [ClipArm(modality=m, query=vector(99, dim), limit=5) for m, dim in DIMS.items()]
    for arm, ranking in zip(arms, clips.search_clips(arms, ALL), strict=True):
        of_arm = [r for r in records if r.place.modality == arm.modality]
        best = sorted((float(r.vector @ arm.query) for r in of_arm), reverse=True)[:5]
        assert np.allclose([hit.score for hit in ranking], best, atol=2e-3)
        assert {hit.place.modality for hit in ranking} == {arm.modality}


def test_search_keeps_to_its_filter(store: Store, clips: ClipStore) -> None:
    with store.writing():
        clips.put_clips([clip(letter, "audio", 1) for letter in "abc"])
    arm = ClipArm(modality="audio", query=vector(1, 4), limit=9)
    for filter, expected in (
        (ClipFilter(documents=(document("b"),)), "b"),
        (ClipFilter(not_documents=(document("b"),)), "ac"),
        (ClipFilter(documents=(document("a"), document("b")), not_documents=(document("b"),)), "a"),
        (ClipFilter(documents=()), ""),
    ):
        (ranking,) = clips.search_clips([arm], filter)
        assert {hit.place.document_id[0] for hit in ranking} == set(expected)
        assert clips.count_clips(filter) == len(expected)


def test_tenants_see_their_own(store: Store, clips: ClipStore) -> None:
    a, b = clips.within("a"), clips.within("b")
    arm = ClipArm(modality="audio", query=vector(1, 4), limit=9)
    with store.writing():
        for number, tenant in enumerate((a, b), 1):
            tenant.put_clips([clip("a", "audio", 1), clip("a", "audio", 1 + number)])
        b.delete_clips(document("a"))
    assert (a.count_clips(ALL), b.count_clips(ALL), clips.count_clips(ALL)) == (2, 0, 0)
    assert [p.start for p in a.clips(document("a"))] == [0, 5]
    assert [len(c.search_clips([arm], ALL)[0]) for c in (a, b, clips)] == [2, 0, 0]
    confined = store.within("a").clips()
    assert confined is not None
    assert confined.tenant == "a"


def test_what_cannot_be_kept_is_refused(clips: ClipStore) -> None:
    good = clip("a", "audio", 1)
    for place, drawn in (
        (replace(good.place, document_id="x"), good.vector),
        (replace(good.place, end=0.0), good.vector),
        (replace(good.place, page=1), good.vector),
        (replace(good.place, modality="video"), good.vector),
        (good.place, np.full(4, np.nan, np.float32)),
    ):
        with pytest.raises(ValueError, match="document"):
            clips.put_clips([good, replace(good, place=place, vector=drawn)])
    assert clips.count_clips(ALL) == 0


def test_modality_that_the_encoder_does_not_know_is_refused(store: Store) -> None:
    with store.writing():
        clips = store.make_clips(CROSSMODAL, {"audio": 4})
    with pytest.raises(ValueError, match="knows audio only"):
        clips.search_clips([ClipArm(modality="page", query=vector(1, 6), limit=1)], ALL)
