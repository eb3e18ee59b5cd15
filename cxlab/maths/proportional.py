"""Whether hazard ratios stay the same over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from cxlab.maths.cloglog import CloglogFit, cloglog_moments
from cxlab.maths.cox import CoxCounts, CoxFit
from cxlab.maths.cox_moments import Layout, Moments, laid, moments
from cxlab.maths.survival import kaplan_meier

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportionality:
    """Chi-square of a ratio that drifts with time, its degrees of freedom and p."""

    statistic: float
    degrees: int
    p: float


def proportionality(
    counts: CoxCounts, fit: CoxFit | CloglogFit, *, groups: Sequence[Sequence[int]]
) -> tuple[list[Proportionality], Proportionality]:
    """Score test of x g(t) with g = 1 - Kaplan-Meier just before t, as R's `cox.zph` does [1]_.

    Parameters
    ----------
    groups : sequence of sequences of int
        Columns of the design tested together: the dummies of one variable.

    Returns
    -------
    each, together : list of Proportionality, Proportionality
        One test per group; one of all columns.

    References
    ----------
    .. [1] Grambsch, P. and Therneau, T. (1994). Proportional hazards tests and diagnostics based on weighted
       residuals. Biometrika 81. The score form is that of Therneau's survival package, version 3.
    """
    clock = _clock(counts)
    p = counts.design.shape[1]
    weighted = _weighted(counts, fit)
    plain, crossed, squared = weighted(np.ones_like(clock)).information, weighted(clock), weighted(clock**2)
    information = np.block([[plain, crossed.information], [crossed.information, squared.information]])
    score = np.concatenate([np.zeros(p), crossed.score])

    def test(columns: Sequence[int]) -> Proportionality:
        keep = [*range(p), *(p + column for column in columns)]
        part = score[keep]
        statistic = float(part @ np.linalg.solve(information[np.ix_(keep, keep)], part))
        return Proportionality(
            statistic=statistic, degrees=len(columns), p=float(special.chdtrc(len(columns), statistic))
        )

    return [test(columns) for columns in groups], test(range(p))


def _weighted(counts: CoxCounts, fit: CoxFit | CloglogFit) -> Callable[[Array], Moments]:
    """Moments at the fit, given the weights of times."""
    if isinstance(fit, CloglogFit):
        return lambda weights: cloglog_moments(counts, counts.design, fit.coefficients, weights=weights)
    blocks = laid(counts.at_risk, counts.lost, Layout.of(counts.design, counts.strata))
    return lambda weights: moments(blocks, fit.coefficients, ties=fit.ties, weights=weights)


def _clock(counts: CoxCounts) -> Array:
    """Share lost before each time, all strata together, centred on the losses."""
    n, d = counts.at_risk.sum(axis=1), counts.lost.sum(axis=1)
    before = np.concatenate([[1.0], kaplan_meier(counts.times[n > 0], n[n > 0], d[n > 0]).survival[:-1]])
    clock = np.zeros(len(n))
    clock[n > 0] = 1 - before
    return np.asarray(clock - np.average(clock, weights=d))
