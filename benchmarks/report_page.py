"""A report as a page of HTML with its style in it. Knows nothing of what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from recto.benchmarks.report_parts import Code, Figure, Listing, Part, Section, Table, Terms, Text

_COLOURS = """
:root { --ink: #1c2430; --soft: #5d6b7c; --line: #dde3ea; --paper: #fff; --back: #f5f7f9;
  --a: #2f6f8f; --b: #e09f3e; --c: #7a9e7e; --d: #9b5d73; --e: #6c757d; --f: #b8c4ce }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #9aa7b5; --line: #323c48;
  --paper: #1a2028; --back: #12161c; --a: #5aa5c8; --b: #e0b060; --c: #92bd97; --d: #c4839b;
  --e: #98a2ac; --f: #55616d } }
"""
_PLOT = """
svg { width: 100%; height: auto; display: block; font-size: 12px } svg text { fill: var(--ink) }
svg .name { text-anchor: end } svg .tick { text-anchor: middle; fill: var(--soft); font-size: 11px }
svg .grid { stroke: var(--line); fill: none }
svg .whisker { stroke: var(--ink); fill: none; stroke-width: 1.4 }
.s0 { fill: var(--a) } .s1 { fill: var(--b) } .s2 { fill: var(--c) } .s3 { fill: var(--d) }
.s4 { fill: var(--e) } .s5 { fill: var(--f) }
"""
_PAGE = """
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif }
main { max-width: 64rem; margin: 0 auto; padding: 2.5rem 1.25rem }
h1 { font-size: 1.75rem; margin: 0 0 .5rem } h2 { font-size: 1.25rem; margin: 0 0 .25rem }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.5rem; margin: 1.5rem 0 }
.lead { font-size: 1.05rem; color: var(--soft); margin: 0 } .about { margin: 0; color: var(--soft) }
.note { font-size: .85rem; color: var(--soft) }
figure { margin: 1.5rem 0 .5rem } figcaption { font-weight: 600; margin-bottom: .5rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .8rem;
  font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .35rem .3rem; border-bottom: 1px solid var(--line);
  white-space: nowrap }
th { color: var(--soft); font-weight: 600 }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font-size: .88rem;
  margin: .75rem 0 } dt { color: var(--soft) } dd { margin: 0 }
pre { background: var(--back); border-radius: 6px; padding: .75rem; white-space: pre-wrap;
  font-size: .85rem } summary { cursor: pointer; font-weight: 600; margin-top: .75rem }
li { margin: .2rem 0; font-size: .9rem; overflow-wrap: anywhere }
@media print { body { background: #fff } section { break-inside: avoid } }
"""


def page(title: str, lead: str, sections: Iterable[Section]) -> str:
    """The whole file."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_COLOURS}{_PAGE}{_PLOT}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(title)}</h1>\n<p class="lead">{escape(lead)}</p>\n'
        + "\n".join(map(_section, sections))
        + "\n</main>\n</body>\n</html>\n"
    )


def picture(svg: str) -> str:
    """A plot as a file of its own: it names its language and brings its style along."""
    first, rest = svg.split(">", 1)
    style = f"<style>{_COLOURS}{_PLOT} svg {{ background: var(--paper) }}</style>"
    return f'{first} xmlns="http://www.w3.org/2000/svg">{style}{rest}\n'


def _section(section: Section) -> str:
    about = f"<p class='about'>{escape(section.about)}</p>" if section.about else ""
    parts = "".join(map(_part, section.parts))
    return f"<section><h2>{escape(section.title)}</h2>{about}{parts}</section>"


def _part(part: Part) -> str:
    match part:
        case Text():
            return f"<p{' class=note' if part.small else ''}>{escape(part.text)}</p>"
        case Table():
            return _table(part)
        case Figure():
            return f"<figure><figcaption>{escape(part.caption)}</figcaption>{part.svg}</figure>"
        case Terms():
            pairs = (f"<dt>{escape(n)}</dt><dd>{escape(value)}</dd>" for n, value in part.pairs)
            return f"<dl>{''.join(pairs)}</dl>"
        case Code():
            return f"<pre>{escape(part.text)}</pre>"
        case Listing():
            lines = "".join(f"<li>{escape(line)}</li>" for line in part.lines)
            return f"<details><summary>{escape(part.title)}</summary><ul>{lines}</ul></details>"


def _table(part: Table) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in part.head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in part.rows
    )
    return (
        f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )
