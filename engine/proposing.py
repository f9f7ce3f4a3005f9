"""Measures how many pages the cheap arms must propose to a store that does not choose by itself.

The questions are runs of words from the library's own pages. For each, many more pages than usual
are proposed and scored, and it is seen where those that turn out to be the best stood among the
proposals. What no arm has among so many is not seen, and real questions may be easier or harder.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from recto.engine.bm25 import question_terms
from recto.engine.candidates import Candidates, Query
from recto.engine.encoders.protocol import Encoder
from recto.engine.store.plan import PageFilter
from recto.engine.store.proposals import Proposals
from recto.engine.store.protocol import Store

MEASURED_FROM = 500
"""Pages; fewer are all compared."""
_DEEP = 1000
_QUESTIONS = 24
_FEWEST = 8
"""Questions that say something of a library."""
_WORDS = 10
_BEST = 10
_AS_USUAL = 0.99
"""Below 1, so that the store may go by its graph, as it does in any search."""
_PAGES = 10 * _QUESTIONS
"""That are looked at for something to ask: some have no words."""


def is_due(store: Store) -> bool:
    """Whether a store has to be measured, for the first time or anew."""
    if store.two_stage:
        return False
    pages, known = store.count(PageFilter()), store.proposals
    return pages > MEASURED_FROM and (known is None or not known.fits(pages))


def measure(store: Store, encoder: Encoder) -> Proposals | None:
    """Takes as long as some dozens of searches; None where pages have too few words to ask with."""
    everything = PageFilter()
    candidates = Candidates(
        store=store,
        filter=everything,
        wanted=("patches", "rows", "words"),
        depth=_DEEP,
        proposals=_DEEP,
        exact=False,
        recall=_AS_USUAL,
    )
    questions = [*islice(_questions(store), _QUESTIONS)]
    if len(questions) < _FEWEST:
        return None
    places: list[int] = []
    for question in questions:
        query = Query(encoder.encode_question(question), question_terms(question))
        rankings = candidates.rankings(query, {}, {})
        best = rankings.pop("patches", ())[:_BEST]
        ranks = [{id: n for n, (id, _) in enumerate(r)} for r in rankings.values()]
        places += [min(rank.get(id, _DEEP) for rank in ranks) for id, _ in best]
    if not places:
        return None
    return Proposals(library=store.count(everything), deep=_DEEP, places=tuple(sorted(places)))


def _questions(store: Store) -> Iterator[str]:
    """Of pages by id, which is a hash: a fair sample of all."""
    random = np.random.default_rng(0)
    for page in islice(store.scroll(PageFilter()), _PAGES):
        words = [word.text for word in page.content.text.words]
        start = int(random.integers(max(len(words) - _WORDS, 0) + 1))
        question = " ".join(words[start : start + _WORDS])
        if question_terms(question):
            yield question
