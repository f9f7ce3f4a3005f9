"""`recto ask --model`, against a scripted endpoint; without a model nobody is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recto.asking import AnswerEvent
from recto.engine.answering.protocol import Settled, TextDelta
from recto.results import Answer
from recto.serving.cli.answers import CHANGED, show_while_written
from tests.endpoints.known import make_known
from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted
from tests.fakes_chat import claims, declined
from tests.serving.cli.conftest import Ran, Run

Ask = Callable[..., Ran]
QUESTION = "What do penguins eat?"
RIGHT = claims(("They eat krill and squid.", [("S1", "Penguins eat krill, squid")]))


@pytest.fixture(autouse=True)
def caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("RECTO_API_KEY", "RECTO_MODEL", "RECTO_BASE_URL", "RECTO_PRICES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted() as running:
        make_known(running)
        yield running


@pytest.fixture
def ask(run: Run, library: Path, endpoint: ScriptedEndpoint) -> Ask:
    def asked(*options: str) -> Ran:
        chosen = ["--model", endpoint.model, "--base-url", endpoint.url]
        return run("ask", QUESTION, "--library", library, "--no-pictures", *chosen, *options)

    return asked


def test_answer_is_told_with_pages_quotes_and_cost(ask: Ask, endpoint: ScriptedEndpoint) -> None:
    endpoint.script.append(Reply.json(RIGHT))
    said = ask("--price-in", "1", "--price-out", "2")
    assert said.code == 0
    assert said.out.splitlines() == [
        "They eat krill and squid. [1]",
        "",
        "  [1] penguins.pdf, page 1: “Penguins eat krill, squid”",
    ]
    assert "tokens in" in said.err
    assert ": $0.0" in said.err


def test_what_is_missing_or_could_not_be_repaired_is_told(
    ask: Ask, endpoint: ScriptedEndpoint
) -> None:
    lie = ("They eat pizza.", [("S1", "penguins eat pizza")])
    both = claims(("They eat krill.", [("S1", "Penguins eat krill")]), lie, missing="how much")
    endpoint.script.extend([Reply.json(both), Reply.status(403, "no more")])
    said = ask()
    assert said.out.splitlines()[:4] == [
        "They eat krill. [1]",
        "",
        "The pages do not tell, says the model: how much",
        "",
    ]
    assert "This may not be all of the answer. What could not be verified was not" in said.out
    assert "no more" in said.out


def test_json_tells_statements_and_usage(ask: Ask, endpoint: ScriptedEndpoint) -> None:
    endpoint.script.append(Reply.json(RIGHT))
    said = ask("--json")
    (statement,) = said.json["statements"]
    assert statement == {
        "text": "They eat krill and squid.",
        "support": "quoted",
        "citations": [1],
    }
    assert said.json["usage"]["calls"] == 1
    assert said.json["reason"] is None


def test_unanswerable_question_is_refused_with_its_reason(
    ask: Ask, endpoint: ScriptedEndpoint
) -> None:
    endpoint.script.append(Reply.json(declined("their diet")))
    said = ask("--json")
    assert said.code == 0
    assert (said.json["abstained"], said.json["reason"]) == (True, "unanswerable")
    assert said.json["missing"] == "their diet"


def test_unsupported_statements_are_marked_if_wanted(ask: Ask, endpoint: ScriptedEndpoint) -> None:
    lie = ("They eat pizza.", [("S1", "penguins eat pizza")])
    both = claims(("They eat krill.", [("S1", "Penguins eat krill")]), lie)
    endpoint.script.extend([Reply.json(both), Reply.json(claims(lie))])
    said = ask("--unsupported")
    assert "They eat pizza. (not supported by the pages)" in said.out


def test_no_images_sends_none(ask: Ask, endpoint: ScriptedEndpoint) -> None:
    endpoint.script.append(Reply.json(RIGHT))
    assert ask("--no-images").code == 0
    assert endpoint.requests[0].images == ()


def test_model_may_be_named_by_the_environment(
    run: Run, library: Path, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTO_MODEL", endpoint.model)
    monkeypatch.setenv("RECTO_BASE_URL", endpoint.url)
    endpoint.script.append(Reply.json(RIGHT))
    said = run("ask", QUESTION, "--library", library, "--no-pictures", "--quiet")
    assert "krill and squid. [1]" in said.out
    assert said.err == ""


def test_nobody_is_called_without_a_model(
    run: Run, library: Path, endpoint: ScriptedEndpoint
) -> None:
    said = run("ask", QUESTION, "-l", library, "--no-pictures", "--base-url", endpoint.url)
    assert said.code == 0
    assert endpoint.requests == []


@pytest.mark.parametrize(
    "options", [["--max-cost", "1"], ["--no-images"], ["--cache", "here"], ["--unsupported"]]
)
def test_options_of_a_model_need_one(run: Run, library: Path, options: list[str]) -> None:
    said = run("ask", QUESTION, "--library", library, *options)
    assert said.code == 2
    assert "give --model" in said.err


def test_cost_limit_without_prices_is_refused(ask: Ask) -> None:
    said = ask("--max-cost", "0.1")
    assert said.code == 2
    assert "--price-in" in said.err


def test_too_dear_a_question_is_not_asked(ask: Ask, endpoint: ScriptedEndpoint) -> None:
    said = ask("--max-cost", "0.0001", "--price-in", "100", "--price-out", "100")
    assert said.code == 1
    assert "Raise the limit" in said.err
    assert endpoint.requests == []


def test_same_question_is_answered_from_the_cache(
    ask: Ask, endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    endpoint.script.append(Reply.json(RIGHT))
    first, second = (ask("--cache", str(tmp_path / "replies")) for _ in range(2))
    assert first.out == second.out
    assert len(endpoint.requests) == 1
    assert "in the cache" in second.err


def test_endpoint_that_fails_is_told(ask: Ask, endpoint: ScriptedEndpoint) -> None:
    endpoint.script.append(Reply.html())
    said = ask()
    assert said.code != 0
    assert said.out == ""
    assert "error:" in said.err


def test_endpoint_that_is_new_is_measured_first_and_told_so(run: Run, library: Path) -> None:
    with scripted() as unknown:
        chosen = ["--model", unknown.model, "--base-url", unknown.url]
        said = run("ask", QUESTION, "-l", library, "--json", "--no-pictures", *chosen)
    assert said.code == 0
    assert said.json["abstained"] is True
    assert "measuring what it can do" in said.err


def settled(text: str) -> Settled[Answer]:
    return Settled(Answer(question="q", text=text, abstained=False, citations=(), hits=()))


@pytest.mark.parametrize(
    ("deltas", "final", "shown"),
    [
        (["The \x1b[31mfee", " is 5. [1]"], "The [31mfee is 5. [1]", "The [31mfee is 5. [1]\n"),
        (["A. [1]", " B."], "A. [1]", f"A. [1] B.\n\n{CHANGED}\nA. [1]\n"),
        ([], "No answer.", "No answer.\n"),
    ],
)
def test_streamed_answer_is_shown_once_unless_checking_changed_it(
    deltas: list[str], final: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    events: list[AnswerEvent] = [*map(TextDelta, deltas), settled(final)]
    answer = show_while_written(iter(events))
    assert answer.text == final
    assert capsys.readouterr().out == shown
