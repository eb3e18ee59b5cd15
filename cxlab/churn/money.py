"""What it costs: money at risk next quarter, by group, with the flat rule beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.churn.layout import lost_columns, risk_grid
from cxlab.claim import empty_table, estimates, finding, needs
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.risk_money import (
    FEWEST_QUARTERS,
    AtRisk,
    Drift,
    Hazards,
    amount_at_risk,
    confidence_variance,
    daily_hazards,
    drift,
    prediction_variance,
)  # fmt: skip
from cxlab.quarter import Quarter

Column = Literal["revenue", "margin", "customers"]


def horizon_of(quarter: Quarter) -> int:
    """Days of the quarter after ``quarter``."""
    return (quarter + 1).days


def hazards_by(
    risk: pd.DataFrame, stock: pd.DataFrame, *, by: str | None, horizon: int, minimum: int
) -> Mapping[str, Hazards]:
    """Daily hazards of each group, long enough for the oldest customer in stock.

    A group never seen by ``minimum`` customers on a day takes the hazards of all.
    """
    until = int(max(stock["tenure"].max(), risk["tenure"].max())) + horizon
    everyone, grid = risk_grid(risk), risk_grid(risk, by=by)
    codes = set(stock[by].unique()) if by else {""}
    pooled = daily_hazards(everyone.at_risk[0], everyone.lost[0], until=until, minimum=minimum)
    found = dict.fromkeys(codes, pooled)
    for code, n, d in zip(grid.codes, grid.at_risk, grid.lost, strict=True):
        if (n >= minimum).any():
            found[code] = daily_hazards(n, d, until=until, minimum=minimum)
    return found


def parts_at_risk(
    stock: pd.DataFrame, hazards: Mapping[str, Hazards], *, by: str | None, column: Column, horizon: int
) -> dict[str, AtRisk]:
    """Amount at risk of each group."""
    groups = stock.groupby(by) if by else [("", stock)]
    return {
        str(code): amount_at_risk(
            rows["tenure"], rows[column], rows[f"{column}_squared"], hazards=hazards[str(code)], horizon=horizon
        )
        for code, rows in groups
    }


def drift_between(risk: pd.DataFrame, hazards: Mapping[str, Hazards], *, by: str | None) -> Drift | None:
    """Drift of losses around what the pooled hazards expect, quarter by quarter; None without the quarter key."""
    if "quarter" not in risk:
        return None
    q, n, day = np.zeros(len(risk)), risk["at_risk"].to_numpy(), risk["tenure"].to_numpy() - 1
    place, codes = pd.factorize(risk[by]) if by else (np.zeros(len(risk), dtype=np.int64), [""])
    for each, code in enumerate(codes):
        mine = place == each
        q[mine] = hazards[str(code)].hazard[day[mine]]
    lost = sum(risk[name].to_numpy() for name in lost_columns(risk))
    sums = pd.DataFrame({"o": lost, "e": n * q, "v": n * q * (1 - q), "quarter": risk["quarter"].to_numpy()})
    sums = sums.groupby("quarter").sum()
    return drift(sums["o"], sums["e"], sums["v"])


def quarters_check(risk: pd.DataFrame, moved: Drift | None, *, fails: bool = True) -> Check:
    """Say whether the quarters are enough to know how far one differs from the next.

    With ``fails`` off too few are a note: where the page's own words say so, or another number of it fails by it.
    """
    n = int(risk["quarter"].nunique()) if "quarter" in risk else 0
    if moved is None:
        values: dict[str, Value] = {"n": n, "least": FEWEST_QUARTERS}
        passed = False if fails else None
        return Check(name="quarters", passed=passed, message=Message("churn.check.too_few_quarters", values))
    return Check(name="quarters", passed=True, message=Message("churn.check.quarters", {"n": moved.quarters}))


def at_risk(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    left: Finding | None = None,
    by: str | None = "plan",
    amount: Literal["margin", "revenue"] = "margin",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Amount that goes with customers expected to leave next quarter, by group.

    Every active customer's chance of leaving (Kaplan-Meier of the group, given the tenure so far) times what the
    customer brings a quarter.

    Parameters
    ----------
    stock : DataFrame
        ``stock_table(lives, by=[by], window=...)``.
    risk : DataFrame
        ``risk_table(lives, by=[by], window=..., quarter=True)`` by day. Without the quarter key, or under 8
        quarters, the interval leaves out how far quarters differ, and says so.
    left : Finding, optional
        ``churn.left``: the flat rule takes its share of every amount.
    amount : {"margin", "revenue"}
        Run-rate a quarter, minor units of the study currency.

    Returns
    -------
    Finding
        ``churn.at_risk``: headline the amount (confidence: of the expectation); table: ``by``, ``flat``; n =
        active customers. Message values: ``flat``, ``share`` of the total, ``inside`` (the part lost inside the
        quarter), ``prediction`` (an Estimate) where it may be given.
    """
    needs(stock, "tenure", *([by] if by else []), amount, f"{amount}_squared", source="the stock table")
    rule = definition("chance of leaving next quarter times amount", by=by, amount=amount)
    key, total = by or "group", float(stock[amount].sum()) if len(stock) else 0.0
    if stock.empty or not total or not len(risk):
        return finding(
            "churn.at_risk", about=quarter, rule=rule, headline=None, message=Message("churn.at_risk.nothing"),
            table=empty_table(key, "flat"), shape="bars", method=Message("churn.method.at_risk"),
        )  # fmt: skip
    horizon = horizon_of(quarter)
    hazards = hazards_by(risk, stock, by=by, horizon=horizon, minimum=minimum)
    moved = drift_between(risk, hazards, by=by)
    parts = parts_at_risk(stock, hazards, by=by, column=amount, horizon=horizon)
    flat = left.headline.value if left is not None and isinstance(left.headline, Estimate) else None
    whole = sum(parts.values(), AtRisk(amount=0.0, inside=0.0, parameter=0.0, process=0.0))
    customers = int(stock["customers"].sum())
    headline = expectation(whole, moved, n=customers, level=level)
    values: dict[str, Value] = {"amount": headline, "share": headline.value / total, "inside": whole.inside}
    values |= {"quarter": quarter + 1} | ({} if flat is None else {"flat": flat * total})
    ahead = prediction(whole, moved, n=customers, level=level)
    values |= {} if ahead is None else {"prediction": ahead}
    case = "churn.at_risk" + ".revenue" * (amount == "revenue") + ".no_flat" * (flat is None)
    return finding(
        "churn.at_risk", about=quarter, rule=rule, headline=headline, message=Message(case, values),
        table=_rows(stock, parts, moved, key=key, by=by, amount=amount, flat=flat, minimum=minimum, level=level),
        shape="bars", method=Message("churn.method.at_risk"), checks=(quarters_check(risk, moved),),
    )  # fmt: skip


def _rows(
    stock: pd.DataFrame, parts: Mapping[str, AtRisk], moved: Drift | None, *, key: str, by: str | None,
    amount: str, flat: float | None, minimum: int, level: float,
) -> pd.DataFrame:  # fmt: skip
    rows = []
    for code, part in parts.items():
        mine = stock[stock[by] == code] if by else stock
        n = int(mine["customers"].sum())
        if n >= minimum:
            each = expectation(part, moved, n=n, level=level)
            rule = np.nan if flat is None else flat * float(mine[amount].sum())
            rows.append({key: code, "flat": rule, **estimates(each.value, each.low, each.high, n)})
    table = pd.DataFrame(rows) if rows else empty_table(key, "flat")
    return table.sort_values("estimate", ascending=False, ignore_index=True)


def expectation(part: AtRisk, moved: Drift | None, *, n: int, level: float) -> Estimate:
    """Amount at risk with the interval of its expectation."""
    error = float(np.sqrt(confidence_variance(part, moved)))
    degrees = None if moved is None else moved.quarters - 1
    low, high = intervals.symmetric(part.amount, error, level=level, degrees=degrees)
    return Estimate(value=part.amount, low=max(0.0, float(low)), high=float(high), unit="amount", n=n, level=level)


def prediction(part: AtRisk, moved: Drift | None, *, n: int, level: float) -> Estimate | None:
    """Amount that will be counted, with the interval of a prediction; None where drift is not known."""
    variance = prediction_variance(part, moved)
    if variance is None or moved is None:
        return None
    low, high = intervals.symmetric(part.amount, np.sqrt(variance), level=level, degrees=moved.quarters - 1)
    return Estimate(
        value=part.amount, low=max(0.0, float(low)), high=float(high), unit="amount", n=n, kind="prediction",
        level=level,
    )  # fmt: skip
