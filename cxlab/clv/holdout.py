"""Can the model be trusted: fitted to a part of the history, it says what the rest will bring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, needs
from cxlab.clv.buying import TRIPLE, weighed
from cxlab.errors import FitError
from cxlab.finding import Finding, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.buying import bg_nbd, buying
from cxlab.maths.expected import purchases
from cxlab.quarter import DAYS_PER_MONTH, Quarter

CLOSE_ENOUGH = 0.05
"""A total off by no more than this is called close."""

RULE = "repeat buying on purchases held back"


def holdout(
    counts: pd.DataFrame, *, days: int, quarter: Quarter, level: float = 0.95, minimum: int = 10
) -> Finding:
    """Purchases the model expected in days it had not seen, beside those that came; in all and by decile.

    Parameters
    ----------
    counts : DataFrame
        ``repeat_counts(..., window=<up to the cut>, later=days, bucket=True)``.
    days : int
        Days held back.
    quarter : Quarter
        The study's quarter, in which the days end.

    Returns
    -------
    Finding
        ``clv.holdout``: headline the purchases expected, its interval by leaving buckets out of fit and count
        alike; table: ``decile`` of customers by what was expected (1 = least), ``forecast`` purchases, then
        those counted; n = customers. Message values: ``expected``, ``counted``, ``off`` (share of those
        counted), ``plain`` (how far off going on as before would have been), ``months``.
    """
    rule = definition(RULE, days=days)
    born = counts[counts["born"]]
    try:
        rows, weights = weighed(born, keys=TRIPLE)
        model = buying(rows["x"], rows["t_x"], rows["total"], rows["customers"])
        fit = bg_nbd(model)
    except FitError:
        return _nothing(rule, quarter=quarter)
    needs(rows, "later", source="counts of customers with days held back")
    expected = purchases(fit, *(rows[name] for name in TRIPLE), horizon=float(days))
    counted, n = rows["later"].to_numpy(dtype=float), rows["customers"].to_numpy(dtype=float)
    if not counted.sum() > 0 or n.sum() < minimum:
        return _nothing(rule, quarter=quarter)
    ratio = float(expected @ n / counted.sum())
    later = _left_out(born, "later", rows)
    ratios = [
        float(purchases(bg_nbd(replace(model, customers=weight), start=fit), *(rows[name] for name in TRIPLE),
                        horizon=float(days)) @ weight / each)
        for weight, each in zip(weights, later, strict=True)
    ]  # fmt: skip
    occupied = born["bucket"].nunique() if "bucket" in born else 0
    low, high = _ends(ratio, ratios, occupied=occupied, level=level)
    came = float(counted.sum())
    tail = estimates(ratio * came, low * came, high * came, int(n.sum()))
    headline = estimate_of(tail, unit="count", level=level) if np.isfinite(low) else None
    going_on = float((n * rows["x"] / np.maximum(rows["total"], 1)).sum() * days)
    values: dict[str, Value] = {
        "expected": headline or round(ratio * came), "counted": round(came), "off": abs(ratio - 1),
        "plain": abs(going_on / came - 1), "months": round(days / DAYS_PER_MONTH), "n": int(n.sum()),
    }  # fmt: skip
    case = "close" if abs(ratio - 1) <= CLOSE_ENOUGH else "high" if ratio > 1 else "low"
    message = Message(f"clv.holdout.{case}" if headline else "clv.holdout.no_interval", values)
    return finding(
        "clv.holdout", about=quarter, rule=rule, headline=headline, message=message,
        table=_deciles(expected, n, counted), shape="bars", method=Message("clv.method.holdout", values),
        checks=(cluster_check(occupied or None),),
    )  # fmt: skip


def _nothing(rule: str, *, quarter: Quarter) -> Finding:
    return finding(
        "clv.holdout", about=quarter, rule=rule, headline=None, message=Message("clv.holdout.nothing"),
        table=empty_table("decile", "forecast"), shape="bars", method=Message("clv.method.holdout.nothing"),
    )  # fmt: skip


def _left_out(counts: pd.DataFrame, column: str, rows: pd.DataFrame) -> list[float]:
    """Sum of a column without each bucket."""
    total = float(rows[column].sum())
    inside = np.bincount(counts["bucket"], weights=counts[column], minlength=jackknife.BUCKETS)
    return [total - float(each) for each in inside]


def _ends(ratio: float, ratios: list[float], *, occupied: int, level: float) -> tuple[float, float]:
    if occupied < jackknife.FEWEST_BUCKETS:
        return np.nan, np.nan
    spread = jackknife.spread(np.log(ratios), occupied=occupied)
    low, high = intervals.symmetric(np.log(ratio), np.sqrt(spread.variance), level=level, degrees=spread.degrees)
    return float(np.exp(low)), float(np.exp(high))


def _deciles(expected: np.ndarray, n: np.ndarray, counted: np.ndarray) -> pd.DataFrame:
    """Customers in ten groups by what was expected of them; those with equal (x, t_x, T) stay together."""
    order = np.argsort(expected, kind="stable")
    middle = (np.cumsum(n[order]) - n[order] / 2) / n.sum()
    decile = np.minimum((middle * 10).astype(int), 9)
    sums = {
        name: np.bincount(decile, weights=column[order], minlength=10)
        for name, column in (("forecast", expected * n), ("counted", counted), ("n", n))
    }
    here = sums["n"] > 0
    return pd.DataFrame(
        {
            "decile": [f"{place + 1}" for place in np.flatnonzero(here)], "forecast": sums["forecast"][here],
            **estimates(sums["counted"][here], np.nan, np.nan, sums["n"][here]),
        }
    )  # fmt: skip
