"""The licence of the published weights, which a user must know before using them."""

from __future__ import annotations

from recto.engine.errors import LicenceNotAccepted

LICENCE = "cc-by-nc-sa-4.0"


def require_licence(accepted: str | None) -> None:
    """Raises LicenceNotAccepted unless `accepted` names the licence, in any case."""
    if accepted is not None and accepted.strip().lower() == LICENCE:
        return
    said = f"{accepted!r} was accepted" if accepted else "it has not been accepted"
    raise LicenceNotAccepted(
        "ImageBind's weights are licensed CC BY-NC-SA 4.0: no commercial use, and by their model"
        " card no real-world application; derived works under the same licence"
        f" (https://creativecommons.org/licenses/by-nc-sa/4.0/). But {said}. If your use is"
        f' allowed, say so: accept_license="{LICENCE}", or --accept-license {LICENCE} on the'
        " command line. Encoders without that condition: pe-av-small, clap-siglip."
    )
