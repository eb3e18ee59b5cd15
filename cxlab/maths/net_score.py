"""Promoters less detractors: one wave, its interval, and what it hides. Points run from -100 to 100."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.maths.intervals import Ends, multiplier, widen

Array = NDArray[np.float64]

POINTS = 100.0
"""Points of the whole: a score of 100 means promoters only."""


def score(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike) -> Array:
    """Share of promoters less share of detractors, in points; NaN where nobody answered.

    >>> float(score(50, 30, 20))
    30.0
    """
    p, m, d = (np.asarray(count, dtype=float) for count in (promoters, passives, detractors))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(POINTS * (p - d) / (p + m + d))


def adjusted_wald(
    promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike, *, level: float = 0.95
) -> Ends:
    """Interval of one wave: Wald after adding 3/4 of an answer to each group, and centred there [1]_.

    With p~ = (P + 3/4)/(n + 3), d~ likewise and v = p~ + d~ - (p~ - d~)^2 the ends are (p~ - d~) -+ z
    sqrt(v/(n + 3)), clipped to the scale and widened to the score itself where they leave it out.

    Parameters
    ----------
    promoters, passives, detractors : array_like
        Counts; fractions where accounts answer several times and counts are divided by the design effect.

    Returns
    -------
    low, high : arrays
        Points.

    References
    ----------
    .. [1] Bonett, D. G. and Price, R. M. (2012). Adjusted Wald confidence interval for a difference of binomial
       proportions based on paired data. Journal of Educational and Behavioral Statistics 37.

    >>> [round(float(end), 1) for end in adjusted_wald(200, 120, 80)]
    [22.2, 37.4]
    """
    p, m, d = (np.asarray(count, dtype=float) for count in (promoters, passives, detractors))
    n = p + m + d + 3
    up, down = (p + 0.75) / n, (d + 0.75) / n
    middle = up - down
    reach = multiplier(level) * np.sqrt((up + down - middle**2) / n)
    low, high = (POINTS * np.clip(end, -1, 1) for end in (middle - reach, middle + reach))
    return widen(score(p, m, d), low, high)


def tango(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike, *, level: float = 0.95) -> Ends:
    """Score interval of one wave [1]_: slower than `adjusted_wald`, and never outside the scale by itself.

    The ends are where (P - D - n t) / sqrt(n (2q + t(1 - t))) = -+ z, with q the share of detractors that is most
    likely if the score were t.

    Returns
    -------
    low, high : arrays
        Points.

    References
    ----------
    .. [1] Tango, T. (1998). Equivalence test and confidence interval for the difference in proportions for the
       paired-sample design. Statistics in Medicine 17.

    >>> [round(float(end), 1) for end in tango(200, 120, 80)]
    [22.1, 37.4]
    """
    p, m, d = (np.asarray(count, dtype=float) for count in (promoters, passives, detractors))
    n = p + m + d
    z, point = multiplier(level), (p - d) / n
    low = _crossing(p, d, n, z, inside=point, outside=np.full_like(point, -1.0))
    high = _crossing(p, d, n, -z, inside=point, outside=np.full_like(point, 1.0))
    return widen(POINTS * point, POINTS * low, POINTS * high)


def _crossing(p: Array, d: Array, n: Array, z: float, *, inside: Array, outside: Array) -> Array:
    """Where the statistic, which falls as t grows, reaches z; the end of the scale if it never does."""
    near, far = inside.copy(), outside.copy()
    for _ in range(60):
        middle = (near + far) / 2
        within = np.abs(_statistic(p, d, n, middle)) < abs(z)
        near, far = np.where(within, middle, near), np.where(within, far, middle)
    return np.asarray((near + far) / 2)


def _statistic(p: Array, d: Array, n: Array, t: Array) -> Array:
    """Tango's score statistic of a true score of t (-1 to 1)."""
    a = 2 * n
    b = -p - d + (2 * n - p + d) * t
    c = -d * t * (1 - t)
    q = (np.sqrt(np.maximum(b**2 - 4 * a * c, 0)) - b) / (2 * a)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (p - d - n * t) / np.sqrt(n * (2 * q + t * (1 - t)))
    return np.asarray(np.where(np.isnan(found), 0.0, found))


def if_answering_differs(
    promoters: float,
    passives: float,
    detractors: float,
    *,
    promoter: float = 1.5,
    passive: float | None = None,
    level: float = 0.95,
) -> tuple[float, float, float]:
    """Score of everybody asked if promoters answer more often than detractors: value, low, high; points.

    Answers are weighted by one over how often their group answers; the interval is that of a weighted mean.

    Parameters
    ----------
    promoters, passives, detractors : float
        Answers.
    promoter : float
        How many times as often as a detractor a promoter answers.
    passive : float, optional
        The same of a passive; half-way between the two, unless told.

    Raises
    ------
    ValueError
        If a rate is not above zero.

    >>> [round(each, 1) for each in if_answering_differs(600, 240, 160, passive=1.0)]  # 44 as answered
    [30.0, 25.0, 35.0]
    """
    passive = (1 + promoter) / 2 if passive is None else passive
    if promoter <= 0 or passive <= 0:
        raise ValueError(f"somebody who never answers cannot be reckoned with; got {promoter} and {passive}")
    counts = np.array([promoters, passives, detractors], dtype=float)
    weights, signs = 1 / np.array([promoter, passive, 1.0]), np.array([1.0, 0.0, -1.0])
    whole = float(counts @ weights)
    value = float((counts * weights) @ signs / whole)
    padded = counts + 0.75
    error = float(np.sqrt((padded * weights**2) @ (signs - value) ** 2) / (padded @ weights))
    reach = multiplier(level) * error
    low, high = (float(np.clip(end, -1, 1)) for end in (value - reach, value + reach))
    return POINTS * value, POINTS * low, POINTS * high


def design_effect(
    promoters: ArrayLike,
    passives: ArrayLike,
    detractors: ArrayLike,
    *,
    accounts: ArrayLike,
    net_squares: ArrayLike,
    net_times_n: ArrayLike,
    n_squares: ArrayLike,
) -> Array:
    """How many times the variance grows because the customers of an account answer alike; 1 at least.

    Taylor's variance of the ratio of two account sums, over the same formula with every answer on its own.

    Parameters
    ----------
    promoters, passives, detractors : array_like
        Counts.
    accounts : array_like
        Accounts that answered.
    net_squares, net_times_n, n_squares : array_like
        Sums over accounts of s^2, s k and k^2, where s is an account's promoters less detractors, k its answers.
    """
    p, m, d = (np.asarray(count, dtype=float) for count in (promoters, passives, detractors))
    sums = (accounts, net_squares, net_times_n, n_squares)
    groups, ss, sk, kk = (np.asarray(each, dtype=float) for each in sums)
    n = p + m + d
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (p - d) / n
        alone = (p + d - n * ratio**2) * n / (n - 1)
        linked = (ss - 2 * ratio * sk + ratio**2 * kk) * groups / (groups - 1)
        found = linked / alone
    told = (groups < n) & (groups > 1) & (alone > 0) & np.isfinite(found)
    return np.asarray(np.where(told, np.maximum(found, 1.0), 1.0))


def spread_of(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike) -> Array:
    """Variance of one answer (-1, 0, 1) in squared points, after adding 3/4 of an answer to each group."""
    p, m, d = (np.asarray(count, dtype=float) for count in (promoters, passives, detractors))
    n = p + m + d + 3
    up, down = (p + 0.75) / n, (d + 0.75) / n
    return np.asarray(POINTS**2 * (up + down - (up - down) ** 2))
