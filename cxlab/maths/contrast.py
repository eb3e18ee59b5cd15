"""Shares read from samples of their own, compared: two quarters, several groups [1]_.

References
----------
.. [1] Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures. Statistics in
   Medicine 27.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from cxlab.maths.prevalence import Prevalence


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two shares compared.

    Parameters
    ----------
    value : float
        Difference (first less second) or ratio (first over second).
    low, high : float or None
        None = open: no end can be given.
    p : float
        Of no difference: 1 less the level at which the interval of the difference just reaches zero.
    """

    value: float
    low: float | None
    high: float | None
    p: float


def difference(one: Prevalence, two: Prevalence, *, level: float = 0.95) -> Contrast:
    """Difference of two shares read from samples of their own, such as two quarters.

    Examples
    --------
    >>> from cxlab.maths.prevalence import from_labels
    >>> found = difference(from_labels(38, 200), from_labels(18, 200))
    >>> round(found.value, 2), round(found.low, 3), round(found.high, 3), round(found.p, 3)
    (0.1, 0.032, 0.168, 0.004)
    """
    low, high = _apart(one, two, level=level)
    return Contrast(value=one.share - two.share, low=low, high=high, p=_p(one, two))


def ratio(one: Prevalence, two: Prevalence, *, level: float = 0.95) -> Contrast | None:
    """Ratio of two shares; None where one of them is zero and nothing can be said."""
    if one.share <= 0 or two.share <= 0:
        return None
    (low1, high1), (low2, high2) = one.ends(level=level), two.ends(level=level)
    value = one.share / two.share
    below = math.hypot(math.log(one.share / low1), math.log(high2 / two.share)) if low1 > 0 else None
    above = math.hypot(math.log(high1 / one.share), math.log(two.share / low2)) if low2 > 0 else None
    return Contrast(
        value=value,
        low=None if below is None else value * math.exp(-below),
        high=None if above is None else value * math.exp(above),
        p=_p(one, two),
    )


def _apart(one: Prevalence, two: Prevalence, *, level: float) -> tuple[float, float]:
    (low1, high1), (low2, high2) = one.ends(level=level), two.ends(level=level)
    value = one.share - two.share
    return (
        value - math.hypot(one.share - low1, high2 - two.share),
        value + math.hypot(high1 - one.share, two.share - low2),
    )


def _p(one: Prevalence, two: Prevalence) -> float:
    """Bisect the normal multiplier at which the interval reaches zero."""
    if one.share == two.share:
        return 1.0
    below, above = 0.0, 8.0
    for _ in range(50):
        middle = (below + above) / 2
        low, high = _apart(one, two, level=1 - 2 * float(special.ndtr(-middle)) if middle else 0.5)
        below, above = (below, middle) if low <= 0 <= high else (middle, above)
    return float(2 * special.ndtr(-(below + above) / 2))


def alike_p(shares: Sequence[Prevalence]) -> float:
    """Return p of all shares being one: Pearson's chi-square at the labels each share is worth.

    Examples
    --------
    >>> from cxlab.maths.prevalence import from_labels
    >>> round(alike_p([from_labels(38, 200), from_labels(18, 200)]), 4)
    0.004
    """
    labels = np.array([share.labels for share in shares])
    values = np.array([share.share for share in shares])
    mean = float(labels @ values / labels.sum())
    if len(shares) < 2 or not 0 < mean < 1:
        return 1.0
    return float(special.chdtrc(len(shares) - 1, labels @ (values - mean) ** 2 / (mean * (1 - mean))))
