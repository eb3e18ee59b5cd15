"""When they go: retention of newcomers, the median, the hazard by tenure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from cxlab.churn.apart import curves_apart
from cxlab.churn.layout import RiskGrid, as_codes, bucket_grid, occupied, risk_grid
from cxlab.claim import cluster_check, empty_table, estimates, finding, hidden_check, needs
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.survival import Curve, kaplan_meier
from cxlab.quarter import DAYS_PER_MONTH, Quarter

RULE = "newcomers still subscribed, Kaplan-Meier with late entry on the day clock, transfers censored"

EARLY_MONTHS = 3
"""The first months, whose loss the sentence on retention adds."""


def days_of(months: float) -> int:
    """Whole days in this many average months: 12 months are 365 days, 24 are 730."""
    return int(months * DAYS_PER_MONTH)


def curve(risk: pd.DataFrame, *, minimum: int = 10) -> tuple[Curve, int | None]:
    """Kaplan-Meier of a daily risk table, cut where fewer than ``minimum`` are at risk.

    Where the table has buckets the variance is the leave-one-bucket-out one. The second value is the number of
    buckets with anybody, None without buckets.
    """
    grid = risk_grid(risk)
    reach = _reach(grid.at_risk[0], minimum=minimum)
    times = np.arange(1, reach + 1)
    found = kaplan_meier(times, grid.at_risk[0, :reach], grid.lost[0, :reach])
    buckets = bucket_grid(risk)
    if buckets is None:
        return found, None
    full = occupied(buckets.at_risk)
    try:
        spread = jackknife.spread(left_out(grid, buckets, reach), occupied=full)
    except FitError:
        return found, full
    return replace(found, variance=spread.variance, degrees=spread.degrees), full


def _reach(at_risk: np.ndarray, *, minimum: int) -> int:
    """Days before the first one on which fewer than ``minimum`` are at risk."""
    few = np.flatnonzero(at_risk < minimum)
    return int(few[0]) if len(few) else len(at_risk)


def left_out(total: RiskGrid, buckets: RiskGrid, reach: int) -> np.ndarray:
    """Log survival at each day up to ``reach`` with each bucket left out: (buckets, days)."""
    n = total.at_risk[0, :reach] - buckets.at_risk[:, :reach]
    d = total.lost[0, :reach] - buckets.lost[:, :reach]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.cumsum(np.where(d < n, np.log1p(-d / n), 0.0), axis=1)


def retention(
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    horizon_months: int = 12,
    until_months: int = 24,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share of newcomers still subscribed at the horizon: Kaplan-Meier with late entry [1]_.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(lives, window=...)`` by day; other keys are summed over. With ``bucket`` the interval is the
        leave-one-bucket-out one (accounts linked), without it Greenwood's; both on the log-log scale.
    quarter : Quarter
        The quarter at whose close it is known.
    horizon_months, until_months : int
        Months of 365.25 / 12 days: of the headline; of the end of the curve.
    minimum : int
        The curve stops where fewer are at risk.

    Returns
    -------
    Finding
        ``churn.retention``: table: ``tenure_months``; n = customers at risk then. Withheld when the horizon lies
        beyond the curve.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). JASA 53; late entry: Klein, J. P. and Moeschberger, M. L. (2003).
       Survival Analysis, 4.6.
    """
    found, buckets = curve(risk, minimum=minimum)
    table = points(found, until=until_months, level=level)
    staying = staying_at(found, months=horizon_months, level=level)
    values: dict[str, Value] = {"months": horizon_months, "horizon_months": horizon_months, "quarter": quarter}
    if staying is None:
        message = _too_short(found, months=horizon_months, minimum=minimum)
    elif horizon_months > EARLY_MONTHS:
        gone = float(1 - found.at(days_of(EARLY_MONTHS)))
        message = Message("churn.retention", {**values, "staying": staying, "gone": gone, "early": EARLY_MONTHS})
    else:
        message = Message("churn.retention.short", {**values, "staying": staying})
    return finding(
        "churn.retention", about=quarter, rule=definition(RULE, horizon_months=horizon_months), headline=staying,
        message=message, table=table, shape="curve", method=Message("churn.method.retention"),
        checks=(_reach_check(found, until=until_months, minimum=minimum), cluster_check(buckets)),
        replicates=None if staying is None else _replicates(risk, days_of(horizon_months)),
    )  # fmt: skip


def _replicates(risk: pd.DataFrame, day: int) -> np.ndarray | None:
    buckets = bucket_grid(risk)
    return None if buckets is None else np.exp(left_out(risk_grid(risk), buckets, day)[:, -1])


def staying_at(found: Curve, *, months: int, level: float) -> Estimate | None:
    """Survival at a month; None where the curve ends before."""
    day = days_of(months)
    if not len(found.times) or found.times[-1] < day:
        return None
    return survival_estimate(found, day, level=level)


def survival_estimate(found: Curve, day: int, *, level: float) -> Estimate:
    """Survival of a day as an estimate; where nobody or everybody left, Wilson's interval of those at risk."""
    value, (low, high) = float(found.at(day)), found.interval(day, level=level)
    n = int(found.at_risk[np.searchsorted(found.times, day)])
    if value in (0.0, 1.0):
        low, high = intervals.wilson(value * n, n, level=level)
    return Estimate(value=value, low=float(low), high=float(high), unit="share", n=n, level=level)


def _too_short(found: Curve, *, months: int, minimum: int) -> Message:
    reached = float(found.times[-1] / DAYS_PER_MONTH) if len(found.times) else 0.0
    return Message("churn.retention.too_few", {"months": months, "least": minimum, "reached": reached})


def _reach_check(found: Curve, *, until: int, minimum: int) -> Check:
    reached = float(found.times[-1] / DAYS_PER_MONTH) if len(found.times) else 0.0
    if len(found.times) and found.times[-1] >= days_of(until):
        return Check(name="follow_up", passed=True, message=Message("churn.check.follow_up", {"months": until}))
    values = {"reached": reached, "least": minimum}
    return Check(name="follow_up", passed=None, message=Message("churn.check.curve_stops", values))


def points(found: Curve, *, until: int, level: float) -> pd.DataFrame:
    """Curve at whole months, from all of them at month 0."""
    last = found.times[-1] if len(found.times) else 0
    months = [month for month in range(1, until + 1) if days_of(month) <= last]
    rows = [survival_estimate(found, days_of(month), level=level) for month in months]
    start = [int(found.at_risk[0])] if len(found.times) else []
    table = {
        "tenure_months": [0] * len(start) + months,
        **estimates(
            [1.0] * len(start) + [row.value for row in rows],
            [1.0] * len(start) + [row.low for row in rows],
            [1.0] * len(start) + [row.high for row in rows],
            start + [row.n for row in rows],
        ),
    }
    return pd.DataFrame(table)


def retention_by(
    risk: pd.DataFrame,
    *,
    by: str,
    quarter: Quarter,
    horizon_months: int = 12,
    until_months: int = 24,
    level: float = 0.95,
    minimum: int = 10,
    most: int = 6,
    within: str | None = None,
) -> Finding:
    """Retention of newcomers by group: one curve each, the largest ``most`` groups.

    Which pairs of curves differ is a check: log-rank tests of every pair, adjusted by Holm.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(lives, by=[by], window=...)`` by day, with or without buckets.
    by : str
        Column of the groups.
    within : str, optional
        Column of the table (``quarter``, say) within whose values the log-rank tests compare.

    Returns
    -------
    Finding
        ``churn.retention_by``: table: ``by``, ``tenure_months``; headline the share staying in the group that
        keeps the fewest.
    """
    needs(risk, by, *([within] if within else []), source="the risk table")
    risk = as_codes(risk, [by])
    size = risk.groupby(by, observed=True)["at_risk"].sum().sort_values(ascending=False)
    parts: list[pd.DataFrame] = []
    ends: dict[str, Estimate] = {}
    for code in sorted(size.index[:most]):
        found, _ = curve(risk[risk[by] == code], minimum=minimum)
        line = points(found, until=until_months, level=level)
        if len(line) > 1:
            parts.append(line.assign(**{by: code})[[by, *line.columns]])
        if (staying := staying_at(found, months=horizon_months, level=level)) is not None:
            ends[code] = staying
    table = pd.concat(parts, ignore_index=True) if parts else empty_table(by, "tenure_months")
    headline, message = _lowest(ends, by=by, months=horizon_months, least=minimum)
    largest = min(most, len(size))
    values: dict[str, Value] = {"n": largest, "all": len(size)}
    shown = Check(
        name="largest", passed=largest == len(size) or None, message=Message("churn.check.largest", values)
    )
    return finding(
        "churn.retention_by", about=quarter, rule=definition(RULE, horizon_months=horizon_months, by=by),
        headline=headline, message=message, table=table, shape="curve", method=Message("churn.method.retention"),
        checks=(
            hidden_check(largest - len(parts), least=minimum), shown,
            *curves_apart(risk, by=by, codes=list(table[by].unique()), within=within),
        ),
    )  # fmt: skip


def _lowest(ends: Mapping[str, Estimate], *, by: str, months: int, least: int) -> tuple[Estimate | None, Message]:
    """Share of the group that keeps the fewest, and the sentence that sets it against the one that keeps most."""
    if not ends:
        return None, Message("churn.retention_by.too_few", {"months": months, "least": least})
    lowest = min(ends, key=lambda code: ends[code].value)
    best = max(ends, key=lambda code: ends[code].value)
    values: dict[str, Value] = {"group": Label(of=by, code=lowest), "staying": ends[lowest], "months": months}
    values |= {"best": Label(of=by, code=best), "best_staying": ends[best], "horizon_months": months}
    return ends[lowest], Message("churn.retention_by" if len(ends) > 1 else "churn.retention_by.one", values)
