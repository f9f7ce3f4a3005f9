"""Rankings of several modalities become one list of documents. Knows no vectors and no store.

Scores are never compared between modalities: even in one space sounds lie nearer to sounds than to
pictures of the same thing, so that a common list by cosine is a list of one modality. What counts
is how many documents of a modality fit better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recto.engine.store.clips.protocol import ScoredClip
from recto.engine.store.clips.records import ClipPlace

_K = 60
"""As in reciprocal rank fusion, so that scores read alike."""


@dataclass(frozen=True, slots=True)
class Ranked:
    clip: ScoredClip
    score: float
    """Of its document."""


def fused(rankings: Sequence[Sequence[ScoredClip]], limit: int, moments: int) -> list[Ranked]:
    """The best `limit` documents, best first, and of each the best `moments` clips, best first.

    Each ranking is of one modality, best first. Of clips that overlap in time the better one is
    given. The score of a document is 1 / (60 + its best place in one of the rankings): summed over
    them, film, which has sound and pictures, would come before sound that fits better. Documents of
    equal scores come in the order of the rankings.
    """
    places = [_places(ranking) for ranking in rankings]
    scores: dict[str, float] = {}
    for ranking in places:
        for id, place in ranking.items():
            scores[id] = max(scores.get(id, 0.0), 1 / (_K + place))
    best = sorted(scores, key=lambda id: -scores[id])[:limit]
    return [
        Ranked(clip, round(scores[id], 6))
        for id in best
        for clip in _moments(id, rankings, places, moments)
    ]


def _places(ranking: Sequence[ScoredClip]) -> dict[str, int]:
    """Of the documents, counted from 1."""
    ids = dict.fromkeys(clip.place.document_id for clip in ranking)
    return {id: place for place, id in enumerate(ids, 1)}


def _moments(
    id: str,
    rankings: Sequence[Sequence[ScoredClip]],
    places: Sequence[dict[str, int]],
    count: int,
) -> list[ScoredClip]:
    """Of one document: in turn from each modality, that first in which it is placed best."""
    order = sorted(range(len(rankings)), key=lambda n: places[n].get(id, len(places[n]) + 1))
    lists = [_apart([c for c in rankings[n] if c.place.document_id == id]) for n in order]
    longest = max(map(len, lists))
    turns = [clips[turn] for turn in range(longest) for clips in lists if turn < len(clips)]
    return turns[:count]


def _apart(clips: Sequence[ScoredClip]) -> list[ScoredClip]:
    kept: list[ScoredClip] = []
    for clip in clips:
        if not any(_overlap(clip.place, other.place) for other in kept):
            kept.append(clip)
    return kept


def _overlap(first: ClipPlace, second: ClipPlace) -> bool:
    return first.start < second.end and second.start < first.end
