"""The main test of what is said of the future: fitted as of last close, graded on the quarter that followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.money import hazards_by
from cxlab.claim import cluster_check, empty_table, estimates, finding, needs
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.grading import Grades, concordance, grades
from cxlab.maths.risk_money import Hazards
from cxlab.quarter import Quarter

Array = NDArray[np.float64]

FIFTHS = 5
RULE = "chances fitted as of last close, graded on this quarter"
LEAST_SLOPE = 0.8
"""A slope between this and its inverse is near enough to 1: chances lie about as far apart as what happened."""


def backtest(
    followed: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    by: str = "plan",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Grade the chances of leaving that were known at last close by who left in this quarter.

    Everybody active at last close has a chance by group and tenure (`cxlab.churn.at_risk` reckons with the same);
    nobody of them is censored by this close, so what they said can be counted plainly.

    Parameters
    ----------
    followed : DataFrame
        ``followed(lives, by=[by], close=quarter.start, until=quarter.end, bucket=True)``.
    risk : DataFrame
        ``risk_table(lives, by=[by], window=...)`` by day, its window closing at last close: nothing of this
        quarter.
    by : str
        Groups with hazards of their own.
    minimum : int
        Groups never seen by as many take the hazards of all; fewer leavers than this are not graded.

    Returns
    -------
    Finding
        ``churn.backtest``: headline how many times as often as the average the fifth put first left (ratio);
        table: ``risk_fifth``, ``rank``, ``unit``, ``forecast`` (expected share), then the share that left. Message
        values: ``expected``, ``lost``, ``n``. Checks: as far apart as what happened, better than one rate for all.
    """
    needs(followed, "tenure", by, "bucket", "customers", "lost", source="the customers followed")
    needs(risk, "tenure", by, "at_risk", source="the risk table")
    rule, method = definition(RULE, by=by), Message("churn.method.backtest")
    lost, customers = int(followed["lost"].sum()), int(followed["customers"].sum())
    if lost < minimum or not len(risk):
        values: dict[str, Value] = {"n": lost, "least": minimum, "quarter": quarter}
        return _withheld(Message("churn.backtest.too_few", values), quarter=quarter, rule=rule, method=method)
    hazards = hazards_by(risk, followed, by=by, horizon=quarter.days, minimum=minimum)
    chance = chances(followed, hazards, by=by, horizon=quarter.days)
    try:
        found = grades(chance, followed["customers"], followed["lost"])
    except FitError:
        alike = Message("churn.backtest.alike", {"quarter": quarter})
        return _withheld(alike, quarter=quarter, rule=rule, method=method)
    rows = followed.assign(chance=chance, risk_fifth=_fifths(chance, followed["customers"].to_numpy(float)))
    lift = _lift(rows, level=level)
    message = Message(
        "churn.backtest" if lift else "churn.backtest.no_interval",
        {"quarter": quarter, "expected": round(found.expected), "lost": lost, "n": customers,
         **({"lift": lift} if lift else {})},
    )  # fmt: skip
    return finding(
        "churn.backtest", about=quarter, rule=rule, headline=lift, message=message,
        table=_table(rows, level=level), shape="bars", method=method,
        checks=(*_checks(rows, found, level=level), cluster_check(int(rows["bucket"].nunique()))),
    )  # fmt: skip


def chances(
    followed: pd.DataFrame, hazards: Mapping[str, Hazards], *, by: str, horizon: int
) -> NDArray[np.float64]:
    """Chance of each row to be lost within ``horizon`` days, given its group and tenure.

    Where nobody of n was lost, the chance is not nothing: it is taken as half a customer's of n + 1.
    """
    chance = np.empty(len(followed))
    tenure = followed["tenure"].to_numpy()
    for code in followed[by].unique():
        mine = (followed[by] == code).to_numpy()
        found, since = hazards[str(code)], tenure[mine]
        log = np.concatenate([[0.0], np.cumsum(np.log1p(-found.hazard))])
        least = 0.5 / (found.exposure[since] + 1)
        chance[mine] = np.clip(-np.expm1(log[since + horizon] - log[since]), least, 1 - least)
    return chance


def _withheld(message: Message, *, quarter: Quarter, rule: str, method: Message) -> Finding:
    return finding(
        "churn.backtest", about=quarter, rule=rule, headline=None, message=message,
        table=empty_table("risk_fifth", "rank", "unit", "forecast"), shape="bars", method=method,
    )  # fmt: skip


def _fifths(chance: Array, customers: Array) -> NDArray[np.int64]:
    """Fifths of the customers, the highest chance first; rows of one chance stay together."""
    _, place = np.unique(-chance, return_inverse=True)
    size = np.bincount(place, weights=customers)
    middle = np.cumsum(size) - size / 2
    fifth: NDArray[np.int64] = np.minimum(middle * FIFTHS // size.sum(), FIFTHS - 1).astype(np.int64) + 1
    return fifth[place]


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    """Customers, expected and lost of each fifth."""
    summed = rows.assign(expected=rows["chance"] * rows["customers"]).groupby("risk_fifth")
    return summed[["customers", "expected", "lost"]].sum()


def _lift(rows: pd.DataFrame, *, level: float) -> Estimate | None:
    """How many times as often as the average the first fifth left; None without an interval."""

    def log_lift(customers: Array, lost: Array) -> float:
        first = np.flatnonzero(customers)[0]
        rate, mean = lost[first] / customers[first], lost.sum() / customers.sum()
        return float(np.log(rate / mean)) if rate and mean else float("nan")

    customers, lost = _by_bucket(rows, rows["risk_fifth"].to_numpy() - 1)
    whole = log_lift(customers.sum(axis=0), lost.sum(axis=0))
    left_out = np.array([log_lift(*without) for without in _left_out(customers, lost)])
    if len(left_out) < jackknife.FEWEST_BUCKETS or not np.isfinite([whole, *left_out]).all():
        return None
    spread = jackknife.spread(left_out)
    low, high = np.exp(
        intervals.symmetric(whole, float(np.sqrt(spread.variance)), level=level, degrees=spread.degrees)
    )
    first = rows[rows["risk_fifth"] == rows["risk_fifth"].min()]
    return Estimate(
        value=float(np.exp(whole)), low=float(low), high=float(high), unit="ratio",
        n=int(first["customers"].sum()), level=level,
    )  # fmt: skip


def _table(rows: pd.DataFrame, *, level: float) -> pd.DataFrame:
    sums = _shares(rows)
    low, high = intervals.wilson(sums["lost"], sums["customers"], level=level)
    return pd.DataFrame(
        {
            "risk_fifth": [str(fifth) for fifth in sums.index],
            "rank": np.arange(1, len(sums) + 1),
            "unit": "share",
            "forecast": (sums["expected"] / sums["customers"]).to_numpy(),
            **estimates((sums["lost"] / sums["customers"]).to_numpy(), low, high, sums["customers"].to_numpy()),
        }
    )


def _checks(rows: pd.DataFrame, found: Grades, *, level: float) -> tuple[Check, ...]:
    """Say whether the chances lie as far apart as what happened, and whether one rate for all would have done."""
    gained = "churn.check.better_than_one_rate" if found.gain > 0 else "churn.check.one_rate_does"
    ordered = concordance([rows["customers"]], [rows["lost"]], rows["chance"])
    saved: dict[str, Value] = {"gain": found.gain, "brier": found.brier, "ordered": ordered}
    return (
        _apart(rows, found.slope, level=level),
        Check(name="better_than_one_rate", passed=found.gain > 0, message=Message(gained, saved)),
    )


def _apart(rows: pd.DataFrame, slope: float, *, level: float) -> Check:
    """Say whether the chances lie as far apart as what happened; 1 has to be possible, or the slope near it."""
    slopes = _left_out_slopes(rows)
    if slopes is None:
        values: dict[str, Value] = {"slope": slope}
        return Check(name="as_far_apart", passed=None, message=Message("churn.check.slope", values))
    spread = jackknife.spread(slopes)
    error = float(np.sqrt(spread.variance))
    low, high = map(float, intervals.symmetric(slope, error, level=level, degrees=spread.degrees))
    estimate = Estimate(
        value=slope, low=low, high=high, unit="agreement", n=int(rows["customers"].sum()), level=level
    )
    near, far = LEAST_SLOPE, 1 / LEAST_SLOPE
    passed: bool | None = None
    if low <= 1 <= high or (low >= near and high <= far):
        passed = True
    elif high < near or low > far:
        passed = False
    case = {True: "as_far_apart", False: "not_as_far_apart", None: "perhaps_as_far_apart"}[passed]
    return Check(name="as_far_apart", passed=passed, message=Message(f"churn.check.{case}", {"slope": estimate}))


def _left_out_slopes(rows: pd.DataFrame) -> Array | None:
    """Slope with each bucket left out; None under 20 buckets or where one cannot be given."""
    chance, place = np.unique(rows["chance"], return_inverse=True)
    customers, lost = _by_bucket(rows, place)
    if len(customers) < jackknife.FEWEST_BUCKETS:
        return None
    try:
        return np.array([grades(chance, *without).slope for without in _left_out(customers, lost)])
    except FitError:
        return None


def _by_bucket(rows: pd.DataFrame, place: NDArray[np.int64]) -> tuple[Array, Array]:
    """Customers and lost of each occupied bucket, and of each place rows belong to: (buckets, places) each."""
    buckets, bucket = np.unique(rows["bucket"], return_inverse=True)
    shape = len(buckets), int(place.max()) + 1
    cell = bucket * shape[1] + place

    def summed(name: str) -> Array:
        return np.bincount(cell, weights=rows[name], minlength=shape[0] * shape[1]).astype(float).reshape(shape)

    return summed("customers"), summed("lost")


def _left_out(customers: Array, lost: Array) -> Iterator[tuple[Array, Array]]:
    """Yield customers and lost of all buckets but one."""
    yield from zip(customers.sum(axis=0) - customers, lost.sum(axis=0) - lost, strict=True)
