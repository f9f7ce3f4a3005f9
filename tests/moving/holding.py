"""All that a library holds, as plain data: two that are equal hold the same."""

from __future__ import annotations

from recto.engine.bm25 import terms_vector
from recto.engine.store.condition import And, Equals
from recto.engine.store.plan import PageFilter, SearchPlan, SparseArm
from recto.engine.store.protocol import Store
from recto.moving.checksum import page_checksum
from recto.moving.origin import sources_of
from recto.places import Place

Held = dict[str, object]


def held(place: Place, *, tenant: str = "") -> Held:
    with place.open(None, create=False) as store:
        return _of(store.within(tenant), place, tenant)


def _of(store: Store, place: Place, tenant: str) -> Held:
    sums = {}
    for page in store.scroll(PageFilter(), with_vectors=True):
        assert page.vectors is not None
        sums[page.id] = page_checksum(page.content, page.vectors)
    documents = store.documents()
    paths = [sources_of(place.folder, tenant).path(r.id, r.kind) for r in documents]
    tagged = PageFilter(where=And((Equals("tags", "b"), Equals("meta.year", 2018))))
    by_words = SparseArm(query=terms_vector({"page": 1.0, "a": 1.0}), limit=20)
    by_name = store.search_documents(terms_vector({"b": 1.0}), limit=5)
    return {
        "documents": [record.id for record in documents],
        "records": [
            (r.name, r.tags, dict(r.metadata), dict(r.skipped), r.state) for r in documents
        ],
        "pages": sums,
        "tagged": store.count(tagged),
        "found": [id for id, _ in store.search(SearchPlan(arms=(by_words,)))[0]],
        "named": [id for id, _ in by_name],
        "sources": [path.read_bytes() if path.exists() else None for path in paths],
    }
