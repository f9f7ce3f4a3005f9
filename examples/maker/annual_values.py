"""The numbers that the prose of the annual report names, as text."""

from __future__ import annotations

from . import accounts as a

BALANCES = a.balances()
ORDER_BOOK_2021 = 2003

EMISSIONS = {
    "Scope 1 (fuel, process gases)": (14.8, 12.9, 12.1, 10.0),
    "Scope 2 (market-based)": (16.4, 11.2, 9.9, 8.1),
}
"""Thousand tonnes of CO2 equivalent in 2020, FY22, FY23, FY24."""


def money(tenths: int) -> str:
    """£ million with one decimal; negative numbers in brackets, nothing as a dash."""
    if tenths == 0:
        return "–"
    text = f"{abs(tenths) / 10:,.1f}"
    return f"({text})" if tenths < 0 else text


def ebitda(year: int) -> int:
    return (
        a.adjusted_profit(year)
        - a.DEPRECIATION[year]
        - a.LEASE_DEPRECIATION[year]
        - a.AMORTISATION[year]
    )


def order_book(year: int) -> int:
    years = [y for y in a.YEARS if y <= year]
    return ORDER_BOOK_2021 + sum(a.ORDER_INTAKE[y] - a.revenue(y) for y in years)


def conversion(year: int, spared: int = 0) -> float:
    """Cash conversion in per cent, `spared` of the capital expenditure left out."""
    spent = a.CAPEX[year] - spared + a.DEVELOPMENT[year]
    return (a.from_operations(year) - spent) / a.adjusted_profit(year) * 100


def return_on_capital(year: int) -> float:
    balance = BALANCES[year]
    return (
        a.adjusted_profit(year)
        / (balance.equity + balance.net_debt + balance.lease_liabilities)
        * 100
    )


def emissions(column: int) -> float:
    return sum(values[column] for values in EMISSIONS.values())


def _yearly(year: int) -> dict[str, str]:
    """Numbers that exist for every year; the key ends in the year's two digits."""
    balance, flow = BALANCES[year], a.cash_flow(year)
    amounts = {
        "rev": a.revenue(year),
        "aop": a.adjusted_profit(year),
        "op": a.operating_profit(year),
        "exc": -a.EXCEPTIONAL[year],
        "pat": a.profit(year),
        "tax": -a.tax(year),
        "taxpaid": -a.TAX_PAID[year],
        "orders": a.ORDER_INTAKE[year],
        "book": order_book(year),
        "fcf": a.free_cash_flow(year),
        "ops": a.from_operations(year),
        "wc": flow["working"],
        "div": -flow["dividends"],
        "nd": balance.net_debt,
        "leases": balance.lease_liabilities,
        "ndl": balance.net_debt + balance.lease_liabilities,
        "capex": a.CAPEX[year],
        "rd": -a.RESEARCH[year],
        "ebitda": ebitda(year),
        "intloans": -a.INTEREST_ON_LOANS[year],
        "pension": balance.pension,
        "awards": a.SHARE_AWARDS[year],
        "headroom": balance.cash + 1500 - 400,
        "obligations": balance.pension + 1416,
        **{f"seg{i}_": amount for i, amount in enumerate(a.REVENUE[year])},
        **{f"segp{i}_": amount for i, amount in enumerate(a.SEGMENT_PROFIT[year])},
    }
    ratios = {
        "aopm": a.adjusted_profit(year) / a.revenue(year) * 100,
        "gm": a.gross_profit(year) / a.revenue(year) * 100,
        "etr": -a.tax(year) / a.profit_before_tax(year) * 100,
        "eps": a.earnings_per_share(year),
        "dps": a.DIVIDEND_PENCE[year] / 10,
        "conv": conversion(year),
        "rdshare": -a.RESEARCH[year] / a.revenue(year) * 100,
        "cover": ebitda(year) / -a.INTEREST_ON_LOANS[year],
        "roce": return_on_capital(year),
        **{
            f"segm{i}_": p / r * 100
            for i, (p, r) in enumerate(zip(a.SEGMENT_PROFIT[year], a.REVENUE[year], strict=True))
        },
    }
    whole = {
        "staff": f"{a.EMPLOYEES[year]:,}",
        "dio": f"{a.INVENTORIES[year] / -a.COST_OF_SALES[year] * 365:.0f}",
        "leverage": f"{balance.net_debt / ebitda(year):.2f}",
    }
    texts = {k: money(v) for k, v in amounts.items()} | {k: f"{v:.1f}" for k, v in ratios.items()}
    return {f"{key}{year % 100}": text for key, text in (texts | whole).items()}


def growth(now: float, before: float) -> str:
    return f"{(now / before - 1) * 100:.1f}"


def values() -> dict[str, str]:
    """Every `{name}` of the report's source."""
    result: dict[str, str] = {}
    for year in a.YEARS:
        result |= _yearly(year)
    now, before = 2024, 2023
    rise = [growth(a.REVENUE[now][i], a.REVENUE[before][i]) for i in range(3)]
    margin = [p / r * 100 for p, r in zip(a.SEGMENT_PROFIT[before], a.REVENUE[before], strict=True)]
    return result | {
        "growth24": growth(a.revenue(now), a.revenue(before)),
        "aopgrowth24": growth(a.adjusted_profit(now), a.adjusted_profit(before)),
        "dpsgrowth24": growth(a.DIVIDEND_PENCE[now], a.DIVIDEND_PENCE[before]),
        "admingrowth24": growth(a.administration(now), a.administration(before)),
        "ndfall24": money(BALANCES[before].net_debt - BALANCES[now].net_debt),
        "seg0growth": rise[0],
        "seg1growth": rise[1],
        "seg2growth": rise[2],
        "seg2share": f"{a.REVENUE[now][2] / a.revenue(now) * 100:.0f}",
        "segmgain1": f"{float(result['segm1_24']) - round(margin[1], 1):.1f}",
        "convx24": f"{conversion(now, spared=176):.0f}",
        "co2fall": f"{(1 - emissions(3) / emissions(0)) * 100:.0f}",
        "avoid": f"{28 / emissions(3):.1f}",
        "overtime24": "143.7",
        "assetsrest24": money(BALANCES[now].fixed - 1123 - 886 - 419 - 472),
        "goodwill0": money(BALANCES[now].goodwill - 384 - 217),
        "acqint": money(a.ACQUIRED_INTANGIBLES[before]),
        "acqgood": money(a.ACQUIRED_GOODWILL[before]),
    }  # fmt: skip
