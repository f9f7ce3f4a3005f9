"""What in a text some program may make a link of, whatever the program. Knows no pages.

There are more than a thousand top-level domains, and new ones each month, so any dotted word counts
as an address. Nothing is lost by that: words such as Node.js stand on the pages that speak of them.
"""

from __future__ import annotations

import re

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
"""Scripts without spaces: a sentence is no label of an address."""
_REST = r"[^\s<>\"“”]*"
_LETTER = rf"[^\W\d_{_UNSPACED}]"
_LABEL = rf"(?:[^\W{_UNSPACED}]|-){{1,63}}"
_POINT = "[.\uff0e\u2024\ufe52]"
_FULL_STOP = "[\u3002\uff61]"
"""Ends a sentence of Chinese or Japanese; browsers take it for a point as well."""
_DOT = rf"(?:{_POINT}|{_FULL_STOP})"
_AFTER = rf"(?::\d{{1,5}}\b)?(?:[/?#\\]{_REST})?"
_END = rf"(?![^\W{_UNSPACED}]|-|{_DOT}[^\W{_UNSPACED}])"
_SCHEMES = (
    "mailto|data|javascript|vbscript|tel|sms|callto|file|blob|cid|mid|magnet|urn|about|geo|intent"
    "|market|view-source|bitcoin|ethereum|skype|whatsapp|tg|facetime|itms-apps|ms-[a-z]{2,20}|web\\+[a-z]{1,20}"
    "|https?|wss?|ftps?|sftp|ssh|sips?|xmpp|ircs?|ldaps?|nntp|gopher|ipfs|ipns|dweb|monero|litecoin|zoommtg"
)

LINK = re.compile(
    "|".join(
        (
            # Any scheme before slashes of either kind; some that have none.
            rf"[a-z][a-z0-9+.-]{{0,30}}:[/\\]{{2}}{_REST}",
            rf"\b(?:{_SCHEMES}):(?=\S){_REST}",
            # //host and \\host
            rf"(?<![\w:/\\.])[/\\]{{2}}(?=[\w\[]){_REST}",
            rf"\bwww{_DOT}{_REST}",
            # user@host, host.name/path, host.name
            rf"(?:[^\W{_UNSPACED}]|[.+%!-]){{1,64}}@{_LABEL}(?:{_DOT}{_LABEL})*{_AFTER}",
            rf"(?:{_LABEL}{_DOT}){{1,8}}(?:{_LETTER}{{2,63}}|xn--[\w-]{{1,59}}){_END}{_AFTER}",
            rf"\blocalhost(?=:\d|[/?#\\]){_AFTER}",
            # A path or a port makes more a host: names of other scripts, of one letter, of digits.
            rf"(?:[\w-]{{1,63}}{_POINT}){{1,8}}(?:[^\W\d_]{{1,63}})(?::\d{{1,5}}\b)?[/?#\\]{_REST}",
            rf"(?<![\d.])\d{{1,3}}(?:{_DOT}\d{{1,3}}){{3}}(?![\d.]*\d){_AFTER}",
            rf"\[(?=[^\]]*:)[0-9a-f:.]{{2,45}}\](?::\d{{1,5}}\b)?[/?#\\]{_REST}",
        )
    ),
    re.IGNORECASE,
)

_JOINED = re.compile(r"((?:\w\.)+|\w+\.)([A-Z][a-z]+)")
"""A full stop without its space: "ended.Then", "e.g.Then"."""
_JOINED_UNSPACED = re.compile(rf"(\w+{_FULL_STOP})((?=[a-z]*[A-Z])[A-Za-z]+(?:/[A-Za-z]+)?)")
"""One that has none, between words of Latin letters; addresses are written without capitals."""


def parted(address: str) -> str | None:
    """Two sentences between which a space was forgotten, with that space; None of an address."""
    match = _JOINED.fullmatch(address) or _JOINED_UNSPACED.fullmatch(address)
    return f"{match[1]} {match[2]}" if match else None
