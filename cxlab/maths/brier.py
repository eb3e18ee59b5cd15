"""Chances to stay graded under censoring: Brier's score with everybody seen weighted for who is not [1]_.

References
----------
.. [1] Graf, E., Schmoor, C., Sauerbrei, W. and Schumacher, M. (1999). Assessment and comparison of prognostic
   classification schemes for survival data. Statistics in Medicine 18.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Brier:
    """Scores at each time.

    Parameters
    ----------
    score, flat : (T,) arrays
        Of the chances; of one chance for all (Kaplan-Meier of everybody).
    gain : (T,) array
        Share of ``flat`` saved; 0 or less: no better than one chance for all.
    """

    score: Array
    flat: Array
    gain: Array


def brier(times: ArrayLike, at_risk: ArrayLike, lost: ArrayLike, chance: ArrayLike, *, until: ArrayLike) -> Brier:
    """Mean squared distance of chances to stay and who stayed, weighted by 1 / P(still in sight).

    Parameters
    ----------
    times : (k,) array
        Ascending times at which anybody was lost or left sight.
    at_risk, lost : (k, g) arrays
        Counts of each group; everybody begins at 0.
    chance : (g, T) array
        Chance of each group to stay beyond each of ``until``.
    until : (T,) array
        Times at which the chances are graded.

    Raises
    ------
    ValueError
        If somebody entered late (who left before coming into sight was never graded: take landmarks), or nobody
        is in sight as long.
    """
    u, n, d = (np.asarray(part, dtype=float) for part in (times, at_risk, lost))
    chance, until = np.asarray(chance, dtype=float), np.atleast_1d(np.asarray(until, dtype=float))
    after = n - d
    unseen = after - np.vstack([n[1:], np.zeros_like(n[:1])])
    if (unseen < 0).any():
        raise ValueError(
            "grading under censoring needs everybody seen from the start; somebody entered late: follow them from "
            "a landmark instead"
        )
    if until.max() > u[-1] or until.min() < 0:
        raise ValueError(
            f"chances can be graded from 0 to {u[-1]:g}, the last time anybody is in sight; got {until}"
        )
    stay = np.cumprod(1 - _share(d.sum(axis=1), n.sum(axis=1)))
    sight = np.concatenate([[1.0], np.cumprod(1 - _share(unseen.sum(axis=1), after.sum(axis=1)))])
    total = n[0].sum()
    score, flat = np.empty(len(until)), np.empty(len(until))
    for place, t in enumerate(until):
        seen = int(np.searchsorted(u, t, side="right"))
        gone = (d[:seen] / sight[:seen, None]).sum(axis=0)
        there = (n[0] - (d[:seen] + unseen[:seen]).sum(axis=0)) / sight[seen]
        everybody = stay[seen - 1] if seen else 1.0
        for found, q in ((score, chance[:, place]), (flat, np.full(len(chance), everybody))):
            found[place] = float(gone @ q**2 + there @ (1 - q) ** 2) / total
    gain = 1 - np.divide(score, flat, out=np.ones_like(score), where=flat > 0)
    return Brier(score=score, flat=flat, gain=gain)


def _share(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
