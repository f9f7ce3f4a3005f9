"""recto as a model of MTEB (`recto[mteb]`), whole: its encoders, its store, its way of finding.

    import mteb
    from recto.benchmarks.mteb_model import RectoSearch

    tasks = mteb.get_tasks(["Vidore3FinanceEnRetrieval"])
    results = mteb.evaluate(RectoSearch(encoder="colqwen2.5"), tasks)

It is one that searches (`mteb.models.SearchProtocol`), as late interaction and fusion are no matter
of one vector a text. Passages are indexed as `passages` writes them; what has text and a
picture is indexed by its picture. Imports mteb only for what describes the model.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.benchmarks.passages import Passages
from recto.benchmarks.runs import falling
from recto.benchmarks.ways import check, searcher
from recto.engine.errors import InputError
from recto.engine.strategies.registry import DEFAULT

if TYPE_CHECKING:
    from mteb.models.model_meta import ModelMeta

    from recto.engine.store.manifest import Datatype
    from recto.library import Library

Row = Mapping[str, Any]


class RectoSearch:
    """One corpus at a time; the last one is kept until the next or `close`."""

    def __init__(
        self,
        *,
        encoder: str | None = None,
        encoder_settings: Mapping[str, str] | None = None,
        patches_datatype: Datatype | None = None,
        trust_remote_code: bool = False,
        way: str = DEFAULT,
    ) -> None:
        """All as in `recto.open`, but `way`, which is one of `recto.benchmarks.ways.WAYS`."""
        check([way])
        self._encoder = encoder
        self._settings = dict(encoder_settings or {})
        self._datatype = patches_datatype
        self._trusting = trust_remote_code
        self._way = way
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._library: Library | None = None
        self._ids: dict[str, list[str]] = {}
        """By the name of the document: the same picture may have several."""

    def index(self, corpus: Iterable[Row], **_: object) -> None:
        """Make a library of rows with `id`, and `image` or `title` and `text`."""
        import recto

        self.close()
        self._folder = tempfile.TemporaryDirectory(prefix="recto-mteb-")
        documents = Path(self._folder.name) / "documents"
        documents.mkdir()
        passages = Passages(documents)
        for row in corpus:
            passages.add(row)
        ids: defaultdict[str, list[str]] = defaultdict(list)
        for id, name in passages.names.items():
            ids[name].append(id)
        self._ids = dict(ids)
        self._library = recto.open(
            Path(self._folder.name) / "library",
            encoder=self._encoder,
            encoder_settings=self._settings,
            patches_datatype=self._datatype,
            trust_remote_code=self._trusting,
        )
        for outcome in self._library.add(documents).failed:
            raise InputError(f"{outcome.path.name} cannot be indexed: {outcome.error}")

    def search(
        self,
        queries: Iterable[Row],
        *,
        top_k: int,
        top_ranked: Mapping[str, list[str]] | None = None,
        **_: object,
    ) -> dict[str, dict[str, float]]:
        """By question and passage, the higher the better; `top_ranked` are those to choose from."""
        if self._library is None:
            raise InputError("Nothing is indexed yet; call index before search.")
        search = searcher(self._library, self._way)
        names = {id: name for name, ids in self._ids.items() for id in ids}
        found = {}
        for row in queries:
            among = top_ranked.get(str(row["id"])) if top_ranked is not None else None
            documents = None if among is None else sorted({names[id] for id in among})
            ranked = search(str(row["text"]), limit=top_k, documents=documents)
            scores = {
                id: score
                for (place, _), score in zip(ranked, falling([s for _, s in ranked]), strict=True)
                for id in self._ids[place.document]
                if among is None or id in among
            }
            found[str(row["id"])] = dict(islice(scores.items(), top_k))
        return found

    def close(self) -> None:
        """End the library and remove its files."""
        if self._library is not None:
            self._library.close()
        if self._folder is not None:
            self._folder.cleanup()
        self._library = self._folder = None

    @property
    def mteb_model_meta(self) -> ModelMeta:
        """What MTEB writes beside the results."""
        from importlib import metadata

        from mteb.models.model_meta import ModelMeta

        parts = [Path(self._encoder or "words").name, self._way]
        parts += [f"{name}={value}" for name, value in sorted(self._settings.items())]
        parts += [self._datatype] if self._datatype else []
        revision = metadata.version("recto")
        if self._library is not None:
            revision = f"{revision}, encoder {self._library.encoder.revision}"
        return ModelMeta(
            loader=None,
            name=f"recto/{'-'.join(parts)}",
            revision=revision,
            release_date=None,
            languages=None,
            n_parameters=None,
            memory_usage_mb=None,
            max_tokens=None,
            embed_dim=None,
            license="apache-2.0",
            open_weights=True,
            public_training_code=None,
            public_training_data=None,
            framework=["PyTorch"] if self._encoder else ["ONNX"],
            similarity_fn_name="MaxSim",
            use_instructions=False,
            training_datasets=None,
            modalities=["text", "image"],
            model_type=["late-interaction"],
        )
