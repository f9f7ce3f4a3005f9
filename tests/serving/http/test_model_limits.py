"""What an operator allows a model that answers: money, time, and replies that are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import recto
from recto.engine.errors import CostLimitReached, EndpointSettingError, EndpointTimeout
from recto.results import Answer
from recto.serving.http.server import Server
from recto.serving.http.settings import ServeSettings
from tests.endpoints.known import make_known
from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted
from tests.fakes_chat import claims
from tests.pdfs import lines, pdf

RIGHT = Reply.json(claims(("At nine.", [("S1", "leaves the harbour at nine")])))
Ask = Callable[[], Answer]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that these tests only read."""
    folder = tmp_path_factory.mktemp("limited")
    (folder / "ferry.pdf").write_bytes(pdf([lines("The ferry leaves the harbour at nine.")]))
    with recto.open(folder / "library") as library:
        library.add(folder / "ferry.pdf")
    return str(folder / "library")


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEndpoint]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.delenv("RECTO_PRICES", raising=False)
    with scripted() as running:
        yield running


@pytest.fixture
def serve(place: str, endpoint: ScriptedEndpoint, tmp_path: Path) -> Iterator[Callable[..., Ask]]:
    """Starts a server, and gives what asks it one question."""
    with ExitStack() as stack:

        def started(**limits: object) -> Ask:
            settings = ServeSettings(
                libraries={"main": place},
                state=tmp_path / "state",
                model=endpoint.model,
                base_url=endpoint.url,
                **limits,  # type: ignore[arg-type]
            )
            server = stack.enter_context(Server(settings))
            library = server.library("main", "")
            return lambda: library.ask("When does the ferry leave?", answerer=server.answerer)

        yield started


def test_question_may_not_cost_more_than_the_operator_allows(
    serve: Callable[..., Ask], endpoint: ScriptedEndpoint
) -> None:
    ask = serve(max_cost=1e-6, price_in=1.0, price_out=10.0)
    with pytest.raises(CostLimitReached, match="limit of"):
        ask()
    assert not endpoint.requests


def test_question_may_not_take_longer_than_the_operator_allows(
    serve: Callable[..., Ask], endpoint: ScriptedEndpoint
) -> None:
    make_known(endpoint)
    endpoint.script.append(Reply.hanging())
    with pytest.raises(EndpointTimeout):
        serve(timeout=0.5)()


def test_replies_are_kept_where_the_operator_says(
    serve: Callable[..., Ask], endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    make_known(endpoint)
    endpoint.script.append(RIGHT)
    ask = serve(cache=str(tmp_path / "replies"))
    assert ask().text == ask().text == "At nine. [1]"
    assert len(endpoint.requests) == 1


def test_cost_limit_without_prices_keeps_the_server_from_starting(
    serve: Callable[..., Ask],
) -> None:
    with pytest.raises(EndpointSettingError, match="--price-in"):
        serve(max_cost=1.0)
