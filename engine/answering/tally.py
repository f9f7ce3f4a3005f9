"""How much of what a model said held: counts, for who compares models and ways. Knows no page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a model said at first, before it was asked again, and what became of it. Adding two is
    counting both."""

    statements: int = 0
    unsupported: int = 0
    """Of the statements, those that did not hold as they were said."""
    repaired: int = 0
    """Of the unsupported, those in whose place something was said that held."""
    quotes: int = 0
    invented: int = 0
    """Of the quotes, those that stand on none of the pages that the model was given."""
    malformed: int = 0
    """Replies without the form of an answer, later ones included."""

    @property
    def dropped(self) -> int:
        """Statements that did not hold in the end."""
        return self.unsupported - self.repaired

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            statements=self.statements + other.statements,
            unsupported=self.unsupported + other.unsupported,
            repaired=self.repaired + other.repaired,
            quotes=self.quotes + other.quotes,
            invented=self.invented + other.invented,
            malformed=self.malformed + other.malformed,
        )
