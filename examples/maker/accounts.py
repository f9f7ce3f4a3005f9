"""The accounts of Merrowby Group plc, computed so that every statement adds up.

All amounts are whole tenths of a million pounds. Three years are shown; the opening balance sheet
(2021) is given, later ones follow from the flows. Costs and outflows are negative.
"""

from __future__ import annotations

from dataclasses import dataclass

YEARS = (2022, 2023, 2024)
SEGMENTS = ("Process Filtration", "Clean Air", "Aftermarket & Services")
REGIONS = ("United Kingdom & Ireland", "Continental Europe", "North America", "Asia Pacific")

REVENUE = {2022: (2146, 1312, 964), 2023: (2319, 1287, 1083), 2024: (2483, 1395, 1218)}
SEGMENT_PROFIT = {2022: (279, 118, 212), 2023: (313, 98, 247), 2024: (347, 126, 291)}
CENTRAL_COSTS = {2022: -91, 2023: -97, 2024: -104}
EXCEPTIONAL = {2022: 0, 2023: -43, 2024: -12}
REGION_SHARES = {2022: (31, 36, 22), 2023: (30, 35, 23), 2024: (28, 35, 26)}
"""Of revenue, in per cent, the last region being the rest."""

# Per year: what the income statement and the cash flow are made of.
COST_OF_SALES = {2022: -2742, 2023: -2874, 2024: -3077}
DISTRIBUTION = {2022: -428, 2023: -451, 2024: -483}
RESEARCH = {2022: -133, 2023: -147, 2024: -168}
FINANCE_INCOME = {2022: 3, 2023: 9, 2024: 14}
INTEREST_ON_LOANS = {2022: -36, 2023: -58, 2024: -61}
INTEREST_ON_LEASES = {2022: -8, 2023: -9, 2024: -9}
INTEREST_ON_PENSION = {2022: -7, 2023: -6, 2024: -5}
CURRENT_TAX = {2022: -99, 2023: -95, 2024: -129}
DEFERRED_TAX = {2022: -6, 2023: -9, 2024: -12}
TAX_PAID = {2022: -92, 2023: -101, 2024: -121}
DEPRECIATION = {2022: -142, 2023: -151, 2024: -163}
AMORTISATION = {2022: -51, 2023: -58, 2024: -66}
LEASE_DEPRECIATION = {2022: -47, 2023: -50, 2024: -52}
CAPEX = {2022: 187, 2023: 246, 2024: 318}
DEVELOPMENT = {2022: 58, 2023: 64, 2024: 71}
LEASE_ADDITIONS = {2022: 38, 2023: 61, 2024: 44}
DISPOSALS = {2022: 4, 2023: 11, 2024: 6}
LEASE_PAYMENTS = {2022: -46, 2023: -49, 2024: -51}
SHARE_AWARDS = {2022: 18, 2023: 21, 2024: 24}
PENSION_CONTRIBUTIONS = {2022: -50, 2023: -50, 2024: -50}
ACTUARIAL_GAIN = {2022: 74, 2023: 12, 2024: 19}
PROVISIONS_CHARGED = {2022: 11, 2023: 37, 2024: 16}
PROVISIONS_USED = {2022: -14, 2023: -22, 2024: -27}
CURRENCY_ON_PPE = {2022: 21, 2023: -13, 2024: -17}
CURRENCY_ON_GOODWILL = {2022: 34, 2023: -22, 2024: -28}
CURRENCY_ON_CASH = {2022: 9, 2023: -6, 2024: -8}
LOANS_DRAWN = {2022: 0, 2023: 250, 2024: 100}
LOANS_REPAID = {2022: -100, 2023: 0, 2024: -150}
ACQUIRED_GOODWILL = {2022: 0, 2023: 152, 2024: 0}
ACQUIRED_INTANGIBLES = {2022: 0, 2023: 81, 2024: 0}
ACQUIRED_WORKING_CAPITAL = {2022: 0, 2023: 7, 2024: 0}
INVENTORIES = {2021: 684, 2022: 761, 2023: 812, 2024: 798}
RECEIVABLES = {2021: 873, 2022: 921, 2023: 964, 2024: 1041}
PAYABLES = {2021: 742, 2022: 803, 2023: 827, 2024: 869}
CONTRACT_LIABILITIES = {2021: 151, 2022: 164, 2023: 193, 2024: 236}
SHARES = {2022: 1182, 2023: 1184, 2024: 1186}
"""Weighted average, in hundred thousands."""
DIVIDEND_PENCE = {2021: 124, 2022: 132, 2023: 138, 2024: 149}
"""For the year, in tenths of a penny; paid in the year after, to simplify."""
ORDER_INTAKE = {2022: 4611, 2023: 4522, 2024: 5487}
EMPLOYEES = {2022: 2871, 2023: 3014, 2024: 3096}


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What the group owns and owes at 30 September."""

    goodwill: int
    intangibles: int
    property: int
    leased: int
    inventories: int
    receivables: int
    cash: int
    payables: int
    contract_liabilities: int
    tax_payable: int
    loans: int
    lease_liabilities: int
    pension: int
    deferred_tax: int
    provisions: int
    share_capital: int
    share_premium: int
    translation: int
    retained: int

    @property
    def fixed(self) -> int:
        return self.goodwill + self.intangibles + self.property + self.leased

    @property
    def current(self) -> int:
        return self.inventories + self.receivables + self.cash

    @property
    def short(self) -> int:
        return self.payables + self.contract_liabilities + self.tax_payable

    @property
    def long(self) -> int:
        return (
            self.loans + self.lease_liabilities + self.pension + self.deferred_tax + self.provisions
        )

    @property
    def equity(self) -> int:
        return self.share_capital + self.share_premium + self.translation + self.retained

    @property
    def net_debt(self) -> int:
        """Before lease liabilities."""
        return self.loans - self.cash


OPENING = Balance(
    goodwill=1046, intangibles=287, property=1214, leased=213, inventories=684, receivables=873,
    cash=412, payables=742, contract_liabilities=151, tax_payable=48, loans=1000,
    lease_liabilities=226, pension=238, deferred_tax=94, provisions=61, share_capital=296,
    share_premium=521, translation=67, retained=1285,
)  # fmt: skip


def revenue(year: int) -> int:
    return sum(REVENUE[year])


def by_region(year: int) -> tuple[int, ...]:
    """Revenue by region; the last is what remains."""
    known = [round(revenue(year) * share / 100) for share in REGION_SHARES[year]]
    return (*known, revenue(year) - sum(known))


def adjusted_profit(year: int) -> int:
    """Operating profit before exceptional items."""
    return sum(SEGMENT_PROFIT[year]) + CENTRAL_COSTS[year]


def operating_profit(year: int) -> int:
    return adjusted_profit(year) + EXCEPTIONAL[year]


def gross_profit(year: int) -> int:
    return revenue(year) + COST_OF_SALES[year]


def administration(year: int) -> int:
    """What remains of costs once the others are known."""
    known = gross_profit(year) + DISTRIBUTION[year] + RESEARCH[year]
    return adjusted_profit(year) - known


def finance_costs(year: int) -> int:
    return INTEREST_ON_LOANS[year] + INTEREST_ON_LEASES[year] + INTEREST_ON_PENSION[year]


def profit_before_tax(year: int) -> int:
    return operating_profit(year) + FINANCE_INCOME[year] + finance_costs(year)


def tax(year: int) -> int:
    return CURRENT_TAX[year] + DEFERRED_TAX[year]


def profit(year: int) -> int:
    return profit_before_tax(year) + tax(year)


def earnings_per_share(year: int) -> float:
    """Basic, in pence."""
    return profit(year) / SHARES[year] * 100


def dividends_paid(year: int) -> int:
    """That of the year before, on this year's shares."""
    return -round(DIVIDEND_PENCE[year - 1] * SHARES[year] / 1000)


def working_capital(year: int) -> int:
    """What it gave (+) or took (-), apart from what an acquisition brought."""

    def net(of: int) -> int:
        return INVENTORIES[of] + RECEIVABLES[of] - PAYABLES[of] - CONTRACT_LIABILITIES[of]

    return net(year - 1) - net(year) + ACQUIRED_WORKING_CAPITAL[year]


def cash_flow(year: int) -> dict[str, int]:
    """Lines of the cash flow statement in their order."""
    return {
        "operating": operating_profit(year),
        "depreciation": -(DEPRECIATION[year] + LEASE_DEPRECIATION[year]),
        "amortisation": -AMORTISATION[year],
        "awards": SHARE_AWARDS[year],
        "provisions": PROVISIONS_CHARGED[year] + PROVISIONS_USED[year],
        "pension": PENSION_CONTRIBUTIONS[year],
        "working": working_capital(year),
        "tax": TAX_PAID[year],
        "capex": -CAPEX[year],
        "development": -DEVELOPMENT[year],
        "disposals": DISPOSALS[year],
        "acquisition": -(
            ACQUIRED_GOODWILL[year] + ACQUIRED_INTANGIBLES[year] + ACQUIRED_WORKING_CAPITAL[year]
        ),
        "received": FINANCE_INCOME[year],
        "drawn": LOANS_DRAWN[year],
        "repaid": LOANS_REPAID[year],
        "leases": LEASE_PAYMENTS[year] - INTEREST_ON_LEASES[year],
        "interest": INTEREST_ON_LOANS[year] + INTEREST_ON_LEASES[year],
        "dividends": dividends_paid(year),
    }


OPERATING_LINES = (
    "operating", "depreciation", "amortisation", "awards", "provisions", "pension", "working",
)  # fmt: skip
INVESTING_LINES = ("capex", "development", "disposals", "acquisition", "received")
FINANCING_LINES = ("drawn", "repaid", "leases", "interest", "dividends")


def from_operations(year: int) -> int:
    """Cash generated from operations, before tax."""
    return sum(cash_flow(year)[line] for line in OPERATING_LINES)


def net_operating(year: int) -> int:
    return from_operations(year) + TAX_PAID[year]


def investing(year: int) -> int:
    return sum(cash_flow(year)[line] for line in INVESTING_LINES)


def financing(year: int) -> int:
    return sum(cash_flow(year)[line] for line in FINANCING_LINES)


def free_cash_flow(year: int) -> int:
    """Net operating cash less capital spending, leases and interest, plus disposals."""
    flow = cash_flow(year)
    lines = ("capex", "development", "disposals", "received", "leases", "interest")
    return net_operating(year) + sum(flow[line] for line in lines)


def _after(before: Balance, year: int) -> Balance:
    """The balance sheet a year later."""
    result = Balance(
        goodwill=before.goodwill + ACQUIRED_GOODWILL[year] + CURRENCY_ON_GOODWILL[year],
        intangibles=before.intangibles
        + DEVELOPMENT[year]
        + ACQUIRED_INTANGIBLES[year]
        + AMORTISATION[year],
        property=before.property
        + CAPEX[year]
        + DEPRECIATION[year]
        - DISPOSALS[year]
        + CURRENCY_ON_PPE[year],
        leased=before.leased + LEASE_ADDITIONS[year] + LEASE_DEPRECIATION[year],
        inventories=INVENTORIES[year],
        receivables=RECEIVABLES[year],
        cash=before.cash
        + net_operating(year)
        + investing(year)
        + financing(year)
        + CURRENCY_ON_CASH[year],
        payables=PAYABLES[year],
        contract_liabilities=CONTRACT_LIABILITIES[year],
        tax_payable=before.tax_payable - CURRENT_TAX[year] + TAX_PAID[year],
        loans=before.loans + LOANS_DRAWN[year] + LOANS_REPAID[year],
        lease_liabilities=before.lease_liabilities
        + LEASE_ADDITIONS[year]
        - INTEREST_ON_LEASES[year]
        + LEASE_PAYMENTS[year],
        pension=before.pension
        + PENSION_CONTRIBUTIONS[year]
        - INTEREST_ON_PENSION[year]
        - ACTUARIAL_GAIN[year],
        deferred_tax=before.deferred_tax - DEFERRED_TAX[year],
        provisions=before.provisions + PROVISIONS_CHARGED[year] + PROVISIONS_USED[year],
        share_capital=before.share_capital,
        share_premium=before.share_premium,
        translation=before.translation + currency(year),
        retained=before.retained
        + profit(year)
        + ACTUARIAL_GAIN[year]
        + SHARE_AWARDS[year]
        + dividends_paid(year),
    )
    assert result.fixed + result.current == result.short + result.long + result.equity, year
    return result


def currency(year: int) -> int:
    """Exchange differences on foreign operations."""
    return CURRENCY_ON_PPE[year] + CURRENCY_ON_GOODWILL[year] + CURRENCY_ON_CASH[year]


def balances() -> dict[int, Balance]:
    """The balance sheets of 2021 to 2024."""
    result = {2021: OPENING}
    for year in YEARS:
        result[year] = _after(result[year - 1], year)
    return result
