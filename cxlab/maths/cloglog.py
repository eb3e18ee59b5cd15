"""Proportional hazards on a coarse clock: discrete hazards through the complementary log-log."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.errors import FitError
from cxlab.maths.cox import CoxCounts, highest, near
from cxlab.maths.cox_moments import Moments
from cxlab.maths.separation import refuse_unfit

Array = NDArray[np.float64]

MOST_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloglogFit:
    """A fitted model.

    Parameters
    ----------
    coefficients : (p,) array
        Log hazard ratios: of the continuous time behind the coarse clock, whatever its periods.
    covariance : (p, p) array
        Inverse of the expected information.
    log_likelihood, log_likelihood_null : float
        At the coefficients and at zero, the levels of the periods at their best for each.
    steps : int
        Newton steps.
    """

    coefficients: Array
    covariance: Array
    log_likelihood: float
    log_likelihood_null: float
    steps: int

    @property
    def errors(self) -> Array:
        """Standard errors of the coefficients."""
        return np.sqrt(np.diag(self.covariance))


def cloglog(counts: CoxCounts, *, start: ArrayLike | None = None) -> CloglogFit:
    """Fit log(-log(1 - q)) = level of the period (in its stratum) + x b to grouped survival times [1]_.

    Where a period is long (a quarter, a year) those lost in it share nothing but the period; Cox's likelihood with
    tied times pulls the ratios towards 1 then, this one does not. Equal to a binomial regression with that link
    and a dummy per period; periods in which nobody or everybody was lost say nothing of b and are left out.

    Raises
    ------
    FitError
        Before fitting, when the coefficients have no finite maximum.

    References
    ----------
    .. [1] Prentice, R. L. and Gloeckler, L. A. (1978). Regression analysis of grouped survival data with
       application to breast cancer data. Biometrics 34.
    """
    if start is None:
        stayed = counts.at_risk - counts.lost
        refuse_unfit(stayed, counts.lost, counts.design, strata=counts.strata, names=counts.names)
    centre = counts.design.mean(axis=0)
    scale = np.where((spread := counts.design.std(axis=0)) > 0, spread, 1.0)
    scaled = replace(counts, design=(counts.design - centre) / scale)

    def likelihood(b: Array) -> Moments:
        return cloglog_moments(scaled, scaled.design, b)

    b = np.zeros(len(scale)) if start is None else np.asarray(start, dtype=float) * scale
    b, here, steps = highest(likelihood, start=b)
    return CloglogFit(
        coefficients=b / scale, covariance=np.linalg.inv(here.information) / np.outer(scale, scale),
        log_likelihood=here.log_likelihood, log_likelihood_null=likelihood(np.zeros_like(b)).log_likelihood,
        steps=steps,
    )  # fmt: skip


def cloglog_refitted(counts: CoxCounts, fit: CloglogFit) -> Array:
    """Coefficients of slightly different counts, climbed to from a fit: for leaving one bucket out."""

    def likelihood(b: Array) -> Moments:
        return cloglog_moments(counts, counts.design, b)

    return near(likelihood, start=fit.coefficients)


def cloglog_moments(counts: CoxCounts, design: Array, b: Array, *, weights: Array | None = None) -> Moments:
    """Log-likelihood, score and expected information of b, the levels of the periods at their best given b.

    Each time is weighted by ``weights`` (1, unless told); its level is not.
    """
    eta = design @ b
    likelihood, score, information = 0.0, np.zeros(len(b)), np.zeros((len(b), len(b)))
    for stratum in np.unique(counts.strata):
        mine = counts.strata == stratum
        n, d, x = counts.at_risk[:, mine], counts.lost[:, mine], design[mine]
        used = (d.sum(axis=1) > 0) & (d.sum(axis=1) < n.sum(axis=1))
        weight = (np.ones(len(n)) if weights is None else weights)[used]
        n, d = n[used], d[used]
        h = np.exp(levels(n, d, eta[mine])[:, None] + eta[mine])
        lost = -np.expm1(-h)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(d > 0, d * np.log(lost), 0.0)
        likelihood += float(weight @ (logs - (n - d) * h).sum(axis=1))
        score += (weight @ (h * (d / lost - n))) @ x
        held = n * h**2 * np.exp(-h) / lost
        inside = held @ x
        information += (x.T * (weight @ held)) @ x - inside.T @ ((weight / held.sum(axis=1))[:, None] * inside)
    return Moments(log_likelihood=likelihood, score=score, information=information)


def levels(n: Array, d: Array, eta: Array) -> Array:
    """Level of each period at which as many are expected to be lost as were, in the likelihood's sense.

    Parameters
    ----------
    n, d : (k, g) arrays
        At risk and lost; in every period somebody is lost and somebody is not.
    eta : (g,) array
        Log hazard ratio of each pattern.

    Raises
    ------
    FitError
        If a level is not found.
    """
    share = d.sum(axis=1) / n.sum(axis=1)
    middle = (n @ eta) / n.sum(axis=1)
    level = np.log(-np.log1p(-share)) - middle
    for _ in range(MOST_STEPS):
        h = np.exp(level[:, None] + eta)
        lost = -np.expm1(-h)
        move = (h * (d / lost - n)).sum(axis=1) / (n * h**2 * np.exp(-h) / lost).sum(axis=1)
        level = level + np.clip(move, -2, 2)
        if np.abs(move).max(initial=0.0) < 1e-12:
            return np.asarray(level)
    raise FitError(f"the levels of the periods did not settle in {MOST_STEPS} steps; see the design's columns")
