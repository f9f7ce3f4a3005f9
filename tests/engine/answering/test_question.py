from __future__ import annotations

import pytest

from recto.engine.answering.question import Want, has_wanted, read_question


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("When does the lease end?", "date"),
        ("In which month were sales highest?", "date"),
        ("How much does the seal cost?", "amount"),
        ("What was the operating margin?", "amount"),
        ("Who signed the contract?", "name"),
        ("Where is the valve?", "place"),
        ("Why did the pump fail?", "reason"),
        ("What are the parts of the kit?", "list"),
        ("Does the plan cover glasses?", "anything"),
    ],
)
def test_question_tells_what_it_wants(text: str, want: Want) -> None:
    assert read_question(text).want == want


def particular(text: str) -> list[str]:
    return [key.text for key in read_question(text).keys if key.particular]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What did Fabrikam earn in 2019?", ["Fabrikam", "2019"]),
        ("What does error E17 mean?", ["E17"]),
        ("Name 3 reasons for the 2nd recall in Q3", []),
        ("What Is The Name Of The Plan?", []),
        ("Wie ist die Nummer vom Kundendienst?", []),
    ],
)
def test_names_years_and_codes_are_particular(text: str, found: list[str]) -> None:
    assert particular(text) == found


def test_words_about_documents_carry_no_meaning() -> None:
    keys = read_question("According to the document, explain the rent").keys
    assert [key.text for key in keys] == ["rent"]


def test_year_is_found_in_either_spelling() -> None:
    (key,) = read_question("FY2018").keys
    assert key.found_in({"2018"}) == 1.0
    assert key.found_in({"2017"}) == 0.0


def test_compound_is_found_by_its_whole_and_half_by_one_part() -> None:
    (key,) = read_question("pre-authorization").keys
    assert key.found_in(set(key.terms[-1:])) == 1.0
    assert 0 < key.found_in(set(key.terms[:1])) < 1


@pytest.mark.parametrize(
    ("want", "text", "held"),
    [
        ("amount", "It costs 5 euros.", True),
        ("amount", "It costs nothing.", False),
        ("date", "It ends in June.", True),
        ("name", "The chair is Ada Lovelace.", True),
        ("anything", "It ends in June.", None),
    ],
)
def test_wanted_things_are_known_by_their_look(want: Want, text: str, held: bool | None) -> None:
    assert has_wanted(want, text) is held
