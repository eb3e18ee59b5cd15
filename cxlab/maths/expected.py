"""What a repeat-buying model expects of a customer: alive, purchases to a horizon, discounted purchases to come.

Given (x, t_x, T) and alive, the rate is gamma(r + x, alpha + T) and drop-out beta(a, b + x), independent of each
other; every expectation is P(alive) times one over these two. The integrals are trapezoid sums over the
logarithm of the rate and the log-odds of drop-out, where they converge faster than any power of the step;
hypergeometric forms lose their digits where a is near 1 or x is in the thousands.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.maths.buying import BuyingFit
from cxlab.maths.cohorts import refuse_no_discount

Array = NDArray[np.float64]

_TINY, _STEP = 1e-14, 0.35
_AGES = 12
"""Nodes in log(alpha + T) between which discounted purchases are interpolated, for each x: exact to 1e-8."""


def alive(fit: BuyingFit, x: ArrayLike, t_x: ArrayLike, total: ArrayLike) -> Array:
    """Chance that a customer has not dropped out, given x, t_x and T.

    1 / (1 + odds), odds = a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x) with a repeat purchase; 1
    without one, because customers can only drop out after one.
    """
    x, t_x, total = (np.asarray(column, dtype=float) for column in (x, t_x, total))
    with np.errstate(divide="ignore"):
        odds = np.log(fit.a / (fit.b + np.maximum(x, 1) - 1 if fit.dropout == "varied" else fit.b))
    odds = odds + (fit.r + x) * np.log((fit.alpha + total) / (fit.alpha + t_x))
    return np.where(x > 0, special.expit(-odds), 1.0)


def purchases(fit: BuyingFit, x: ArrayLike, t_x: ArrayLike, total: ArrayLike, *, horizon: float) -> Array:
    """Purchases expected within ``horizon`` from now, given x, t_x and T [1]_.

    P(alive) E[(1 - (1 + p h / (alpha + T))^-(r + x)) / p] over drop-out p.

    Raises
    ------
    ValueError
        If the horizon is not a time.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), equation 10.
    """
    if not 0 <= horizon < np.inf:
        raise ValueError(f"a horizon without discount must end: a number of periods >= 0; got {horizon}")
    x, t_x, total = np.broadcast_arrays(*(np.asarray(column, dtype=float) for column in (x, t_x, total)))
    found = np.empty(x.shape)
    for each in np.unique(x):
        rows = x == each
        ages, place = np.unique(total[rows], return_inverse=True)
        p, weights = _dropout(fit, each)
        reach = np.outer(horizon / (fit.alpha + ages), p)
        found[rows] = (-np.expm1(-(fit.r + each) * np.log1p(reach)) / p @ weights)[place]
    return np.asarray(found * alive(fit, x, t_x, total))


def discounted_purchases(
    fit: BuyingFit, x: ArrayLike, t_x: ArrayLike, total: ArrayLike, *, discount: float, after: float = 0.0
) -> Array:
    """Purchases expected from now on, each discounted to now at the continuous rate ``discount``.

    P(alive) E[rate / (discount + rate p) e^(-(discount + rate p) after)] over rate and drop-out p: for one x a
    smooth function of log(alpha + T), worked out at a few values of T and interpolated.

    Parameters
    ----------
    after : float
        Only purchases later than this from now.

    Raises
    ------
    ValueError
        If the rate is not above 0.
    """
    refuse_no_discount(discount)
    x, t_x, total = np.broadcast_arrays(*(np.asarray(column, dtype=float) for column in (x, t_x, total)))
    found = np.empty(x.shape)
    ends = np.log(fit.alpha + np.array([total.min(initial=np.inf), total.max(initial=0.0)])) if x.size else None
    for each in np.unique(x):
        rows = x == each
        assert ends is not None
        found[rows] = _interpolated(
            fit, each, np.log(fit.alpha + total[rows]), ends=ends, discount=discount, after=after
        )
    return np.asarray(found * alive(fit, x, t_x, total))


def _interpolated(fit: BuyingFit, x: float, logs: Array, *, ends: Array, discount: float, after: float) -> Array:
    """Interpolate the logarithm of the expectation by the polynomial through Chebyshev's nodes."""
    middle, half = ends.mean(), max(float(np.ptp(ends)) / 2, 1e-9)
    angles = (np.arange(_AGES) + 0.5) * np.pi / _AGES
    nodes = np.cos(angles)
    values = np.log(_discounted(fit, x, discount * np.exp(middle + half * nodes), late=discount * after))
    series = np.cos(np.outer(np.arange(_AGES), angles)) @ values * 2 / _AGES
    series[0] /= 2
    return np.asarray(np.exp(np.polynomial.chebyshev.chebval((logs - middle) / half, series)))


def _discounted(fit: BuyingFit, x: float, cost: Array, *, late: float) -> Array:
    """E[g / (c + g p) e^(-late (1 + g p / c))] over g gamma(r + x, 1) and drop-out p, each c = discount (alpha +
    T).
    """
    p, weights = _dropout(fit, x)
    g, chances = _rate(fit.r + x)
    gone, found = g[:, None] * p, []
    for each in cost:
        kept = g[:, None] / (each + gone)
        found.append(chances @ ((kept * np.exp(-late * (1 + gone / each)) if late else kept) @ weights))
    return np.asarray(found)


def _dropout(fit: BuyingFit, x: float) -> tuple[Array, Array]:
    """Drop-out chances and their weights, given alive after ``x`` repeat purchases; they sum to 1."""
    if fit.dropout == "none":
        return np.array([1e-300]), np.ones(1)
    if fit.dropout == "one":
        return np.array([fit.a]), np.ones(1)
    a, b = fit.a, fit.b + x
    spread = np.sqrt(special.polygamma(1, a) + special.polygamma(1, b))
    step = min(_STEP, 0.6 * float(spread))
    top = float(np.log(a / b))
    low, high = top - max(42 / a, 10 * spread), top + max(42 / b, 10 * spread)
    z = np.arange(max(low, -42.0 - 42 / a, -700.0), high, step)
    logs = a * special.log_expit(z) + b * special.log_expit(-z) - special.betaln(a, b)
    weights = np.exp(logs) * step
    kept = weights > _TINY * weights.max()
    return special.expit(z)[kept], weights[kept] / weights[kept].sum()


def _rate(shape: float) -> tuple[Array, Array]:
    """Values of a standard gamma and their weights; they sum to 1."""
    spread = float(np.sqrt(special.polygamma(1, shape)))
    step = min(_STEP, 0.6 * spread)
    top = float(np.log(shape))
    z = np.arange(max(top - max(42 / shape, 10 * spread), -700.0), top + max(5.0, 10 * spread), step)
    weights = np.exp(shape * z - np.exp(np.minimum(z, 700)) - special.gammaln(shape)) * step
    kept = weights > _TINY * weights.max()
    return np.exp(z)[kept], weights[kept] / weights[kept].sum()
