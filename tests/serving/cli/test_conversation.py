"""`recto ask --continue` and `--deep`, against a scripted endpoint."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recto.serving.cli.conversation import FILE, read_turns
from tests.endpoints.known import make_known
from tests.endpoints.scripted import Reply, ScriptedEndpoint, scripted
from tests.fakes_chat import claims, declined
from tests.serving.cli.conftest import Ran, Run

Ask = Callable[..., Ran]
FOOD = Reply.json(claims(("They eat krill and squid.", [("S1", "Penguins eat krill, squid")])))
CHICK = Reply.json(claims(("By both parents.", [("S1", "fed by both of its parents")])))
WHOLE = "By whom is a penguin chick fed?"


@pytest.fixture
def folder(library: Path, tmp_path: Path) -> Path:
    """A copy of the library, for its conversation."""
    return Path(shutil.copytree(library, tmp_path / "library"))


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedEndpoint]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    for name in ("RECTO_API_KEY", "RECTO_MODEL", "RECTO_BASE_URL", "RECTO_PRICES"):
        monkeypatch.delenv(name, raising=False)
    with scripted() as running:
        make_known(running)
        yield running


@pytest.fixture
def ask(run: Run, folder: Path, endpoint: ScriptedEndpoint) -> Ask:
    def asked(question: str, *options: str) -> Ran:
        chosen = ["--model", endpoint.model, "--base-url", endpoint.url]
        return run("ask", question, "--library", folder, "--no-pictures", *chosen, *options)

    return asked


def test_question_that_follows_is_understood_and_told_so(
    ask: Ask, endpoint: ScriptedEndpoint
) -> None:
    endpoint.script.extend([FOOD, Reply.json({"question": WHOLE}), CHICK])
    ask("What do penguins eat?")
    said = ask("And by whom are their chicks fed?", "--continue")
    assert said.out.startswith("By both parents. [1]")
    assert f"Understood as: {WHOLE}" in said.err
    assert "Question: What do penguins eat?\nAnswer: They eat krill" in endpoint.requests[1].text


def test_json_tells_what_was_asked(ask: Ask, endpoint: ScriptedEndpoint) -> None:
    endpoint.script.extend([FOOD, Reply.text("pear"), CHICK])
    ask("What do penguins eat?")
    said = ask("By whom is a penguin chick fed?", "-c", "--json")
    assert (said.json["asked"], said.json["rewriting"]) == (None, "failed")


def test_failed_rewriting_is_told(ask: Ask, endpoint: ScriptedEndpoint) -> None:
    endpoint.script.extend([FOOD, Reply.text("pear"), CHICK])
    ask("What do penguins eat?")
    assert "it was asked as it is" in ask("By whom is a penguin chick fed?", "-c").err


def test_without_continue_a_new_conversation_begins(
    ask: Ask, endpoint: ScriptedEndpoint, folder: Path
) -> None:
    endpoint.script.extend([FOOD, CHICK])
    ask("What do penguins eat?")
    ask(WHOLE)
    assert len(endpoint.requests) == 2
    assert [turn.question for turn in read_turns(folder)] == [WHOLE]


def test_conversation_is_kept_for_its_owner_alone_and_forgotten_with_a_document(
    ask: Ask, endpoint: ScriptedEndpoint, folder: Path, run: Run
) -> None:
    endpoint.script.extend([FOOD])
    ask("What do penguins eat?")
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert "krill" in (folder / FILE).read_text()
    run("remove", "penguins.pdf", "--library", folder, "--yes")
    assert not (folder / FILE).exists()


def test_conversation_is_bounded(ask: Ask, endpoint: ScriptedEndpoint, folder: Path) -> None:
    many = [{"question": f"q{n}", "answer": "x"} for n in range(20)]
    (folder / FILE).write_text(json.dumps({"version": 1, "turns": many}))
    endpoint.script.extend([Reply.json({"question": WHOLE}), CHICK])
    ask("And chicks?", "--continue")
    turns = read_turns(folder)
    assert (len(turns), turns[0].question, turns[-1].question) == (20, "q1", WHOLE)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "turns": []}', '{"version": 1, "turns": [{}]}']
)
def test_conversation_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert read_turns(tmp_path) == []


def test_continue_without_a_model_asks_as_it_is(run: Run, folder: Path) -> None:
    words = ("What do penguins eat?", "--library", folder, "--no-pictures", "--json")
    assert run("ask", *words).json == run("ask", *words, "--continue").json


def test_deep_tells_its_steps_and_its_trace(ask: Ask, endpoint: ScriptedEndpoint) -> None:
    part = claims(("They eat krill.", [("S1", "Penguins eat krill")]), missing="the chick")
    both = claims(
        ("They eat krill.", [("S1", "Penguins eat krill")]),
        ("By both parents.", [("S1", "fed by both of its parents")]),
    )
    plan = Reply.json({"questions": [WHOLE]})
    done = Reply.json({"questions": []})
    endpoint.script.extend([Reply.json(part), plan, CHICK, done, Reply.json(both)])
    said = ask("What do penguins eat, and who feeds their chicks?", "--deep")
    assert "krill. [1] By both parents. [2]" in said.out
    assert f"To look up: {WHOLE}" in said.err
    assert f"for “{WHOLE}”: 1 statement." in said.err
    assert said.err.count("Read ") >= 3
    endpoint.script.extend([FOOD, done])
    trace = ask("What do penguins eat?", "--deep", "--json", "--quiet").json["trace"]
    assert [(step["kind"], step["outcome"]) for step in trace] == [
        ("read", "answered"),
        ("plan", "enough"),
    ]


def test_deep_needs_a_model(run: Run, folder: Path) -> None:
    said = run("ask", "What do penguins eat?", "--library", folder, "--deep")
    assert said.code == 2
    assert "give --model" in said.err


def test_refused_key_has_an_exit_code_of_its_own(run: Run, folder: Path, tmp_path: Path) -> None:
    with scripted(key="right") as endpoint:
        chosen = ["--model", endpoint.model, "--base-url", endpoint.url]
        said = run("ask", "What do penguins eat?", "--library", folder, *chosen)
    assert said.code == 4
    assert "RECTO_API_KEY" in said.err


@pytest.mark.parametrize("option", [["--encoder", "words"], ["--encoder-setting", "a=b"]])
def test_encoder_of_a_library_that_is_there_is_not_chosen(
    run: Run, folder: Path, option: list[str]
) -> None:
    said = run("ask", "What do penguins eat?", "--library", folder, *option)
    assert said.code == 2
    assert option[0] in said.err


def test_setting_of_a_new_librarys_encoder_is_passed_on(
    run: Run, documents: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    said = run("ask", "Why?", documents, "--library", new, "--encoder-setting", "nonsense=1")
    assert said.code == 2
    assert "nonsense" in said.err


def test_answers_abstained_from_are_remembered_as_nothing(
    ask: Ask, endpoint: ScriptedEndpoint, folder: Path
) -> None:
    endpoint.script.append(Reply.json(declined("all")))
    ask("Who is the king?")
    assert [turn.answer for turn in read_turns(folder)] == [""]
