"""Words that stand out: in one heap of texts against another."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special


def more_often_p(inside: ArrayLike, within: int, outside: ArrayLike, without: int) -> NDArray[np.float64]:
    """One-sided p that a term is no commoner inside than outside: the hypergeometric tail (Fisher's exact test).

    Parameters
    ----------
    inside, outside : (k,) arrays of int
        Texts that hold the term, in either heap.
    within, without : int
        Texts of either heap.

    Examples
    --------
    >>> more_often_p([7], 10, [1], 12).round(5).tolist()
    [0.00464]
    """
    a, b = (np.asarray(each, dtype=int) for each in (inside, outside))
    total = a + b

    def log_chance(x: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(
            _log_choose(within, x) + _log_choose(without, of - x) - _log_choose(within + without, of)
        )

    found = np.zeros(len(a))
    for step in range(int((np.minimum(total, within) - a).max(initial=-1)) + 1):
        x = a + step
        possible = (x <= np.minimum(total, within)) & (total - x <= without)
        found[possible] += np.exp(log_chance(x[possible], total[possible]))
    return np.minimum(found, 1.0)


def _log_choose(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))
