"""Ends of intervals, on the scale where each number behaves; all ends hold their point."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Ends = tuple[NDArray[np.float64], NDArray[np.float64]]


def multiplier(level: float, *, degrees: float | None = None) -> float:
    """Standard errors on either side of a point that give ``level`` coverage: normal, or t with ``degrees``.

    >>> round(multiplier(0.95), 6)
    1.959964
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1; got {level}")
    tail = 1 - (1 - level) / 2
    return float(special.ndtri(tail) if degrees is None else special.stdtrit(degrees, tail))


def widen(point: ArrayLike, low: ArrayLike, high: ArrayLike) -> Ends:
    """Return the ends moved outwards, where needed, until they hold the point."""
    return np.minimum(point, low), np.maximum(point, high)


def symmetric(point: ArrayLike, error: ArrayLike, *, level: float = 0.95, degrees: float | None = None) -> Ends:
    """Point plus and minus standard errors: normal, or t with ``degrees``."""
    middle = np.asarray(point, dtype=float)
    reach = multiplier(level, degrees=degrees) * np.asarray(error, dtype=float)
    return np.asarray(middle - reach), np.asarray(middle + reach)


def wilson(positives: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> Ends:
    """Wilson's score interval of a share [1]_.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22.

    >>> [round(float(end), 4) for end in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    positives, n = np.asarray(positives, dtype=float), np.asarray(n, dtype=float)
    z = multiplier(level)
    share = positives / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return widen(share, np.clip(middle - reach, 0, 1), np.clip(middle + reach, 0, 1))


def log_log(
    survival: ArrayLike, variance: ArrayLike, *, level: float = 0.95, degrees: float | None = None
) -> Ends:
    """Interval of a survival share through log(-log S).

    Parameters
    ----------
    survival : (k,) array
        Shares, 0 to 1.
    variance : (k,) array
        Variance of log S (Greenwood's sum).

    Returns
    -------
    low, high : (k,) arrays
        Where S is 0 or 1 the scale ends and so does the interval: it is the point alone.
    """
    survival, variance = np.asarray(survival, dtype=float), np.asarray(variance, dtype=float)
    inside = (survival > 0) & (survival < 1)
    logs = np.log(np.where(inside, survival, 0.5))
    reach = np.exp(multiplier(level, degrees=degrees) * np.sqrt(np.where(inside, variance, 0)) / np.abs(logs))
    low, high = np.exp(logs * reach), np.exp(logs / reach)
    return widen(survival, np.where(inside, low, survival), np.where(inside, high, survival))


def logit(share: ArrayLike, variance: ArrayLike, *, level: float = 0.95, degrees: float | None = None) -> Ends:
    """Interval of a share through its log-odds, given the variance of the log-odds."""
    share = np.asarray(share, dtype=float)
    low, high = symmetric(special.logit(share), np.sqrt(variance), level=level, degrees=degrees)
    return widen(share, special.expit(low), special.expit(high))
