"""Checkpoints that are known to work, with what it takes to choose among them. Data only.

Quality is nDCG of the ViDoRe benchmarks, in percent: version 1 and 2 at 5, version 3 at 10, means
over languages and then the 8 public tasks, from `SOURCE`. The older rows were measured before the
benchmark put back the query prefix that they were trained with, and may be too low.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "Source: embeddings-benchmark/results at f4cc6c8b3 (2026-08-20)."


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A checkpoint on the hub."""

    name: str
    """Short, for a command line."""
    id: str
    """On the hub."""
    parameters: float
    """In billions, of all that is loaded: the base of an adapter, too."""
    dim: int
    patches: int
    """Vectors of an A4 page."""
    licence: str
    vidore: tuple[float | None, float | None, float | None]
    """nDCG on version 1, 2 and 3; None where it was not published."""

    @property
    def memory(self) -> float:
        """GiB that one page at a time needs in 16 bits; `memory_in` tells of others."""
        return self.memory_in(2)

    def memory_in(self, size: int) -> float:
        """GiB with `size` bytes a parameter: those, and 1 GiB for the rest."""
        return round(self.parameters * size * 1e9 / 2**30 + 1, 1)


KNOWN = (
    KnownModel(
        name="vultron-flash",
        id="vultr/VultronRetrieverFlash-Qwen3.5-0.8B",
        parameters=0.85,
        dim=320,
        patches=1267,
        licence="Apache-2.0",
        vidore=(88.2, 60.4, 56.5),
    ),
    KnownModel(
        name="vultron-core",
        id="vultr/VultronRetrieverCore-Qwen3.5-4.5B",
        parameters=4.5,
        dim=320,
        patches=1267,
        licence="Apache-2.0",
        vidore=(92.2, 66.1, 63.7),
    ),
    KnownModel(
        name="vultron-prime",
        id="vultr/VultronRetrieverPrime-Qwen3.5-8B",
        parameters=8.4,
        dim=320,
        patches=1267,
        licence="Apache-2.0",
        vidore=(92.1, 68.2, 64.7),
    ),
    KnownModel(
        name="colqwen3.5",
        id="athrael-soju/colqwen3.5-4.5B-v3",
        parameters=4.6,
        dim=320,
        patches=1267,
        licence="Apache-2.0",
        vidore=(91.5, 64.3, 61.6),
    ),
    KnownModel(
        name="colnomic-7b",
        id="nomic-ai/colnomic-embed-multimodal-7b",
        parameters=7.75,
        dim=128,
        patches=1267,
        licence="Apache-2.0",
        vidore=(89.7, 60.2, 57.6),
    ),
    KnownModel(
        name="colnomic-3b",
        id="nomic-ai/colnomic-embed-multimodal-3b",
        parameters=3.75,
        dim=128,
        patches=1267,
        licence="Apache-2.0; its base Qwen2.5-VL-3B has a research licence",
        vidore=(89.9, 55.7, 56.4),
    ),
    KnownModel(
        name="colqwen2.5",
        id="vidore/colqwen2.5-v0.2",
        parameters=3.75,
        dim=128,
        patches=743,
        licence="Apache-2.0; its base Qwen2.5-VL-3B has a research licence",
        vidore=(89.5, 60.1, 52.4),
    ),
    KnownModel(
        name="colqwen2",
        id="vidore/colqwen2-v1.0",
        parameters=2.2,
        dim=128,
        patches=743,
        licence="Apache-2.0",
        vidore=(89.2, 56.0, 44.2),
    ),
    KnownModel(
        name="colpali",
        id="vidore/colpali-v1.3",
        parameters=2.9,
        dim=128,
        patches=1031,
        licence="Gemma",
        vidore=(84.8, 54.7, 43.0),
    ),
    KnownModel(
        name="colsmol-500m",
        id="vidore/colSmol-500M",
        parameters=0.5,
        dim=128,
        patches=871,
        licence="Apache-2.0",
        vidore=(82.5, 42.9, None),
    ),
    KnownModel(
        name="colsmol-256m",
        id="vidore/colSmol-256M",
        parameters=0.26,
        dim=128,
        patches=871,
        licence="Apache-2.0",
        vidore=(79.7, 34.8, 20.7),
    ),
    KnownModel(
        name="colmodernvbert",
        id="ModernVBERT/colmodernvbert",
        parameters=0.25,
        dim=128,
        patches=876,
        licence="MIT",
        vidore=(None, None, 26.1),
    ),
)
