"""Comparisons within strata, from sums: a common slope, and groups compared at the same level."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def common_slope(n: ArrayLike, x: ArrayLike, y: ArrayLike, xx: ArrayLike, xy: ArrayLike) -> Array:
    """Least-squares slope of y on x with a level of its own in each stratum, from sums over the rows.

    Parameters
    ----------
    n, x, y, xx, xy : (..., strata) array
        Rows, and sums of x, y, x^2 and x y.

    Returns
    -------
    (...) array
        NaN where x does not differ within any stratum.

    >>> float(common_slope([2, 2], [1, 1], [8, 3], [1, 1], [3, 1]))
    -1.5
    """
    n, x, y, xx, xy = (np.asarray(each, dtype=float) for each in (n, x, y, xx, xy))
    rows = np.where(n > 0, n, 1)
    across, along = (xy - x * y / rows).sum(axis=-1), (xx - x * x / rows).sum(axis=-1)
    return np.asarray(np.where(along > 0, across / np.where(along > 0, along, 1), np.nan))


def matched_means(n: ArrayLike, total: ArrayLike) -> Array:
    """Means of two groups had the second the first one's mix of strata.

    Parameters
    ----------
    n, total : (..., 2, strata) array
        Rows and sums of each group; strata in which either has no rows are left out.

    Returns
    -------
    (..., 2) array
        NaN where no stratum holds both.

    >>> matched_means([[1, 3, 1], [5, 5, 0]], [[2.0, 9.0, 7.0], [5.0, 10.0, 0.0]]).tolist()
    [2.75, 1.75]
    """
    n, total = np.asarray(n, dtype=float), np.asarray(total, dtype=float)
    both = (n > 0).all(axis=-2)
    weight = np.where(both, n[..., 0, :], 0.0)[..., None, :]
    mean = total / np.where(n > 0, n, 1)
    rows = weight.sum(axis=-1)
    return np.asarray(np.where(rows > 0, (weight * mean).sum(axis=-1) / np.where(rows > 0, rows, 1), np.nan))
