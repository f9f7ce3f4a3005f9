from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.answering.passages import Passage, cut_passages
from recto.engine.page import Box, PageContent, PageText, Word

from .pages import page

LONG = "The tenant shall keep the garden in good order and shall not"


def texts(text: str) -> list[str]:
    return [passage.text for passage in cut_passages(page(text))]


def only(text: str, kind: str) -> list[Passage]:
    return [passage for passage in cut_passages(page(text)) if passage.kind == kind]


def test_sentences_run_over_lines() -> None:
    text = f"{LONG}\ncut down any tree. He waters the lawn in each dry week of the year."
    assert texts(text) == [
        f"{LONG} cut down any tree.",
        "He waters the lawn in each dry week of the year.",
    ]


def test_sentence_over_two_lines_has_two_boxes() -> None:
    passage = cut_passages(page(f"{LONG}\ncut down any tree."))[0]
    upper, lower = passage.boxes
    assert upper.y1 < lower.y0
    assert lower.x1 < upper.x1


@pytest.mark.parametrize("text", ["Dr. Lee paid it.", "See Fig. 3 for details.", "U.S. law holds."])
def test_abbreviation_ends_no_sentence(text: str) -> None:
    assert texts(text) == [text]


@pytest.mark.parametrize(
    ("word", "ends"),
    [
        *(("cap.", True), ('"No!"', True), ("(so).)", True), ("5%…", True), ("終。", True)),
        *(("cap", False), ("e.g", False), (".", False), ("...)", False), (")", False)),
    ],
)
def test_word_that_ends_a_sentence(word: str, ends: bool) -> None:
    text = f"{LONG} pay the {word} They met."
    assert (texts(text)[0] == f"{LONG} pay the {word}") is ends


def test_words_without_end_are_cut_at_once() -> None:
    endless = 200_000 * "a"  # looked at twice for each letter, it would take a quarter of an hour
    assert texts(f"{LONG} pay {endless} {200_000 * '.'}x twice.")[0].startswith(LONG)


def test_list_items_stand_alone_with_their_lead() -> None:
    items = only("The kit has these parts:\n• two screws\n• one long bolt with\n  a nut\n", "item")
    assert [item.text for item in items] == ["• two screws", "• one long bolt with a nut"]
    assert items[0].context[-1] == "The kit has these parts:"


def test_number_of_a_list_item_ends_no_sentence() -> None:
    assert texts("1. Open the lid.\n2. Close the lid.") == ["1. Open the lid.", "2. Close the lid."]


def test_heading_is_the_context_of_what_follows() -> None:
    cut = cut_passages(page(f"Garden\n\n{LONG}\ncut down any tree."))
    assert [passage.kind for passage in cut] == ["heading", "sentence"]
    assert cut[1].context == ("Garden",)


def test_fields_of_a_form_are_lines_of_their_own() -> None:
    form = "Name: Ada Lovelace\nBorn: 10 December 1815\nCity: London"
    assert texts(form) == form.splitlines()


def test_table_row_knows_label_and_column_headings() -> None:
    table = "Segment            2022         2021\nPumps             1,577        1,373"
    row = only(table, "row")[1]
    assert row.label == "Pumps"
    assert row.columns == (("2022", "1,577"), ("2021", "1,373"))


def test_table_row_below_others_finds_the_headings_above_all() -> None:
    table = "\n".join(
        ["          North     South", "Spring     11       12", "Summer     21       22"]
    )
    assert only(table, "row")[-1].columns == (("North", "21"), ("South", "22"))


def test_table_of_words_takes_its_headings_from_the_first_row() -> None:
    table = "Plan      Doctor      Dentist\nBasic     partial     none\nFull      all         all"
    assert only(table, "row")[2].columns == (("Doctor", "all"), ("Dentist", "all"))


def test_cells_that_are_lines_of_their_own_make_one_row() -> None:
    words = [
        Word("Rent", Box(0.1, 0.1, 0.2, 0.12), 0),
        Word("$900", Box(0.6, 0.1, 0.7, 0.12), 1),
        Word("Heating", Box(0.1, 0.13, 0.2, 0.15), 2),
        Word("$80", Box(0.6, 0.13, 0.7, 0.15), 3),
    ]
    content = PageContent(
        number=1, width=500, height=800, text=PageText(tuple(words), source="layer")
    )
    assert [passage.text for passage in cut_passages(content)] == ["Rent $900", "Heating $80"]


def test_page_without_words_has_no_passages() -> None:
    assert cut_passages(page("")) == []


def test_page_of_endless_words_is_cut_short() -> None:
    content = page("\n".join(["lorem ipsum dolor sit amet"] * 5000))
    passages = cut_passages(content)
    assert sum(len(passage.words) for passage in passages) == 6000
    assert max(len(passage.words) for passage in passages) <= 85


def test_script_without_spaces_is_cut_at_its_full_stops() -> None:
    assert texts("东京是日本的首都。\n京都是古都。") == ["东京是日本的首都。", "京都是古都。"]


words = st.builds(
    lambda text, x, y, w, h, line: Word(text, Box(x, y, min(x + w, 1), min(y + h, 1)), line),
    st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=8),
    *[st.floats(0, 1)] * 4,
    st.integers(0, 5),
)


@given(st.lists(words, max_size=40))
def test_passages_together_are_the_words_of_the_page(found: list[Word]) -> None:
    ordered = tuple(sorted(found, key=lambda word: word.line))
    content = PageContent(number=1, width=500, height=800, text=PageText(ordered, source="layer"))
    passages = cut_passages(content)
    assert tuple(word for passage in passages for word in passage.words) == ordered
    for passage in passages:
        assert passage.words == ordered[passage.start : passage.stop]


def test_lines_of_a_cell_belong_to_its_row() -> None:
    table = (
        "Code    Meaning               Remedy\n\n"
        "E01     Hood open during      Clean the magnet\n"
        "        the wash              and the switch\n\n"
        "E02     No water              Open the tap\n"
    )
    first, second = only(table, "row")[1:]
    assert first.columns == (
        ("Meaning", "Hood open during the wash"),
        ("Remedy", "Clean the magnet and the switch"),
    )
    assert second.label == "E02"


def test_label_that_begins_on_the_row_above_belongs_to_the_row() -> None:
    table = "             2022     2021\nPurchases of land and\nbuildings      318      246\n"
    row = only(table, "row")[-1]
    assert row.text == "Purchases of land and buildings 318 246"
    assert row.columns == (("2022", "318"), ("2021", "246"))


def test_total_without_label_keeps_all_its_cells() -> None:
    table = "             2022     2021\nPumps          318      246\n               318      246\n"
    assert only(table, "row")[-1].columns == (("2022", "318"), ("2021", "246"))


def test_answers_of_a_form_stand_with_the_labels_above_them() -> None:
    form = (
        "Surname            First name\nLovelace           Ada\n\n\n"
        "Born               City\n1815               London\n"
    )
    assert [row.columns for row in only(form, "row")] == [
        (("Surname", "Lovelace"), ("First name", "Ada")),
        (("Born", "1815"), ("City", "London")),
    ]


def test_dots_lead_to_a_cell_and_are_no_part_of_it() -> None:
    row = only("Chair's letter . . . . . . . . . . 3\nReview of markets . . . . . . . . 6", "row")[
        0
    ]
    assert (row.label, row.columns) == ("Chair's letter", (("", "3"),))


def test_clause_number_makes_a_heading_of_its_title() -> None:
    cut = cut_passages(page("2. Term\n2.1 This agreement begins on 1 May and runs for a year."))
    assert [passage.kind for passage in cut] == ["heading", "item"]
    assert cut[1].context == ("2. Term",)


def test_page_begins_under_the_heading_of_the_page_before() -> None:
    content = page("The filter is washed.", headings=("Manual", "Care"))
    assert cut_passages(content)[0].context == ("Care",)


def test_page_written_from_right_to_left_keeps_columns() -> None:
    words = [
        Word("שכר", Box(0.8, 0.1, 0.9, 0.12), 0),
        Word("900", Box(0.2, 0.1, 0.3, 0.12), 0),
        Word("חום", Box(0.8, 0.13, 0.9, 0.15), 1),
        Word("80", Box(0.2, 0.13, 0.3, 0.15), 1),
    ]
    content = PageContent(
        number=1, width=500, height=800, text=PageText(tuple(words), source="layer")
    )
    assert [passage.label for passage in cut_passages(content)] == ["שכר", "חום"]
