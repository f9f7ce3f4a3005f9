"""Rankings of several modalities in one list."""

from __future__ import annotations

from recto.engine.crossmodal.ranking import fused
from recto.engine.store.clips.protocol import ScoredClip
from recto.engine.store.clips.records import ClipModality, ClipPlace


def _clip(document: str, modality: ClipModality, start: float, score: float) -> ScoredClip:
    place = ClipPlace(document_id=document, modality=modality, start=start, end=start + 10)
    return ScoredClip(place, score)


def test_modality_of_high_scores_does_not_crowd_out_the_others() -> None:
    sounds = [_clip(name, "audio", 0, 0.9 - n / 100) for n, name in enumerate("abcdef")]
    films = [_clip(name, "video", 0, 0.2 - n / 100) for n, name in enumerate("uvwxyz")]
    assert [hit.clip.place.document_id for hit in fused([sounds, films], 4, 1)] == [*"aubv"]


def test_file_comes_once_with_its_best_moments() -> None:
    starts = (40, 43, 0, 80)
    ranking = [_clip("a", "audio", start, 0.9 - n / 100) for n, start in enumerate(starts)]
    ranking.append(_clip("b", "audio", 0, 0.1))
    found = [(hit.clip.place.document_id, hit.clip.place.start) for hit in fused([ranking], 5, 2)]
    assert found == [("a", 40), ("a", 0), ("b", 0)]  # 43 overlaps 40


def test_moments_of_one_file_come_from_each_modality_in_turn() -> None:
    sounds = [_clip("b", "audio", 0, 0.9), *(_clip("a", "audio", 10 * n, 0.5) for n in range(3))]
    films = [_clip("a", "video", 10 * n, 0.1) for n in range(3)]
    kinds = [
        hit.clip.place.modality
        for hit in fused([sounds, films], 5, 4)
        if hit.clip.place.document_id == "a"
    ]
    assert kinds == ["video", "audio", "video", "audio"]


def test_being_in_more_rankings_is_no_advantage() -> None:
    sounds = [_clip("a", "audio", 0, 0.9), _clip("film", "audio", 0, 0.8)]
    films = [_clip("film", "video", 0, 0.1)]
    assert [hit.clip.place.document_id for hit in fused([sounds, films], 1, 1)] == ["a"]


def test_scores_descend() -> None:
    ranking = [_clip(name, "audio", 0, 0.5) for name in "abcd"]
    scores = [hit.score for hit in fused([ranking], 9, 1)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_nothing_is_made_of_nothing() -> None:
    assert fused([[], []], 5, 3) == []
