"""Who leaves in which calendar month, with the same month of the year before behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cxlab.churn.layout import occupied
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, hidden_check, needs
from cxlab.errors import FitError
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.jackknife import BUCKETS
from cxlab.quarter import Quarter

MONTHS = 12


def by_month(
    losses: pd.DataFrame, *, quarter: Quarter, months: int = MONTHS, level: float = 0.95, minimum: int = 10
) -> Finding:
    """Share of those here on the first of a calendar month who left within it, the last ``months`` of them.

    Next to each month stands the same month a year before, because a season repeats by the calendar.

    Parameters
    ----------
    losses : DataFrame
        ``monthly_losses(lives, window=...)``; with ``bucket`` intervals are leave-one-bucket-out on the log-odds
        scale, without it Wilson's.
    minimum : int
        Months that began with fewer are left out.

    Returns
    -------
    Finding
        ``churn.by_month``: headline the last month; table: ``month`` (01 to 12, oldest first), ``year_ago`` (share
        of the same month a year before, missing where it was not seen); n = customers on its first day.
    """
    needs(losses, "month", "open", "lost", source="monthly_losses")
    before = losses[losses["month"] < quarter.end.isoformat()]
    seen = sorted(before["month"].unique())[-months:]
    sums = {
        str(month): (int(rows["open"].sum()), int(rows["lost"].sum())) for month, rows in before.groupby("month")
    }
    rows: list[dict[str, Any]] = []
    for month in seen:
        if sums[month][0] >= minimum:
            each = _share(before[before["month"] == month], level=level)
            rows.append({
                "month": month[5:7], "year_ago": _year_ago(sums, month, minimum=minimum),
                **estimates(each.value, each.low, each.high, each.n),
            })  # fmt: skip
    table = pd.DataFrame(rows) if rows else empty_table("month", "year_ago")
    headline = None if table.empty else estimate_of(table.iloc[-1], unit="share", level=level)
    buckets = None
    if "bucket" in losses:
        buckets = int(before.loc[before["open"] > 0, "bucket"].nunique())
    return finding(
        "churn.by_month", about=quarter, rule=definition("left in a month, of those there on its first day"),
        headline=headline, message=_said(table, quarter=quarter, least=minimum, level=level), table=table,
        shape="bars", method=Message("churn.method.by_month"),
        checks=(hidden_check(len(seen) - len(rows), least=minimum), cluster_check(buckets)),
    )  # fmt: skip


def _share(rows: pd.DataFrame, *, level: float) -> Estimate:
    n, d = int(rows["open"].sum()), int(rows["lost"].sum())
    low, high = (float(end) for end in intervals.wilson(d, n, level=level))
    if "bucket" in rows:
        held = [np.bincount(rows["bucket"], weights=rows[name], minlength=BUCKETS) for name in ("open", "lost")]
        rest = n - held[0]
        if (rest > 0).all():
            try:
                many = occupied(held[0].astype(np.int64))
                low, high = jackknife.share_ends(d / n, (d - held[1]) / rest, level=level, occupied=many)
            except FitError:
                pass  # too few accounts, or nobody left outside one of them: Wilson's
    return Estimate(value=d / n, low=low, high=high, unit="share", n=n, level=level)


def _year_ago(sums: Mapping[str, tuple[int, int]], month: str, *, minimum: int) -> float:
    n, d = sums.get(f"{int(month[:4]) - 1}{month[4:]}", (0, 0))
    return d / n if n >= max(minimum, 1) else float("nan")


def _said(table: pd.DataFrame, *, quarter: Quarter, least: int, level: float) -> Message:
    if table.empty:
        return Message("churn.by_month.too_few", {"quarter": quarter, "least": least})
    last, most = table.iloc[-1], table.iloc[int(np.argmax(table["estimate"].to_numpy(dtype=float)))]
    values: dict[str, Value] = {
        "month": Label(of="month", code=str(last["month"])), "left": estimate_of(last, unit="share", level=level),
        "top": Label(of="month", code=str(most["month"])), "most": estimate_of(most, unit="share", level=level),
        "months": len(table),
    }  # fmt: skip
    if pd.isna(last["year_ago"]):
        return Message("churn.by_month.first", values)
    return Message("churn.by_month", {**values, "year_ago": float(last["year_ago"])})
