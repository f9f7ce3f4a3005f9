"""Which part of a library a request means, as the methods of `Library` take it."""

from __future__ import annotations

from typing import TypedDict

from .schemas import Confined


class Confinement(TypedDict):
    documents: list[str] | None
    tags: list[str] | None
    pages: tuple[int | None, int | None] | None
    where: str | None


def confinement(asked: Confined) -> Confinement:
    bounded = asked.first_page or asked.last_page
    return Confinement(
        documents=asked.documents,
        tags=asked.tags,
        pages=(asked.first_page, asked.last_page) if bounded else None,
        where=asked.where,
    )
