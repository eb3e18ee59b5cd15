"""Robust errors of a proportional hazards fit on counts: one spell a customer, nobody entering late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxlab.maths.cox import CoxCounts, CoxFit
from cxlab.maths.ties import TieSums, tie_sums

Array = NDArray[np.float64]


class Pulls(NamedTuple):
    """Score of one customer of each pattern who leaves sight, or is lost, at each time: (k, g, p) arrays.

    ``customers`` of each are the (k, g) arrays ``unseen`` and ``lost``.
    """

    of_unseen: Array
    of_lost: Array
    unseen: Array
    lost: Array


def robust_covariance(counts: CoxCounts, fit: CoxFit) -> Array:
    """I^-1 (sum over customers of UU') I^-1 n / (n - 1): right also where hazards are not quite proportional [1]_.

    Without the factor it is R's ``robust`` variance, for Efron's and for Breslow's ties.

    Returns
    -------
    (p, p) array

    Raises
    ------
    ValueError
        If somebody entered late: their score needs the time of entry too, which counts by time do not tell
        (`cxlab.maths.cox_rows.cox_rows` takes rows).

    References
    ----------
    .. [1] Lin, D. Y. and Wei, L. J. (1989). The robust inference for the Cox proportional hazards model. JASA 84.
    """
    meat = np.zeros_like(fit.covariance)
    customers = 0.0
    for stratum in np.unique(counts.strata):
        found = pulls(counts, fit, stratum=int(stratum))
        for each, weight in ((found.of_unseen, found.unseen), (found.of_lost, found.lost)):
            flat = each.reshape(-1, each.shape[2])
            meat += flat.T @ (weight.reshape(-1, 1) * flat)
        customers += counts.at_risk[:, counts.strata == stratum][:1].sum()
    return np.asarray(fit.covariance @ meat @ fit.covariance * customers / (customers - 1))


def pulls(counts: CoxCounts, fit: CoxFit, *, stratum: int) -> Pulls:
    """Score of customers by when and how their time at risk ends.

    Raises
    ------
    ValueError
        If somebody entered late.
    """
    mine = counts.strata == stratum
    n, d = counts.at_risk[:, mine], counts.lost[:, mine]
    used = d.sum(axis=1) > 0
    n, d = n[used], d[used]
    unseen = n - d - np.vstack([n[1:], np.zeros_like(n[:1])])
    if (unseen < 0).any():
        raise ValueError("robust errors from counts need everybody seen from the start; somebody entered late")
    centre = np.average(counts.design[mine], axis=0, weights=n[0])
    x = counts.design[mine] - centre
    risk = np.exp(x @ fit.coefficients)
    sums = tie_sums(n @ risk, d @ risk, d.sum(axis=1), ties=fit.ties)
    mean = _means(sums, xr=n @ (risk[:, None] * x), xt=d @ (risk[:, None] * x))
    so_far = risk[:, None] * (np.cumsum(sums.w)[:, None, None] * x - np.cumsum(mean["w"], axis=0)[:, None, :])
    count = d.sum(axis=1)[:, None, None]
    back = risk[:, None] * (sums.fw[:, None, None] * x - mean["fw"][:, None, :])
    return Pulls(
        of_unseen=-so_far, of_lost=x - mean["one"][:, None, :] / count - so_far + back, unseen=unseen, lost=d
    )


def _means(sums: TieSums, *, xr: Array, xt: Array) -> dict[str, Array]:
    """Sums over tied losses of the mean covariate at risk: plain, times w_j, and times f_j w_j; (k, p) arrays."""
    return {
        "one": sums.w[:, None] * xr - sums.fw[:, None] * xt,
        "w": sums.ww[:, None] * xr - sums.fww[:, None] * xt,
        "fw": sums.fww[:, None] * xr - sums.ffww[:, None] * xt,
    }
