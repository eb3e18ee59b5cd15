"""Several ways to leave, each kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.maths import intervals

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incidence:
    """Cumulative incidence of k causes.

    Parameters
    ----------
    times : (m,) array
        Ascending times.
    share : (m, k) array
        Share lost to each cause up to and including the time; rows sum to 1 - survival.
    variance : (m, k) array
        Variance of ``share``.
    alone : (m, k) array
        What 1 - Kaplan-Meier of each cause would claim with every other exit taken for censoring: never less.
    """

    times: Array
    share: Array
    variance: Array
    alone: Array

    def interval(self, *, level: float = 0.95) -> intervals.Ends:
        """Interval of each share through log(-log(1 - share))."""
        stay = 1 - self.share
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.where(stay > 0, self.variance / stay**2, 0.0)
        low, high = intervals.log_log(stay, relative, level=level)
        return 1 - high, 1 - low


def aalen_johansen(times: ArrayLike, at_risk: ArrayLike, lost: ArrayLike) -> Incidence:
    """Aalen-Johansen estimate with its Greenwood-type variance [1]_; late entry is whatever ``at_risk`` says.

    Every hazard enters as a multinomial share of those at risk:
    V = sum (F - F_u)^2 d / (n (n - d)) + S_u-^2 d_k (n - d_k) / n^3 - 2 (F - F_u) S_u- d_k / n^2.

    Parameters
    ----------
    times : (m,) array
        Ascending times.
    at_risk : (m,) array
        Customers at risk.
    lost : (m, k) array
        Customers lost to each cause.

    References
    ----------
    .. [1] Marubini, E. and Valsecchi, M. G. (1995). Analysing Survival Data from Clinical Trials and Observational
       Studies. Wiley, 10.3.
    """
    times, n, d = (np.asarray(column, dtype=float) for column in (times, at_risk, lost))
    seen = n > 0
    times, n, d = times[seen], n[seen][:, None], d[seen]
    total = d.sum(axis=1, keepdims=True)
    survival = np.cumprod(1 - total / n, axis=0)
    before = np.vstack([np.ones((1, 1)), survival[:-1]])
    share = np.cumsum(before * d / n, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(n > total, total / (n * (n - total)), 0.0)
    own = np.cumsum(before**2 * d * (n - d) / n**3, axis=0)
    cross = before * d / n**2
    variance = (
        share**2 * np.cumsum(spread, axis=0)
        - 2 * share * np.cumsum(share * spread, axis=0)
        + np.cumsum(share**2 * spread, axis=0)
        + own
        - 2 * (share * np.cumsum(cross, axis=0) - np.cumsum(share * cross, axis=0))
    )
    alone = 1 - np.cumprod(1 - d / n, axis=0)
    return Incidence(times=times, share=share, variance=np.maximum(variance, 0), alone=alone)
