"""Leave one bucket out: the variance of whatever has no formula, or whose customers are not independent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.errors import FitError
from cxlab.maths import intervals

BUCKETS = 40
"""How many buckets accounts are spread over, the same in every question."""

KEY = "cxlab bucket 1|"
"""Put before every account id; another key would be another draw of buckets."""

FEWEST_BUCKETS = 20
"""Below this many occupied buckets no interval is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Variance of an estimate (or of each of several) and the degrees of freedom to use with it."""

    variance: NDArray[np.float64]
    degrees: int


def spread(replicates: ArrayLike, *, occupied: int | None = None) -> Spread:
    """Variance (B - 1)/B sum (th_-b - mean)^2 over the B buckets that hold anybody; t has B - 1 degrees.

    Parameters
    ----------
    replicates : (B,) or (B, k) array
        The estimate with each bucket left out. An empty bucket repeats the full estimate and adds nothing.
    occupied : int, optional
        How many buckets hold anybody; all, unless told.

    Raises
    ------
    FitError
        With fewer than 20 occupied buckets.
    """
    replicates = np.asarray(replicates, dtype=float)
    buckets = len(replicates) if occupied is None else occupied
    if buckets < FEWEST_BUCKETS:
        raise FitError(f"leaving buckets out needs {FEWEST_BUCKETS} buckets with somebody in them; got {buckets}")
    squares = ((replicates - replicates.mean(axis=0)) ** 2).sum(axis=0)
    return Spread(variance=np.asarray((buckets - 1) / buckets * squares), degrees=buckets - 1)


def p_value(difference: float, found: Spread) -> float:
    """Two-sided p of no difference, by t."""
    return p_of(difference, float(np.sqrt(found.variance)), degrees=found.degrees)


def p_of(difference: float, error: float, *, degrees: int | None) -> float:
    """Two-sided p of no difference, given its standard error: by t, or by the normal without degrees."""
    if error == 0:
        return 1.0 if difference == 0 else 0.0
    z = abs(difference) / error
    return float(2 * (special.ndtr(-z) if degrees is None else special.stdtr(degrees, -z)))


def share_ends(
    share: float, replicates: ArrayLike, *, level: float = 0.95, occupied: int | None = None
) -> tuple[float, float]:
    """Interval of a share from its left-out values, on the log-odds scale, t with buckets - 1 degrees.

    Raises
    ------
    FitError
        With too few buckets, or where a left-out share is 0 or 1 and has no log-odds.
    """
    replicates = np.asarray(replicates, dtype=float)
    if not ((replicates > 0) & (replicates < 1)).all():
        raise FitError("leaving one bucket out gives a share of 0 or 1, or nobody: no interval by log-odds")
    found = spread(special.logit(replicates), occupied=occupied)
    low, high = intervals.logit(share, found.variance, level=level, degrees=found.degrees)
    return float(low), float(high)
