"""Heat maps: how much each place of a page answers a question, token by token.

Made of the stored vectors alone, so that looking at a page costs no pass of a model, and with the
boxes that these vectors carry, so that it is the same for every encoder. Knows no store; a picture
is painted over, not drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recto.engine.maxsim import similarity
from recto.engine.vectors import FloatArray, Multivector, QuestionVectors

RgbImage = npt.NDArray[np.uint8]
"""(height, width, 3)"""

# Dark to light and of one hue at each end, so that it reads in grey and to colour-blind people:
# the stops of matplotlib's "inferno" (CC0) at 0.25, 0.5, 0.75 and 0.95.
_STOPS = np.array([(87, 16, 110), (188, 55, 84), (249, 142, 9), (246, 215, 70)], dtype=np.float32)
_FLOOR = 0.15
"""Heat below this part of the hottest is not painted: on every page each place is a little warm."""
_OPACITY = 0.62


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HeatMap:
    """For t tokens of a question and n places of a page."""

    tokens: tuple[str, ...]
    """What each row stands for."""
    boxes: FloatArray
    """(n, 4): x0, y0, x1, y1 as in `Box`."""
    heat: FloatArray
    """(t, n) between 0 and 1: how far a place stands above the page's mean for a token, where 1 is
    the place and token of the page that stand out most."""

    @property
    def whole(self) -> FloatArray:
        """(n,) for the whole question: the mean over its tokens, the hottest place being 1."""
        total: FloatArray = self.heat.sum(axis=0)
        return _scaled(total)

    def of(self, token: int | None) -> FloatArray:
        """(n,) for one token by its place, the hottest being 1; None is the whole question."""
        return self.whole if token is None else _scaled(self.heat[token])


def heat_map_of(question: QuestionVectors, page: Multivector | None) -> HeatMap:
    """Where the vectors of a question find theirs on a page.

    Vectors that belong to no word of the question are left out; so are those of the page that
    stand for all of it. There may then be no token, or no place, as on a page on which its encoder
    saw nothing (None).
    """
    tokens = tuple(token for token in question.tokens if token)
    if page is None:
        return _nowhere(tokens)
    shown = [bool(token) for token in question.tokens]
    small = (page.boxes[:, :2] > 0).any(axis=1) | (page.boxes[:, 2:] < 1).any(axis=1)
    vectors, boxes = page.vectors[small], page.boxes[small]
    if not tokens or not len(boxes):
        return _nowhere(tokens)
    similarities_tn = similarity(question.patches[shown], vectors)
    excess_tn = similarities_tn - similarities_tn.mean(axis=1, keepdims=True)
    return HeatMap(tokens=tokens, boxes=boxes, heat=_scaled(np.maximum(excess_tn, 0)))


def paint(image: RgbImage, boxes: FloatArray, heat: FloatArray) -> RgbImage:
    """A copy of `image` with the heat of each box, (n,) between 0 and 1, laid over it.

    Where boxes overlap the hottest shows.
    """
    height, width = image.shape[:2]
    warmth = np.zeros((height, width), dtype=np.float32)
    edges = np.rint(boxes * np.array([width, height, width, height])).astype(np.int64)
    for (x0, y0, x1, y1), value in zip(edges.clip(0).tolist(), heat.tolist(), strict=True):
        area = warmth[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
        np.maximum(area, value, out=area)
    shown = np.maximum(warmth - _FLOOR, 0).astype(np.float32) / np.float32(1 - _FLOOR)
    opacity = (_OPACITY * np.sqrt(shown))[..., None]
    paper = image.astype(np.float32)
    painted = paper + (_colours(shown) - paper) * opacity
    return np.asarray(np.rint(painted), dtype=np.uint8)


def _colours(shown: FloatArray) -> FloatArray:
    """(height, width, 3) for (height, width) between 0 and 1."""
    places = np.linspace(0, 1, len(_STOPS))
    channels = [np.interp(shown, places, _STOPS[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def _nowhere(tokens: tuple[str, ...]) -> HeatMap:
    boxes = np.zeros((0, 4), dtype=np.float32)
    return HeatMap(tokens=tokens, boxes=boxes, heat=np.zeros((len(tokens), 0), dtype=np.float32))


def _scaled(heat: FloatArray) -> FloatArray:
    top = np.float32(heat.max(initial=0))
    return heat / top if top > 0 else heat
