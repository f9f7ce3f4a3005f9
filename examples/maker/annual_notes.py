# ruff: noqa: E501 - rows of tables and drawings stay on one line
"""Tables of the notes, and those of the governance pages of the annual report."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.platypus import Flowable

from . import accounts as a
from .annual_tables import THREE, TWO, Row
from .annual_values import BALANCES, money
from .layout import Look, figures, grid


def costs(look: Look) -> list[Flowable]:
    materials = {2024: 1894, 2023: 1781}
    staff = {2024: 1267 + 173 + 82 + 24, 2023: 1179 + 158 + 76 + 21}

    def known(y: int) -> int:
        worn = a.DEPRECIATION[y] + a.LEASE_DEPRECIATION[y] + a.AMORTISATION[y]
        return materials[y] + staff[y] - worn

    def total(y: int) -> int:
        return a.revenue(y) - a.adjusted_profit(y)

    lines: list[tuple[str, Callable[[int], int], str]] = [
        ("Raw materials and bought-in parts", lambda y: materials[y], ""),
        ("Staff costs", lambda y: staff[y], ""),
        ("Depreciation of property, plant and equipment", lambda y: -a.DEPRECIATION[y], ""),
        ("Depreciation of right-of-use assets", lambda y: -a.LEASE_DEPRECIATION[y], ""),
        ("Amortisation", lambda y: -a.AMORTISATION[y], ""),
        ("Freight, energy, travel and other", lambda y: total(y) - known(y), ""),
        ("Operating costs before exceptional items", total, "sum"),
    ]
    return [figures(look, TWO, [(n, [money(f(y)) for y in (2024, 2023)], k) for n, f, k in lines])]


def finance(look: Look) -> list[Flowable]:
    def row(label: str, amounts: dict[int, int]) -> Row:
        return label, [money(amounts[y]) for y in (2024, 2023, 2022)], ""

    net = {y: a.FINANCE_INCOME[y] + a.finance_costs(y) for y in a.YEARS}
    rows: list[Row] = [
        row("Interest on deposits", a.FINANCE_INCOME),
        row("Interest on loans and notes", a.INTEREST_ON_LOANS),
        row("Interest on leases", a.INTEREST_ON_LEASES),
        row("Net interest on pension deficit", a.INTEREST_ON_PENSION),
        ("Net finance costs", [money(net[y]) for y in (2024, 2023, 2022)], "sum"),
    ]
    return [figures(look, THREE, rows)]


def taxnote(look: Look) -> list[Flowable]:
    rate = {2024: 0.25, 2023: 0.22, 2022: 0.19}
    expected = {y: -round(a.profit_before_tax(y) * rate[y]) for y in a.YEARS}
    patent = {2024: 17, 2023: 15, 2022: 12}
    rows: list[Row] = [
        ("Current tax", [money(a.CURRENT_TAX[y]) for y in (2024, 2023, 2022)], ""),
        ("Deferred tax", [money(a.DEFERRED_TAX[y]) for y in (2024, 2023, 2022)], ""),
        ("Tax charge", [money(a.tax(y)) for y in (2024, 2023, 2022)], "sum"),
        ("Reconciliation", [], "head"),
        ("Tax at the United Kingdom rate (25.0, 22.0 and 19.0 per cent)", [money(expected[y]) for y in (2024, 2023, 2022)], ""),
        ("Patent box relief", [money(patent[y]) for y in (2024, 2023, 2022)], ""),
        ("Foreign rates and items not deductible", [money(a.tax(y) - expected[y] - patent[y]) for y in (2024, 2023, 2022)], ""),
        ("Tax charge", [money(a.tax(y)) for y in (2024, 2023, 2022)], "sum"),
    ]  # fmt: skip
    return [figures(look, THREE, rows)]


def property_(look: Look) -> list[Flowable]:
    """Net book values by class; the last class is what remains."""

    def split(total: int, *shares: float) -> list[int]:
        parts = [round(total * share) for share in shares]
        return [*parts, total - sum(parts), total]

    rows: list[Row] = []
    held = split(BALANCES[2022].property, 0.41, 0.52)
    for year in (2023, 2024):
        moves = {
            "Additions": split(a.CAPEX[year], 0.14, 0.34),
            "Disposals": split(-a.DISPOSALS[year], 0.5, 0.5),
            "Depreciation": split(a.DEPRECIATION[year], 0.24, 0.76),
            "Exchange differences": split(a.CURRENCY_ON_PPE[year], 0.45, 0.47),
        }
        rows.append((f"At 1 October {year - 1}", [money(part) for part in held], "sum"))
        rows += [(name, [money(part) for part in parts], "") for name, parts in moves.items()]
        held = [sum(parts) for parts in zip(held, *moves.values(), strict=True)]
        assert held[-1] == BALANCES[year].property
    rows.append(("At 30 September 2024", [money(part) for part in held], "sum"))
    header = ("£ million, net book value", "Land and\nbuildings", "Plant and\ntooling", "Under con-\nstruction", "Total")  # fmt: skip
    return [figures(look, header, rows)]


def _roll(look: Look, unit: str, rows: list[tuple[str, dict[int, int], str]]) -> list[Flowable]:
    table: list[Row] = [(n, [money(v[y]) for y in (2024, 2023)], k) for n, v, k in rows]
    return [figures(look, (unit, "FY24", "FY23"), table)]


def intangibles(look: Look) -> list[Flowable]:
    years = (2023, 2024)
    return _roll(
        look,
        "£ million, other than goodwill",
        [
            ("At 1 October", {y: BALANCES[y - 1].intangibles for y in years}, "sum"),
            ("Development capitalised", a.DEVELOPMENT, ""),
            ("Acquired with Sealine Dynamics", a.ACQUIRED_INTANGIBLES, ""),
            ("Amortisation", a.AMORTISATION, ""),
            ("At 30 September", {y: BALANCES[y].intangibles for y in years}, "sum"),
        ],
    )


def borrowings(look: Look) -> list[Flowable]:
    rows = [
        ["Instrument", "Rate", "Maturity", "FY24, £ million", "FY23, £ million"],
        ["Revolving credit facility (£150 million)", "SONIA + 1.35%", "June 2028", "40.0", "45.0"],
        ["Senior notes, series A", "3.94%", "May 2027", "25.0", "25.0"],
        ["Senior notes, series B", "4.72%", "May 2030", "25.0", "25.0"],
        ["Senior notes, series C", "5.16%", "May 2033", "20.0", "20.0"],
        ["Lease liabilities", "3.8% (mean)", "various", money(BALANCES[2024].lease_liabilities), money(BALANCES[2023].lease_liabilities)],
    ]  # fmt: skip
    return [grid(look, rows, (64, 28, 24, 26, 26))]


def pensions(look: Look) -> list[Flowable]:
    years = (2023, 2024)
    return _roll(
        look,
        "£ million, deficit of the scheme",
        [
            ("At 1 October", {y: BALANCES[y - 1].pension for y in years}, "sum"),
            ("Net interest", {y: -a.INTEREST_ON_PENSION[y] for y in years}, ""),
            ("Contributions", a.PENSION_CONTRIBUTIONS, ""),
            ("Actuarial gain", {y: -a.ACTUARIAL_GAIN[y] for y in years}, ""),
            ("At 30 September", {y: BALANCES[y].pension for y in years}, "sum"),
        ],
    )


def provisions(look: Look) -> list[Flowable]:
    held = BALANCES[2023].provisions
    rows: list[Row] = [
        ("At 1 October 2023", ["3.1", "2.4", "1.8", money(held)], "sum"),
        ("Charged", ["0.4", "1.2", "–", money(a.PROVISIONS_CHARGED[2024])], ""),
        ("Used", ["(0.5)", "(2.2)", "–", money(a.PROVISIONS_USED[2024])], ""),
        ("At 30 September 2024", ["3.0", "1.4", "1.8", money(BALANCES[2024].provisions)], "sum"),
    ]
    header = ("£ million", "Warranty", "Restructuring", "Remediation", "Total")
    return [figures(look, header, rows)]


def board(look: Look) -> list[Flowable]:
    rows = [
        ["Director", "Role", "Since", "Board meetings", "Committees"],
        ["Dame Philippa Rourke", "Chair", "2019", "9 of 9", "Nomination (chair)"],
        ["Tomasz Wielgosz", "Chief Executive", "2018", "9 of 9", "–"],
        ["Martin Oyelaran", "Chief Financial Officer", "2015", "9 of 9", "–"],
        ["Ingrid Solheim", "Senior Independent Director", "2020", "9 of 9", "Audit (chair), Nomination"],
        ["Lucia Ferrante", "Non-executive", "2021", "8 of 9", "Remuneration (chair), Audit"],
        ["Joachim Brandl", "Non-executive", "2017", "9 of 9", "Audit, Remuneration"],
        ["Owen Tredinnick", "Non-executive", "2022", "7 of 9", "Nomination, Remuneration"],
        ["Dr Kwame Asante-Reid", "Non-executive", "May 2024", "4 of 4", "Audit"],
    ]  # fmt: skip
    return [grid(look, rows, (40, 46, 18, 26, 38))]


def pay(look: Look) -> list[Flowable]:
    def person(name: str, *parts: int) -> list[str]:
        return [name, *(f"{part:,}" for part in parts), f"{sum(parts):,}"]

    rows = [
        ["£ thousand, FY24", "Salary", "Benefits", "Pension", "Bonus", "Long-term", "Total"],
        person("Tomasz Wielgosz", 612, 24, 37, 573, 438),
        person("Martin Oyelaran", 428, 19, 43, 334, 262),
        ["£ thousand, FY23", "Salary", "Benefits", "Pension", "Bonus", "Long-term", "Total"],
        person("Tomasz Wielgosz", 588, 23, 35, 401, 372),
        person("Martin Oyelaran", 411, 18, 41, 233, 224),
    ]
    return [grid(look, rows, (45, 21, 21, 21, 20, 20, 20))]


_RISKS = [
    ("Economic cycle", "Orders for equipment fall early in a downturn; in 2009 they fell by 29 per cent within two quarters.", "A growing share of service; flexible hours accounts in Germany and the Czech Republic; trigger points at which spending stops.", "Unchanged"),
    ("Start-up of new processes", "The membrane plant in Bremen uses sintering technology which no one has run at this width. Delay would cost about £0.7 million a month.", "Pilot line since 2022; penalty clauses with the furnace maker; step-by-step release of capital.", "New"),
    ("Key suppliers of media", "Two firms supply 70 per cent of our polymer membrane. A fire stopped one for seven weeks in 2021.", "Nine months of safety stock; second source approved for six of nine grades; own ceramic media.", "New"),
    ("Product safety and quality", "A filter that fails can harm patients or stop a plant. The weld defect in Charlotte showed that procedures can be bypassed.", "Metallurgist's release of consumables; batch traceability; product liability cover of £75 million.", "Higher"),
    ("Cyber security", "Production, design data and Merrowby Watch depend on connected systems. We repelled two serious attempts in the year.", "Segmented networks; tested recovery within 72 hours; certification to IEC 62443; annual penetration test.", "Higher"),
    ("People", "Coded welders and process engineers are scarce; a quarter of our welders will reach pension age by 2030.", "Welding school in Skipton; 186 apprentices; retention awards for 40 specialists.", "Unchanged"),
    ("Raw materials and energy", "Stainless steel is 21 per cent of cost of materials. Its price moved by 44 per cent between low and high in FY23.", "Alloy surcharge clauses in 80 per cent of contracts; gas and power hedged for 12 to 24 months.", "Lower"),
    ("Currency", "Costs arise in koruna, euro and pound, revenue in dollar and renminbi as well.", "Hedging of committed orders; local assembly.", "Unchanged"),
    ("Law and sanctions", "Export of corrosion-resistant filters needs licences in several markets. A breach could exclude us from public contracts.", "Screening of every order; a licensing desk of five; training of 900 employees each year.", "Unchanged"),
    ("Climate", "Skipton lies in a flood zone: the works were under water in December 2015. Customers in oil refining may shrink.", "Flood wall finished in 2018; insurance of £60 million for interruption; less than 6 per cent of revenue from refining.", "Unchanged"),
]  # fmt: skip


def risks(look: Look, half: int) -> list[Flowable]:
    rows = [["Risk", "What could happen", "What we do about it", "Trend"]]
    chosen = _RISKS[:5] if half == 1 else _RISKS[5:]
    rows += [list(risk) for risk in chosen]
    return [grid(look, rows, (29, 58, 57, 24))]
