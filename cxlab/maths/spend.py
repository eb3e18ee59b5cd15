"""Spend per purchase, Gamma-Gamma, from counts of customers with the same number of purchases and mean spend.

A customer's purchases are gamma(p, nu) around an own mean p / nu, with nu gamma(q, gamma) over customers [1]_.
The mean of all customers is p gamma / (q - 1): q is kept above 1, so that there is one.

References
----------
.. [1] Fader, P. S. and Hardie, B. G. S. (2013). The Gamma-Gamma model of monetary value.
   http://www.brucehardie.com/notes/025/
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.errors import FitError
from cxlab.maths.newton import ROUGH, Height, climb

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpendFit:
    """A fitted Gamma-Gamma.

    Parameters
    ----------
    p : float
        Shape of a customer's own purchases: 1 / p is their squared coefficient of variation.
    q, gamma : float
        Gamma of nu over customers; q > 1.
    log_likelihood : float
        At the optimum.
    parameters : (3,) array
        log p, log(q - 1), log of gamma in units of the mean spend of all rows.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float
    parameters: Array

    @property
    def mean(self) -> float:
        """Mean spend per purchase over customers."""
        return self.p * self.gamma / (self.q - 1)

    def expected(self, x: ArrayLike, spent: ArrayLike, customers: ArrayLike = 1.0) -> Array:
        """Sum over customers of the expected mean spend per purchase, given ``x`` purchases each and their sum.

        (p gamma N + p S) / (p x + q - 1): linear in the spend, so that rows of equal x add.
        """
        x, spent = np.asarray(x, dtype=float), np.asarray(spent, dtype=float)
        return np.asarray(self.p * (self.gamma * np.asarray(customers) + spent) / (self.p * x + self.q - 1))


def gamma_gamma(
    x: ArrayLike, spend: ArrayLike, customers: ArrayLike, *, start: SpendFit | None = None
) -> SpendFit:
    """Fit Gamma-Gamma by maximum likelihood.

    Parameters
    ----------
    x, spend : (k,) arrays
        Purchases (1 or more) and mean spend per purchase (above 0) of the customers counted in each row.
    customers : (k,) array
        How many they are.
    start : SpendFit, optional
        A fit of nearly the same customers.

    Raises
    ------
    ValueError
        If a row is impossible.
    FitError
        If nobody bought more than once: spread within and between customers cannot be told apart.
    """
    x, spend, n = (np.asarray(column, dtype=float) for column in (x, spend, customers))
    if not ((x >= 1) & (spend > 0) & (n >= 0)).all():
        raise ValueError("every row needs x >= 1 purchases, spend > 0 and customers >= 0")
    if not (n * (x > 1)).sum() > 0:
        raise FitError("spend per purchase needs customers with two or more purchases; got none")
    unit = float(n @ spend / n.sum())
    height = _height(x, spend / unit, n)
    if start is None:
        top = climb(height, start=[np.log(2.0), np.log(2.0), 0.0])
    else:
        top = climb(height, start=start.parameters, tolerance=ROUGH)
    p, q, gamma = float(np.exp(top.at[0])), 1 + float(np.exp(top.at[1])), float(np.exp(top.at[2])) * unit
    return SpendFit(
        p=p, q=q, gamma=gamma, log_likelihood=top.height - float(n.sum() * np.log(unit)), parameters=top.at
    )  # fmt: skip


def _height(x: Array, m: Array, n: Array) -> Height:
    """Log-likelihood in log p, log(q - 1) and log gamma, with gradient and Hessian."""
    xs, at_x = np.unique(x, return_inverse=True)
    mass = np.bincount(at_x, weights=n, minlength=len(xs))
    logs = float(n @ (x * np.log(m * x))), float(n @ np.log(m))
    total = n.sum()

    def height(at: Array) -> tuple[float, Array, Array]:
        p, more, gamma = np.exp(at)
        q, px = 1 + more, p * xs
        sums, whole = np.log(gamma + m * x), p * x + q
        share = 1 / (gamma + m * x)
        value = (
            mass @ (special.gammaln(px + q) - special.gammaln(px)) + total * (q * at[2] - special.gammaln(q))
            + p * logs[0] - logs[1] - n @ (whole * sums)
        )  # fmt: skip
        rise, bend = special.digamma(px + q), special.polygamma(1, px + q)
        slope = np.array(
            [
                mass @ (xs * (rise - special.digamma(px))) + logs[0] - n @ (x * sums),
                mass @ rise + total * (at[2] - special.digamma(q)) - n @ sums,
                total * q / gamma - n @ (whole * share),
            ]
        )
        hessian = np.empty((3, 3))
        hessian[0, 0] = mass @ (xs**2 * (bend - special.polygamma(1, px)))
        hessian[0, 1] = hessian[1, 0] = mass @ (xs * bend)
        hessian[1, 1] = mass @ bend - total * special.polygamma(1, q)
        hessian[0, 2] = hessian[2, 0] = -(n @ (x * share))
        hessian[1, 2] = hessian[2, 1] = total / gamma - n @ share
        hessian[2, 2] = n @ (whole * share**2) - total * q / gamma**2
        scale = np.array([p, more, gamma])
        return float(value), slope * scale, hessian * np.outer(scale, scale) + np.diag(slope * scale)

    return height


def rank_correlation(x: ArrayLike, y: ArrayLike, customers: ArrayLike) -> float:
    """Spearman's correlation of two columns of counted rows, ties at their middle ranks; 0 where one is
    constant.
    """
    n = np.asarray(customers, dtype=float)
    ranks = [_middle_ranks(np.asarray(column, dtype=float), n) for column in (x, y)]
    ranks = [rank - (n @ rank) / n.sum() for rank in ranks]
    spread = float(np.sqrt((n @ ranks[0] ** 2) * (n @ ranks[1] ** 2)))
    return float(n @ (ranks[0] * ranks[1])) / spread if spread > 0 else 0.0


def _middle_ranks(values: Array, n: Array) -> Array:
    levels, place = np.unique(values, return_inverse=True)
    mass = np.bincount(place, weights=n, minlength=len(levels))
    return np.asarray((np.cumsum(mass) - mass / 2)[place])
