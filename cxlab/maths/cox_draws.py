"""What a proportional hazards fit says of one pattern: chances to stay, with coefficients and baseline drawn."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.maths import intervals
from cxlab.maths.cox import CoxCounts, CoxFit
from cxlab.maths.ties import tie_sums

Array = NDArray[np.float64]

DRAWS = 1_000
"""Ends taken from draws need 999 of them."""

BLOCK = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """Steps of the cumulative baseline hazard with the coefficients they belong to, fitted and drawn.

    Parameters
    ----------
    times : (k,) array
        Times at which somebody of the stratum was lost.
    centre : (p,) array
        The covariates whose hazard the steps are.
    coefficients, steps : (p,), (k,) arrays
        As fitted.
    drawn_coefficients, drawn_steps : (draws, p), (draws, k) arrays
        Drawn together: their spread is the full covariance of both.
    """

    times: Array
    centre: Array
    coefficients: Array
    steps: Array
    drawn_coefficients: Array
    drawn_steps: Array


def baseline_draws(
    counts: CoxCounts,
    fit: CoxFit,
    *,
    stratum: int = 0,
    covariance: ArrayLike | None = None,
    draws: int = DRAWS,
) -> Baseline:
    """Draw coefficients from N(b, V), and given them each step of the baseline as Gamma(d) / S0(b).

    The seed comes from the counts: the same data give the same ends, in any order of patterns.

    Parameters
    ----------
    stratum : int
        Whose baseline.
    covariance : (p, p) array, optional
        Of the coefficients; the model's, unless told (leave-one-bucket-out where customers are linked).

    Raises
    ------
    ValueError
        If nobody of the stratum was lost, or there are fewer draws than ends need.
    """
    if draws < DRAWS - 1:
        raise ValueError(f"ends taken from draws need {DRAWS - 1} of them; got {draws}")
    mine = counts.strata == stratum
    n, d = counts.at_risk[:, mine], counts.lost[:, mine]
    used = d.sum(axis=1) > 0
    if not used.any():
        raise ValueError(f"a baseline needs somebody lost; got nobody in stratum {stratum}")
    n, d, count = n[used], d[used], d[used].sum(axis=1)
    centre = np.average(counts.design[mine], axis=0, weights=d.sum(axis=0))
    x = counts.design[mine] - centre

    def steps(b: Array) -> Array:
        """Take (draws, p) coefficients to (draws, k) steps; some draws at a time, for memory."""
        found = np.empty((len(b), len(count)))
        for block in range(0, len(b), BLOCK):
            risk = np.exp(b[block : block + BLOCK] @ x.T)
            sums = tie_sums((risk @ n.T).ravel(), (risk @ d.T).ravel(), np.tile(count, len(risk)), ties=fit.ties)
            found[block : block + BLOCK] = sums.w.reshape(len(risk), -1)
        return found

    rng = np.random.default_rng(seed_of(counts))
    v = fit.covariance if covariance is None else np.asarray(covariance, dtype=float)
    drawn = rng.multivariate_normal(fit.coefficients, v, size=draws, method="cholesky")
    chance = rng.gamma(count, size=(draws, len(count))) / count
    return Baseline(
        times=counts.times[used], centre=centre, coefficients=fit.coefficients,
        steps=steps(fit.coefficients[None])[0], drawn_coefficients=drawn, drawn_steps=chance * steps(drawn),
    )  # fmt: skip


def seed_of(counts: CoxCounts) -> int:
    """Seed made of the times and of how many were at risk and lost at each."""
    told = hashlib.sha256()
    for part in (counts.times, counts.at_risk.sum(axis=1), counts.lost.sum(axis=1)):
        told.update(np.ascontiguousarray(part, dtype="<f8").tobytes())
    return int.from_bytes(told.digest()[:8], "little")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staying:
    """Chance to stay from one time to another, per pattern (rows) and time (columns), with its interval.

    ``drawn`` is (draws, patterns, times): any difference or mean of chances has its interval from the same draws.
    """

    chance: Array
    low: Array
    high: Array
    drawn: Array


def staying(
    found: Baseline, design: ArrayLike, until: ArrayLike, *, since: float = 0.0, level: float = 0.95
) -> Staying:
    """Chance S(until) / S(since) of each pattern: exp(-(Lambda0(until) - Lambda0(since)) exp(x b)).

    Parameters
    ----------
    design : (m, p) array
        Covariates of the patterns asked for; they need not be among those fitted.
    until : (T,) array
        Times; the last baseline holds after the last loss.
    since : float
        Tenure already behind them.

    Raises
    ------
    ValueError
        If the patterns have other columns than the fit, or a time lies before ``since``.
    """
    x, until = np.atleast_2d(np.asarray(design, dtype=float)), np.atleast_1d(np.asarray(until, dtype=float))
    if x.shape[1] != len(found.centre):
        raise ValueError(f"the fit has {len(found.centre)} columns; the patterns asked for have {x.shape[1]}")
    if (until < since).any():
        raise ValueError(f"staying is reckoned from {since:g} on; got the time {until.min():g}")
    within = (found.times[:, None] > since) & (found.times[:, None] <= until)
    moved = x - found.centre
    chance = np.exp(-np.exp(moved @ found.coefficients)[:, None] * (found.steps @ within))
    ratio = np.exp(found.drawn_coefficients @ moved.T)
    drawn = np.exp(-ratio[:, :, None] * (found.drawn_steps @ within)[:, None, :])
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return Staying(
        chance=chance, drawn=drawn, **dict(zip(("low", "high"), intervals.widen(chance, low, high), strict=True))
    )
