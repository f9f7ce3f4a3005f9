"""How an answer is shown: to people whole or while it is written, to programs as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .adding import counted
from .console import hanging, note, plain, plain_lines, write, write_json, write_paths, write_piece
from .evidence import Written
from .search import label
from .settings import Settings

if TYPE_CHECKING:
    from rich.text import Text

    from recto.asking import AnswerEvent
    from recto.clip_results import ClipHit
    from recto.engine.answering.deep.steps import Step
    from recto.engine.endpoint.limits import Usage
    from recto.results import Answer, Citation

CHANGED = "After checking against the pages, this is the answer:"
NOT_WORDS = {
    "picture": "(a picture: what the model sees in it, not verified word for word)",
    "summary": "(from a summary of the page, not verified word for word)",
}
MISSING = "The pages do not tell, says the model:"

FRAMES = "(frames of the film: seen by the model, verified by nothing; sound is not heard)"


def show_while_written(events: Iterator[AnswerEvent]) -> Answer:
    """Write the text as it comes; and the settled text, if checking has changed it."""
    from recto.engine.answering.protocol import TextDelta

    shown = ""
    for event in events:
        if isinstance(event, TextDelta):
            shown += event.text
            write_piece(event.text)
            continue
        if shown:
            write_piece("\n")
        if plain(shown).split() != plain(event.answer.text).split():
            write(*(["", CHANGED] if shown.strip() else []), plain_lines(event.answer.text))
        return event.answer
    raise AssertionError("events ended without a settled answer")


def report(
    answer: Answer, written: Written | None, settings: Settings, *, shown: bool = False
) -> None:
    """Write all of an answer; without its text if that is `shown` already."""
    if settings.json:
        write_json(_as_json(answer, written))
        return
    if not settings.quiet:
        _note_what_was_asked(answer)
    if not shown:
        write(plain_lines(answer.text))
    if answer.missing:
        write("", plain_lines(f"{MISSING} {answer.missing}"))
    if answer.incomplete:
        write("", plain_lines(f"This may not be all of the answer. {answer.incomplete}"))
    if answer.citations:
        _write_citations(answer.citations)
    if answer.clips:
        _write_clips(answer.clips)
    if written and written.pictures:
        write("", "Pictures of the cited pages, with the quotes marked:")
        write_paths(*(picture.path for picture in written.pictures))
    if answer.usage and not settings.quiet:
        note(took(answer.usage))


def tell_step(step: Step) -> None:
    """A line on stderr for what a deep answer has just looked at."""
    pages = counted(len(step.pages), "page")
    match step.kind, step.outcome:
        case _, "failed":
            told = f"Stopped: {step.detail}"
        case "plan", "enough":
            told = "Nothing more to look up."
        case "plan", _:
            told = f"To look up: {step.detail}"
        case "answer", _:
            told = f"Read {pages} together."
        case _, "no_pages":
            told = f"Found no page for “{step.question}”."
        case _:
            found = counted(step.statements, "statement") if step.statements else "nothing"
            told = f"Read {pages} for “{step.question}”: {found}."
    note(told)


def _note_what_was_asked(answer: Answer) -> None:
    if answer.asked:
        note(f"Understood as: {answer.asked}")
    elif answer.rewriting == "failed":
        note("The model could not say what the question means here; it was asked as it is.")


def took(usage: Usage) -> str:
    """What asking a model took, on one line."""
    if not usage.calls:
        return "The model's reply was in the cache."
    about = "about " if usage.estimated else ""
    parts = [
        f"{about}{usage.input_tokens:,} tokens in",
        f"{usage.output_tokens:,} out",
        counted(usage.images, "picture"),
        counted(usage.calls, "call"),
    ]
    cost = "" if usage.cost is None else f": ${usage.cost:.4f}"
    return f"{', '.join(parts)}{cost}"


def _write_citations(citations: Sequence[Citation]) -> None:
    from rich.text import Text

    documents = [citation.document for citation in citations]
    write("")
    for number, citation in enumerate(citations, 1):
        name = label(citation.document, documents)
        text = Text.assemble((name, "bold"), f", {citation.where}", _quoted(citation))
        write(hanging(Text(f"  [{number}] ", "dim"), text))


def _write_clips(clips: Sequence[ClipHit]) -> None:
    from rich.text import Text

    documents = [clip.document for clip in clips]
    write("", "Nearest in sound and film, whether or not it answers:")
    for clip in clips:
        write(
            Text.assemble(
                f"  {label(clip.document, documents)}, {clip.where}", (f"  {clip.modality}", "dim")
            )
        )


def _quoted(citation: Citation) -> Text:
    from rich.text import Text

    if citation.page is None:
        return Text(f" {FRAMES}", "dim")
    if citation.basis == "words":
        return Text(f": “{plain(citation.quote)}”")
    return Text(f" {NOT_WORDS[citation.basis]}", "dim")


def _as_json(answer: Answer, written: Written | None) -> dict[str, Any]:
    value = answer.as_json()
    if written is not None:
        value["pictures"] = [picture.as_json() for picture in written.pictures]
    return value
