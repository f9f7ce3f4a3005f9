"""Cross-modal encoders that are known to work, with what it takes to choose among them. Data only.

Figures are recall at 1 in percent, by `SOURCE` or where that has none by the authors: a text finds
its sound in AudioCaps, a film its sound in VGGSound, a text its film in MSR-VTT.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "Source: embeddings-benchmark/results, August and September 2026, and the authors."


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEncoder:
    name: str
    """Short, for a command line."""
    id: str
    """On the hub; empty for what a user must bring."""
    parameters: float
    """In billions."""
    licence: str
    modalities: str
    """What is encoded besides text."""
    text_to_sound: float | None
    film_to_sound: float | None
    text_to_film: float | None


KNOWN = (
    KnownEncoder(
        name="pe-av-small",
        id="facebook/pe-av-small",
        parameters=0.85,
        licence="Apache-2.0",
        modalities="image, video, audio",
        text_to_sound=41.8,
        film_to_sound=39.1,
        text_to_film=37.9,
    ),
    KnownEncoder(
        name="pe-av-large",
        id="facebook/pe-av-large",
        parameters=2.23,
        licence="Apache-2.0",
        modalities="image, video, audio",
        text_to_sound=45.8,
        film_to_sound=56.6,
        text_to_film=42.3,
    ),
    KnownEncoder(
        name="clap-siglip",
        id="laion/clap-htsat-unfused+google/siglip2-base-patch16-224",
        parameters=0.53,
        licence="MIT and Apache-2.0",
        modalities="image and video; audio, in a space of its own",
        text_to_sound=30.2,
        film_to_sound=None,
        text_to_film=None,
    ),
    KnownEncoder(
        name="imagebind",
        id="",
        parameters=1.2,
        licence="CC BY-NC-SA 4.0: no commercial use; weights are yours to bring",
        modalities="image, video, audio, depth, thermal, imu",
        text_to_sound=8.0,
        film_to_sound=None,
        text_to_film=36.1,
    ),
)
