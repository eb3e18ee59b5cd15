"""Proportional hazards from counts: Newton's method on a table of times and covariate patterns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.errors import FitError
from cxlab.maths.cox_moments import Layout, Moments, laid, moments
from cxlab.maths.separation import names_of, refuse_nulls, refuse_unfit
from cxlab.maths.ties import Ties, tie_sums

Array = NDArray[np.float64]

MOST_STEPS = 60

ROUGH = 1e-4
"""Last step of a refit: what is left after it is about its square."""

UNSETTLED = f"the proportional hazards fit did not settle in {MOST_STEPS} steps; see the design's columns"
NO_TOP = "the proportional hazards fit has no finite maximum; see the design's columns"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxCounts:
    """Counts of a proportional hazards model.

    Parameters
    ----------
    times : (k,) array
        Ascending times; those at which nobody is lost may be left out.
    at_risk, lost : (k, g) arrays
        Customers at risk (entered before the time) and lost at it, per covariate pattern.
    design : (g, p) array
        Covariates of each pattern.
    strata : (g,) array
        Stratum of each pattern; each stratum has its own baseline.
    names : tuple of str
        What each column of the design stands for, in words.
    """

    times: Array
    at_risk: Array
    lost: Array
    design: Array
    strata: NDArray[np.int64]
    names: tuple[str, ...]


def cox_counts(
    times: ArrayLike,
    at_risk: ArrayLike,
    lost: ArrayLike,
    *,
    design: ArrayLike,
    strata: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> CoxCounts:
    """Check counts and design and bring them into shape.

    Raises
    ------
    ValueError
        If shapes do not agree or counts are impossible.
    """
    n, d, x = (np.asarray(part, dtype=float) for part in (at_risk, lost, design))
    times = np.asarray(times, dtype=float)
    if n.shape != d.shape or n.shape != (len(times), len(x)) or x.ndim != 2:
        raise ValueError(
            "at_risk and lost are times by patterns, the design patterns by columns; "
            f"got {n.shape}, {d.shape}, {x.shape} for {len(times)} times"
        )
    if not ((d >= 0) & (d <= n)).all():
        raise ValueError("0 <= lost <= at risk must hold for every time and pattern; see the counts")
    words = names_of(x, names)
    refuse_nulls(x, words)
    group = np.zeros(len(x), dtype=np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    return CoxCounts(times=times, at_risk=n, lost=d, design=x, strata=group.astype(np.int64), names=words)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxFit:
    """A fitted model.

    Parameters
    ----------
    coefficients : (p,) array
        Log hazard ratios.
    covariance : (p, p) array
        Inverse of the information (model errors).
    log_likelihood, log_likelihood_null : float
        At the coefficients and at zero.
    ties : {"efron", "breslow"}
        How ties were taken.
    steps : int
        Newton steps.
    """

    coefficients: Array
    covariance: Array
    log_likelihood: float
    log_likelihood_null: float
    ties: Ties
    steps: int

    @property
    def errors(self) -> Array:
        """Standard errors of the coefficients."""
        return np.sqrt(np.diag(self.covariance))


Likelihood = Callable[[Array], Moments]
"""Coefficients in, moments there out."""


def cox(counts: CoxCounts, *, ties: Ties = "efron", start: ArrayLike | None = None) -> CoxFit:
    """Fit a proportional hazards model by maximum partial likelihood [1]_ [2]_.

    Strata have their own baselines; late entry is whatever ``at_risk`` says; a count of 2 is two customers.

    Raises
    ------
    FitError
        Before fitting, when the coefficients have no finite maximum (a level nobody left, a constant column, ...).

    References
    ----------
    .. [1] Cox, D. R. (1972). Regression models and life-tables. JRSS B 34.
    .. [2] Efron, B. (1977). The efficiency of Cox's likelihood function for censored data. JASA 72.
    """
    if start is None:
        refuse_unfit(counts.at_risk, counts.lost, counts.design, strata=counts.strata, names=counts.names)
    centre = counts.design.mean(axis=0)
    scale = np.where((spread := counts.design.std(axis=0)) > 0, spread, 1.0)
    blocks = laid(counts.at_risk, counts.lost, Layout.of((counts.design - centre) / scale, counts.strata))

    def likelihood(b: Array) -> Moments:
        return moments(blocks, b, ties=ties)

    b = np.zeros(len(scale)) if start is None else np.asarray(start, dtype=float) * scale
    null = likelihood(np.zeros_like(b))
    b, here, steps = highest(likelihood, start=b, there=None if b.any() else null)
    return CoxFit(
        coefficients=b / scale, covariance=np.linalg.inv(here.information) / np.outer(scale, scale),
        log_likelihood=here.log_likelihood, log_likelihood_null=null.log_likelihood, ties=ties, steps=steps,
    )  # fmt: skip


def refitted(counts: CoxCounts, fit: CoxFit) -> Array:
    """Coefficients of slightly different counts, climbed to from a fit: for leaving one bucket out."""
    return np.asarray(refits([counts], fit)[0])


def refits(every: Sequence[CoxCounts], fit: CoxFit) -> Array:
    """Do what `refitted` does to several counts of one design: (counts, p)."""
    layouts = Layout.of(every[0].design, every[0].strata)

    def coefficients(counts: CoxCounts) -> Array:
        blocks = laid(counts.at_risk, counts.lost, layouts)
        return near(lambda b: moments(blocks, b, ties=fit.ties), start=fit.coefficients)

    return np.array([coefficients(counts) for counts in every])


def highest(
    likelihood: Likelihood, *, start: Array, there: Moments | None = None, tolerance: float = 1e-10
) -> tuple[Array, Moments, int]:
    """Newton's method, each step halved until the likelihood does not fall: coefficients, moments there, steps.

    Parameters
    ----------
    there : Moments, optional
        Moments at ``start`` where they are known.

    Raises
    ------
    FitError
        If there is no finite maximum, or it is not reached.
    """
    b, here = start, there or likelihood(start)
    for step in range(1, MOST_STEPS + 1):
        move, here = _uphill(likelihood, b, _newton(here), here=here)
        b = b + move
        if np.abs(move).max() < tolerance:
            return b, here, step
    raise FitError(UNSETTLED)


def near(likelihood: Likelihood, *, start: Array) -> Array:
    """Coefficients at a maximum close to ``start``; a last step shorter than `ROUGH` is not looked back at.

    Raises
    ------
    FitError
        If there is no finite maximum, or it is not reached.
    """
    b, here = start, likelihood(start)
    for _ in range(MOST_STEPS):
        move = _newton(here)
        if np.abs(move).max() < ROUGH:
            return np.asarray(b + move)
        move, here = _uphill(likelihood, b, move, here=here)
        b = b + move
    raise FitError(UNSETTLED)


def _newton(here: Moments) -> Array:
    try:
        return np.asarray(np.linalg.solve(here.information, here.score), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise FitError(NO_TOP) from None


def _uphill(likelihood: Likelihood, b: Array, move: Array, *, here: Moments) -> tuple[Array, Moments]:
    """Halve a move until the likelihood does not fall."""
    for _ in range(MOST_STEPS):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # what is not finite is not taken
            there = likelihood(b + move)
        if there.log_likelihood >= here.log_likelihood - 1e-9 * abs(here.log_likelihood):
            return move, there
        move = move / 2
    raise FitError(NO_TOP)


def baseline(counts: CoxCounts, fit: CoxFit, *, stratum: int = 0) -> tuple[Array, Array]:
    """Times at which someone was lost and the cumulative baseline hazard (all covariates zero) after each."""
    mine = counts.strata == stratum
    n, d = counts.at_risk[:, mine], counts.lost[:, mine]
    used = d.sum(axis=1) > 0
    n, d = n[used], d[used]
    risk = np.exp(counts.design[mine] @ fit.coefficients)
    return counts.times[used], np.cumsum(tie_sums(n @ risk, d @ risk, d.sum(axis=1), ties=fit.ties).w)
