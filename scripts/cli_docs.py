"""Writes docs/cli.md from what `--help` says of every command: `python scripts/cli_docs.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from recto.serving.cli.app import app

TARGET = Path(__file__).parents[1] / "docs" / "cli.md"
HEADING = """\
# The command line

What `--help` says of every command; written by `python scripts/cli_docs.py`.

JSON shapes (`--json`; boxes are fractions of the page's width and height, origin top left):

| command | one JSON document on stdout |
| --- | --- |
| search | `{"question", "hits": [{"document", "document_id", "page", "score", "matches": [{"box", "score"}]}]}`; with `--image` its path as `image`, and `question` may be null; across modalities hits are `{"document", "document_id", "modality", "start", "end", "page", "score", "similarity", "thumbnail"}`, `start` and `end` in seconds, `thumbnail` a path, or null without `--thumbnails`, `page` null for sound and film |
| convert-imagebind | `{"folder", "dtype", "written"}`, `written` the towers that were not there |
| classify | `{"file", "labels": [{"name", "probability"}]}` |
| ask | `{"question", "answer", "abstained", "reason", "missing", "incomplete", "statements": [{"text", "support", "citations"}], "citations": [{"document", "document_id", "page", "quote", "boxes", "basis", "approximate", "start", "end", "modality"}], "clips": [...], "pictures": [{"document", "document_id", "page", "start", "path"}], "usage": {"input_tokens", "output_tokens", "images", "calls", "cost", "estimated"}, "asked", "rewriting", "trace": [{"kind", "round", "question", "outcome", "pages": [{"document", "document_id", "page"}], "statements", "detail"}]}`; `[1]` in `answer` and 1 in a statement's `citations` are the first citation; `support` is quoted, page, clip or unsupported; of a clip of a film `page` is null, and `start` and `end` are seconds, which are null for pages; `clips` are those nearest in sound and film, as search tells them; `basis` is words, picture or summary, of which only words have been verified; `approximate` boxes are only about there; `incomplete` is empty, or why there may be less than the model had to say; `reason` is null, or why there is no answer; `usage` null without a model; no `pictures` with `--no-pictures`; `rewriting` is none, rewritten (then `asked` is what was searched for, else null) or failed; `trace` is what `--deep` looked at: `kind` read, plan or answer, `outcome` answered, partly, nothing, no_pages, planned, enough or failed |
| illustrate | `{"description", "prompt", "model", "sources": [{"document", "document_id", "page"}], "revised_prompt", "usage", "path"}`; `usage` null where the endpoint does not count and no price was given |
| add | `{"documents": [{"path", "outcome", "document_id", "pages", "clips", "skipped", "error"}], "pages", "clips", "seconds", "complete"}`; `outcome` is added, replaced, unchanged or failed, `error` null or `{"kind", "message"}`; with `--summaries` also `"summaries": {"documents": [...], "pages", "seconds", "complete", "input_tokens", "output_tokens", "images", "cost"}`, `outcome` summarised or unchanged |
| list | `{"documents": [{"document", "document_id", "title", "pages", "bytes", "kind", "paths", "added", "tags", "metadata", "skipped"}]}` |
| remove | `{"removed": [...]}`, documents as in list |
| reencode | `{"encoder": {"name", "revision", "dim"}, "changed", "documents": [...], "pages", "seconds", "complete"}`, documents as in add, `outcome` encoded, unchanged or failed |
| copy, export, import, import-byaldi | `{"encoder": {"name", "revision"}, "documents": [...], "pages", "without_file", "seconds", "complete"}`, documents as in add, `outcome` added, unchanged or failed |
| show | `{"document", "document_id", "page", "path", "matches"}` |
| encoders | `{"encoders": [{"encoder", "id", "licence", "dim", "patches", "vidore_v1", "vidore_v2", "vidore_v3", "memory_gib", "fits", "installed", "here"}], "crossmodal": [{"name", "id", "parameters", "licence", "modalities", "text_to_sound", "film_to_sound", "text_to_film"}], "settings": {"local": {NAME: TEXT}, "remote": {NAME: TEXT}}, "source", "install"}`; `settings` are those of --encoder-setting; `memory_gib` in the arithmetic of this machine; `patches` null: a vector a word; nDCG in percent, null where none was published |
| doctor | `{"version", "machine", "packages", "extras", "programs", "library", "self_test"}` |
| bench quality | `{"questions", "pages", "ndcg@5", "ndcg@10", "recall@1", "recall@5", "recall@10", "mrr", "pages_per_second", "search_ms_p50", "bytes_per_page", "store_bytes_per_page"}`, `bytes_per_page` those that the strategy compares, null where that is not known; with several `--strategy`: `{"strategies": {NAME: {...}}}`, of one that could not be run `{"reason"}` |
| bench compare | `{"compared": [{"dataset", "way", "differs", "measure", "first", "second", "difference": {"mean", "low", "high", "p", "better", "worse"}, "p_holm"}], "left": [...]}`; `differs` is what else is not the same, `left` what could not be compared |
| bench answers | `{"pages", "strategies": {NAME: {"questions", "refused", "unanswerable", "unanswerable_refused", "failed", "citation_precision", "citation_recall", "cited", "cited_first", "said", "numbers", "all_numbers", "citations", "quoted", "quotes_valid", "statements_said", "statements_unsupported", "statements_repaired", "statements_dropped", "quotes_said", "quotes_invented", "replies_malformed", "seconds_p50", "input_tokens_p50", "output_tokens_p50", "images_p50", "cost_p50", "cost"}}, "intervals": {NAME: {FIGURE: [LOW, HIGH]}}, "settings": {"dataset", "corpus", "encoder", "model", "deep", …}}`; shares between 0 and 1, null where there is nothing to count; `statements_` and `quotes_said`, `quotes_invented` are what a model said before it was checked |

| serve | `{"address"}` when it listens |
| keys create, keys list | `{"key", "id", "name", "right", "tenant", "created"}`, or `{"keys": [...]}` of the same without `key` |
| config | by setting `{"value", "from"}` |

Errors are plain text on stderr, with `--json` too.
"""  # noqa: E501 - a row of a table is one line


def help_of(command: tuple[str, ...]) -> str:
    """What `recto COMMAND --help` says on 80 columns."""
    result = CliRunner().invoke(app, [*command, "--help"], prog_name="recto")
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def commands(group: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command below a group, in the order in which `--help` lists them."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def document() -> str:
    """The whole file."""
    parts = [HEADING]
    whole = get_command(app)
    assert isinstance(whole, TyperGroup)
    for command in ((), *commands(whole)):
        name = " ".join(("recto", *command))
        parts.append(f"## {name}\n\n```text\n{help_of(command)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(document(), encoding="utf-8")
