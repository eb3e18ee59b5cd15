"""Who of those active today will still be here in a year, by how long they have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.curves import RULE, curve, days_of, left_out
from cxlab.churn.layout import as_codes, bucket_grid, occupied, risk_grid
from cxlab.churn.tenure import BANDS, band_code
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, needs
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.jackknife import BUCKETS
from cxlab.maths.staying import Staying, chances, staying
from cxlab.maths.survival import Curve
from cxlab.quarter import Quarter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Group:
    """Curve and stock of one group: customers by days behind them; log survival with each bucket left out."""

    curve: Curve
    customers: Array
    left_out: Array | None

    def among(self, days: slice, *, horizon: int) -> tuple[Staying, Array | None, float]:
        """Customers with so many days behind them who will stay, with each bucket left out too, and how many."""
        stock = np.zeros(max(len(self.curve.times) - horizon + 1, 0))
        part = self.customers[: len(stock)][days]
        stock[days][: len(part)] = part
        found = staying(self.curve.at_risk, self.curve.lost, stock, horizon=horizon)
        parts = None if self.left_out is None else chances(self.left_out, horizon=horizon) @ stock
        return found, parts, float(stock.sum())


def staying_on(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    by: str = "plan",
    horizon_months: int = 12,
    bands: Sequence[int] = BANDS,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share of those active at the close who are expected to stay another ``horizon_months``, by tenure band.

    Conditional survival S(t + h) / S(t) of the group's own curve at everybody's own tenure. It is an expectation
    at the hazards seen so far; next quarter's drift is not in the interval. Whoever would have to be followed
    beyond the curve is left out, and counted.

    Parameters
    ----------
    stock : DataFrame
        ``stock_table(lives, by=[by], window=...)``.
    risk : DataFrame
        ``risk_table(lives, by=[by], window=..., bucket=True)`` by day; without buckets the
        interval is Greenwood's.
    bands : sequence of int
        Edges in months, ascending from 0; the last band is open.

    Returns
    -------
    Finding
        ``churn.staying_on``: table: ``tenure_band``; n = customers active who have a curve to go by.
    """
    needs(stock, "tenure", by, "customers", source="the stock table")
    needs(risk, by, source="the risk table")
    horizon = days_of(horizon_months)
    groups = _groups(stock, as_codes(risk, [by]), by=by, minimum=minimum)
    buckets = bucket_grid(risk)
    full = None if buckets is None else occupied(buckets.at_risk)
    rows = []
    for first, last in zip(bands, [*bands[1:], None], strict=True):
        days = slice(days_of(first), None if last is None else days_of(last))
        each = _share(groups, days, horizon=horizon, occupied=full, level=level, minimum=minimum)
        if each is not None:
            tail = estimates(each.value, each.low, each.high, each.n)
            rows.append({"tenure_band": band_code(first, last), **tail})
    table = pd.DataFrame(rows) if rows else empty_table("tenure_band")
    whole = _share(groups, slice(None), horizon=horizon, occupied=full, level=level, minimum=minimum)
    values: dict[str, Value] = {"months": horizon_months, "least": minimum}
    return finding(
        "churn.staying_on", about=quarter, rule=definition(RULE, of="active", months=horizon_months, by=by),
        headline=whole, message=_message(whole, table, values, level=level), table=table, shape="bars",
        method=Message("churn.method.staying_on"),
        checks=(_followed(stock, whole), cluster_check(full)),
    )  # fmt: skip


def _groups(stock: pd.DataFrame, risk: pd.DataFrame, *, by: str, minimum: int) -> Mapping[str, _Group]:
    found = {}
    for code, mine in stock.groupby(by):
        rows = risk[risk[by] == code]
        line, _ = curve(rows, minimum=minimum) if len(rows) else (None, None)
        if line is not None and len(line.times):
            grid, buckets = risk_grid(rows), bucket_grid(rows)
            parts = None if buckets is None else left_out(grid, buckets, len(line.times))
            held = np.bincount(mine["tenure"], weights=mine["customers"]).astype(np.float64)
            found[str(code)] = _Group(curve=line, customers=held, left_out=parts)
    return found


def _share(
    groups: Mapping[str, _Group], days: slice, *, horizon: int, occupied: int | None, level: float, minimum: int
) -> Estimate | None:
    """Share of the stock of some tenures that will stay; None for fewer than ``minimum``."""
    parts = [group.among(days, horizon=horizon) for group in groups.values()]
    n = sum(customers for *_, customers in parts)
    if n < minimum:
        return None
    whole = sum((found for found, *_ in parts), Staying(number=0.0, variance=0.0))
    share, degrees = whole.number / n, None
    relative = whole.variance / whole.number**2 if whole.number else 0.0
    if occupied is not None:
        replicates = sum((np.asarray(left) for _, left, _ in parts if left is not None), np.zeros(BUCKETS))
        try:
            spread = jackknife.spread(np.log(np.maximum(replicates, 1e-12)), occupied=occupied)
            relative, degrees = float(spread.variance), spread.degrees
        except FitError:
            pass  # too few accounts, and the check says so
    low, high = (float(end) for end in intervals.log_log(share, relative, level=level, degrees=degrees))
    if share in (0.0, 1.0):
        low, high = (float(end) for end in intervals.wilson(share * n, n, level=level))
    return Estimate(value=share, low=low, high=high, unit="share", n=round(n), level=level)


def _message(whole: Estimate | None, table: pd.DataFrame, values: dict[str, Value], *, level: float) -> Message:
    if whole is None:
        return Message("churn.staying_on.too_few", values)
    values = {**values, "staying": whole}
    if len(table) < 2:
        return Message("churn.staying_on.all", values)
    each = table["estimate"].to_numpy(dtype=float)
    ends = [table.iloc[int(place)] for place in (np.argmin(each), np.argmax(each))]
    for name, row in zip(("least_band", "most_band"), ends, strict=True):
        values[name] = Label(of="tenure_band", code=str(row["tenure_band"]))
        values[f"{name}_staying"] = estimate_of(row, unit="share", level=level)
    return Message("churn.staying_on", values)


def _followed(stock: pd.DataFrame, whole: Estimate | None) -> Check:
    everybody = int(stock["customers"].sum()) if len(stock) else 0
    out = everybody - (whole.n or 0 if whole is not None else 0)
    values: dict[str, Value] = {"n": out, "all": everybody}
    if out:
        return Check(name="followed", passed=None, message=Message("churn.check.not_followed", values))
    return Check(name="followed", passed=True, message=Message("churn.check.all_followed"))
