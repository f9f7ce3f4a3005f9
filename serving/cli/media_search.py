"""The part of `recto search` that finds sound, film, pictures and pages by any of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recto.engine.errors import DocumentError, NotFound

from .console import complain, plain, write, write_json, write_paths
from .opening import emptiness
from .pictures import file_name, moment, save
from .settings import Settings

if TYPE_CHECKING:
    from rich.text import Text

    from recto.clip_results import ClipHit
    from recto.library import Library


def _option(name: str, metavar: str, help: str) -> Any:  # noqa: ANN401 - as typer.Option
    return typer.Option(name, metavar=metavar, help=help, show_default=False)


AudioOption = Annotated[
    Path | None, _option("--audio", "FILE", "Sound to ask with, or film with sound.")
]
VideoOption = Annotated[Path | None, _option("--video", "FILE", "Film to ask with, as it is seen.")]
InOption = Annotated[
    str | None,
    _option(
        "--in",
        "MODALITIES",
        "Find these across modalities: some of audio,video,image,page; all of them where --audio, "
        "--video, --plus-... or --minus is given, or a picture that only the cross-modal encoder "
        "can look at.",
    ),
]
PlusAudioOption = Annotated[
    list[Path] | None, _option("--plus-audio", "FILE", "Add this sound; may be given again.")
]
PlusImageOption = Annotated[
    list[Path] | None, _option("--plus-image", "FILE", "Add this picture; may be given again.")
]
PlusTextOption = Annotated[
    list[str] | None, _option("--plus-text", "TEXT", "Add this text; may be given again.")
]
MinusOption = Annotated[
    list[str] | None, _option("--minus", "TEXT", "Take this away; may be given again.")
]

ThumbnailsOption = Annotated[
    Path | None,
    _option("--thumbnails", "DIR", "Write a small picture of each clip, picture or page there."),
]
_SUFFIX = ".webp"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaQuestion:
    """What is asked with beside the question."""

    image: Path | None
    audio: Path | None
    video: Path | None
    targets: str | None
    plus_audio: Sequence[Path]
    plus_image: Sequence[Path]
    plus_text: Sequence[str]
    minus: Sequence[str]

    @property
    def is_asked(self) -> bool:
        """Whether more than pages by their vectors of patches is wanted: a picture alone asks for
        these."""
        files = (self.audio, self.video, self.targets, *self.plus_audio, *self.plus_image)
        return any(files) or bool(self.plus_text) or bool(self.minus)

    def is_for(self, library: Library) -> bool:
        """Whether this library is asked across modalities: also with a picture alone, where only
        its cross-modal encoder can look at it."""
        if self.image is None or library.takes_images:
            return self.is_asked
        return self.is_asked or library.crossmodal is not None


def search_media(
    opened: Library,
    settings: Settings,
    question: str | None,
    media: MediaQuestion,
    *,
    limit: int,
    documents: Sequence[str] | None,
    tags: Sequence[str] | None,
    where: str | None,
    thumbnails: Path | None,
) -> None:
    """Find clips, and write them."""
    from recto.asked_image import AskedImage

    images: list[AskedImage] = [path for path in (media.image, *media.plus_image) if path]
    hits = opened.find(
        [text for text in (question, *media.plus_text) if text is not None],
        image=images,
        audio=[path for path in (media.audio, *media.plus_audio) if path],
        video=media.video,
        minus=[*media.minus],
        targets=_targets(media.targets),
        limit=limit,
        documents=documents,
        tags=tags,
        where=where,
    )
    empty = not hits and not opened.documents()
    paths = [thumbnails and _drawn(hit, thumbnails) for hit in hits]
    if settings.json:
        found = zip(hits, paths, strict=True)
        told = [hit.as_json() | {"thumbnail": path and str(path)} for hit, path in found]
        write_json({"question": question, "hits": told})
    elif empty:
        write(emptiness(settings))
    elif not hits:
        write("Nothing of these modalities is in the library.")
    else:
        write(*described(hits))
        if drawn := [path for path in paths if path]:
            write_paths(*drawn)


def _drawn(hit: ClipHit, folder: Path) -> Path | None:
    """Where its picture was written; None, with a warning, where there is none to be had."""
    place = hit.page or f"{hit.modality}-{moment(hit.start)}"
    path = (folder.expanduser() / file_name(hit.document, place, twin=True)).with_suffix(_SUFFIX)
    try:
        save(hit.thumbnail(), path)
    except (DocumentError, NotFound) as error:
        complain(str(error), word="warning")
        return None
    return path


def described(hits: Sequence[ClipHit]) -> list[Text]:
    """Each document once, and below it where in it."""
    from rich.text import Text

    lines: list[Text] = []
    before = ""
    rank = 0
    for hit in hits:
        if hit.document.id != before:
            before, rank = hit.document.id, rank + 1
            name = plain(hit.document.name)
            lines.append(Text.assemble((f"{rank:>2} ", "dim"), (name, "bold")))
        lines.append(Text(f"   {hit.modality:<6}{hit.where}  ") + _figure(hit.similarity))
    return lines


def _figure(similarity: float) -> Text:
    from rich.text import Text

    return Text(f"{similarity:.3f}", "dim")


def _targets(text: str | None) -> list[Any] | None:
    """Checked where they are used."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
