"""Measuring answers: made-up replies, whose figures can be counted by hand, and a real library."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import recto
from recto.benchmarks.answer_figures import Answers
from recto.benchmarks.answer_log import Asker
from recto.benchmarks.answers import judge, load_unanswerable, records, run, save
from recto.benchmarks.questions import Place, Question
from recto.benchmarks.replies import Answered, Quoted, Reply
from recto.benchmarks.report import html
from recto.benchmarks.result_files import load
from recto.engine.answering.tally import Tally
from recto.engine.endpoint.limits import Limits, Usage
from recto.engine.errors import BackendUnreachable, InputError, KeyRefused, NotFound
from tests import pdfs
from tests.endpoints.known import make_known
from tests.endpoints.scripted import Reply as Said
from tests.endpoints.scripted import ScriptedEndpoint, scripted
from tests.fakes_chat import claims, declined

A1, A2, B1 = Place("a", 1), Place("a", 2), Place("b", 1)
REFUSED = Reply(text="", reason="weak", seconds=3.0)


def question(text: str, answer: str, *relevant: Place) -> Question:
    return Question(text=text, answer=answer, relevant=frozenset(relevant))


def quoted(place: Place, words: str, page: str | None = None) -> Quoted:
    return Quoted.of(place, words, words if page is None else page)


def told(replies: Mapping[str, Reply]) -> Asker:
    return lambda text: replies[text]


QUESTIONS = [
    question("rent?", "900 euros monthly", A1),
    question("keys?", "three keys", A2, B1),
    question("garden?", "none", B1),
]
REPLIES = {
    "rent?": Reply(
        text="The rent is 900.00 euros",
        citations=(quoted(B1, "rent"), quoted(A1, "of 900"), quoted(A1, "")),
        seconds=1.0,
        usage=Usage(input_tokens=100, output_tokens=10, images=2, cost=0.5),
        tally=Tally(statements=3, unsupported=2, repaired=1, quotes=5, invented=1, malformed=1),
    ),
    "keys?": Reply(
        text="Two keys",
        citations=(quoted(A2, "Keys: two", "Nothing of the kind"),),
        seconds=2.0,
        usage=Usage(input_tokens=300, output_tokens=10, images=4, cost=0.25),
        tally=Tally(statements=1, quotes=3, invented=1),
    ),
    "garden?": REFUSED,
    "pool?": REFUSED,
    "sauna?": Reply(text="", error="too slow", seconds=9.0),
}


def test_answers_are_counted() -> None:
    figures = judge(QUESTIONS, ["pool?", "sauna?"], told(REPLIES)).as_json()
    assert figures == pytest.approx(
        {
            "questions": 3,
            "refused": 1 / 3,
            "unanswerable": 2,
            "unanswerable_refused": 1 / 2,
            "failed": 1,
            "citation_precision": (1 / 2 + 1) / 2,
            "citation_recall": (1 + 1 / 2) / 2,
            "cited": 1.0,
            "cited_first": 0.5,
            "said": (2 / 3 + 0) / 2,
            "numbers": (1 + 0) / 2,
            "all_numbers": (1 + 0) / 2,
            "citations": 4,
            "quoted": 3 / 4,
            "quotes_valid": 2 / 3,
            "statements_said": 4,
            "statements_unsupported": 2 / 4,
            "statements_repaired": 1 / 4,
            "statements_dropped": 1 / 4,
            "quotes_said": 8,
            "quotes_invented": 2 / 8,
            "replies_malformed": 1,
            "seconds_p50": 3.0,
            "input_tokens_p50": 200,
            "output_tokens_p50": 10,
            "images_p50": 3,
            "cost_p50": 0.375,
            "cost": 0.75,
        }
    )


def test_answers_that_are_all_refused_have_no_quality() -> None:
    figures = judge([question("garden?", "none", B1)], [], told(REPLIES)).as_json()
    assert figures["refused"] == 1.0
    names = ("cited", "quotes_valid", "cost", "statements_said", "quotes_invented")
    assert [figures[name] for name in names] == [None] * 5


def test_means_over_questions_come_with_intervals() -> None:
    right = Reply(text="yes", citations=(quoted(A1, ""),))
    wrong = Reply(text="no", citations=(quoted(B1, ""),))
    asked = question("?", "", A1)
    replies = [right] * 30 + [wrong] * 10
    answers = Answers(answerable=tuple(Answered(question=asked, reply=r) for r in replies))
    low, high = answers.intervals()["cited"]
    assert answers.as_json()["cited"] == 0.75
    # Of 40 draws with 0.75: 1.96 standard errors of 0.068 on either side.
    assert (low, high) == pytest.approx((0.615, 0.885), abs=0.03)
    assert "said" not in answers.intervals()  # nothing to be said
    assert "cost" not in answers.intervals()  # no mean over questions


def test_records_tell_every_question_and_answer() -> None:
    lines = records("single", judge(QUESTIONS, ["pool?"], told(REPLIES)))
    assert [line["question"] for line in lines] == ["rent?", "keys?", "garden?", "pool?"]
    assert lines[0]["relevant"] == [{"document": "a", "page": 1}]
    assert [citation["valid"] for citation in lines[1]["citations"]] == [False]
    assert (lines[3]["refused"], lines[3]["reason"], lines[3]["strategy"]) == (
        True, "weak", "single",
    )  # fmt: skip


def test_unanswerable_questions_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "one"}\n\n{"question": "two"}\n', encoding="utf-8")
    assert load_unanswerable(file) == ("one", "two")


def test_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.jsonl"):
        load_unanswerable(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize("line", ["no json", "[]", '{"text": "one"}'])
def test_line_without_a_question_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        load_unanswerable(file)


@pytest.fixture
def asked(tmp_path: Path) -> tuple[Path, Path]:
    """A file with a question, and a folder with the document that answers it."""
    folder = tmp_path / "documents"
    folder.mkdir()
    lines = ["The tide tables of the harbour.", "Walruses eat clams and 12 sea snails a day."]
    pages = [pdfs.Page(content=pdfs.text(72, 700, line)) for line in lines]
    (folder / "sea.pdf").write_bytes(pdfs.pdf(pages))
    file = tmp_path / "questions.jsonl"
    relevant = [{"document": "sea.pdf", "page": 2}]
    wanted = {"question": "What do walruses eat?", "answer": "12 snails", "relevant": relevant}
    file.write_text(json.dumps(wanted))
    return file, folder


def test_strategies_are_run_side_by_side_without_a_model(
    asked: tuple[Path, Path], tmp_path: Path
) -> None:
    others = tmp_path / "others.jsonl"
    others.write_text('{"question": "Who painted the Zeppelin of Xanadu?"}')
    output = tmp_path / "answers.jsonl"
    compared = run(*asked, unanswerable=[others], strategies=["default", "single"], output=output)
    assert compared.pages == 2
    for figures in compared.as_json()["strategies"].values():
        assert (figures["citation_recall"], figures["numbers"], figures["quotes_valid"]) == (
            1,
            1,
            1,
        )
        assert figures["unanswerable_refused"] == 1.0
    assert len(output.read_text("utf-8").splitlines()) == 4


def test_model_writes_summaries_first_and_answers_by_each_strategy(
    asked: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    summaries = [
        Said.json({"page": page, "tables": [], "figures": []})
        for page in ("Tides.", "The diet of walruses: clams and snails.")
    ]
    by_page = Said.json(claims(("Snails.", [("S1", "clams and 12 sea snails")])))
    by_summary = Said.json(claims(("Snails.", [("S1", "clams and snails")])))
    with scripted([*summaries, by_page, by_summary]) as endpoint:
        make_known(endpoint)
        with (
            recto.vision(endpoint.model, endpoint.url) as answerer,
            recto.summariser(endpoint.model, endpoint.url) as summariser,
        ):
            compared = run(
                *asked,
                strategies=["summaries-pages", "summaries"],
                answerer=answerer,
                summariser=summariser,
            )
        assert not endpoint.script
    pages, alone = (answers.as_json() for answers in compared.answers.values())
    assert (pages["citation_recall"], pages["quoted"], pages["images_p50"]) == (1.0, 1.0, 1)
    assert (alone["citation_recall"], alone["quoted"], alone["images_p50"]) == (1.0, 0.0, 0)


def claims_of(quote: str) -> Said:
    return Said.json(claims(("Snails.", [("S1", quote)])))


@pytest.fixture
def four(asked: tuple[Path, Path]) -> tuple[Path, Path]:
    """The same question four times, in other words, which a model may answer or not."""
    file, folder = asked
    wanted = json.loads(file.read_text())
    texts = [f"{wanted['question']} {number}" for number in range(4)]
    file.write_text("".join(json.dumps(wanted | {"question": text}) + "\n" for text in texts))
    return file, folder


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEndpoint]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with scripted() as running:
        make_known(running)
        yield running


RIGHT = claims_of("clams and 12 sea snails")
ONCE = Limits(attempts=1)


def test_server_that_fails_at_a_question_does_not_end_the_others(
    four: tuple[Path, Path], endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    endpoint.script.extend([RIGHT, Said.status(500), Said.dropped(), RIGHT])
    with recto.vision(endpoint.model, endpoint.url, limits=ONCE) as answerer:
        figures = run(*four, answerer=answerer).answers["default"].as_json()
    assert (figures["failed"], figures["refused"], figures["cited"]) == (2, 0.0, 1.0)


def test_server_that_fails_at_one_after_the_other_is_given_up_and_gone_on_with(
    asked: tuple[Path, Path], endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    others = tmp_path / "others.jsonl"
    others.write_text("".join(f'{{"question": "What is {n}?"}}\n' for n in range(9)))
    output, library = tmp_path / "answers.jsonl", tmp_path / "library"
    none = Said.json(declined())

    def go() -> Answers:
        with recto.vision(endpoint.model, endpoint.url, limits=ONCE) as answerer:
            compared = run(
                *asked,
                unanswerable=[others],
                answerer=answerer,
                output=output,
                library_folder=library,
                settings={"model": endpoint.model},
            )
            return compared.answers["default"]

    endpoint.script.extend([RIGHT, none, *[Said.status(500)] * 5])
    with pytest.raises(BackendUnreachable, match=r"kept in .*answers\.jsonl; the same command"):
        go()
    assert len(output.read_text().splitlines()) == 2 + 4
    output.write_text(output.read_text() + '{"strategy": "def')  # killed while it wrote
    before = len(endpoint.requests)
    endpoint.script.extend([none] * 8)
    figures = go().as_json()
    assert len(endpoint.requests) == before + 8
    assert (figures["failed"], figures["cited"], figures["unanswerable_refused"]) == (0, 1.0, 1.0)


def test_answers_of_another_run_are_not_gone_on_with(
    asked: tuple[Path, Path], tmp_path: Path
) -> None:
    output, library = tmp_path / "answers.jsonl", tmp_path / "library"
    run(*asked, output=output, library_folder=library)
    another = "line 1 has an answer of another run, of which model is None"
    with pytest.raises(InputError, match=another):
        run(*asked, output=output, library_folder=library, settings={"model": "m"})
    output.write_text("no answer\n")
    with pytest.raises(InputError, match="line 1 is no answer"):
        run(*asked, output=output, library_folder=library)


def test_what_a_model_said_is_told_beside_what_was_left_of_it(
    asked: tuple[Path, Path], endpoint: ScriptedEndpoint, tmp_path: Path
) -> None:
    lie = ("Pizza.", [("S1", "walruses eat pizza")])
    both = claims(("Snails.", [("S1", "clams and 12 sea snails")]), lie)
    endpoint.script.extend([Said.json(both), Said.json(claims(lie))])
    with recto.vision(endpoint.model, endpoint.url) as answerer:
        compared = run(*asked, answerer=answerer, settings={"model": endpoint.model})
    figures = compared.answers["default"].as_json()
    assert (figures["quotes_valid"], figures["quotes_invented"]) == (1.0, 0.5)
    assert figures["statements_dropped"] == 0.5
    path = save(compared, tmp_path / "results", command="recto bench answers …")
    (kept,) = load(path)
    assert (kept.kind, kept.data["model"], kept.data["pages"]) == ("answers", endpoint.model, 2)
    assert kept.data["strategies"]["default"] == figures
    assert [row["citations"][0]["page"] for row in kept.data["rows"]["default"]] == [2]
    assert "quotes invented" in html([kept])


def test_deep_answers_search_several_times(
    asked: tuple[Path, Path], endpoint: ScriptedEndpoint
) -> None:
    part = claims(("Snails.", [("S1", "clams and 12 sea snails")]), missing="the tides")
    plan = Said.json({"questions": ["When is the tide?"]})
    tide = Said.json(claims(("Tides.", [("S1", "tide tables of the harbour")])))
    endpoint.script.extend([Said.json(part), plan, tide, Said.json({"questions": []}), RIGHT])
    with recto.vision(endpoint.model, endpoint.url) as answerer:
        compared = run(*asked, answerer=answerer, deep=True)
    assert compared.settings["deep"] is True
    assert compared.answers["default"].as_json()["citation_recall"] == 1.0
    assert len(endpoint.requests) >= 4


def test_model_that_fails_once_has_not_refused_but_failed(
    asked: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with scripted([Said.status(400), Said.status(401)]) as endpoint:
        make_known(endpoint)
        with recto.vision(endpoint.model, endpoint.url) as answerer:
            figures = run(*asked, answerer=answerer).answers["default"].as_json()
            with pytest.raises(KeyRefused):
                run(*asked, answerer=answerer)
    assert (figures["failed"], figures["refused"]) == (1, 0.0)
