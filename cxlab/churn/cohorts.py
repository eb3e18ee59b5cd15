"""What of each joining quarter is still there, quarter after quarter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, finding, hidden_check, needs
from cxlab.finding import TABLE_TAIL, Estimate, Finding, Message, Value, definition
from cxlab.quarter import Quarter

AFTER = 4
"""Quarters after which cohorts are compared."""


def cohorts(
    customers: pd.DataFrame,
    revenue: pd.DataFrame | None = None,
    *,
    quarter: Quarter,
    after: int = AFTER,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share of those who joined in each quarter still active at each later close; counted, nothing estimated.

    Parameters
    ----------
    customers : DataFrame
        ``cohort_customers(lives, quarters=...)``.
    revenue : DataFrame, optional
        ``cohort_revenue(panel, quarters=...)`` of the same quarters.
    after : int
        Quarters after which the latest cohort is set against the one a year earlier.
    minimum : int
        Cohorts fewer customers began are left out.

    Returns
    -------
    Finding
        ``churn.cohorts``: table: ``quarter`` (joined in), ``since`` (quarters since), ``customers``,
        ``revenue_amount`` (of the whole cohort in that quarter; missing without revenue), then the share; n =
        customers who joined. Those who were there before the first quarter are not among them.
    """
    needs(customers, "joined", "quarter", "began", "customers", source="cohort_customers")
    seen = customers[(customers["joined"] != "") & (customers["quarter"] <= str(quarter))]
    kept = seen[seen["began"] >= minimum].reset_index(drop=True)
    table = empty_table("quarter", "since")
    if len(kept):
        table = _table(kept, revenue, first_month=quarter.first_month)
    headline, message = _said(table, quarter=quarter, after=after, level=level)
    hidden = seen["joined"].nunique() - kept["joined"].nunique()
    rule = definition("share of a joining quarter active at a close", after=after)
    return finding(
        "churn.cohorts", about=quarter, rule=rule,
        headline=headline, message=message, table=table, shape="grid", method=Message("churn.method.cohorts"),
        checks=(hidden_check(hidden, least=minimum),),
    )  # fmt: skip


def _table(kept: pd.DataFrame, revenue: pd.DataFrame | None, *, first_month: int) -> pd.DataFrame:
    begun, now = (
        np.array([Quarter.parse(text, first_month=first_month).ordinal for text in kept[name]])
        for name in ("joined", "quarter")
    )
    share = kept["customers"] / kept["began"]
    table = pd.DataFrame({"quarter": kept["joined"], "since": (now - begun).astype(str)})
    table["customers"] = kept["customers"]
    if revenue is not None:
        keys = ["joined", "quarter"]
        table["revenue_amount"] = kept[keys].merge(revenue, on=keys, how="left")["revenue"].to_numpy(dtype=float)
    return table.assign(**dict(zip(TABLE_TAIL, (share, share, share, kept["began"]), strict=True)))


def _said(table: pd.DataFrame, *, quarter: Quarter, after: int, level: float) -> tuple[Estimate | None, Message]:
    """The cohort that joined ``after`` quarters ago beside the one of a year before it."""
    values: dict[str, Value] = {"joined": quarter - after, "after": after}
    cells = table.set_index(["quarter", "since"])
    key = (str(quarter - after), str(after))
    if key not in cells.index:
        return None, Message("churn.cohorts.none", values)
    share, n = float(cells["estimate"][key]), int(cells["n"][key])
    found = Estimate(value=share, low=share, high=share, unit="share", n=n, level=level)
    values["staying"] = found
    before = ((str((quarter - after).year_ago)), str(after))
    if before not in cells.index:
        return found, Message("churn.cohorts.first", values)
    values["before"] = float(cells["estimate"][before])
    money = cells.get("revenue_amount")
    if money is None or not money.get((key[0], "1"), 0) > 0:
        return found, Message("churn.cohorts.customers", values)
    values["revenue"] = float(money[key] / money[(key[0], "1")])
    return found, Message("churn.cohorts", values)
