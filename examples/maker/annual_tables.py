# ruff: noqa: E501 - rows of tables and drawings stay on one line
"""The tables of the annual report: statements, notes, records."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportlab.platypus import Flowable

from . import accounts as a
from .annual_values import BALANCES, EMISSIONS, conversion, ebitda, money, order_book
from .annual_values import return_on_capital as roce
from .layout import Look, figures, grid

Row = tuple[str, Sequence[str], str]

THREE = ("£ million", "FY24", "FY23", "FY22")
TWO = ("£ million", "FY24", "FY23")


def _years(label: str, amount: Callable[[int], int], kind: str = "", years: int = 3) -> Row:
    return label, [money(amount(year)) for year in (2024, 2023, 2022)[:years]], kind


def _of(label: str, line: str, kind: str = "") -> Row:
    return _years(label, lambda year: a.cash_flow(year)[line], kind)


def _held(label: str, amount: Callable[[a.Balance], int], kind: str = "") -> Row:
    return _years(label, lambda year: amount(BALANCES[year]), kind, 2)


def income(look: Look) -> list[Flowable]:
    pence = [f"{a.earnings_per_share(year):.1f}" for year in (2024, 2023, 2022)]
    diluted = [f"{a.earnings_per_share(year) * 0.987:.1f}" for year in (2024, 2023, 2022)]
    rows: list[Row] = [
        _years("Revenue (note 2)", a.revenue, "sum"),
        _years("Cost of sales", lambda y: a.COST_OF_SALES[y]),
        _years("Gross profit", a.gross_profit, "sum"),
        _years("Distribution costs", lambda y: a.DISTRIBUTION[y]),
        _years("Administrative expenses", a.administration),
        _years("Research and development", lambda y: a.RESEARCH[y]),
        _years("Operating profit before exceptional items", a.adjusted_profit, "sum"),
        _years("Exceptional items (note 4)", lambda y: a.EXCEPTIONAL[y]),
        _years("Operating profit", a.operating_profit, "sum"),
        _years("Finance income (note 5)", lambda y: a.FINANCE_INCOME[y]),
        _years("Finance costs (note 5)", a.finance_costs),
        _years("Profit before taxation", a.profit_before_tax, "sum"),
        _years("Taxation (note 6)", a.tax),
        _years("Profit for the year", a.profit, "sum"),
        ("Earnings per share (pence)", [], "head"),
        ("Basic", pence, ""),
        ("Diluted", diluted, ""),
    ]
    return [figures(look, THREE, rows)]


def comprehensive(look: Look) -> list[Flowable]:
    rows: list[Row] = [
        _years("Profit for the year", a.profit, "sum"),
        ("Items that may be reclassified to profit or loss", [], "head"),
        _years("Exchange differences on foreign operations", a.currency),
        ("Items that will not be reclassified", [], "head"),
        _years("Remeasurement of defined benefit scheme", lambda y: a.ACTUARIAL_GAIN[y]),
        _years(
            "Total comprehensive income",
            lambda y: a.profit(y) + a.currency(y) + a.ACTUARIAL_GAIN[y],
            "sum",
        ),
    ]
    return [figures(look, THREE, rows)]


def balance(look: Look) -> list[Flowable]:
    rows: list[Row] = [
        ("Non-current assets", [], "head"),
        _held("Goodwill (note 8)", lambda b: b.goodwill),
        _held("Other intangible assets (note 8)", lambda b: b.intangibles),
        _held("Property, plant and equipment (note 7)", lambda b: b.property),
        _held("Right-of-use assets", lambda b: b.leased),
        _held("", lambda b: b.fixed, "sum"),
        ("Current assets", [], "head"),
        _held("Inventories", lambda b: b.inventories),
        _held("Trade and other receivables", lambda b: b.receivables),
        _held("Cash and cash equivalents", lambda b: b.cash),
        _held("", lambda b: b.current, "sum"),
        _held("Total assets", lambda b: b.fixed + b.current, "sum"),
        ("Current liabilities", [], "head"),
        _held("Trade and other payables", lambda b: -b.payables),
        _held("Contract liabilities", lambda b: -b.contract_liabilities),
        _held("Current tax payable", lambda b: -b.tax_payable),
        _held("", lambda b: -b.short, "sum"),
        ("Non-current liabilities", [], "head"),
        _held("Borrowings (note 10)", lambda b: -b.loans),
        _held("Lease liabilities (note 10)", lambda b: -b.lease_liabilities),
        _held("Retirement benefit obligations (note 11)", lambda b: -b.pension),
        _held("Deferred tax liabilities", lambda b: -b.deferred_tax),
        _held("Provisions (note 12)", lambda b: -b.provisions),
        _held("", lambda b: -b.long, "sum"),
        _held("Net assets", lambda b: b.equity, "sum"),
        ("Equity", [], "head"),
        _held("Share capital", lambda b: b.share_capital),
        _held("Share premium", lambda b: b.share_premium),
        _held("Translation reserve", lambda b: b.translation),
        _held("Retained earnings", lambda b: b.retained),
        _held("Total equity", lambda b: b.equity, "sum"),
    ]
    return [figures(look, TWO, rows)]


def cashflow(look: Look) -> list[Flowable]:
    rows: list[Row] = [
        ("Cash flows from operating activities", [], "head"),
        _of("Operating profit", "operating"),
        _of("Depreciation of property, plant and leased assets", "depreciation"),
        _of("Amortisation of intangible assets", "amortisation"),
        _of("Share-based payments", "awards"),
        _of("Increase/(decrease) in provisions", "provisions"),
        _of("Contributions to defined benefit scheme", "pension"),
        _of("Movement in working capital", "working"),
        _years("Cash generated from operations", a.from_operations, "sum"),
        _of("Tax paid", "tax"),
        _years("Net cash from operating activities", a.net_operating, "sum"),
        ("Cash flows from investing activities", [], "head"),
        _of("Purchases of property, plant and equipment", "capex"),
        _of("Capitalised development expenditure", "development"),
        _of("Proceeds from sale of property and plant", "disposals"),
        _of("Acquisition of business, net of cash acquired (note 9)", "acquisition"),
        _of("Interest received", "received"),
        _years("Net cash used in investing activities", a.investing, "sum"),
        ("Cash flows from financing activities", [], "head"),
        _of("Proceeds of borrowings", "drawn"),
        _of("Repayment of borrowings", "repaid"),
        _of("Principal of lease payments", "leases"),
        _of("Interest paid", "interest"),
        _of("Dividends paid to shareholders", "dividends"),
        _years("Net cash used in financing activities", a.financing, "sum"),
        _years(
            "Net increase/(decrease) in cash",
            lambda y: a.net_operating(y) + a.investing(y) + a.financing(y),
            "sum",
        ),
        _years("Cash at beginning of year", lambda y: BALANCES[y - 1].cash),
        _years("Effect of exchange rates", lambda y: a.CURRENCY_ON_CASH[y]),
        _years("Cash at end of year", lambda y: BALANCES[y].cash, "sum"),
    ]
    return [figures(look, THREE, rows)]


def equity(look: Look) -> list[Flowable]:
    header = ("£ million", "Share\ncapital", "Share\npremium", "Translation", "Retained", "Total")
    rows: list[Row] = []

    def state(label: str, held: a.Balance) -> None:
        parts = (held.share_capital, held.share_premium, held.translation, held.retained)
        rows.append((label, [money(part) for part in (*parts, sum(parts))], "sum"))

    def move(label: str, translation: int, retained: int) -> None:
        parts = (0, 0, translation, retained, translation + retained)
        rows.append((label, [money(part) for part in parts], ""))

    state("At 1 October 2021", BALANCES[2021])
    for year in a.YEARS:
        move("Profit for the year", 0, a.profit(year))
        move("Other comprehensive income", a.currency(year), a.ACTUARIAL_GAIN[year])
        move("Share-based payments", 0, a.SHARE_AWARDS[year])
        move("Dividends", 0, a.dividends_paid(year))
        state(f"At 30 September {year}", BALANCES[year])
    return [figures(look, header, rows)]


def dividends(look: Look) -> list[Flowable]:
    rows: list[Row] = [
        (
            "Paid in the year (final and interim of the prior year)",
            [money(-a.dividends_paid(y)) for y in (2024, 2023, 2022)],
            "",
        ),
        (
            "Interim, pence a share",
            ["4.8", "4.5", "4.3"],
            "",
        ),
        (
            "Final, pence a share",
            [f"{a.DIVIDEND_PENCE[y] / 10 - i:.1f}" for y, i in ((2024, 4.8), (2023, 4.5), (2022, 4.3))],
            "",
        ),
        (
            "Total for the year, pence a share",
            [f"{a.DIVIDEND_PENCE[y] / 10:.1f}" for y in (2024, 2023, 2022)],
            "sum",
        ),
    ]  # fmt: skip
    return [figures(look, THREE, rows)]


def segments(look: Look) -> list[Flowable]:
    result: list[Flowable] = []
    for year in (2024, 2023, 2022):
        header = (f"FY{year % 100}, £ million", "Process", "Clean Air", "Aftermarket", "Central", "Group")  # fmt: skip
        profits = (*a.SEGMENT_PROFIT[year], a.CENTRAL_COSTS[year])
        sales = a.REVENUE[year]
        spent = _split(a.CAPEX[year], (0.66, 0.17, 0.12))
        worn = _split(-a.DEPRECIATION[year], (0.55, 0.25, 0.15))
        rows: list[Row] = [
            ("Revenue", [*map(money, sales), "–", money(sum(sales))], ""),
            ("Adjusted operating profit", [*map(money, profits), money(sum(profits))], "sum"),
            (
                "Margin, per cent",
                [
                    *(f"{p / r * 100:.1f}" for p, r in zip(profits, sales, strict=False)),
                    "",
                    f"{sum(profits) / sum(sales) * 100:.1f}",
                ],
                "",
            ),
            ("Capital expenditure", [*map(money, spent), money(sum(spent))], ""),
            ("Depreciation of property and plant", [*map(money, worn), money(sum(worn))], ""),
        ]
        result.append(figures(look, header, rows))
    return result


def _split(total: int, shares: Sequence[float]) -> tuple[int, ...]:
    parts = [round(total * share) for share in shares]
    return (*parts, total - sum(parts))


def regions(look: Look) -> list[Flowable]:
    by_year = [a.by_region(year) for year in (2024, 2023, 2022)]
    rows: list[Row] = [
        (name, [money(parts[i]) for parts in by_year], "") for i, name in enumerate(a.REGIONS)
    ]
    rows.append(_years("Total", a.revenue, "sum"))
    return [figures(look, THREE, rows)]


def highlights(look: Look) -> list[Flowable]:
    rows: list[Row] = [
        _years("Revenue", a.revenue),
        _years("Adjusted operating profit", a.adjusted_profit),
        _years("Operating profit", a.operating_profit),
        _years("Profit before taxation", a.profit_before_tax),
        ("Basic earnings per share (pence)", [f"{a.earnings_per_share(y):.1f}" for y in (2024, 2023, 2022)], ""),
        ("Dividend per share (pence)", [f"{a.DIVIDEND_PENCE[y] / 10:.1f}" for y in (2024, 2023, 2022)], ""),
        _years("Order intake", lambda y: a.ORDER_INTAKE[y]),
        _years("Free cash flow", a.free_cash_flow),
        _years("Net debt before leases", lambda y: BALANCES[y].net_debt),
    ]  # fmt: skip
    return [figures(look, THREE, rows)]


def kpis(look: Look) -> list[Flowable]:
    rows = [
        ["Measure", "FY24", "FY23", "FY22", "Target FY26"],
        ["Organic revenue growth, per cent *", "8.3", "3.4", "5.9", "4 to 6 a year"],
        ["Adjusted operating margin, per cent *", *_ratio(lambda y: a.adjusted_profit(y) / a.revenue(y) * 100), "14.5"],
        ["Return on capital employed, per cent", *_ratio(roce), "18"],
        ["Cash conversion, per cent *", *_ratio(conversion), "90"],
        ["Lost-time injuries per million hours *", "1.9", "2.6", "3.1", "1.0"],
        ["Machines connected", "11,860", "8,240", "5,130", "20,000"],
        ["Vitality, per cent of equipment revenue", "27", "24", "21", "30"],
    ]  # fmt: skip
    return [grid(look, rows, (72, 22, 22, 22, 30))]


def _ratio(of: Callable[[int], float]) -> list[str]:
    return [f"{of(year):.1f}" for year in (2024, 2023, 2022)]


def targets(look: Look) -> list[Flowable]:
    margin = a.adjusted_profit(2024) / a.revenue(2024) * 100
    share = a.REVENUE[2024][2] / a.revenue(2024) * 100
    rows = [
        ["Target for FY26", "Base FY22", "FY24", "Verdict"],
        ["Adjusted operating margin of 14.5 per cent", "11.7", f"{margin:.1f}", "On course"],
        ["Aftermarket & Services at 27 per cent of revenue", "21.8", f"{share:.1f}", "On course"],
        [
            "Return on capital employed of 18 per cent",
            f"{roce(2022):.1f}",
            f"{roce(2024):.1f}",
            "On course",
        ],
        ["Cash conversion of 90 per cent over the cycle", f"{conversion(2022):.0f}", f"{conversion(2024):.0f}", "Behind: Bremen"],
        ["Revenue from products under five years old, 30 per cent", "21", "27", "On course"],
    ]  # fmt: skip
    return [grid(look, rows, (84, 24, 24, 36))]


def cashbridge(look: Look) -> list[Flowable]:
    rows: list[Row] = [
        _years("EBITDA before exceptional items", ebitda),
        _years("Exceptional items", lambda y: a.EXCEPTIONAL[y]),
        _of("Working capital", "working"),
        _years(
            "Pensions, provisions and share awards",
            lambda y: sum(a.cash_flow(y)[line] for line in ("pension", "provisions", "awards")),
        ),
        _years("Cash generated from operations", a.from_operations, "sum"),
        _of("Tax", "tax"),
        _years("Interest and leases", lambda y: sum(a.cash_flow(y)[line] for line in ("interest", "received", "leases"))),
        _of("Capital expenditure", "capex"),
        _of("Capitalised development", "development"),
        _of("Disposals", "disposals"),
        _years("Free cash flow", a.free_cash_flow, "sum"),
    ]  # fmt: skip
    return [figures(look, THREE, rows)]


def rates(look: Look) -> list[Flowable]:
    rows: list[Row] = [
        ("Euro", ["1.169", "1.149", "1.201", "1.153"], ""),
        ("US dollar", ["1.270", "1.225", "1.338", "1.220"], ""),
        ("Czech koruna", ["29.3", "27.5", "30.3", "28.1"], ""),
        ("Chinese renminbi", ["9.14", "8.63", "9.40", "8.90"], ""),
    ]
    header = ("Units to the pound", "FY24 average", "FY23 average", "FY24 end", "FY23 end")
    return [figures(look, header, rows)]


def apm(look: Look) -> list[Flowable]:
    rows: list[Row] = [
        _years("Statutory operating profit", a.operating_profit),
        _years("Exceptional items", lambda y: -a.EXCEPTIONAL[y]),
        _years("Adjusted operating profit", a.adjusted_profit, "sum"),
        _years("Depreciation of property and plant", lambda y: -a.DEPRECIATION[y]),
        _years("Depreciation of leased assets", lambda y: -a.LEASE_DEPRECIATION[y]),
        _years("Amortisation", lambda y: -a.AMORTISATION[y]),
        _years("EBITDA before exceptional items", ebitda, "sum"),
    ]
    return [figures(look, THREE, rows)]


def emissions(look: Look) -> list[Flowable]:
    rows: list[Row] = [
        (name, [f"{value:.1f}" for value in reversed(values)], "")
        for name, values in EMISSIONS.items()
    ]
    totals = [sum(column) for column in zip(*EMISSIONS.values(), strict=True)]
    rows.append(("Scopes 1 and 2", [f"{value:.1f}" for value in reversed(totals)], "sum"))
    intensity = [f"{totals[i + 1] * 1000 / (a.revenue(y) / 10):.0f}" for i, y in ((2, 2024), (1, 2023), (0, 2022))]  # fmt: skip
    rows.append(("Tonnes per £ million of revenue", [*intensity, "n/a"], ""))
    header = ("Thousand tonnes of CO2 equivalent", "FY24", "FY23", "FY22", "Base 2020")
    return [figures(look, header, rows)]


def record(look: Look) -> list[Flowable]:
    header = ("£ million", "FY24", "FY23", "FY22", "FY21", "FY20")
    rows: list[Row] = []

    def add(label: str, amount: Callable[[int], int], fy21: str, fy20: str) -> None:
        rows.append((label, [*(money(amount(y)) for y in (2024, 2023, 2022)), fy21, fy20], ""))

    add("Revenue", a.revenue, "417.6", "389.3")
    add("Adjusted operating profit", a.adjusted_profit, "46.9", "37.2")
    add("Profit before taxation", a.profit_before_tax, "41.8", "28.7")
    add("Profit for the year", a.profit, "32.9", "22.4")
    add("Capital expenditure", lambda y: a.CAPEX[y], "15.4", "12.1")
    add("Free cash flow", a.free_cash_flow, "29.8", "33.5")
    add("Net debt before leases", lambda y: BALANCES[y].net_debt, "58.8", "74.0")
    add("Order book at year end", order_book, "200.3", "171.9")
    rows.append(
        ("Dividend, pence a share", [f"{a.DIVIDEND_PENCE[y] / 10:.1f}" for y in (2024, 2023, 2022, 2021)] + ["11.6"], "")
    )  # fmt: skip
    return [figures(look, header, rows)]
