"""Change of the mix of groups between two waves that share customers, and its product with prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixChange:
    """Change of each group's share, with the covariance of the changes."""

    change: Array
    covariance: Array


def mix_change(last: ArrayLike, now: ArrayLike, pairs: ArrayLike) -> MixChange:
    """Change of the shares of groups, customers who answered both waves counted as what they are: the same ones.

    Parameters
    ----------
    last, now : (g,) arrays
        Customers by group in each wave.
    pairs : (g, g) array
        Customers who answered both, by group in the last wave (rows) and in this one.

    Raises
    ------
    ValueError
        If nobody answered one of the waves.

    >>> found = mix_change([30, 40, 30], [20, 40, 40], np.zeros((3, 3)))
    >>> found.change.round(3).tolist(), float(found.covariance[0, 0].round(5))
    ([-0.1, 0.0, 0.1], 0.0037)
    """
    then, today, both = (np.asarray(counts, dtype=float) for counts in (last, now, pairs))
    n0, n1, n12 = then.sum(), today.sum(), both.sum()
    if not n0 or not n1:
        raise ValueError(f"a change of the mix needs answers in both waves; got {int(n0)} and {int(n1)}")
    p0, p1 = then / n0, today / n1
    covariance = (np.diag(p0) - np.outer(p0, p0)) / n0 + (np.diag(p1) - np.outer(p1, p1)) / n1
    if n12:
        joint = both / n12
        across = (joint - np.outer(joint.sum(axis=1), joint.sum(axis=0))) * n12 / (n0 * n1)
        covariance = covariance - across - across.T
    return MixChange(change=p1 - p0, covariance=covariance)


def product(one: ArrayLike, one_covariance: ArrayLike, other: ArrayLike, other_covariance: ArrayLike) -> Array:
    """Value and variance of one'other for independent estimates of both [1]_.

    Returns
    -------
    (2,) array
        Value, and a'Vb a + b'Va b + tr(Va Vb).

    References
    ----------
    .. [1] Goodman, L. A. (1960). On the exact variance of products. JASA 55.

    >>> product([2.0], [[0.25]], [3.0], [[1.0]]).tolist()
    [6.0, 6.5]
    """
    a, va, b, vb = (np.asarray(each, dtype=float) for each in (one, one_covariance, other, other_covariance))
    return np.array([a @ b, a @ vb @ a + b @ va @ b + np.trace(va @ vb)])
