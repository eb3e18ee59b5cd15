"""How many left: the quarter's movement and the share of those at its start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.layout import Counts, occupied
from cxlab.claim import cluster_check, estimates, finding, needs
from cxlab.errors import FitError
from cxlab.evidence.movement import STEPS
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import jackknife
from cxlab.maths.jackknife import BUCKETS
from cxlab.quarter import Quarter

RULE = "left in the quarter, new customers included, transfers not, over customers at its start"

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """Share that left and what leaving out each bucket makes of it, one row per group.

    Parameters
    ----------
    start, lost : (groups,) arrays
        Customers at the start; customers who left.
    replicates : (groups, B) array
        The share with each bucket left out.
    buckets : (groups,) array
        Buckets that hold anybody.
    """

    start: Counts
    lost: Counts
    replicates: Array
    buckets: Counts

    @property
    def share(self) -> Array:
        """Share that left; NaN where nobody was there."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.lost / self.start)


def shares(
    moves: pd.DataFrame, *, quarter: Quarter, by: str | None = None, codes: list[str] | None = None
) -> Shares:
    """Share that left in ``quarter``, by the values ``codes`` of ``by``."""
    columns = [by] if by else []
    needs(moves, "quarter", "bucket", *columns, *STEPS, source="movements(..., bucket=True)")
    moves = moves[moves["quarter"] == str(quarter)]
    groups = codes if codes is not None else [""]
    row = pd.Categorical(moves[by], categories=groups).codes if by else np.zeros(len(moves), dtype=int)
    inside = row >= 0
    place = row[inside].astype(int) * BUCKETS + moves["bucket"].to_numpy()[inside]

    def laid(column: pd.Series) -> Counts:
        flat = np.bincount(place, weights=column.to_numpy()[inside], minlength=len(groups) * BUCKETS)
        return np.rint(flat).astype(np.int64).reshape(len(groups), BUCKETS)

    start, lost = laid(moves["open"]), laid(moves["lost_voluntary"] + moves["lost_involuntary"])
    rest = start.sum(axis=1, keepdims=True) - start
    with np.errstate(invalid="ignore", divide="ignore"):
        replicates = np.where(rest > 0, (lost.sum(axis=1, keepdims=True) - lost) / rest, np.nan)
    buckets = np.array([occupied(row) for row in (start + lost)], dtype=np.int64)
    return Shares(start=start.sum(axis=1), lost=lost.sum(axis=1), replicates=replicates, buckets=buckets)


def share_estimate(found: Shares, group: int, *, level: float) -> Estimate | None:
    """Estimate of one group's share through its log-odds; None where no interval can be given."""
    share = float(found.share[group])
    if not 0 < share < 1:
        return None
    try:
        low, high = jackknife.share_ends(
            share, found.replicates[group], level=level, occupied=int(found.buckets[group])
        )
    except FitError:
        return None
    return Estimate(value=share, low=low, high=high, unit="share", n=int(found.start[group]), level=level)


def left(moves: pd.DataFrame, *, quarter: Quarter, level: float = 0.95) -> Finding:
    """Share of the customers at the start who left in the quarter, and the quarter's movement.

    Parameters
    ----------
    moves : DataFrame
        ``movements(lives, quarters=[quarter], bucket=True)``; other keys are summed over.
    quarter : Quarter
        The quarter to answer for.
    level : float
        Coverage of the interval (0 to 1): leave-one-bucket-out, on the log-odds scale, t with buckets - 1 degrees.

    Returns
    -------
    Finding
        ``churn.left``: headline a share (n = customers at the start), table of steps (counts), replicates.

    Raises
    ------
    ValueError
        If the frame has no such quarter or no buckets.
    """
    found = shares(moves, quarter=quarter)
    counts = moves.loc[moves["quarter"] == str(quarter), [*STEPS, "provisional"]].sum()
    if not counts.any():
        raise ValueError(
            f"movements of {quarter} are needed; got {', '.join(sorted(moves['quarter'].unique())) or 'none'}"
        )
    estimate = share_estimate(found, 0, level=level)
    values: dict[str, Value] = {"n": int(found.lost[0]), "start": int(found.start[0]), "quarter": quarter}
    if estimate is None:
        message = Message("churn.left.no_interval", values)
    else:
        message = Message("churn.left", {**values, "left": estimate})
    steps = np.array([counts[step] for step in STEPS])
    none = np.full(len(STEPS), np.nan)
    table = pd.DataFrame({"step": STEPS, **estimates(steps.astype(float), none, none, steps)})
    return finding(
        "churn.left", about=quarter, rule=definition(RULE), headline=estimate, message=message, table=table,
        shape="flow", method=Message("churn.method.left"),
        checks=(_ties_out(counts), _provisional(counts, quarter), cluster_check(int(found.buckets[0]))),
        replicates=None if estimate is None else found.replicates[0],
    )  # fmt: skip


def _ties_out(counts: pd.Series) -> Check:
    lost = counts["lost_voluntary"] + counts["lost_involuntary"] + counts["transferred"]
    gap = int(counts["open"] + counts["joined"] + counts["back"] - lost - counts["close"])
    if gap:
        return Check(name="ties_out", passed=False, message=Message("churn.check.gap", {"gap": gap}))
    return Check(name="ties_out", passed=True, message=Message("churn.check.ties_out"))


def _provisional(counts: pd.Series, quarter: Quarter) -> Check:
    n = int(counts["provisional"])
    if n:
        values: dict[str, Value] = {"n": n, "quarter": quarter}
        return Check(name="provisional", passed=None, message=Message("churn.check.provisional", values))
    return Check(name="provisional", passed=True, message=Message("churn.check.final"))


def left_trend(moves: pd.DataFrame, *, quarter: Quarter, level: float = 0.95, minimum: int = 10) -> Finding:
    """Share that left in each quarter of the frame up to ``quarter``, as known now.

    Parameters
    ----------
    moves : DataFrame
        ``movements(lives, quarters=..., bucket=True)`` with every quarter to be shown.
    quarter : Quarter
        The last one: the headline.
    minimum : int
        Quarters that began with fewer customers are left out.
    """
    quarters = [Quarter.parse(text, first_month=quarter.first_month) for text in sorted(moves["quarter"].unique())]
    rows = []
    for each in (q for q in quarters if q <= quarter):
        found = shares(moves, quarter=each)
        estimate = share_estimate(found, 0, level=level) if found.start[0] >= minimum else None
        if estimate is not None:
            rows.append((each, estimate))
    table = pd.DataFrame(
        {
            "quarter": [str(each) for each, _ in rows],
            **estimates(*_columns([estimate for _, estimate in rows])),
        }
    )
    last = rows[-1][1] if rows and rows[-1][0] == quarter else None
    if last is None:
        message = Message("churn.left_trend.none", {"quarter": quarter, "least": minimum})
    elif len(rows) == 1:
        message = Message("churn.left_trend.first", {"left": last, "quarter": quarter})
    else:
        ordered = sorted(rows, key=lambda row: row[1].value)
        values: dict[str, Value] = {"quarters": len(rows), "left": last, "quarter": quarter}
        values |= {"lowest": ordered[0][1], "lowest_quarter": ordered[0][0]}
        values |= {"highest": ordered[-1][1], "highest_quarter": ordered[-1][0]}
        message = Message("churn.left_trend", values)
    return finding(
        "churn.left_trend", about=quarter, rule=definition(RULE), headline=last, message=message, table=table,
        shape="trend", method=Message("churn.method.left"),
        checks=(hidden_quarters(len(quarters) - len(rows), least=minimum),),
    )  # fmt: skip


def hidden_quarters(hidden: int, *, least: int) -> Check:
    """Say how many quarters are left out because too few customers or accounts were there."""
    if hidden:
        values: dict[str, Value] = {"n": hidden, "least": least}
        return Check(name="hidden", passed=None, message=Message("churn.check.hidden_quarters", values))
    return Check(name="hidden", passed=True, message=Message("churn.check.all_quarters"))


def _columns(found: list[Estimate]) -> tuple[list[float], list[float | None], list[float | None], list[int]]:
    return (
        [each.value for each in found],
        [each.low for each in found],
        [each.high for each in found],
        [each.n or 0 for each in found],
    )
