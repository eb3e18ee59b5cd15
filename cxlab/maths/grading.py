"""Chances given beforehand, graded by what happened: Brier score, calibration, who was put first [1]_ [2]_ [3]_.

References
----------
.. [1] Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly Weather Review 78.
.. [2] Cox, D. R. (1958). Two further applications of a model for binary regression. Biometrika 45.
.. [3] Harrell, F. E., Califf, R. M., Pryor, D. B., Lee, K. L. and Rosati, R. A. (1982). Evaluating the yield of
   medical tests. JAMA 247.
.. [4] Gneiting, T. and Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and estimation. JASA 102.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.errors import FitError

Array = NDArray[np.float64]

MOST_STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """How well chances told what happened.

    Parameters
    ----------
    brier : float
        Mean squared distance of chance and outcome; 0 is perfect.
    gain : float
        Share of the Brier score of one chance for all (the mean chance) that is saved; 0 or less: no better.
    expected, happened : float
        Customers expected and counted.
    intercept : float
        Log-odds by which what happened exceeds the chances, their slope held at 1; 0 = neither high nor low.
    slope : float
        Log-odds of what happened per log-odds of the chances; 1 = as far apart as they should be, less = too far.
    """

    brier: float
    gain: float
    expected: float
    happened: float
    intercept: float
    slope: float


def grades(chance: ArrayLike, customers: ArrayLike, happened: ArrayLike) -> Grades:
    """Grade the chances of groups of customers.

    Parameters
    ----------
    chance : (k,) array
        Chance given to each customer of a group, above 0 and below 1.
    customers, happened : (k,) arrays
        Customers of each group, and those to whom it happened.

    Raises
    ------
    ValueError
        If chances or counts are impossible.
    FitError
        If it happened to nobody or to all, every chance is the same, or one parts those to whom it happened from
        all others: then nothing can be graded.
    """
    p, n, d = (np.asarray(part, dtype=float) for part in (chance, customers, happened))
    if ((p <= 0) | (p >= 1)).any() or (d < 0).any() or (d > n).any():
        raise ValueError("grading needs chances between 0 and 1 and 0 <= happened <= customers in every group")
    total, mean = n.sum(), float(n @ p / n.sum()) if n.sum() else 0.0
    if not 0 < d.sum() < total or np.ptp(p[n > 0]) == 0:
        raise FitError("grading needs some to whom it happened, some to whom not, and chances that differ")
    gone, stayed = p[d > 0], p[n > d]
    if gone.min() >= stayed.max() or gone.max() <= stayed.min():
        raise FitError("the chances part those it happened to from all others, so no slope can be given")
    brier, flat = (float((d * (1 - q) ** 2 + (n - d) * q**2).sum() / total) for q in (p, np.full_like(p, mean)))
    slope = _logistic(n, d, design=np.column_stack([np.ones_like(p), special.logit(p)]), offset=np.zeros_like(p))
    level = _logistic(n, d, design=np.ones((len(p), 1)), offset=special.logit(p))
    return Grades(
        brier=brier, gain=1 - brier / flat, expected=float(n @ p), happened=float(d.sum()),
        intercept=float(level[0]), slope=float(slope[1]),
    )  # fmt: skip


def _logistic(n: Array, d: Array, *, design: Array, offset: Array) -> Array:
    """Newton's method for the log-odds of counts."""
    b = np.zeros(design.shape[1])
    for _ in range(MOST_STEPS):
        p = special.expit(design @ b + offset)
        information = design.T @ ((n * p * (1 - p))[:, None] * design)
        move: Array = np.asarray(np.linalg.solve(information, design.T @ (d - n * p)), dtype=np.float64)
        b = b + np.clip(move, -2, 2)
        if np.abs(move).max() < 1e-10:
            return b
    raise FitError(f"the calibration did not settle in {MOST_STEPS} steps; see the chances")


def concordance(at_risk: ArrayLike, lost: ArrayLike, score: ArrayLike) -> float:
    """Share of pairs at risk together in which the one lost first had the higher score; equal scores count half.

    A pair is somebody lost at a time and somebody at risk then and not lost at it: equal to R's concordance of
    rows, late entry included.

    Parameters
    ----------
    at_risk, lost : (k, g) arrays
        Customers at risk at each time and lost at it, per group of equal score.
    score : (g,) array
        Higher = expected to be lost sooner.

    Raises
    ------
    ValueError
        If no two customers can be compared.
    """
    n, d, score = (np.asarray(part, dtype=float) for part in (at_risk, lost, score))
    values, place = np.unique(score, return_inverse=True)
    left, gone = (np.zeros((len(n), len(values))) for _ in range(2))
    np.add.at(left.T, place, (n - d).T)
    np.add.at(gone.T, place, d.T)
    below = np.cumsum(left, axis=1) - left
    pairs = float((gone.sum(axis=1) * left.sum(axis=1)).sum())
    if not pairs:
        raise ValueError("concordance needs somebody lost while somebody else was at risk; got none")
    return float((gone * (below + left / 2)).sum() / pairs)


def interval_score(low: float, high: float, came: float, *, level: float = 0.95) -> float:
    """Width of an interval plus 2 / (1 - level) times how far what came lies outside it [4]_; less is better.

    >>> interval_score(10, 20, 15), interval_score(10, 20, 21)
    (10.0, 50.0)
    """
    tail = round(2 / (1 - level), 9)
    return float(high - low + tail * (max(0.0, low - came) + max(0.0, came - high)))


def at_most(held: int, made: int, level: float) -> float:
    """Chance that of so many intervals, each holding with chance ``level``, no more than ``held`` hold.

    >>> round(at_most(6, 8, 0.95), 3), round(at_most(5, 8, 0.95), 3)
    (0.057, 0.006)
    """
    return float(special.bdtr(held, made, level))
