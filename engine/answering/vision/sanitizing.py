"""Text crosses a border: of documents to the model, and of the model to people.

To the model: pages and file names can hold neither characters that nobody sees nor anything that
looks like our labels and delimiters. To people: an answer holds no markup, and no link that the
pages given do not hold themselves; a picture or link with an address of somebody's choice would
carry away what the model has read.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from recto.engine.answering.quoting import clean
from recto.engine.answering.vision.links import LINK, parted

REMOVED = "(link removed)"

_SPACES = re.compile("[\t\r\f\v\x1c-\x1f\x85\u2028\u2029]")
"""What parts words must not be taken out: it would join them."""
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u200c\u200d]")
_UNSAFE = frozenset(("Co", "Cn"))
_LABEL = re.compile(r"\[(?=\s*S?\s*\d)", re.IGNORECASE)
_TAG_OPEN = re.compile(r"<(?=[/!?a-zA-Z])")

_TAG = re.compile(r"<(?:[/!?]?[a-zA-Z!][^<>]{0,1000})>")
_MARKDOWN = re.compile(r"!?\[([^\[\]]{0,500})\]\(([^()\s]{0,1000})(?:\s[^()]{0,300})?\)")
_DEFINITION = re.compile(r"^\s*\[[^\[\]]{1,200}\]:\s*", re.MULTILINE)
_OUR_MARK = re.compile(r"\s*[\[(]\s*S\d{1,3}(?:\s*[,;]\s*S\d{1,3})*\s*[\])]")
_NUMBER_MARK = re.compile(r"\[(\d{1,3})\]")
"""Looks like the number of a citation, which we give."""
_INSIDE = "/?#&=%-_~@:"
_TRAILING = ".,;:!?)]}'\"*_>"


def for_model(text: str) -> str:
    """Text of a page, or a name, as a model may see it: data on its own lines."""
    seen = "\n".join(_visible(line) for line in text.split("\n"))
    return _TAG_OPEN.sub("‹", _LABEL.sub("(", seen))


def name_for_model(name: str) -> str:
    """A file's name on one line, short enough not to hold a speech."""
    line = " ".join(for_model(_SPACES.sub(" ", name.replace("\n", " "))).split())
    return line if len(line) <= 80 else f"{line[:50]}…{line[-29:]}"


def _visible(line: str) -> str:
    """Joiners go, too: a model reads words without them, and they hide messages."""
    kept = _VARIANTS.sub("", clean(line))
    return "".join(char for char in kept if unicodedata.category(char) not in _UNSAFE)


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Makes text of a model fit for people. Knows what the pages given hold."""

    pages: str
    """All text of the pages given, in `condensed` form."""

    @classmethod
    def of(cls, *texts: str) -> Cleaner:
        return cls("\n".join(condensed(text) for text in texts))

    def __call__(self, text: str) -> str:
        """Without markup, and without links of the model's own. Twice is as good as once."""
        spaced = _SPACES.sub(" ", _unescaped(text))
        bare = _untagged("\n".join(clean(line) for line in spaced.split("\n")))
        bare = _NUMBER_MARK.sub(r"(\1)", _OUR_MARK.sub("", bare))
        bare = _DEFINITION.sub("", _MARKDOWN.sub(self._linked, bare))
        bare = LINK.sub(self._kept, bare)  # last: what was taken out may have parted one
        bare = bare.replace("](", "] (").replace("![", "! [")
        return _TAG_OPEN.sub("‹", bare)

    def _linked(self, match: re.Match[str]) -> str:
        """The words of a link; its address only if the pages have it."""
        words, address = match[1], match[2]
        return f"{words} ({address})" if address and self._is_given(address) else words

    def _kept(self, match: re.Match[str]) -> str:
        bare = match[0].rstrip(_TRAILING)
        rest = match[0][len(bare) :]
        if self._is_given(bare):
            return match[0]
        return (parted(bare) or REMOVED) + rest

    def _is_given(self, address: str) -> bool:
        """Whether it stands on a page as a whole, not only as the beginning of another one."""
        wanted = condensed(address)
        place = self.pages.find(wanted) if wanted else -1
        while place >= 0:
            end = place + len(wanted)
            around = self.pages[max(place - 1, 0) : place] + self.pages[end : end + 1]
            if not any(char.isalnum() or char in _INSIDE for char in around):
                return True
            place = self.pages.find(wanted, place + 1)
        return False


def condensed(text: str) -> str:
    """Folded in case, with one space for any white space."""
    return " ".join(text.casefold().split())


def _unescaped(text: str) -> str:
    """What is left of &amp;#46; is an entity again."""
    while (less := html.unescape(text)) != text:
        text = less
    return text


def _untagged(text: str) -> str:
    """What is left of <a<b>> is a tag again."""
    while (less := _TAG.sub("", text)) != text:
        text = less
    return text
