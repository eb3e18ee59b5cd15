"""Panel regressions from sums that add: within customers or pooled, errors clustered by account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from cxlab.errors import FitError

Array = NDArray[np.float64]
Ints = NDArray[np.intp]

DEPENDENT = 1e-9
"""A column of which less than this share is left, once the columns before it are taken out, adds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelSums:
    """Sums over clusters from which coefficients and clustered errors follow exactly, without a second pass.

    With X the design (one row per customer and period), Y the outcomes and M the demeaning by customer (or
    nothing, pooled), A_c = sum X'MX and s_c = sum X'MY over the customers of cluster c; columns are ``scores``,
    then ``periods``, one dummy each. Sums of disjoint clusters add.

    Parameters
    ----------
    scores, periods, outcomes : tuple
        Names of the columns asked about, of the period dummies and of the outcomes.
    rows, customers, clusters : int
        Rows used; customer effects taken out (0: pooled); clusters.
    moved : (scores,) array
        Customers in whom the column takes more than one value.
    a : (p, p) array
        Sum of A_c.
    s : (p, m) array
        Sum of s_c.
    yy : (m, m) array
        Sum of Y'MY.
    ss : (m p, m p) array
        Sum of s_c s_c', the outcomes one after another.
    sa : (m p, v) array
        Sum of s_c by the v = p (p + 1) / 2 entries of A_c on and above its diagonal, row by row.
    aa : (v, v) array
        Sum of these entries by themselves.
    """

    scores: tuple[str, ...]
    periods: tuple[int, ...]
    outcomes: tuple[str, ...]
    rows: int
    customers: int
    clusters: int
    moved: NDArray[np.int64]
    a: Array
    s: Array
    yy: Array
    ss: Array
    sa: Array
    aa: Array

    @property
    def layout(self) -> tuple[tuple[object, ...], ...]:
        """What has to be equal for two sums to add."""
        return self.scores, self.periods, self.outcomes

    def __add__(self, other: PanelSums) -> PanelSums:
        if self.layout != other.layout:
            raise ValueError(f"only sums of one layout add; got {self.layout} and {other.layout}")
        counts = ("rows", "customers", "clusters", "moved", "a", "s", "yy", "ss", "sa", "aa")
        added = {name: getattr(self, name) + getattr(other, name) for name in counts}
        return PanelSums(scores=self.scores, periods=self.periods, outcomes=self.outcomes, **added)


@dataclass(frozen=True, kw_only=True, eq=False)
class PanelFit:
    """Coefficients of the score columns, for several outcomes at once, with their joint covariance.

    Parameters
    ----------
    sums : PanelSums
        What was fitted.
    coefficients : (scores, outcomes) array
        In the unit of the outcome.
    covariance : (outcomes, scores, outcomes, scores) array
        CR1: G/(G-1) (n-1)/(n-p) of the sandwich, customer effects not counted in p [1]_.
    degrees : int
        Clusters - 1: of t and of the denominator of F.
    residual : (outcomes,) array
        Sums of squared residuals.
    residual_degrees : int
        Rows less columns less customer effects.
    plain : (outcomes, scores, scores) array
        Covariance if errors were independent and alike.

    References
    ----------
    .. [1] Cameron, A. C. and Miller, D. L. (2015). A practitioner's guide to cluster-robust inference. JHR 50.
    """

    sums: PanelSums
    coefficients: Array
    covariance: Array
    degrees: int
    residual: Array
    residual_degrees: int
    plain: Array

    @cached_property
    def errors(self) -> Array:
        """Standard errors, (scores, outcomes)."""
        m, k = self.covariance.shape[:2]
        flat = self.covariance.reshape(m * k, m * k)
        return np.asarray(np.sqrt(np.diag(flat)).reshape(m, k).T)

    def combined(self, weights: Array) -> tuple[Array, Array]:
        """Values and covariance of linear combinations.

        Parameters
        ----------
        weights : (c, scores, outcomes) array
            One combination a row.

        Returns
        -------
        values, covariance : (c,), (c, c) arrays
        """
        flat = np.swapaxes(weights, 1, 2).reshape(len(weights), -1)
        size = flat.shape[1]
        return flat @ self.coefficients.T.ravel(), flat @ self.covariance.reshape(size, size) @ flat.T


def panel_fit(sums: PanelSums) -> PanelFit:
    """Least squares from sums: the within estimator where customer effects were taken out, else pooled.

    Raises
    ------
    FitError
        If there are under two clusters, no rows to spare, or a score column that the others determine.
    """
    k, p, m = len(sums.scores), len(sums.a), len(sums.outcomes)
    kept = _independent(sums.a, order=[*range(k, p), *range(k)])
    lost = [sums.scores[column] for column in range(k) if column not in kept]
    spare = sums.rows - len(kept) - sums.customers
    if lost:
        raise FitError(f"no customer tells {', '.join(lost)} apart from the other columns: nothing to estimate")
    if sums.clusters < 2 or spare < 1:
        raise FitError(f"a regression needs two clusters and rows to spare; got {sums.clusters} and {spare}")
    inverse = np.zeros_like(sums.a)
    inverse[np.ix_(kept, kept)] = np.linalg.inv(sums.a[np.ix_(kept, kept)])
    b = inverse @ sums.s
    bread = inverse[:k]
    correction = sums.clusters / (sums.clusters - 1) * (sums.rows - 1) / (sums.rows - len(kept))
    meat = _meat(sums, b).reshape(m, p, m, p)
    covariance = correction * np.einsum("ip,apbq,jq->aibj", bread, meat, bread, optimize=True)
    residual = np.maximum(np.diag(sums.yy) - 2 * np.einsum("pa,pa->a", b, sums.s)
                          + np.einsum("pa,pq,qa->a", b, sums.a, b), 0.0)  # fmt: skip
    return PanelFit(
        sums=sums, coefficients=b[:k], covariance=covariance, degrees=sums.clusters - 1, residual=residual,
        residual_degrees=spare, plain=residual[:, None, None] / spare * inverse[None, :k, :k],
    )  # fmt: skip


def _independent(a: Array, *, order: Sequence[int]) -> list[int]:
    """Columns of a cross product that the ones taken before do not determine, in ascending order."""
    kept: list[int] = []
    for column in order:
        left = size = a[column, column]
        if kept:
            across = a[kept, column]
            left = size - across @ np.linalg.solve(a[np.ix_(kept, kept)], across)
        if size > 0 and left > DEPENDENT * size:
            kept.append(column)
    return sorted(kept)


def upper(p: int) -> tuple[Ints, Ints]:
    """Rows and columns of the entries on and above the diagonal of a (p, p) array, row by row."""
    return np.triu_indices(p)


def _meat(sums: PanelSums, b: Array) -> Array:
    """Sum of (s_c - A_c b)(s_c - A_c b)', outcomes stacked: the products kept in the sums, times b."""
    p = len(sums.a)
    rows, columns = upper(p)
    place = np.arange(len(rows))
    times = []
    for outcome in b.T:  # entries of A_c to A_c b
        each = np.zeros((p, len(rows)))
        each[rows, place] = outcome[columns]
        each[columns, place] += np.where(rows != columns, outcome[rows], 0.0)
        times.append(each)
    product = np.concatenate(times)
    across = sums.sa @ product.T
    return np.asarray(sums.ss - across - across.T + product @ sums.aa @ product.T)


def joint_test(values: Array, covariance: Array, *, degrees: int) -> tuple[float, float]:
    """Test that several coefficients are all zero: W / q against F(q, degrees).

    Parameters
    ----------
    values, covariance : (q,), (q, q) arrays
        Estimates and their covariance.
    degrees : int
        Clusters - 1.

    Returns
    -------
    statistic, p : float

    >>> [round(number, 4) for number in joint_test(np.array([1.0, 2.0]), np.eye(2), degrees=199)]
    [2.5, 0.0847]
    """
    q = len(values)
    statistic = float(values @ np.linalg.solve(covariance, values)) / q
    return statistic, float(special.fdtrc(q, degrees, statistic))


def robustness_value(t: float, *, degrees: int) -> float:
    """Share of what is left of both score and revenue that something unseen must account for to explain all [1]_.

    Parameters
    ----------
    t : float
        Plain t of the coefficient.
    degrees : int
        Residual degrees of freedom.

    References
    ----------
    .. [1] Cinelli, C. and Hazlett, C. (2020). Making sense of sensitivity. JRSS B 82, section 4.

    >>> round(robustness_value(4.18445, degrees=783), 4)
    0.1388
    """
    f = t**2 / degrees
    return float((np.sqrt(f**2 + 4 * f) - f) / 2)


def partial_r2(sums: PanelSums, *, outcome: int = 0) -> float:
    """Share of what the scores leave of an outcome that the periods account for."""
    full, short = panel_fit(sums).residual[outcome], panel_fit(_without_periods(sums)).residual[outcome]
    return float(1 - full / short) if short > 0 else 0.0


def _without_periods(sums: PanelSums) -> PanelSums:
    k, p, m = len(sums.scores), len(sums.a), len(sums.outcomes)
    stacked = (np.arange(m)[:, None] * p + np.arange(k)).ravel()
    rows, columns = upper(p)
    entries = np.flatnonzero((rows < k) & (columns < k))
    return PanelSums(
        scores=sums.scores, periods=(), outcomes=sums.outcomes, rows=sums.rows, customers=sums.customers,
        clusters=sums.clusters, moved=sums.moved, a=sums.a[:k, :k], s=sums.s[:k], yy=sums.yy,
        ss=sums.ss[np.ix_(stacked, stacked)], sa=sums.sa[np.ix_(stacked, entries)],
        aa=sums.aa[np.ix_(entries, entries)],
    )  # fmt: skip
