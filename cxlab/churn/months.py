"""How many of their first months newcomers stay, by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.curves import RULE, curve, days_of, left_out
from cxlab.churn.layout import as_codes, bucket_grid, occupied, risk_grid
from cxlab.claim import cluster_check, empty_table, estimates, finding, hidden_check, needs
from cxlab.errors import FitError
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.restricted import Mean, dense_mean, restricted_mean
from cxlab.quarter import DAYS_PER_MONTH, Quarter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Staying:
    """Mean days one group stays, with each bucket left out too; n customers are still followed at the horizon."""

    mean: Mean
    left_out: NDArray[np.float64] | None
    buckets: int
    n: int

    def __sub__(self, other: _Staying) -> _Staying:
        both = self.left_out is not None and other.left_out is not None
        return _Staying(
            mean=self.mean - other.mean,
            left_out=np.asarray(self.left_out) - np.asarray(other.left_out) if both else None,
            buckets=min(self.buckets, other.buckets), n=min(self.n, other.n),
        )  # fmt: skip


def expected_months(
    risk: pd.DataFrame,
    *,
    by: str,
    quarter: Quarter,
    horizon_months: int = 12,
    level: float = 0.95,
    minimum: int = 10,
    most: int = 6,
) -> Finding:
    """Months of the first ``horizon_months`` a newcomer stays on average, by group.

    The restricted mean: the area under the daily Kaplan-Meier curve, late entry counted. It sums up the whole
    curve, needs no ratio that holds over time, and is in months.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(lives, by=[by], window=...)`` by day. With ``bucket`` intervals are leave-one-bucket-out ones,
        differences included (a family may hold several plans); without it the formula's, groups independent.
    by : str
        Column of the groups; the largest ``most`` of them are compared.
    minimum : int
        A group is left out when fewer are followed before the horizon.

    Returns
    -------
    Finding
        ``churn.expected_months``: headline that of the group that stays shortest; table: ``by``,
        ``behind_months`` (less than the group that stays longest); n = customers still followed at the horizon.
    """
    needs(risk, by, source="the risk table")
    risk = as_codes(risk, [by])
    size = risk.groupby(by, observed=True)["at_risk"].sum().sort_values(ascending=False)
    codes = sorted(map(str, size.index[:most]))
    asked = {
        code: _staying(risk[risk[by] == code], day=days_of(horizon_months), minimum=minimum) for code in codes
    }
    found = {code: each for code, each in asked.items() if each is not None}
    headline: Estimate | None = None
    message = Message("churn.expected_months.too_few", {"months": horizon_months, "least": minimum})
    table = empty_table(by, "behind_months")
    if found:
        order = sorted(found, key=lambda code: found[code].mean.value)
        headline, message = _said(found, order, by=by, months=horizon_months, level=level)
        table = _table(found, order, by=by, months=horizon_months, level=level)
    buckets = bucket_grid(risk)
    return finding(
        "churn.expected_months", about=quarter, rule=definition(RULE, mean_until=horizon_months, by=by),
        headline=headline, message=message, table=table, shape="bars",
        method=Message("churn.method.expected_months", {"months": horizon_months}),
        checks=(
            hidden_check(len(asked) - len(found), least=minimum),
            cluster_check(None if buckets is None else occupied(buckets.at_risk)),
        ),
    )  # fmt: skip


def _staying(rows: pd.DataFrame, *, day: int, minimum: int) -> _Staying | None:
    found, _ = curve(rows, minimum=minimum)
    if not len(found.times) or found.times[-1] < day:
        return None
    buckets = bucket_grid(rows)
    parts = None if buckets is None else dense_mean(np.exp(left_out(risk_grid(rows), buckets, day)))
    return _Staying(
        mean=restricted_mean(found, day), left_out=parts, n=int(found.at_risk[day - 1]),
        buckets=0 if buckets is None else occupied(buckets.at_risk),
    )  # fmt: skip


def _estimate(each: _Staying, *, months: int, level: float, difference: bool = False) -> Estimate:
    """Estimate in months; where nobody left, down to what Wilson's interval of those followed allows."""
    days = days_of(months)
    error, degrees = float(np.sqrt(each.mean.variance)), None
    if each.left_out is not None:
        try:
            spread = jackknife.spread(each.left_out, occupied=each.buckets)
            error, degrees = float(np.sqrt(spread.variance)), spread.degrees
        except FitError:
            pass  # too few accounts, and the check says so
    ends = intervals.symmetric(each.mean.value, error, level=level, degrees=degrees)
    low, high = (float(end) for end in ends)
    if not difference:
        low, high = max(low, 0.0), min(high, float(days))
        if each.mean.value == days:
            low = float(intervals.wilson(each.n, each.n, level=level)[0]) * days
    value, low, high = (part / DAYS_PER_MONTH for part in (each.mean.value, low, high))
    return Estimate(value=value, low=low, high=high, unit="months", n=each.n, level=level)


def _said(
    found: dict[str, _Staying], order: list[str], *, by: str, months: int, level: float
) -> tuple[Estimate, Message]:
    first, best = order[0], order[-1]
    headline = _estimate(found[first], months=months, level=level)
    values: dict[str, Value] = {"months": months, "group": Label(of=by, code=first), "stays": headline}
    if first == best:
        return headline, Message("churn.expected_months.one", values)
    less = _estimate(found[best] - found[first], months=months, level=level, difference=True)
    values |= {"best": Label(of=by, code=best), "less": less}
    case = "" if less.low is not None and less.low > 0 else ".cannot_tell"
    return headline, Message(f"churn.expected_months{case}", values)


def _table(found: dict[str, _Staying], order: list[str], *, by: str, months: int, level: float) -> pd.DataFrame:
    rows = []
    for code in order:
        each = _estimate(found[code], months=months, level=level)
        behind = (found[order[-1]].mean.value - found[code].mean.value) / DAYS_PER_MONTH
        rows.append({by: code, "behind_months": behind, **estimates(each.value, each.low, each.high, each.n)})
    return pd.DataFrame(rows)
