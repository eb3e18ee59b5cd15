"""Is buying new customers worth it: the month in which their cost is earned back, and who is gone by then."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, hidden_check, needs
from cxlab.clv.worth import Equity
from cxlab.evidence.lookup import QUARTER_DAYS
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.payback import brings_by_month, paid_back
from cxlab.maths.risk_money import daily_hazards
from cxlab.maths.staying_value import daily_factor
from cxlab.quarter import DAYS_PER_MONTH


def payback(costs: pd.DataFrame, stock: pd.DataFrame, risk: pd.DataFrame, equity: Equity) -> Finding:
    """Months until the discounted margin of a newcomer has earned the cost of winning them, by source.

    Parameters
    ----------
    costs : DataFrame
        ``acquisition_costs(customers, window=...)``.
    stock : DataFrame
        ``stock_table(lives, by=["acq_source"], window=...)``.
    risk : DataFrame
        ``risk_table(lives, by=["acq_source"], window=...)`` by day.
    equity : Equity
        Quarter and terms.

    Returns
    -------
    Finding
        ``clv.payback``: table: ``acq_source``, ``cost_amount`` of one newcomer, ``gone_share`` (left by then),
        then the months; n = newcomers. A source that does not earn its cost within the tenures seen has no row
        and is counted in a check. Headline: the source that takes longest.
    """
    needs(costs, "acq_source", "customers", "cost_amount", source="the costs")
    rule = definition("payback", discount=equity.terms.discount_share_year, amount=equity.terms.amount)
    rows, hidden, never = [], 0, []
    for source, of in costs.groupby("acq_source"):
        n = int(of["customers"].sum())
        if n < equity.terms.minimum:
            hidden += 1
            continue
        cost = float(of["cost_amount"].sum()) / n
        row = _row(str(source), cost, stock=stock, risk=risk, equity=equity)
        if row is None:
            never.append(Label(of="acq_source", code=str(source)))
        else:
            rows.append(row | {"n": n})
    table = pd.DataFrame(rows) if rows else empty_table("acq_source", "cost_amount", "gone_share")
    table = table.sort_values("estimate", ascending=False, ignore_index=True)
    headline, message = _headline(table, never, equity)
    return finding(
        "clv.payback", about=equity.quarter, rule=rule, headline=headline, message=message, table=table,
        shape="bars", method=Message("clv.method.payback"),
        checks=(hidden_check(hidden, least=equity.terms.minimum), cluster_check(None)) if len(costs) else (),
    )  # fmt: skip


def _row(
    source: str, cost: float, *, stock: pd.DataFrame, risk: pd.DataFrame, equity: Equity
) -> dict[str, object] | None:
    """Cost, share gone and months of one source; None where the cost is not earned within what was seen."""
    terms = equity.terms
    mine = stock[stock["acq_source"] == source]
    at_risk = risk[risk["acq_source"] == source].groupby("tenure")[["at_risk", "lost"]].sum()
    if mine.empty or at_risk.empty or not at_risk["at_risk"].iloc[0] >= terms.minimum:
        return None
    days = int(at_risk.index[-1])
    n, d = np.zeros(days), np.zeros(days)
    n[at_risk.index - 1], d[at_risk.index - 1] = at_risk["at_risk"], at_risk["lost"]
    brings = brings_by_month(
        mine["tenure"] / DAYS_PER_MONTH, mine[terms.amount] / QUARTER_DAYS, mine["customers"],
        days_per_month=DAYS_PER_MONTH, days=days, minimum=terms.minimum,
    )  # fmt: skip
    hazards = daily_hazards(n, d, until=days, minimum=terms.minimum)
    found = paid_back(hazards, brings, cost=cost, discount=daily_factor(terms.discount_share_year))
    if found is None:
        return None
    low, high = intervals.symmetric(found.days, found.error, level=terms.level)
    months = np.array([found.days, max(0.0, float(low)), float(high)]) / DAYS_PER_MONTH
    return {
        "acq_source": source, "cost_amount": cost, "gone_share": found.gone,
        **estimates(float(months[0]), float(months[1]), float(months[2]), 0),
    }  # fmt: skip


def _headline(table: pd.DataFrame, never: list[Label], equity: Equity) -> tuple[Estimate | None, Message]:
    if table.empty:
        return None, Message("clv.payback.never", {"groups": tuple(never)}) if never else Message(
            "clv.payback.no_costs"
        )
    row = table.iloc[0]
    months = estimate_of(row, unit="months", level=equity.terms.level)
    values: dict[str, Value] = {
        "group": Label(of="acq_source", code=row["acq_source"]), "months": months,
        "gone": float(row["gone_share"]), "cost": float(row["cost_amount"]),
    }  # fmt: skip
    if never:
        return months, Message("clv.payback.some_never", values | {"groups": tuple(never)})
    if len(table) == 1:
        return months, Message("clv.payback.one", values)
    least = table.iloc[-1]
    values |= {
        "other": Label(of="acq_source", code=least["acq_source"]), "soonest": float(least["estimate"]),
        "gone_there": float(least["gone_share"]),
    }  # fmt: skip
    return months, Message("clv.payback", values)
