"""`recto search`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import console, plain, write, write_json
from .filters import (
    DocumentOption,
    PagesOption,
    TagOption,
    WhereOption,
    parse_pages,
    require_question,
)
from .media_search import (
    AudioOption,
    InOption,
    MediaQuestion,
    MinusOption,
    PlusAudioOption,
    PlusImageOption,
    PlusTextOption,
    ThumbnailsOption,
    VideoOption,
    search_media,
)
from .opening import RecallOption, TrustOption, emptiness, open_existing
from .settings import JsonOption, LibraryOption, QuietOption, TenantOption, argument, chosen
from .snippets import snippet
from .strategy import StrategyOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from recto.results import Document, Hit

_INDENT = "   "
_LONGEST_SNIPPET = 160


def search(
    context: typer.Context,
    question: Annotated[str | None, argument("QUESTION")] = None,
    image: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A picture to ask with, alone or beside the question: PNG, JPEG, WebP or TIFF.",
            show_default=False,
        ),
    ] = None,
    audio: AudioOption = None,
    video: VideoOption = None,
    targets: InOption = None,
    plus_audio: PlusAudioOption = None,
    plus_image: PlusImageOption = None,
    plus_text: PlusTextOption = None,
    minus: MinusOption = None,
    thumbnails: ThumbnailsOption = None,
    limit: Annotated[
        int,
        typer.Option(
            "--limit",
            "-n",
            min=1,
            max=10_000,
            metavar="NUMBER",
            help="How many pages; across modalities, how many documents.",
        ),
    ] = 5,
    document: DocumentOption = None,
    tag: TagOption = None,
    pages: PagesOption = None,
    where: WhereOption = None,
    strategy: StrategyOption = "default",
    recall: RecallOption = None,
    trust_remote_code: TrustOption = False,
    library: LibraryOption = None,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Find the pages that a question is about, best first.

    A picture finds pages where the library's encoder reads pictures (`recto encoders`); where it
    does not, it finds what looks alike across modalities, as with --in.

    In a library with sound and film (`recto add --crossmodal-encoder`), --in, --audio, --video,
    --plus-... and --minus find any of sound, film, pictures and pages by any: what is given is
    added up, what is after --minus taken away. Each modality is ranked by itself, and the rankings
    are fused by rank. Pages and pictures are among them if they were added with --crossmodal.

    \b
    Examples:
      recto search "capital expenditure by segment"
      recto search "warranty" -n 10 --document manual.pdf --pages 3-9 --json
      recto search "revenue" --where 'meta.year >= 2023 and not title ~ "draft"'
      recto search --image figure.png "as a bar chart"
      recto search "a dog barks" --in audio,video
      recto search --audio bark.wav --in image,page
      recto search --image beach.jpg --plus-audio waves.wav --minus "people"
    """
    settings = chosen(context, library=library, tenant=tenant, as_json=as_json, quiet=quiet)
    confined = parse_pages(pages)
    if question is not None:
        require_question(question)
    media = MediaQuestion(
        image=image,
        audio=audio,
        video=video,
        targets=targets,
        plus_audio=plus_audio or (),
        plus_image=plus_image or (),
        plus_text=plus_text or (),
        minus=minus or (),
    )
    if not media.is_asked and question is None and image is None:
        raise typer.BadParameter("give a question, or a picture.", param_hint="QUESTION")
    with open_existing(settings, trust=trust_remote_code, recall=recall) as opened:
        across = media.is_for(opened)
        _require_fitting(across, pages=pages, strategy=strategy, thumbnails=thumbnails)
        if across:
            search_media(
                opened,
                settings,
                question,
                media,
                limit=limit,
                documents=document or None,
                tags=tag or None,
                where=where,
                thumbnails=thumbnails,
            )
            return
        hits = opened.search(
            question,
            image=image,
            limit=limit,
            documents=document or None,
            tags=tag or None,
            pages=confined,
            where=where,
            strategy=strategy,
        )
        empty = not hits and not opened.documents()
    if settings.json:
        asked = {"question": question} | ({"image": str(image)} if image else {})
        write_json(asked | {"hits": [hit.as_json() for hit in hits]})
    elif empty:
        write(emptiness(settings))
    elif not hits:
        write("No page matches.")
    else:
        for rank, hit in enumerate(hits, 1):
            write(*described(rank, hit, [hit.document for hit in hits]))


def _require_fitting(
    across: bool, *, pages: str | None, strategy: str, thumbnails: Path | None
) -> None:
    """What is about pages only does not go across modalities, and the other way round."""
    if across and pages is not None:
        raise typer.BadParameter("only without other modalities.", param_hint="--pages")
    if across and strategy != "default":
        raise typer.BadParameter("only without other modalities.", param_hint="--strategy")
    if not across and thumbnails is not None:
        raise typer.BadParameter("only across modalities, as with --in.", param_hint="--thumbnails")


def described(rank: int, hit: Hit, documents: Sequence[Document]) -> list[Text]:
    """A hit for people: where it is, and the words that matched."""
    from rich.text import Text

    name = label(hit.document, documents)
    heading = Text.assemble(
        (f"{rank:>2} ", "dim"), (name, "bold"), f", page {hit.page}", (f"  {hit.score:.3f}", "dim")
    )
    length = min(console().width, _LONGEST_SNIPPET) - len(_INDENT) - 4  # room for two ellipses
    pieces = [(plain(word), "bold green" if hot else "") for word, hot in snippet(hit, length)]
    if not pieces:
        return [heading]
    return [heading, Text(_INDENT, end="") + Text(" ").join(Text(*piece) for piece in pieces)]


def label(document: Document, among: Sequence[Document]) -> str:
    """A document's name, with the beginning of its id where another one has the same name."""
    name = plain(document.name)
    twins = {other.id for other in among if plain(other.name) == name}
    return f"{name} ({document.id[:8]})" if len(twins) > 1 else name
