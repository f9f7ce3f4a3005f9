"""Settings of an encoder as texts: which there are, what each takes, and how they are read.

Knows no encoder: the modules `settings` of theirs say what can be chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recto.engine.errors import EncoderError

Choices = Mapping[str, str]
"""What each setting takes, with its unit, by its name."""


def check_names(given: Iterable[str], choices: Choices, whose: str) -> None:
    """EncoderError, with all that can be chosen, for a setting that there is not."""
    unknown = sorted(set(given) - choices.keys())
    if not unknown:
        return
    known = "; ".join(f"{name}: {takes}" for name, takes in choices.items())
    raise EncoderError(
        f"{whose} has no setting {unknown[0]!r}; "
        + (f"it has these. {known}." if known else "it has none.")
    )


def whole_number(name: str, text: str) -> int:
    """Raises EncoderError."""
    if not (text.isascii() and text.isdecimal()):
        raise EncoderError(f"{name} {text!r}; expected a whole number.")
    return int(text)


def truth(name: str, text: str) -> bool:
    """Raises EncoderError."""
    if text not in ("yes", "no"):
        raise EncoderError(f"{name} {text!r}; expected yes or no.")
    return text == "yes"
