"""What the blocks of the documentation have in common, whatever was measured."""

from __future__ import annotations

import textwrap

from recto.benchmarks.result_files import Result

_WIDTH = 110


def paragraph(text: str) -> str:
    """As wide as the documentation around it."""
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def machine_of(result: Result) -> str:
    """Where, when and with what it was measured. A busy machine's times are not to be quoted."""
    machine = result.machine
    return paragraph(
        f"Hardware: {machine['processor']}, {machine['cores']} cores, {machine['memory']}; load"
        f" {machine['load average']} when it ended. Made: {result.made}, recto"
        f" {result.versions['recto']}."
    )
