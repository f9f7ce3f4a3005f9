"""Times in a file of sound or film, as people read them."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """
    >>> clock(72.4), clock(3605)
    ('1:12', '1:00:05')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(start: float, end: float) -> str:
    """
    >>> span(72.4, 82)
    '1:12–1:22'
    """
    return f"{clock(start)}–{clock(end)}"
