"""Detractors asked again: what those who were called back rose beyond what the others rose by themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import cluster_check, empty_table, estimates, finding, needs
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.jackknife import BUCKETS, FEWEST_BUCKETS
from cxlab.maths.strata import matched_means
from cxlab.maths.verdict import verdict
from cxlab.nps.waves import quarters_of
from cxlab.quarter import Quarter
from cxlab.verdicts import case_of

Array = NDArray[np.float64]

BAND = 0.5
"""Differences within plus or minus as many points of the 0 to 10 scale are too small to matter."""
FIRST = 7
"""Detractors give 0 to 6."""
CALLED = ("called", "not_called")


def recovery(
    sums: pd.DataFrame, *, quarter: Quarter, days: int = 10, level: float = 0.95, minimum: int = 10
) -> Finding | None:
    """Rise of detractors called back in time beyond that of the others, over all quarters up to this one.

    Whoever gave a bad score gives a better one on average when asked again, called or not; so no rise stands
    alone, and both groups are compared at the same first scores.

    Parameters
    ----------
    sums : DataFrame
        ``recovery_sums(responses, cases, days=days)``.
    days : int
        Within how many days a call is in time, as in the sums.
    minimum : int
        Either group with fewer answers: withheld.

    Returns
    -------
    Finding or None
        ``nps.recovery``: headline the difference, in points of the 0 to 10 scale; table: ``called_back`` (called,
        not_called at the same first scores) with the rise of each; message ends in real_rise, real_fall,
        no_material_change, cannot_tell or too_few. None where no detractor with a case answered again.
    """
    needs(sums, "quarter", "first", "called", "bucket", "answers", "rise", source="recovery_sums")
    rows = sums[sums["quarter"].isin([str(each) for each in quarters_of(sums, like=quarter)])]
    if rows.empty:
        return None
    n, rise = _laid(rows)
    each = n.sum(axis=(0, 2))
    values: dict[str, Value] = {"days": days, "least": minimum, "band": BAND}
    headline, table = None, empty_table("called_back")
    message = Message("nps.recovery.too_few", values)
    occupied = int((n.sum(axis=(1, 2)) > 0).sum())
    if each.min() >= max(minimum, 1) and occupied >= FEWEST_BUCKETS:
        headline, table, p = _compared(n, rise, occupied=occupied, level=level)
    if headline is not None:
        values |= {"difference": headline, **dict(zip(CALLED, table["estimate"].astype(float), strict=True))}
        assert headline.low is not None
        assert headline.high is not None
        judged = verdict(p, low=headline.low, high=headline.high, band=BAND)
        message = Message(f"nps.recovery.{case_of(judged, headline.value)}", values)
    return finding(
        "nps.recovery", about=quarter, rule=definition("rise of detractors by first score", days=days),
        headline=headline, message=message, table=table, shape="bars",
        method=Message("nps.method.recovery", {"days": days}),
        checks=(cluster_check(occupied), *_not_said()),
    )  # fmt: skip


def _not_said() -> tuple[Check, ...]:
    """Say what a call back is not shown to do, and of whom nothing is known."""
    names = ("recovery_leaving", "recovery_silent")
    return tuple(Check(name=name, passed=None, message=Message(f"nps.check.{name}")) for name in names)


def _laid(rows: pd.DataFrame) -> tuple[Array, Array]:
    """Answers and rises, (buckets, called or not, first score)."""
    n, rise = np.zeros((2, BUCKETS, len(CALLED), FIRST))
    at = (rows["bucket"].to_numpy(), (~rows["called"].astype(bool)).to_numpy(dtype=int), rows["first"].to_numpy())
    np.add.at(n, at, rows["answers"].to_numpy(dtype=float))
    np.add.at(rise, at, rows["rise"].to_numpy(dtype=float))
    return n, rise


def _compared(
    n: Array, rise: Array, *, occupied: int, level: float
) -> tuple[Estimate | None, pd.DataFrame, float]:
    """Difference of the rises, the rise of each group, and p of no difference."""
    means, left_out = (_with_difference(*each) for each in (
        (n.sum(axis=0), rise.sum(axis=0)), (n.sum(axis=0) - n, rise.sum(axis=0) - rise)))  # fmt: skip
    if not (np.isfinite(means).all() and np.isfinite(left_out).all()):
        return None, empty_table("called_back"), float("nan")
    found = jackknife.spread(left_out, occupied=occupied)
    low, high = intervals.symmetric(means, np.sqrt(found.variance), level=level, degrees=found.degrees)
    sizes = n.sum(axis=(0, 2)).astype(int)
    drawn = {"scale_min": min(0.0, np.floor(low[:2].min())), "scale_max": max(1.0, np.ceil(high[:2].max()))}
    tail = estimates(means[:2], low[:2], high[:2], sizes)
    table = pd.DataFrame({"called_back": list(CALLED), **drawn, **tail})  # drawn from no rise at all
    headline = Estimate(
        value=float(means[2]),
        low=float(low[2]),
        high=float(high[2]),
        unit="score",
        n=int(sizes.sum()),
        level=level,
    )
    error = float(np.sqrt(found.variance[2]))
    return headline, table, jackknife.p_of(headline.value, error, degrees=found.degrees)


def _with_difference(n: Array, rise: Array) -> Array:
    means = matched_means(n, rise)
    return np.concatenate([means, means[..., :1] - means[..., 1:]], axis=-1)
