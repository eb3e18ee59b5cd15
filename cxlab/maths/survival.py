"""Survival from counts at risk and lost, late entry included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.maths import intervals

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """A step curve of survival.

    Parameters
    ----------
    times : (k,) array
        Ascending times; the curve falls at the end of each.
    at_risk, lost : (k,) arrays
        Customers at risk at the time and lost at it.
    survival : (k,) array
        Share surviving the time.
    variance : (k,) array
        Variance of log survival: Greenwood's sum of d / (n (n - d)), or another estimate put in its place.
    degrees : int, optional
        Degrees of freedom that come with another variance; None = normal.
    """

    times: Array
    at_risk: Array
    lost: Array
    survival: Array
    variance: Array
    degrees: int | None = None

    @property
    def hazard(self) -> Array:
        """Share of those at risk who are lost at each time."""
        return self.lost / self.at_risk

    def at(self, time: ArrayLike) -> Array:
        """Survival at ``time``: 1 before the first time; the last value holds after the last."""
        return np.concatenate([[1.0], self.survival])[np.searchsorted(self.times, time, side="right")]

    def variance_at(self, time: ArrayLike) -> Array:
        """Variance of log survival at ``time``."""
        return np.concatenate([[0.0], self.variance])[np.searchsorted(self.times, time, side="right")]

    def interval(self, time: ArrayLike, *, level: float = 0.95) -> intervals.Ends:
        """Log-log interval at ``time``."""
        return intervals.log_log(self.at(time), self.variance_at(time), level=level, degrees=self.degrees)


def kaplan_meier(times: ArrayLike, at_risk: ArrayLike, lost: ArrayLike) -> Curve:
    """Kaplan-Meier estimate; late entry is whatever ``at_risk`` says [1]_.

    Parameters
    ----------
    times : (k,) array
        Ascending, without repeats.
    at_risk, lost : (k,) arrays
        Counts, lost <= at_risk; times with nobody at risk are left out.

    Raises
    ------
    ValueError
        If the counts are impossible.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. JASA 53.
    """
    times, at_risk, lost = (np.asarray(column, dtype=float) for column in (times, at_risk, lost))
    if (np.diff(times) <= 0).any():
        raise ValueError("times must ascend without repeats: add the counts of equal times first")
    if (lost < 0).any() or (lost > at_risk).any():
        raise ValueError("at every time 0 <= lost <= at risk must hold; see the counts")
    seen = at_risk > 0
    times, at_risk, lost = times[seen], at_risk[seen], lost[seen]
    left = at_risk - lost
    with np.errstate(divide="ignore"):
        steps = np.where(lost > 0, lost / (at_risk * left), 0.0)
    return Curve(
        times=times, at_risk=at_risk, lost=lost, survival=np.cumprod(left / at_risk), variance=np.cumsum(steps)
    )


def nelson_aalen(at_risk: ArrayLike, lost: ArrayLike) -> tuple[Array, Array]:
    """Cumulative hazard and its variance (sum of d / n^2) at each time."""
    at_risk, lost = np.asarray(at_risk, dtype=float), np.asarray(lost, dtype=float)
    return np.cumsum(lost / at_risk), np.cumsum(lost / at_risk**2)


def quantile(
    curve: Curve, share: float = 0.5, *, level: float = 0.95
) -> tuple[float | None, float | None, float | None]:
    """First time at which no more than 1 - ``share`` survive, and its interval [1]_; None where not reached.

    Where nobody survives the curve has no interval, so the upper end is not reached there either, as in R.

    References
    ----------
    .. [1] Brookmeyer, R. and Crowley, J. (1982). A confidence interval for the median survival time.
       Biometrics 38.
    """
    low, high = curve.interval(curve.times, level=level)

    def first(values: Array) -> float | None:
        reached = values <= 1 - share + 1e-12
        return float(curve.times[np.argmax(reached)]) if reached.any() else None

    return first(curve.survival), first(low), first(np.where(curve.survival > 0, high, 1.0))


def conditional(curve: Curve, time: ArrayLike, horizon: ArrayLike) -> tuple[Array, Array]:
    """Share of those with ``time`` behind them who survive another ``horizon``, and the variance of its log.

    C = S(t + h) / S(t); V(C) = C^2 sum over t < u <= t + h of q_u / (n_u (1 - q_u)). Undefined (NaN) where nobody
    survives ``time``.
    """
    time = np.asarray(time, dtype=float)
    start = curve.at(time)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(start > 0, curve.at(time + np.asarray(horizon, dtype=float)) / start, np.nan)
        variance = curve.variance_at(time + np.asarray(horizon, dtype=float)) - curve.variance_at(time)
    return share, variance


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRank:
    """Chi-square of equal hazards, its degrees of freedom and p."""

    statistic: float
    degrees: int
    p: float


def log_rank(at_risk: ArrayLike, lost: ArrayLike) -> LogRank:
    """Log-rank test of k groups.

    Parameters
    ----------
    at_risk, lost : (times, k) or (strata, times, k) arrays
        Counts of each group at each time; with strata, groups are compared within each.

    Raises
    ------
    ValueError
        If fewer than two groups were ever at risk together.
    """
    n, d = (np.asarray(part, dtype=float).reshape(-1, np.shape(part)[-1]) for part in (at_risk, lost))
    total, deaths = n.sum(axis=1), d.sum(axis=1)
    used = (total > 1) & (deaths > 0)
    n, d, total, deaths = n[used], d[used], total[used], deaths[used]
    share = n / total[:, None]
    weight = deaths * (total - deaths) / (total - 1)
    difference = (d - deaths[:, None] * share).sum(axis=0)
    covariance = np.diag((weight[:, None] * share).sum(axis=0)) - share.T @ (weight[:, None] * share)
    degrees = int(np.linalg.matrix_rank(covariance, rtol=1e-9, hermitian=True)) if covariance.size else 0
    if degrees < 1:
        raise ValueError("a log-rank test needs two groups at risk at the same times and someone lost; got none")
    statistic = float(difference @ np.linalg.pinv(covariance, rcond=1e-9, hermitian=True) @ difference)
    return LogRank(statistic=statistic, degrees=degrees, p=float(special.chdtrc(degrees, statistic)))
