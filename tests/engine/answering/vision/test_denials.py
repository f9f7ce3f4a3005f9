from __future__ import annotations

import pytest

from recto.engine.answering.vision.denials import is_opposite


@pytest.mark.parametrize(
    ("statement", "quote", "opposite"),
    [
        ("The deposit is refundable.", "The deposit is non-refundable", True),
        ("Flood damage is covered.", "Flood damage is not covered", True),
        ("The rent may be increased.", "The rent may never be increased", True),
        ("The deposit is not refundable.", "The deposit is non-refundable", False),
        ("The deposit is lost.", "The deposit is non-refundable", False),
        ("Flood damage is excluded.", "Flood damage is not covered", False),
        ("Sudden damage is covered.", "Damage is not covered unless it was sudden", False),
        ("It is due by 31 May.", "due not later than 31 May", False),
        ("The deposit is 1,200 euros.", "The deposit of 1,200 euros is non-refundable", False),
        ("It covers theft.", "It covers theft, not wear", False),
        ("Nobody was hurt.", "Nobody was hurt", False),
    ],
)
def test_quote_that_denies_the_statement_is_told_from_one_that_does_not(
    statement: str, quote: str, opposite: bool
) -> None:
    assert is_opposite(statement, quote) is opposite


DEPOSIT = "deposit of 1,200 euros is refundable"


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        ("The deposit is not refundable.", DEPOSIT),
        ("The deposit isn't refundable.", DEPOSIT),
        ("The deposit isn’t refundable.", DEPOSIT),
        ("The deposit is non-refundable.", DEPOSIT),
        ("The deposit of 1,200 euros is never refundable.", DEPOSIT),
        ("The deposit, 1,200 euros, is not refundable.", DEPOSIT),
        ("The lease says that the deposit is not refundable.", DEPOSIT),
        ("The rent is due on the first, but the deposit is not refundable.", DEPOSIT),
        ("Under the lease, the deposit cannot be refundable.", DEPOSIT),
        ("Flood damage is not covered.", "Flood damage is covered up to 5,000 euros"),
        ("The rent may not be increased.", "The rent may be increased by 3 % a year"),
        ("The price does not include VAT.", "The price of 20 euros includes VAT"),
    ],
)
def test_quote_that_says_what_the_statement_denies_is_told(statement: str, quote: str) -> None:
    assert is_opposite(statement, quote)


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        ("The deposit is refundable.", DEPOSIT),
        ("The deposit is refundable, and the key is not included.", DEPOSIT),
        ("The deposit is refundable, unlike the fee, which is not refundable.", DEPOSIT),
        ("Not only the rent is owed: the deposit of 1,200 euros is refundable.", DEPOSIT),
        ("The fee is not refundable.", DEPOSIT),
        ("The fee is not refundable.", "The deposit is refundable and the fee is kept"),
        ("Floods are not covered, fire is.", "Fire is covered"),
        ("Floods happen and are not covered.", "Fire is covered"),
        ("The company did not report a profit.", "The company reported a loss of 3 million"),
        ("The deposit is not refundable.", "The deposit is refundable only if the flat is clean"),
        ("The deposit is not refundable before March.", "The deposit is refundable from March"),
        ("The deposit is not refundable in the first year.", "From the second year the deposit is"
         " refundable"),
        ("Sales did not change.", "Sales: change of 0.0 %"),
        ("Sales did not change.", "Sales change —"),
        ("The tenant need not repair the roof.", "The tenant may repair the roof"),
        ("The fee does not exceed 20 euros.", "A fee of at most 20 euros"),
        ("It is due not later than 31 May.", "due by 31 May"),
        ("It is not fully covered.", "It is partly covered"),
        ("The roof is the landlord's, not the tenant's.", "The landlord repairs the roof"),
        ("The lamp is cleaned weekly and not with salt water, on Mondays, as the manual for the"
         " keepers has it; it is not moved.", "The lamp is cleaned every Monday"),
        ("There is no fee.", "The fee is waived"),
        ("Nothing was paid.", "Paid: nil"),
    ],
)  # fmt: skip
def test_denial_of_something_else_refuses_no_right_answer(statement: str, quote: str) -> None:
    assert not is_opposite(statement, quote)
