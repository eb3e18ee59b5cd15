"""Answers on a scale, such as satisfaction from 1 to 5: the mean, and the share who chose the top."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.maths.intervals import Ends, multiplier, widen
from cxlab.maths.jackknife import p_of

Array = NDArray[np.float64]


def moments(values: ArrayLike, counts: ArrayLike) -> tuple[float, float, float]:
    """Number, mean and variance (over n - 1) of answers counted by value; NaN where there are too few.

    >>> moments([1, 2, 5], [1, 2, 1])
    (4.0, 2.5, 3.0)
    """
    x, k = np.asarray(values, dtype=float), np.asarray(counts, dtype=float)
    n = float(k.sum())
    mean = float((k * x).sum() / n) if n else float("nan")
    variance = float((k * (x - mean) ** 2).sum() / (n - 1)) if n > 1 else float("nan")
    return n, mean, variance


def mean_ends(
    mean: ArrayLike, variance: ArrayLike, n: ArrayLike, *, scale: tuple[float, float], level: float = 0.95
) -> Ends:
    """Interval of a mean by t with n - 1 degrees, clipped to the scale.

    Where all answers are alike the spread is not known: one more answer at each end of the scale stands in for it.

    Parameters
    ----------
    mean, variance, n : array_like
        As `moments` gives them; n of 2 at least.
    scale : tuple of float
        Lowest and highest answer.
    """
    mean, n = np.asarray(mean, dtype=float), np.asarray(n, dtype=float)
    spread = np.asarray(variance, dtype=float)
    alike = ((mean - scale[0]) ** 2 + (mean - scale[1]) ** 2) / (n + 1)
    error = np.sqrt(np.where(spread > 0, spread, alike) / n)
    reach = np.vectorize(lambda k: multiplier(level, degrees=k - 1), otypes=[float])(n) * error
    return widen(mean, np.clip(mean - reach, *scale), np.clip(mean + reach, *scale))


def mean_change(
    then: tuple[float, float, float], now: tuple[float, float, float], *, level: float = 0.95
) -> tuple[float, float, float, float]:
    """Change of a mean between independent groups by Welch's t: value, low, high, p.

    Parameters
    ----------
    then, now : tuple of float
        Number, mean and variance, as `moments` gives them; numbers of 2 at least.

    >>> [round(each, 3) for each in mean_change((50, 3.9, 1.0), (60, 4.2, 1.2))]
    [0.3, -0.096, 0.696, 0.137]
    """
    parts = [variance / n for n, _, variance in (then, now)]
    value, variance = now[1] - then[1], sum(parts)
    if variance == 0:
        return value, value, value, p_of(value, 0.0, degrees=None)
    degrees = variance**2 / sum(part**2 / (n - 1) for part, (n, *_) in zip(parts, (then, now), strict=True))
    error = float(np.sqrt(variance))
    reach = multiplier(level, degrees=degrees) * error
    return value, value - reach, value + reach, p_of(value, error, degrees=degrees)  # type: ignore[arg-type]
