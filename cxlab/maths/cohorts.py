"""Staying under a contract when everybody has an own chance of leaving each period: the shifted beta-geometric.

The chance is beta(alpha, beta) over customers, so those who stay are ever more those who stay: retention rises
with tenure although nobody changes [1]_. Fitted to customers at risk and lost by period, late entry included.

References
----------
.. [1] Fader, P. S. and Hardie, B. G. S. (2007). How to project customer retention. Journal of Interactive
Marketing 21.
.. [2] Fader, P. S. and Hardie, B. G. S. (2010). Customer-base valuation in a contractual setting: the perils of
   ignoring heterogeneity. Marketing Science 29.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.errors import FitError
from cxlab.maths.newton import ROUGH, Height, climb

Array = NDArray[np.float64]

STEADY = 1e4
"""With beta above this the chance of leaving hardly changes with tenure, and a constant one takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortFit:
    """A fitted shifted beta-geometric: ``alpha``, ``beta`` and the log-likelihood of the counts."""

    alpha: float
    beta: float
    log_likelihood: float

    def hazard(self, period: ArrayLike) -> Array:
        """Share of those still here who leave in period 1, 2, ...: alpha / (alpha + beta + t - 1)."""
        return np.asarray(self.alpha / (self.alpha + self.beta + np.asarray(period, dtype=float) - 1))

    def survival(self, period: ArrayLike) -> Array:
        """Share of newcomers still here after period t: B(alpha, beta + t) / B(alpha, beta)."""
        t = np.asarray(period, dtype=float)
        return np.asarray(
            np.exp(special.betaln(self.alpha, self.beta + t) - special.betaln(self.alpha, self.beta))
        )

    def annuity(self, *, discount: float, after: float = 0) -> float:
        """Expected periods paid from now on, each discounted to now, by a customer ``after`` periods old.

        The first is paid now: sum over j >= 0 of S(after + j) / S(after) / (1 + d)^j = 2F1(1, beta + n; alpha +
        beta + n; 1 / (1 + d)) with n periods behind [2]_. For a customer about to renew for the nth time,
        multiply by the share who renew, (beta + n - 1) / (alpha + beta + n - 1), with ``after=n``.

        Parameters
        ----------
        discount : float
            Rate a period, above 0: without it the sum may have no end.

        Raises
        ------
        ValueError
            If the rate is not above 0.
        """
        refuse_no_discount(discount)
        base = self.beta + after
        if base > STEADY:
            return float((1 + discount) / (discount + self.alpha / (self.alpha + base)))
        return float(special.hyp2f1(1, base, self.alpha + base, 1 / (1 + discount)))


def refuse_no_discount(discount: float) -> None:
    """Refuse a horizon without end and without discount.

    Raises
    ------
    ValueError
        If the rate is not above 0.
    """
    if not discount > 0:
        raise ValueError(f"a future without end needs a discount rate above 0; got {discount}")


def shifted_beta_geometric(
    at_risk: ArrayLike, lost: ArrayLike, *, period: ArrayLike | None = None, start: CohortFit | None = None
) -> CohortFit:
    """Fit the shifted beta-geometric to counts by maximum likelihood.

    Parameters
    ----------
    at_risk, lost : (k,) arrays
        Customers at risk in each period and lost in it.
    period : (k,) array, optional
        Which periods they are; 1 ... k, unless told.
    start : CohortFit, optional
        A fit of nearly the same customers.

    Raises
    ------
    ValueError
        If counts are impossible.
    FitError
        If nobody was lost, everybody was at once, or there is one period only.
    """
    n, d = np.asarray(at_risk, dtype=float), np.asarray(lost, dtype=float)
    t = np.arange(1.0, len(n) + 1) if period is None else np.asarray(period, dtype=float)
    if (d < 0).any() or (d > n).any():
        raise ValueError("at every period 0 <= lost <= at risk must hold; see the counts")
    if (n > 0).sum() < 2 or not d.sum() > 0 or not (n - d).sum() > 0:
        raise FitError("a law of staying needs two periods, customers who left and customers who stayed")
    begin = [0.0, np.log(max(1.0, n.sum() / d.sum() - 1))] if start is None else np.log([start.alpha, start.beta])
    top = climb(_height(n, d, t - 1), start=begin, tolerance=1e-9 if start is None else ROUGH)
    return CohortFit(alpha=float(np.exp(top.at[0])), beta=float(np.exp(top.at[1])), log_likelihood=top.height)


def _height(n: Array, d: Array, before: Array) -> Height:
    """Sum of d log alpha + (n - d) log(beta + t - 1) - n log(alpha + beta + t - 1), in log alpha and log beta."""

    def height(at: Array) -> tuple[float, Array, Array]:
        alpha, beta = np.exp(at)
        stay, whole = 1 / (beta + before), 1 / (alpha + beta + before)
        value = d.sum() * at[0] - (n - d) @ np.log(stay) + n @ np.log(whole)
        slope = np.array([d.sum() / alpha - n @ whole, (n - d) @ stay - n @ whole])
        both = n @ whole**2
        bend = np.array([[both - d.sum() / alpha**2, both], [both, both - (n - d) @ stay**2]])
        scale = np.array([alpha, beta])
        return float(value), slope * scale, bend * np.outer(scale, scale) + np.diag(slope * scale)

    return height
