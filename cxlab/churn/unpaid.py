"""Who is gone before the cost of winning them is earned back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.layout import Counts, bucket_grid, risk_grid
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, hidden_check, labels, needs
from cxlab.errors import FitError
from cxlab.evidence.lookup import QUARTER_DAYS
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import jackknife
from cxlab.maths.payback import PaidBack, brings_by_month, paid_back
from cxlab.maths.risk_money import daily_hazards
from cxlab.maths.staying_value import daily_factor
from cxlab.quarter import DAYS_PER_MONTH, Quarter

NAME = "churn.gone_unpaid"


def gone_unpaid(
    costs: pd.DataFrame,
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    discount_share_year: float,
    amount: Literal["margin", "revenue"] = "margin",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding | None:
    """Share of newcomers who have left by the day newcomers of their source have earned what winning them cost.

    The day is that of ``clv.payback``: what newcomers bring, discounted, those who left bringing nothing more. The
    interval leaves out one bucket of accounts at a time: the day moves with it; what a customer brings and costs,
    and how many come which way, are taken as counted.

    Parameters
    ----------
    costs : DataFrame
        ``acquisition_costs(customers, window=...)``.
    stock : DataFrame
        ``stock_table(lives, by=["acq_source"], window=...)``.
    risk : DataFrame
        ``risk_table(lives, by=["acq_source"], window=..., bucket=True)`` by day.
    discount_share_year : float
        Yearly rate at which later money counts for less.
    amount : {"margin", "revenue"}
        What is set against the cost.

    Returns
    -------
    Finding or None
        ``churn.gone_unpaid``: headline the share of all newcomers whose source earns its cost (n = newcomers in
        the window whose cost is known), table: ``acq_source``, ``payback_months``, then the share, largest first.
        Withheld where no source earns its cost in the time seen, and with too few buckets.
        None where no cost is known.
    """
    needs(costs, "acq_source", "customers", "cost_amount", source="the costs")
    needs(risk, "acq_source", "bucket", "tenure", "at_risk", "lost", source="risk_table(..., bucket=True)")
    if costs.empty:
        return None
    rule = definition("gone by payback", discount=discount_share_year, amount=amount)
    factor, rows, lines, never = daily_factor(discount_share_year), [], [], []
    large = costs[costs["customers"] >= minimum]
    for source, n, cost in large[["acq_source", "customers", "cost_amount"]].itertuples(index=False):
        mine = (frame[frame["acq_source"] == source] for frame in (stock, risk))
        found = list(_left_out(*mine, cost=cost / n, factor=factor, amount=amount, minimum=minimum))
        if not found or any(each is None for each in found):
            never.append(str(source))
            continue
        shares = np.array([each.gone for each in found if each is not None])
        first = found[0]
        months = np.nan if first is None else first.days / DAYS_PER_MONTH
        rows.append({"acq_source": source, "payback_months": months, "n": int(n)})
        lines.append(shares)
    full = int(risk.groupby("bucket")["at_risk"].sum().gt(0).sum())
    checks = (
        hidden_check(len(costs) - len(large), least=minimum), _earned_check(never), cluster_check(full),
    )  # fmt: skip
    table, headline = _table(rows, lines, occupied=full, level=level)
    message = Message(f"{NAME}.few" if rows else f"{NAME}.never")
    if headline is not None:
        message = _said(table, headline, level=level)
    return finding(
        NAME, about=quarter, rule=rule, headline=headline, message=message, table=table, shape="bars",
        method=Message("churn.method.gone_unpaid"), checks=checks,
    )  # fmt: skip


def _left_out(
    stock: pd.DataFrame, risk: pd.DataFrame, *, cost: float, factor: float, amount: str, minimum: int
) -> Iterator[PaidBack | None]:
    """When the cost is earned: by everybody, then with each bucket left out; nothing where nobody is seen join."""
    if stock.empty or risk.empty:
        return
    whole = risk_grid(risk)
    n, d = whole.at_risk[0], whole.lost[0]
    if not n[0] >= minimum:
        return
    brings = brings_by_month(
        stock["tenure"] / DAYS_PER_MONTH, stock[amount] / QUARTER_DAYS, stock["customers"],
        days_per_month=DAYS_PER_MONTH, days=len(n), minimum=minimum,
    )  # fmt: skip

    def back(at_risk: Counts, lost: Counts) -> PaidBack | None:
        hazards = daily_hazards(at_risk, lost, until=len(n), minimum=minimum)
        return paid_back(hazards, brings, cost=cost, discount=factor)

    yield back(n, d)
    buckets = bucket_grid(risk)
    assert buckets is not None  # the table was refused without
    for at_risk, lost in zip(buckets.at_risk, buckets.lost, strict=True):
        yield back(n - at_risk, d - lost)


def _table(
    rows: Sequence[dict[str, object]], lines: Sequence[NDArray[np.float64]], *, occupied: int, level: float
) -> tuple[pd.DataFrame, Estimate | None]:
    """One row per source, most gone first, and the share of all together."""
    empty = empty_table("acq_source", "payback_months")
    if not rows:
        return empty, None
    n = np.array([row["n"] for row in rows], dtype=float)
    every = [*lines, np.average(np.array(lines), axis=0, weights=n)]
    try:
        ends = [jackknife.share_ends(line[0], line[1:], level=level, occupied=occupied) for line in every]
    except FitError:
        return empty, None
    table = pd.DataFrame([
        {"acq_source": row["acq_source"], "payback_months": row["payback_months"],
         **estimates(line[0], low, high, row["n"])}
        for row, line, (low, high) in zip(rows, lines, ends, strict=False)
    ])  # fmt: skip
    low, high = ends[-1]
    whole = Estimate(
        value=float(every[-1][0]), low=low, high=high, unit="share", n=int(n.sum()), level=level
    )  # fmt: skip
    return table.sort_values("estimate", ascending=False, ignore_index=True), whole


def _earned_check(never: Sequence[str]) -> Check:
    if never:
        groups: dict[str, Value] = {"groups": labels("acq_source", list(never))}
        return Check(name="earned", passed=None, message=Message("churn.check.never_earned", groups))
    return Check(name="earned", passed=True, message=Message("churn.check.all_earned"))


def _said(table: pd.DataFrame, whole: Estimate, *, level: float) -> Message:
    """Say the share of all; beside it the source whose newcomers are most often gone unpaid."""
    values: dict[str, Value] = {"gone": whole, "months": float(table["payback_months"].iloc[0])}
    if len(table) == 1:
        return Message(f"{NAME}.one", values)
    values |= {"group": Label(of="acq_source", code=str(table["acq_source"].iloc[0]))}
    return Message(NAME, {**values, "most": estimate_of(table.iloc[0], unit="share", level=level)})
