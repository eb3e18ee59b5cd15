"""A change of a rate split into what happened inside groups and what the mix of groups adds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def within_and_mix(
    n_then: ArrayLike, sum_then: ArrayLike, n_now: ArrayLike, sum_now: ArrayLike
) -> tuple[Array, Array]:
    """Split a change of a mean over all groups [1]_.

    With weights w (a group's share of the whole) and means r the change is the sum over groups of mean w x change
    of r (within) plus mean r x change of w (mix), means over the two times. A group that is absent at one time has
    the other time's mean there, so that all it does is mix.

    Parameters
    ----------
    n_then, sum_then, n_now, sum_now : (..., groups) arrays
        How many, and the sum over them of what the mean is of.

    Returns
    -------
    within : (..., groups) array
        Part of each group; their sum and the mix are the change of the mean.
    mix : (...) array
        Part of the mix.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a difference between two rates. JASA 50.

    >>> within, mix = within_and_mix([50, 50], [10, 2.5], [60, 40], [12, 2])
    >>> within.round(3).tolist(), round(float(mix), 3)
    ([0.0, 0.0], 0.015)
    """
    n_0, s_0, n_1, s_1 = (np.asarray(each, dtype=float) for each in (n_then, sum_then, n_now, sum_now))
    with np.errstate(invalid="ignore", divide="ignore"):
        w_0, w_1 = (n / n.sum(axis=-1, keepdims=True) for n in (n_0, n_1))
        r_0, r_1 = s_0 / n_0, s_1 / n_1
        whole = s_1.sum(axis=-1) / n_1.sum(axis=-1) - s_0.sum(axis=-1) / n_0.sum(axis=-1)
    r_0, r_1 = np.where(n_0 > 0, r_0, r_1), np.where(n_1 > 0, r_1, r_0)
    within = np.nan_to_num((w_0 + w_1) / 2 * (r_1 - r_0))
    return within, np.asarray(whole - within.sum(axis=-1))
