"""Where the money at risk lies: by any trait, by what customers bring, and where value and risk meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.money import drift_between, expectation, hazards_by, horizon_of, quarters_check
from cxlab.claim import empty_table, estimate_of, estimates, finding, hidden_check, needs, shown
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.maths.risk_money import AtRisk, Drift, Hazards, amount_at_risk, chance_of_leaving
from cxlab.quarter import Quarter

Amount = Literal["margin", "revenue"]
Array = NDArray[np.float64]

DECILE = "value_decile"
TENTHS, THIRDS = 10, 3
ALIKE = 0.1
"""Where no group holds a tenth more or less of the money at risk than of all money, they are called alike."""
THIRD_CODES = ("low", "middle", "high")


def at_risk_by(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    of: str,
    quarter: Quarter,
    by: str = "plan",
    amount: Amount = "margin",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Amount at risk next quarter by any trait of customers: chances by group and tenure, money by trait.

    Rows add up to ``churn.at_risk``. Inside a group and tenure everybody is given the same chance.

    Parameters
    ----------
    stock : DataFrame
        ``stock_table(lives, by=[by, of], window=...)``.
    risk : DataFrame
        ``risk_table(lives, by=[by], window=..., quarter=True)`` by day.
    of : str
        Column of the trait.
    by : str
        Groups with hazards of their own.

    Returns
    -------
    Finding
        ``churn.at_risk_<of>``: table: ``of``, ``customers_share``, ``total_share`` (of the amount of all), then
        the amount at risk; headline the largest. Message values: ``share`` of all that is at risk, ``part`` of
        the customers.
    """
    return _by(stock, risk, of=of, quarter=quarter, by=by, amount=amount, level=level, minimum=minimum)


def at_risk_value(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    edges: Sequence[float],
    shares: Sequence[float],
    quarter: Quarter,
    by: str = "plan",
    amount: Amount = "margin",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Amount at risk by tenth of the customers, ordered by what they or their account bring.

    Parameters
    ----------
    stock : DataFrame
        ``stock_table(with_value_band(lives, ...), by=[by, "value_band"], window=...)``.
    edges, shares : sequences of float
        Values at which the bands part, and the share of the customers below each (`SHARES`).

    Returns
    -------
    Finding
        ``churn.at_risk_value_decile``: as `at_risk_by`, with ``from_amount``, the least a customer of the tenth
        brings a quarter; headline the half who bring most. Equal values are never parted, so a tenth may be empty
        and another larger.
    """
    needs(stock, "value_band", source="the stock table")
    tenths = _cuts(stock, shares=shares, parts=TENTHS) + 1
    lowest = dict(zip(range(2, TENTHS + 1), _edges_at(edges, shares, parts=TENTHS), strict=bool(len(edges))))
    return _by(
        stock.assign(**{DECILE: tenths.astype(str)}), risk, of=DECILE, quarter=quarter, by=by, amount=amount,
        level=level, minimum=minimum, lowest={str(tenth): edge for tenth, edge in lowest.items()},
    )  # fmt: skip


def _by(
    stock: pd.DataFrame, risk: pd.DataFrame, *, of: str, quarter: Quarter, by: str, amount: Amount, level: float,
    minimum: int, lowest: Mapping[str, float] | None = None,
) -> Finding:  # fmt: skip
    needs(stock, "tenure", by, of, "customers", amount, f"{amount}_squared", source="the stock table")
    rule, method = definition("amount at risk by trait", of=of, by=by, amount=amount), "churn.method.at_risk_by"
    method += f".{DECILE}" * (of == DECILE)
    total = float(stock[amount].sum()) if len(stock) else 0.0
    name, columns = f"churn.at_risk_{of}", [of, *(["from_amount"] if lowest is not None else [])]
    if stock.empty or not total or not len(risk):
        return finding(
            name, about=quarter, rule=rule, headline=None, message=Message("churn.at_risk.nothing"),
            table=empty_table(*columns, "customers_share", "total_share"), shape="bars", method=Message(method),
        )  # fmt: skip
    hazards, moved = _hazards(stock, risk, by=by, quarter=quarter, minimum=minimum)
    parts = parts_by(stock, hazards, by=by, keys=[of], column=amount, horizon=horizon_of(quarter))
    table = _rows(stock, parts, moved, keys=[of], amount=amount, level=level)
    if lowest is not None:
        table.insert(1, "from_amount", table[of].map(lambda code: lowest.get(code, float("nan"))).astype(float))
    show = shown(table["n"].to_numpy(dtype=float), least=minimum)
    whole = sum(part.amount for part in parts.values())
    hidden, table = int((~show).sum()), table[show].sort_values("estimate", ascending=False, ignore_index=True)
    headline, message = None, Message("churn.at_risk.nothing")
    if len(table) and whole and of == DECILE:
        upper = parts_by(
            stock.assign(upper=stock[of].astype(int) > TENTHS // 2), hazards, by=by, keys=["upper"], column=amount,
            horizon=horizon_of(quarter),
        ).get((True,))  # fmt: skip
        headline, message = _upper_half(stock, upper, moved, whole=whole, amount=amount, level=level)
    elif len(table) and whole:
        headline, message = _largest(table, of=of, whole=whole, amount=amount, level=level)
    return finding(
        name, about=quarter, rule=rule, headline=headline, message=message, table=table, shape="bars",
        method=Message(method),
        checks=(quarters_check(risk, moved, fails=False), hidden_check(hidden, least=minimum)),
    )  # fmt: skip


def _largest(table: pd.DataFrame, *, of: str, whole: float, amount: str, level: float) -> tuple[Estimate, Message]:
    """Sentence on the group with the largest part, or that no group holds more or less than its money."""
    first = table.iloc[0]
    headline = estimate_of(first, unit="amount", level=level)
    held = table["estimate"] / whole / table["total_share"].where(table["total_share"] > 0)
    values: dict[str, Value] = {
        "group": Label(of=of, code=str(first[of])), "amount": headline, "share": headline.value / whole,
        "part": float(first["customers_share"]),
    }  # fmt: skip
    alike = len(table) > 1 and bool((held - 1).abs().max() < ALIKE)
    return headline, Message(f"churn.at_risk_by.{amount}" + ".alike" * alike, values | {"of": of})


def _upper_half(
    stock: pd.DataFrame, part: AtRisk | None, moved: Drift | None, *, whole: float, amount: str, level: float
) -> tuple[Estimate | None, Message]:
    """Sentence on the half of the customers who bring most."""
    mine = stock[stock[DECILE].astype(int) > TENTHS // 2]
    if part is None:
        return None, Message("churn.at_risk_value.alike")
    n = int(mine["customers"].sum())
    headline = expectation(part, moved, n=n, level=level)
    values: dict[str, Value] = {
        "amount": headline, "share": headline.value / whole, "part": n / float(stock["customers"].sum()),
        "all": float(mine[amount].sum() / stock[amount].sum()),
    }  # fmt: skip
    return headline, Message(f"churn.at_risk_value.{amount}", values)


def _hazards(
    stock: pd.DataFrame, risk: pd.DataFrame, *, by: str, quarter: Quarter, minimum: int
) -> tuple[Mapping[str, Hazards], Drift | None]:
    hazards = hazards_by(risk, stock, by=by, horizon=horizon_of(quarter), minimum=minimum)
    return hazards, drift_between(risk, hazards, by=by)


def parts_by(
    stock: pd.DataFrame, hazards: Mapping[str, Hazards], *, by: str, keys: Sequence[str], column: str, horizon: int
) -> dict[tuple[object, ...], AtRisk]:
    """Amount at risk of each value of the keys: sums over groups, each with hazards of its own."""
    found: dict[tuple[object, ...], AtRisk] = {}
    for (code, *values), rows in stock.groupby([by, *keys], sort=True):
        part = amount_at_risk(
            rows["tenure"], rows[column], rows[f"{column}_squared"], hazards=hazards[str(code)], horizon=horizon
        )
        key = tuple(values)
        found[key] = found[key] + part if key in found else part
    return found


def _rows(
    stock: pd.DataFrame, parts: Mapping[tuple[object, ...], AtRisk], moved: Drift | None, *,
    keys: Sequence[str], amount: str, level: float,
) -> pd.DataFrame:  # fmt: skip
    """One row per value of the keys: its share of customers and of the amount of all, its amount at risk."""
    sums: Any = stock.groupby(list(keys))[["customers", amount]].sum()
    people, money = (float(sums[name].sum()) for name in ("customers", amount))
    rows = []
    for key, part in parts.items():
        n, held = (float(sums.loc[key if len(keys) > 1 else key[0], name]) for name in ("customers", amount))
        each = expectation(part, moved, n=int(n), level=level)
        rows.append(
            dict(zip(keys, map(str, key), strict=True))
            | {"customers_share": n / people, "total_share": held / money}
            | estimates(each.value, each.low, each.high, int(n))
        )
    return pd.DataFrame(rows)


def _cuts(stock: pd.DataFrame, *, shares: Sequence[float], parts: int) -> NDArray[np.int64]:
    """Which of so many equal parts of the customers each row's band lies in, the lowest 0."""
    at = [place for place, share in enumerate(shares) if _parts_at(share, parts)]
    reached = np.array([sum(place < band for place in at) for band in range(len(shares) + 1)])
    return np.asarray(reached[stock["value_band"].to_numpy(dtype=np.int64)], dtype=np.int64)


def _edges_at(edges: Sequence[float], shares: Sequence[float], *, parts: int) -> list[float]:
    return [edge for edge, share in zip(edges, shares, strict=False) if _parts_at(share, parts)]


def _parts_at(share: float, parts: int) -> bool:
    """Whether equal parts meet at a share."""
    return abs(share * parts - round(share * parts)) < 1e-9


def worth_saving(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    edges: Sequence[float],
    shares: Sequence[float],
    quarter: Quarter,
    by: str = "plan",
    amount: Amount = "margin",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Money at risk where value and risk meet: thirds by what customers bring, by thirds by chance of leaving.

    Parameters
    ----------
    stock, edges, shares
        As for `at_risk_value`.

    Returns
    -------
    Finding
        ``churn.worth_saving``: table: ``value_third``, ``risk_third`` (high, middle, low), ``customers_share``,
        ``total_share``, then the amount at risk (the thirds taken as given; n = customers). The cells add up to
        ``churn.at_risk``. Headline: the cell of those who bring most and are likeliest to leave. Message values:
        ``value_from`` and ``risk_from``, where the two highest thirds begin.
    """
    needs(stock, "tenure", by, "value_band", "customers", amount, f"{amount}_squared", source="the stock table")
    rule, method = definition("value by risk, thirds", by=by, amount=amount), Message("churn.method.worth_saving")
    columns = ["value_third", "risk_third", "customers_share", "total_share"]

    def withheld(message: Message) -> Finding:
        return finding(
            "churn.worth_saving", about=quarter, rule=rule, headline=None, message=message,
            table=empty_table(*columns), shape="grid", method=method,
        )  # fmt: skip

    if stock.empty or not stock[amount].sum() or not len(risk):
        return withheld(Message("churn.at_risk.nothing"))
    hazards, moved = _hazards(stock, risk, by=by, quarter=quarter, minimum=minimum)
    chance = _chances(stock, hazards, by=by, horizon=horizon_of(quarter))
    third = _thirds(chance, stock["customers"].to_numpy(dtype=float))
    value = _cuts(stock, shares=shares, parts=THIRDS)
    if len(set(third)) < THIRDS or len(set(value)) < THIRDS:
        return withheld(Message("churn.worth_saving.alike"))
    codes = np.array(THIRD_CODES, dtype=object)
    rows = stock.assign(value_third=codes[value], risk_third=codes[third])
    parts = parts_by(
        rows, hazards, by=by, keys=columns[:2], column=amount, horizon=horizon_of(quarter)
    )  # fmt: skip
    table = _rows(rows, parts, moved, keys=columns[:2], amount=amount, level=level)
    show = shown(table["n"].to_numpy(dtype=float), least=minimum)
    table = _in_order(table[show])
    best = table[(table["value_third"] == "high") & (table["risk_third"] == "high")]
    checks = (quarters_check(risk, moved, fails=False), hidden_check(int((~show).sum()), least=minimum))
    if best.empty:
        return withheld(Message("churn.worth_saving.few", {"least": minimum}))
    headline = estimate_of(best.iloc[0], unit="amount", level=level)
    values: dict[str, Value] = {
        "amount": headline, "n": headline.n or 0, "part": float(best["customers_share"].iloc[0]),
        "share": headline.value / sum(part.amount for part in parts.values()), "quarter": quarter + 1,
        "value_from": _edges_at(edges, shares, parts=THIRDS)[-1], "risk_from": float(chance[third == 2].min()),
    }  # fmt: skip
    return finding(
        "churn.worth_saving", about=quarter, rule=rule, headline=headline,
        message=Message(f"churn.worth_saving.{amount}", values), table=table, shape="grid", method=method,
        checks=checks,
    )  # fmt: skip


def _chances(stock: pd.DataFrame, hazards: Mapping[str, Hazards], *, by: str, horizon: int) -> Array:
    """Chance of each row to leave within the horizon, given its group and tenure."""
    chance = np.empty(len(stock))
    for code in stock[by].unique():
        mine = (stock[by] == code).to_numpy()
        chance[mine] = chance_of_leaving(hazards[str(code)], horizon=horizon)[stock["tenure"].to_numpy()[mine]]
    return chance


def _thirds(chance: Array, customers: Array) -> NDArray[np.int64]:
    """Thirds of the customers, the lowest chance 0; rows of one chance stay together."""
    _, place = np.unique(chance, return_inverse=True)
    size = np.bincount(place, weights=customers)
    middle = np.cumsum(size) - size / 2
    third = np.minimum(middle * THIRDS // size.sum(), THIRDS - 1).astype(np.int64)
    return np.asarray(third[place], dtype=np.int64)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    order = {code: -place for place, code in enumerate(THIRD_CODES)}
    keys = [table[name].map(order) for name in ("value_third", "risk_third")]
    return (
        table.assign(_v=keys[0], _r=keys[1])
        .sort_values(["_v", "_r"], ignore_index=True)
        .drop(columns=["_v", "_r"])
    )
