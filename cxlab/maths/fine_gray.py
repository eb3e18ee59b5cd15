"""Subdistribution hazards: who will have left one way, when whoever left another way no longer can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.errors import FitError
from cxlab.maths.cox import CoxCounts, cox_counts

Array = NDArray[np.float64]

LATE = (
    "Fine-Gray needs everybody from the start: those who left another way before they came into view "
    "were never seen"
)


def fine_gray_counts(
    at_risk: ArrayLike,
    lost: ArrayLike,
    otherwise: ArrayLike,
    *,
    design: ArrayLike,
    names: Sequence[str] | None = None,
) -> CoxCounts:
    """Counts whose Cox fit is the model of Fine and Gray [1]_.

    Whoever left another way at s stays in the risk set of t > s with weight G(t-) / G(s-), G the Kaplan-Meier of
    censoring (events before censorings at a tie): n[t, g] + sum over s < t of d_other[s, g] G(t-) / G(s-). Own
    exits have weight 1, so Efron's and Breslow's ties both work. The errors of that fit are the naive ones: they
    take the weights for known. Leave buckets out instead.

    Parameters
    ----------
    at_risk : (T, g) array
        Customers at risk in periods 1 ... T, none left out, per covariate pattern; everybody from period 1.
    lost, otherwise : (T, g) arrays
        Customers lost this way, and all other ways together.
    design : (g, p) array
        Covariates of each pattern.

    Raises
    ------
    FitError
        If somebody enters late.

    References
    ----------
    .. [1] Fine, J. P. and Gray, R. J. (1999). A proportional hazards model for the subdistribution of a competing
       risk. JASA 94. As counts: Geskus, R. B. (2011). Biometrics 67.
    """
    n, d, other = (np.asarray(part, dtype=float) for part in (at_risk, lost, otherwise))
    counts = cox_counts(np.arange(1, len(n) + 1), n, d, design=design, names=names)
    censored = n - d - other - np.vstack([n[1:], np.zeros((1, n.shape[1]))])
    if (censored < 0).any():
        raise FitError(LATE)
    here = (n - d - other).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        leaving = np.where(here > 0, censored.sum(axis=1) / here, 0.0)
    before = np.concatenate([[1.0], np.cumprod(1 - leaving)[:-1]])  # G(t-): not censored before t
    with np.errstate(invalid="ignore", divide="ignore"):
        gone = np.cumsum(np.where(before[:, None] > 0, other / before[:, None], 0.0), axis=0)
    carried = before[:, None] * np.vstack([np.zeros((1, n.shape[1])), gone[:-1]])
    return replace(counts, at_risk=n + carried)
