from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.answering.vision.claims import Claim, ModelReply, Said
from recto.engine.answering.vision.parsing import Malformed, parse
from tests.fakes_chat import claims

VALUE = claims(("A is 1.", [("[s1]", "A = 1")]), missing="B")
READ = ModelReply(True, (Claim("A is 1.", (Said("S1", "A = 1"),)),), "B")


@pytest.mark.parametrize(
    "around",
    ["{}", "```json\n{}\n```", "Sure! Here is {{it}}: {} I hope it helps.", "\ufeff \n{}\n"],
)
def test_answer_is_found_in_what_stands_around_it(around: str) -> None:
    assert parse(around.format(json.dumps(VALUE))) == READ


def test_object_that_is_no_answer_is_passed_over() -> None:
    assert parse('{"thought": {"a": 1}} ' + json.dumps(VALUE)) == READ


def test_missing_may_be_null() -> None:
    assert parse(json.dumps({**VALUE, "missing": None})).missing == ""


def test_figure_stands_in_the_place_of_a_quote_or_is_left_out() -> None:
    quote = {"source": "S1", "quote": "", "figure": "bars"}
    for figure, read in (("bars", "bars"), (None, "")):
        claim = {"text": "A.", "quotes": [{**quote, "figure": figure}]}
        told = parse(json.dumps({"answerable": True, "claims": [claim]}))
        assert told.claims[0].said == (Said("S1", "", read),)


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("", "no_json", "no JSON object"),
        ("[1, 2]", "no_json", "[1, 2]"),
        ("{" * 5_000, "no_json", "no JSON object"),
        ('{"answerable": 1, "claims": []}', "wrong_form", "true or false"),
        ('{"answerable": true}', "wrong_form", '"claims" of a reply is null; expected a list'),
        ('{"answerable": true, "claims": ["x"]}', "wrong_form", "an object with text and quotes"),
        (
            '{"answerable": true, "claims": [{"text": "x", "quotes": [{"source": 1}]}]}',
            "wrong_form",
            '"source" of a quote is 1; expected a text',
        ),
    ],
)
def test_problem_says_what_was_got_and_expected(text: str, kind: str, told: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text)
    assert caught.value.problem.kind == kind
    assert told in caught.value.problem.message


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=3), lambda inner: (
    st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["answerable", "claims", "text", "quotes"]), inner)
)))  # fmt: skip
def test_any_json_is_an_answer_or_malformed(value: object) -> None:
    with suppress(Malformed):
        assert isinstance(parse(json.dumps(value)), ModelReply)
