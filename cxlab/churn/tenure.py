"""How long they stay: the median, and the hazard by tenure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlab.churn.curves import RULE, curve, days_of
from cxlab.churn.layout import RiskGrid, bucket_grid, occupied, risk_grid
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding
from cxlab.finding import Estimate, Finding, Label, Message, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.survival import quantile
from cxlab.quarter import DAYS_PER_MONTH, Quarter

BANDS = (0, 1, 3, 6, 12, 24)
"""Edges of tenure bands in months; the last is open."""


def median_tenure(risk: pd.DataFrame, *, quarter: Quarter, level: float = 0.95, minimum: int = 10) -> Finding:
    """Months after which half of the newcomers have left; withheld when the curve stays above one half.

    Parameters
    ----------
    risk : DataFrame
        As for `retention`.
    """
    found, buckets = curve(risk, minimum=minimum)
    middle, low, high = quantile(found, 0.5, level=level) if len(found.times) else (None, None, None)
    n = int(found.at_risk[0]) if len(found.times) else 0
    if middle is None:
        reached = float(found.times[-1] / DAYS_PER_MONTH) if len(found.times) else 0.0
        staying = float(found.survival[-1]) if len(found.times) else 1.0
        headline, message = (
            None,
            Message("churn.median_tenure.not_reached", {"reached": reached, "staying": staying}),
        )
    else:
        headline = Estimate(
            value=middle / DAYS_PER_MONTH,
            low=None if low is None else low / DAYS_PER_MONTH,
            high=None if high is None else high / DAYS_PER_MONTH,
            unit="months", n=n, level=level,
        )  # fmt: skip
        message = Message("churn.median_tenure", {"median": headline})
    table = empty_table()
    if headline is not None:
        table = pd.DataFrame([estimates(headline.value, headline.low, headline.high, n)]).astype("float64")
    return finding(
        "churn.median_tenure", about=quarter, rule=definition(RULE, median=True),
        headline=headline,
        message=message, table=table, shape="number", method=Message("churn.method.retention"),
        checks=(cluster_check(buckets),),
    )  # fmt: skip


def hazard(
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    bands: Sequence[int] = BANDS,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share of those still here who leave within a month, by tenure band.

    The daily hazard of a band is losses over customer-days; a month of it is 1 - (1 - q)^(365.25 / 12). Interval:
    on the log scale of q, leaving buckets out where the table has them.

    Parameters
    ----------
    risk : DataFrame
        As for `retention`.
    bands : sequence of int
        Edges in months, ascending from 0; the last band is open.
    """
    grid, buckets = risk_grid(risk), bucket_grid(risk)
    rows: list[dict[str, Any]] = []
    for first, last in zip(bands, [*bands[1:], None], strict=True):
        days = slice(days_of(first), None if last is None else days_of(last))
        if grid.at_risk[0, days].max(initial=0) >= minimum:
            estimate = _band(grid, buckets, days, level=level)
            tail = estimates(estimate.value, estimate.low, estimate.high, estimate.n)
            rows.append({"tenure_band": band_code(first, last), **tail})
    table = pd.DataFrame(rows) if rows else empty_table("tenure_band")
    headline: Estimate | None = None
    message = Message("churn.hazard.too_few", {"least": minimum})
    if rows:
        top = max(rows, key=lambda row: float(row["estimate"]))
        headline = estimate_of(top, unit="share", level=level)
        message = Message(
            "churn.hazard", {"band": Label(of="tenure_band", code=str(top["tenure_band"])), "hazard": headline}
        )
    return finding(
        "churn.hazard", about=quarter, rule=definition("monthly hazard by tenure", bands=list(bands)),
        headline=headline, message=message, table=table, shape="bars", method=Message("churn.method.hazard"),
        checks=(cluster_check(None if buckets is None else occupied(buckets.at_risk)),),
    )  # fmt: skip


def band_code(first: int, last: int | None) -> str:
    """Months of a band, counted from one: 1, 2-3, ..., 25+."""
    if last is None:
        return f"{first + 1}+"
    return str(last) if last == first + 1 else f"{first + 1}-{last}"


def _band(grid: RiskGrid, buckets: RiskGrid | None, days: slice, *, level: float) -> Estimate:
    n, d = int(grid.at_risk[0, days].sum()), int(grid.lost[0, days].sum())
    low, high = (float(end) for end in intervals.wilson(d, n, level=level))
    if d and buckets is not None:
        out_n, out_d = n - buckets.at_risk[:, days].sum(axis=1), d - buckets.lost[:, days].sum(axis=1)
        if (out_d > 0).all() and occupied(buckets.at_risk) >= jackknife.FEWEST_BUCKETS:
            spread = jackknife.spread(np.log(out_d / out_n), occupied=occupied(buckets.at_risk))
            reach = np.exp(intervals.multiplier(level, degrees=spread.degrees) * float(np.sqrt(spread.variance)))
            low, high = d / n / reach, min(1.0, d / n * reach)

    def month(q: float) -> float:
        return float(1 - (1 - q) ** DAYS_PER_MONTH)

    customers = int(grid.at_risk[0, days].max())
    return Estimate(value=month(d / n), low=month(low), high=month(high), unit="share", n=customers, level=level)
