"""The options that say which model answers, and what it may cost. None of them: no model is asked.

The environment is read here, where a user types a command, and nowhere deeper.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recto.engine.errors import InputError

from .answers import took
from .console import note
from .settings import Settings

if TYPE_CHECKING:
    from recto.engine.answering.vision.answerer import VisionAnswerer
    from recto.engine.endpoint.limits import Limits, Usage
    from recto.engine.endpoint.opening import OnMeasure
    from recto.indexing.summariser import Summariser

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        envvar="RECTO_MODEL",
        show_envvar=False,
        show_default=False,
        help="Let this model answer, which is sent pictures and text of the best pages; else "
        "$RECTO_MODEL, else no model. Its key is read from the environment or a keyring.",
    ),
]
BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        envvar="RECTO_BASE_URL",
        show_envvar=False,
        show_default=False,
        help="Where the model is, such as http://localhost:11434/v1; else $RECTO_BASE_URL, else "
        "OpenAI.",
    ),
]
NoImagesOption = Annotated[
    bool, typer.Option("--no-images", help="Send the model no pictures, only text.")
]
UnsupportedOption = Annotated[
    bool,
    typer.Option(
        "--unsupported", help="Show what the model says without support, too, and mark it."
    ),
]
PriceInOption = Annotated[
    float | None,
    typer.Option(
        metavar="DOLLARS", help="Price of a million tokens that are read.", show_default=False
    ),
]
PriceOutOption = Annotated[
    float | None,
    typer.Option(
        metavar="DOLLARS", help="Price of a million tokens that are written.", show_default=False
    ),
]
MaxCostOption = Annotated[
    float | None,
    typer.Option(
        metavar="DOLLARS",
        help="Ask no more than this may pay for; needs the prices.",
        show_default=False,
    ),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", help="For all calls of the model; else 300.", show_default=False
    ),
]
DeepOption = Annotated[
    bool,
    typer.Option(
        "--deep",
        help="Let the model split the question, and search and read in several rounds; what is "
        "looked at is told meanwhile. Takes several times as long and as much.",
    ),
]
CacheOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Keep replies here, and do not ask twice.", show_default=False
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """What a user chose of them."""

    model: str | None
    base_url: str | None = None
    images: bool = True
    unsupported: bool = False
    price_in: float | None = None
    price_out: float | None = None
    max_cost: float | None = None
    timeout: float | None = None
    cache: Path | None = None
    allow_http: bool = False
    deep: bool = False

    @contextmanager
    def summariser(self, settings: Settings) -> Iterator[Summariser]:
        """What writes summaries. Raises InputError, and what `recto.summariser` raises."""
        if not self.model:
            raise InputError("Summaries are written by a model, and none was chosen: give --model.")
        import recto

        with recto.summariser(
            self.model,
            self.base_url or None,
            limits=self._limits(self.model),
            cache=self.cache,
            allow_http=self.allow_http,
            on_measure=telling(settings.quiet),
        ) as summariser:
            yield summariser

    @contextmanager
    def answerer(self, settings: Settings) -> Iterator[VisionAnswerer | None]:
        """None where no model was chosen. Raises InputError, and what `recto.vision` raises."""
        if not self.model:
            self._require_nothing_else()
            yield None
            return
        import recto
        from recto.engine.answering.vision.settings import VisionSettings

        with recto.vision(
            self.model,
            self.base_url or None,
            settings=VisionSettings(
                images=self.images, unsupported="mark" if self.unsupported else "drop"
            ),
            limits=self._limits(self.model),
            cache=self.cache,
            allow_http=self.allow_http,
            on_measure=telling(settings.quiet),
        ) as answerer:
            yield answerer

    def _limits(self, model: str) -> Limits:
        from recto.engine.endpoint.limits import Limits
        from recto.engine.endpoint.prices import find_prices

        prices = find_prices(model, self.price_in, self.price_out)
        return Limits(timeout=self.timeout, max_cost=self.max_cost, prices=prices)

    def _require_nothing_else(self) -> None:
        """Someone who names a price means a model. A base URL may stand in the environment."""
        given = (self.price_in, self.price_out, self.max_cost, self.timeout, self.cache)
        asked = (self.unsupported, not self.images, self.deep)
        if any(value is not None for value in given) or any(asked):
            raise InputError("These options are for a model, and none was chosen: give --model.")


_MEASURING = "This endpoint is new: measuring what it can do, by some small requests."


def telling(quiet: bool, measuring: str = _MEASURING) -> OnMeasure:
    """Says on stderr that an endpoint is being measured, and what that took."""

    def tell(spent: Usage | None) -> None:
        if quiet:
            return
        if spent is None:
            note(measuring)
        elif spent.calls:
            note(f"Measuring took {took(spent)}.")

    return tell
