"""The options that say by what sound, film, pictures and pages are found across modalities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

CrossmodalEncoderOption = Annotated[
    str | None,
    typer.Option(
        "--crossmodal-encoder",
        metavar="NAME|PATH",
        help="What encodes sound and film: a name that `recto encoders` lists below the others, or "
        "the path of ImageBind's weights. The library keeps it.",
        show_default=False,
    ),
]
CrossmodalSettingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--crossmodal-setting",
        metavar="KEY=VALUE",
        help="A setting of it, such as dtype=bfloat16 or clips=3; may be given again.",
        show_default=False,
    ),
]
AcceptLicenseOption = Annotated[
    str | None,
    typer.Option(
        "--accept-license",
        metavar="LICENCE",
        help="cc-by-nc-sa-4.0 says that you know the licence of ImageBind's weights and that your "
        "use is allowed.",
        show_default=False,
    ),
]


def crossmodal_settings(pairs: Sequence[str] | None, accepted: str | None) -> dict[str, str]:
    """As `recto.open` takes them."""
    from .opening import parse_settings

    settings = parse_settings(pairs or (), option="--crossmodal-setting")
    return settings | ({"accept_license": accepted} if accepted else {})
