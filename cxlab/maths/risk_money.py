"""Money likely to leave within a horizon: expectation, parameter variance, chance, drift between quarters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

FEWEST_QUARTERS = 8
"""Below this many past quarters drift is not known and nothing is predicted."""

TAIL_DAYS = 365
"""The last well-seen days whose mean hazard stands for tenures beyond them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hazards:
    """Daily hazards with the parameter each day's hazard comes from.

    Parameters
    ----------
    hazard : (T,) array
        Share lost of those at risk on days 1 ... T.
    exposure : (T,) array
        Customer-days behind the parameter.
    parameter : (T,) array of int
        Days with one number share one estimated hazard (the tail does).
    """

    hazard: Array
    exposure: Array
    parameter: NDArray[np.int64]


def daily_hazards(at_risk: ArrayLike, lost: ArrayLike, *, until: int, minimum: int = 10) -> Hazards:
    """Hazard of each day seen by ``minimum`` customers; elsewhere the mean of the last year well seen.

    Parameters
    ----------
    at_risk, lost : (k,) arrays
        Counts on days 1 ... k.
    until : int
        Last day for which a hazard is needed.

    Raises
    ------
    ValueError
        If no day is seen by anybody.
    """
    n, d = (np.zeros(max(until, len(np.atleast_1d(at_risk)))) for _ in range(2))
    n[: len(np.atleast_1d(at_risk))], d[: len(np.atleast_1d(lost))] = at_risk, lost
    if not n.any():
        raise ValueError("hazards need somebody at risk; got nobody")
    well = (n >= minimum) & (d < n)
    seen = np.flatnonzero(well)
    window = np.zeros(len(n), dtype=bool)
    window[seen[seen > seen[-1] - TAIL_DAYS] if len(seen) else n > 0] = True
    tail, customer_days = d[window].sum() / n[window].sum(), n[window].sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        hazard = np.where(well, d / n, min(tail, 1 - 1e-9))
    return Hazards(
        hazard=hazard[:until],
        exposure=np.where(well, n, customer_days)[:until],
        parameter=np.where(well, np.arange(len(n)), len(n))[:until].astype(np.int64),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtRisk:
    """Amount expected to leave within the horizon.

    Parameters
    ----------
    amount : float
        R: sum of amounts times chance of leaving, as a run-rate.
    inside : float
        The part of R lost inside the horizon itself: from the day of leaving to its end.
    parameter : float
        V_par: variance because hazards are estimated, shared by all; it does not shrink with the stock.
    process : float
        V_proc: variance because leaving is chance.
    """

    amount: float
    inside: float
    parameter: float
    process: float

    def __add__(self, other: AtRisk) -> AtRisk:
        """Add a group with hazards of its own."""
        return AtRisk(
            amount=self.amount + other.amount,
            inside=self.inside + other.inside,
            parameter=self.parameter + other.parameter,
            process=self.process + other.process,
        )


def chance_of_leaving(hazards: Hazards, *, horizon: int) -> Array:
    """C'(t) = 1 - S(t + h) / S(t) at t = 0 ... T - h."""
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(-hazards.hazard))])
    return np.asarray(-np.expm1(logs[horizon:] - logs[: len(logs) - horizon]))


def amount_at_risk(
    tenure: ArrayLike, amount: ArrayLike, squared: ArrayLike, *, hazards: Hazards, horizon: int
) -> AtRisk:
    """Sum M C' over the stock, with V_par and V_proc.

    V_par = sum over parameters of (sum over their days u of sum_{t < u <= t + h} M_t (1 - C'_t) / (1 - q_u))^2
    q (1 - q) / exposure; V_proc = sum M2 C' (1 - C').

    Parameters
    ----------
    tenure : (k,) array of int
        Days of tenure at the close.
    amount, squared : (k,) arrays
        M: sum of amounts at the tenure; M2: sum of squared amounts (of what leaves as one).
    horizon : int
        Days ahead.

    Raises
    ------
    ValueError
        If the hazards end before the oldest tenure plus the horizon.
    """
    t = np.asarray(tenure, dtype=np.int64)
    days = len(hazards.hazard)
    if len(t) and t.max() + horizon > days:
        raise ValueError(f"hazards are needed to day {t.max() + horizon}; they end at day {days}")
    m = np.bincount(t, weights=np.asarray(amount, dtype=float), minlength=days - horizon + 1)
    m2 = np.bincount(t, weights=np.asarray(squared, dtype=float), minlength=days - horizon + 1)
    leave = chance_of_leaving(hazards, horizon=horizon)
    carried = np.concatenate([[0.0], np.cumsum(m * (1 - leave))])
    day = np.arange(1, days + 1)
    inside = carried[np.minimum(day, len(m))] - carried[np.clip(day - horizon, 0, len(m))]
    gradient = np.bincount(hazards.parameter, weights=inside / (1 - hazards.hazard))
    used, first = np.unique(hazards.parameter, return_index=True)
    q, exposure = hazards.hazard[first], hazards.exposure[first]
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(-hazards.hazard))])
    held = np.flatnonzero(m)
    gone = sum(-np.expm1(logs[held + k] - logs[held]) for k in range(1, horizon + 1)) / horizon
    return AtRisk(
        amount=float(m @ leave),
        inside=float(m[held] @ gone),
        parameter=float((gradient[used] ** 2 * q * (1 - q) / exposure).sum()),
        process=float((m2 * leave * (1 - leave)).sum()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Relative variance between quarters beyond chance, and the quarters it was seen over."""

    variance: float
    quarters: int


def drift(observed: ArrayLike, expected: ArrayLike, variance: ArrayLike) -> Drift | None:
    """tau^2 = max(0, sum (O/E - 1)^2 / (Q - 1) - mean(V / E^2)); None under 8 quarters.

    Parameters
    ----------
    observed, expected, variance : (Q,) arrays
        Losses of each past quarter; sum of n q; sum of n q (1 - q).
    """
    o, e, v = (np.asarray(part, dtype=float) for part in (observed, expected, variance))
    seen = e > 0
    o, e, v = o[seen], e[seen], v[seen]
    if len(e) < FEWEST_QUARTERS:
        return None
    between = ((o / e - 1) ** 2).sum() / (len(e) - 1)
    return Drift(variance=float(max(0.0, between - (v / e**2).mean())), quarters=len(e))


def confidence_variance(found: AtRisk, moved: Drift | None) -> float:
    """V_par + tau^2 R^2 / Q, of the expectation; without known drift V_par alone."""
    return found.parameter + (0.0 if moved is None else moved.variance * found.amount**2 / moved.quarters)


def prediction_variance(found: AtRisk, moved: Drift | None) -> float | None:
    """V_par + V_proc + tau^2 R^2 (1 + 1 / Q), of what will be counted; None where drift is not known."""
    if moved is None:
        return None
    return found.parameter + found.process + moved.variance * found.amount**2 * (1 + 1 / moved.quarters)
