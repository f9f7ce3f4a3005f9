"""What has been verified until now, in all rounds, and how it becomes one answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from recto.engine.answering.protocol import Evidence, Quote
from recto.engine.answering.tally import Tally
from recto.engine.answering.vision.asking import Verified
from recto.engine.answering.vision.checking import Checked
from recto.engine.answering.vision.sources import Source
from recto.engine.endpoint.limits import Usage

Place = tuple[str, int]


class Findings:
    """Grows by what was read for one question after the other."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.tally = Tally()
        self.pages_given = 0
        self._read: list[Verified] = []
        self._pages: dict[Place, Evidence] = {}

    def take(self, verified: Verified, sources: Sequence[Source]) -> None:
        self.usage += verified.usage
        self.tally += verified.tally
        self.pages_given += len(sources)
        self._read.append(verified)
        for source in sources:
            page = source.evidence
            self._pages.setdefault((page.document_id, page.content.number), page)

    @property
    def statements(self) -> list[str]:
        """Those that are supported, none twice."""
        return [item.statement.text for item in self._checked() if item.supported]

    @property
    def missing(self) -> list[str]:
        return [read.missing for read in self._read if read.missing]

    @property
    def is_scattered(self) -> bool:
        """Whether several searches have found parts of the answer, on several pages."""
        return sum(read.reason is None for read in self._read) > 1 and len(self.cited) > 1

    @property
    def cited(self) -> list[Evidence]:
        """The pages that something rests on, all of one score: those of different questions cannot
        be compared."""
        places = dict.fromkeys((quote.document_id, quote.page) for quote in self._quotes())
        return [replace(self._pages[place], score=1.0) for place in places]

    def together(self) -> Verified:
        """All that was verified, one after the other; or why there is nothing."""
        quotes = tuple(self._quotes())
        first, *further = self._read
        lacking = further or [first]
        return Verified(
            checked=tuple(self._checked()),
            quotes=quotes,
            reason=None if quotes else first.reason,
            incomplete=next((read.incomplete for read in self._read if read.incomplete), ""),
            missing="; ".join(dict.fromkeys(read.missing for read in lacking if read.missing)),
            usage=self.usage,
            tally=self.tally,
        )

    def _checked(self) -> Iterator[Checked]:
        told: set[str] = set()
        for read in self._read:
            begins = bool(told)
            for item in read.checked:
                if item.statement.text not in told:
                    told.add(item.statement.text)
                    yield replace(item, new_line=True) if begins else item
                    begins = False

    def _quotes(self) -> Iterator[Quote]:
        kept = dict.fromkeys(quote for item in self._checked() for quote in item.statement.quotes)
        return iter(kept)
