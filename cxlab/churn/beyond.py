"""How many newcomers stay beyond what was seen: laws tried on months held back, and no law trusted that fails."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.curves import days_of, survival_estimate
from cxlab.churn.layout import RiskGrid, bucket_grid, occupied, risk_grid
from cxlab.claim import cluster_check, empty_table, estimates, finding
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.staying_laws import LAWS, Law, Monthly, by_month, fit, log_likelihood
from cxlab.maths.survival import kaplan_meier
from cxlab.quarter import DAYS_PER_MONTH, Quarter

Array = NDArray[np.float64]

LEAST_MONTHS = 12
"""Fewer months seen tell no law from another."""

HELD_BACK = 12
"""Months a law is tried on, or a third of what was seen if that is fewer."""

CURE_LEAST = 30
"""At risk throughout the last fifth of a flat curve, before a share that never leaves is spoken of."""

LIBRARY = ("weibull", "log_normal", "log_logistic")
"""Laws lifelines has: the one that is chosen is fitted by it. It takes a hundred times as long as the same
likelihood does here, so laws are tried and buckets left out without it."""


def beyond(
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    everyone: pd.DataFrame | None = None,
    horizon_months: int | None = None,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share of newcomers who will still be here later than anybody of them was seen.

    Five laws are fitted to all months but the last ones and graded by the likelihood of those; the best is fitted
    again to all, and carries the curve on from where it ends. Interval: leaving buckets out, the law taken as
    given.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(lives, window=..., bucket=True)`` by day of those who joined in the window
        (``entry_days == 0``).
    everyone : DataFrame, optional
        The same of all lives. Who joined before the window may have been seen at the horizon: a law they
        contradict is not used.
    horizon_months : int, optional
        A year or more beyond what was seen and whole years, unless told.
    minimum : int
        Months are used while so many are at risk.

    Returns
    -------
    Finding
        ``churn.beyond``: table: ``tenure_months`` to the horizon, by quarters of a year; n = newcomers. Withheld
        where the curve is too short, where the law missed the months held back, or where older customers
        contradict it. Message values: ``law``, ``least`` and ``most`` of the other laws, ``reached`` (months).
    """
    seen = _seen(risk, minimum=minimum)
    reached = len(seen.counts)
    months = horizon_months or 12 * (reached // 12 + (2 if reached % 12 else 1))
    values: dict[str, Value] = {"months": months, "reached": float(reached), "quarter": quarter}
    held = min(HELD_BACK, reached // 3)
    tried = _fits(seen.counts.until(reached - held)) if reached >= LEAST_MONTHS else {}
    found: _Projected | None = None
    checks: tuple[Check, ...] = ()
    if reached >= months:
        case = "churn.beyond.seen"
    elif not tried:
        case, values = "churn.beyond.too_short", values | {"least": LEAST_MONTHS}
    else:
        found = _projected(seen, tried, held=held, months=months, level=level)
        checks, said = _checks(seen, found, everyone, held=held, months=months, level=level, minimum=minimum)
        case, values = _case(found, checks), {**values, **found.values, **said}
    if case != "churn.beyond":
        found = None
    return finding(
        "churn.beyond", about=quarter, rule=definition("staying beyond what was seen", months=horizon_months),
        headline=None if found is None else found.staying, message=Message(case, values),
        table=empty_table("tenure_months") if found is None else found.table, shape="curve",
        method=Message("churn.method.beyond"), checks=checks,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """Days on which enough are at risk, of everybody and by bucket, and the months they make."""

    grid: RiskGrid
    buckets: RiskGrid | None
    days: int
    counts: Monthly


def _seen(risk: pd.DataFrame, *, minimum: int) -> _Seen:
    grid = risk_grid(risk)
    few = np.flatnonzero(grid.at_risk[0] < minimum)
    days = int(few[0]) if len(few) else grid.at_risk.shape[1]
    counts = by_month(grid.at_risk[0, :days], grid.lost[0, :days], month_days=DAYS_PER_MONTH)
    return _Seen(grid=grid, buckets=bucket_grid(risk), days=days, counts=counts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Projected:
    """The law that did best on the months held back, as it was then, and the curve carried on by it fitted anew.

    ``staying`` is None where no interval can be given.
    """

    trial: Law
    table: pd.DataFrame
    staying: Estimate | None
    values: dict[str, Value]


def _projected(seen: _Seen, tried: Mapping[str, Law], *, held: int, months: int, level: float) -> _Projected:
    counts = seen.counts
    after = len(counts) - held
    best = max(tried, key=lambda name: log_likelihood(name, counts, tried[name].at, after=after))
    law = _refitted(best, counts)
    others = [float(_carried(counts, other, months)) for name, other in _fits(counts).items() if name != best]
    points = _points(len(counts), months)
    low, high = _ends(seen, law, months=points, level=level)
    n, values = round(float(counts.at_risk[0])), _carried(counts, law, points)
    table = pd.DataFrame({"tenure_months": points, **estimates(values, low, high, n)})
    staying = None
    if np.isfinite(low[-1]):
        staying = Estimate(
            value=float(values[-1]), low=float(low[-1]), high=float(high[-1]), unit="share", n=n, level=level
        )
    said: dict[str, Value] = {
        "law": Label(of="law", code=best), "held": held, "n": len(tried),
        "least": min(others, default=float(values[-1])), "most": max(others, default=float(values[-1])),
    }  # fmt: skip
    return _Projected(
        trial=tried[best], table=table, staying=staying,
        values=said | ({} if staying is None else {"staying": staying}),
    )  # fmt: skip


def _checks(
    seen: _Seen, found: _Projected, everyone: pd.DataFrame | None, *, held: int, months: int, level: float,
    minimum: int,
) -> tuple[tuple[Check, ...], Mapping[str, Value]]:  # fmt: skip
    """Try the law, set it beside older customers, say whether some never leave; with what a sentence needs."""
    clusters = cluster_check(None if seen.buckets is None else occupied(seen.buckets.at_risk))
    if found.staying is None:
        return (clusters,), {}
    trial = _trial(seen.grid, found.trial, seen=seen.counts, held=held, level=level)
    older = _older(everyone, found.staying, seen=seen.counts, months=months, level=level, minimum=minimum)
    compared = () if older is None else (older,)
    said = older.message.values if older is not None and older.passed is False else {}
    return (trial, *compared, _cure(seen.counts), clusters), said


def _case(found: _Projected, checks: Sequence[Check]) -> str:
    """Sentence to say: a law that fails a check is not used."""
    failed = {check.name for check in checks if check.passed is False}
    if found.staying is None:
        return "churn.beyond.no_interval"
    if "trial" in failed:
        return "churn.beyond.missed"
    return "churn.beyond.contradicted" if "older" in failed else "churn.beyond"


def _fits(counts: Monthly) -> Mapping[str, Law]:
    """Every law that can be fitted."""
    found = {}
    for name in LAWS:
        try:
            found[name] = fit(name, counts)
        except FitError:
            continue
    return found


def _refitted(name: str, counts: Monthly) -> Law:
    """Fit the chosen law to everything: by lifelines, if it has it."""
    return through_lifelines(name, counts) if name in LIBRARY else fit(name, counts)


def through_lifelines(name: str, counts: Monthly) -> Law:
    """Fit a law of any time to months: lost between two ends, or there at the second, given there at the first.

    Raises
    ------
    FitError
        If lifelines finds no fit.
    """
    from lifelines import LogLogisticFitter, LogNormalFitter, WeibullFitter
    from lifelines.exceptions import ConvergenceError

    fitter = dict(zip(LIBRARY, (WeibullFitter, LogNormalFitter, LogLogisticFitter), strict=True))[name]()
    start, end = np.arange(len(counts), dtype=float), np.arange(1.0, len(counts) + 1)
    weights = np.concatenate([counts.lost, counts.at_risk - counts.lost])
    lower, upper = np.concatenate([start, end]), np.concatenate([end, np.full(len(counts), np.inf)])
    kept = weights > 0
    if not counts.lost.any() or kept.sum() < 3:
        raise FitError("a law of staying needs customers who left and customers who stayed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitter.fit_interval_censoring(
                lower[kept], upper[kept], weights=weights[kept], entry=np.concatenate([start, start])[kept]
            )
    except (ConvergenceError, ValueError, ArithmeticError) as error:
        raise FitError(f"{name} could not be fitted: {error}") from error
    first, second = (float(value) for value in fitter.params_)
    at = np.array([first if name == "log_normal" else np.log(first), np.log(second)])
    if not np.isfinite(at).all():
        raise FitError(f"{name} could not be fitted: no finite parameters")
    return Law(name=name, at=at, log_likelihood=log_likelihood(name, counts, at))


def _points(first: int, last: int) -> list[int]:
    """Months of the table: every third one beyond what was seen, and the horizon."""
    return [*range(first + 1, last, 3), last]


def _carried(seen: Monthly, law: Law, month: int | list[int]) -> Array:
    """Share still here: seen to the end of the curve, by the law from there on."""
    logs = law.log_survival(np.asarray(month, dtype=float)) - law.log_survival(float(len(seen)))
    return np.asarray(_here(seen) * np.exp(logs))


def _ends(seen: _Seen, law: Law, *, months: list[int], level: float) -> tuple[Array, Array]:
    """Interval at each month by leaving buckets out; missing where there are too few."""
    missing = np.full(len(months), np.nan)
    if seen.buckets is None:
        return missing, missing
    n, d = (of[0, : seen.days] for of in (seen.grid.at_risk, seen.grid.lost))
    left_out = []
    try:
        for out_n, out_d in zip(seen.buckets.at_risk, seen.buckets.lost, strict=True):
            rest = by_month(n - out_n[: seen.days], d - out_d[: seen.days], month_days=DAYS_PER_MONTH)
            if len(rest) < len(seen.counts):
                return missing, missing
            left_out.append(np.log(_carried(rest, fit(law.name, rest, start=law.at), months)))
        spread = jackknife.spread(np.array(left_out), occupied=occupied(seen.buckets.at_risk))
    except FitError:
        return missing, missing
    value = _carried(seen.counts, law, months)
    return intervals.log_log(value, spread.variance, level=level, degrees=spread.degrees)


def _trial(grid: RiskGrid, law: Law, *, seen: Monthly, held: int, level: float) -> Check:
    """Say whether what the law said of the months held back could have been what came."""
    first, last = days_of(len(seen) - held), days_of(len(seen))
    told = float(np.exp(law.log_survival(float(len(seen))) - law.log_survival(float(len(seen) - held))))
    found = kaplan_meier(np.arange(first + 1, last + 1), grid.at_risk[0, first:last], grid.lost[0, first:last])
    came = survival_estimate(found, last, level=level)
    assert came.low is not None
    assert came.high is not None
    passed = came.low <= told <= came.high
    values: dict[str, Value] = {"told": told, "came": came, "held": held}
    case = "churn.check.law_held" if passed else "churn.check.law_missed"
    return Check(name="trial", passed=passed, message=Message(case, values))


def _older(
    everyone: pd.DataFrame | None, staying: Estimate, *, seen: Monthly, months: int, level: float, minimum: int
) -> Check | None:
    """Set what the law says beyond the curve beside those who joined earlier and were followed there.

    None where too few were.
    """
    grid = risk_grid(everyone) if everyone is not None and len(everyone) else None
    first, last = days_of(len(seen)), days_of(months)
    if grid is None or grid.at_risk.shape[1] < last or (grid.at_risk[0, first:last] < minimum).any():
        return None
    found = kaplan_meier(np.arange(first + 1, last + 1), grid.at_risk[0, first:last], grid.lost[0, first:last])
    older, here = survival_estimate(found, last, level=level), _here(seen)
    assert older.low is not None
    assert older.high is not None
    low, high = ((staying.value if end is None else end) / here for end in (staying.low, staying.high))
    passed = low <= older.high and older.low <= high
    values: dict[str, Value] = {
        "older": older, "told": min(1.0, staying.value / here), "months": months, "reached": float(len(seen)),
        "carried": here * older.value,
    }  # fmt: skip
    case = "churn.check.older_agree" if passed else "churn.check.older_differ"
    return Check(name="older", passed=passed, message=Message(case, values))


def _here(seen: Monthly) -> float:
    """Share of newcomers still here where the curve ends."""
    return float(np.prod(1 - seen.lost / seen.at_risk))


def _cure(seen: Monthly) -> Check:
    """Say whether some never leave: only where of enough nobody left in the last fifth of the curve."""
    fifth = max(1, len(seen) // 5)
    flat = not seen.lost[-fifth:].any() and bool((seen.at_risk[-fifth:] >= CURE_LEAST).all())
    if not flat:
        return Check(name="cure", passed=None, message=Message("churn.check.cure_unknown", {"least": CURE_LEAST}))
    values: dict[str, Value] = {"share": _here(seen), "n": fifth}
    return Check(name="cure", passed=True, message=Message("churn.check.cure", values))
