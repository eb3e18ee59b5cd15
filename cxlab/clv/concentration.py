"""Who holds the worth: the concentration curve and the share of the top fifth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, needs
from cxlab.clv.whole import rule_of
from cxlab.clv.worth import Equity
from cxlab.errors import FitError
from cxlab.finding import Finding, Message, Value
from cxlab.maths import jackknife
from cxlab.maths.concentration import gini, held_by_top
from cxlab.maths.jackknife import BUCKETS

TOP_SHARE = 0.2
"""The share of customers the sentence speaks of."""

_TOPS = np.arange(1, 51) / 50


def concentration(bins: pd.DataFrame, equity: Equity) -> Finding:
    """Share of the worth held by the most valuable customers, from our own data and never assumed.

    Parameters
    ----------
    bins : DataFrame
        ``value_bins(...)`` of the same customers.
    equity : Equity
        Their worth: quarter, terms and what cannot be valued.

    Returns
    -------
    Finding
        ``clv.concentration``: table: ``customer_share``, the most valuable first, then the share they hold;
        headline that of the top fifth. Message values: ``gini``, ``half`` (the smallest share of customers that
        holds half).
    """
    needs(bins, "bucket", "bin", "customers", "value", source="the value bins")
    n = int(bins["customers"].sum())
    if equity.unvalued or n < equity.terms.minimum or not bins["value"].sum() > 0:
        message = Message("clv.concentration.too_few", {"n": n, "least": equity.terms.minimum})
        return finding(
            "clv.concentration", about=equity.quarter, rule=rule_of(equity), headline=None, message=message,
            table=empty_table("customer_share"), shape="curve", method=Message("clv.method.concentration"),
        )  # fmt: skip
    rows = bins.groupby("bin")[["customers", "value"]].sum()
    mean = (rows["value"] / rows["customers"]).to_numpy()
    customers = rows["customers"].to_numpy(dtype=float)
    held = held_by_top(mean, customers, _TOPS)
    place = rows.index.get_indexer(pd.Index(bins["bin"]))
    inside = np.bincount(
        bins["bucket"] * len(rows) + place, weights=bins["customers"], minlength=BUCKETS * len(rows)
    ).reshape(BUCKETS, len(rows))
    left_out = np.array([held_by_top(mean, customers - each, _TOPS) for each in inside])
    occupied = int(inside.any(axis=1).sum())
    table = pd.DataFrame({"customer_share": _TOPS, **estimates(held, *_ends(held, left_out, occupied, equity), n)})
    row = table.iloc[int(np.argmin(np.abs(_TOPS - TOP_SHARE)))]
    headline, message = None, Message("clv.concentration.no_interval", {"n": occupied})
    if np.isfinite(row["low"]):
        headline = estimate_of(row, unit="share", level=equity.terms.level)
        values: dict[str, Value] = {
            "top_share": TOP_SHARE, "held": headline, "gini": round(gini(mean, customers), 2),
            "half": float(np.interp(0.5, held, _TOPS)), "quarter": equity.quarter,
        }  # fmt: skip
        message = Message("clv.concentration", values)
    return finding(
        "clv.concentration", about=equity.quarter, rule=rule_of(equity), headline=headline, message=message,
        table=table, shape="curve", method=Message("clv.method.concentration"), checks=(cluster_check(occupied),),
        replicates=left_out[:, int(np.argmin(np.abs(_TOPS - TOP_SHARE)))],
    )  # fmt: skip


def _ends(
    held: np.ndarray, left_out: np.ndarray, occupied: int, equity: Equity
) -> tuple[list[float], list[float]]:
    """Interval of each point on the log-odds scale; all customers hold all, without one."""
    low, high = [], []
    for share, values in zip(held, left_out.T, strict=True):
        try:
            ends = jackknife.share_ends(share, values, level=equity.terms.level, occupied=occupied)
        except FitError:
            ends = (share, share) if share >= 1 - 1e-12 else (np.nan, np.nan)
        low.append(min(share, ends[0]))
        high.append(max(share, ends[1]))
    return low, high
