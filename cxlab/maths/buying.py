"""Repeat buying with drop-out, BG/NBD, from counts of customers with the same (x, t_x, T).

While alive a customer buys at an own rate, gamma(r, alpha) over customers; after each purchase the customer
drops out with an own probability, beta(a, b) over customers [1]_. The likelihood sees a customer only through x
repeat purchases, the time t_x of the last one and the time T since the first; equal triples are counted.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting your customers" the easy way: an
   alternative to the Pareto/NBD model. Marketing Science 24.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.errors import FitError
from cxlab.maths.buying_rows import Level, either_of, in_order, level_of, stretches
from cxlab.maths.newton import ROUGH, Height, Top, climb

Array = NDArray[np.float64]
Dropout = Literal["varied", "one", "none"]
"""How drop-out spreads over customers: beta(a, b); one probability for all; nobody drops out."""

NO_BETTER = 1e-3
"""A larger model whose log-likelihood is higher by less than this lies on its boundary: the smaller one is it."""


ALIKE, HARDLY = 20.0, 0.02
"""Drop-out with a + b above the one, or a / (a + b) below the other, may lie on a boundary: it is looked at."""

MANY = 60_000
"""With more rows the search starts where it ends for every so many of them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buying:
    """Counts of customers by (x, t_x, T), with each distinct value looked up once.

    Parameters
    ----------
    x, t_x, total : (k,) arrays
        Repeat purchases; time of the last one after the first purchase (0 without any); time since the first.
    customers : (k,) array
        How many share the triple.
    levels : tuple
        Distinct values of x, t_x and T, each with the place of every row among them.
    """

    x: Array
    t_x: Array
    total: Array
    customers: Array
    levels: tuple[Level, ...]


def buying(x: ArrayLike, t_x: ArrayLike, total: ArrayLike, customers: ArrayLike | None = None) -> Buying:
    """Check triples and bring them into shape; without ``customers`` every row is one customer.

    Raises
    ------
    ValueError
        If a row is impossible.
    FitError
        If nobody bought twice: nothing is known about rates or drop-out.
    """
    columns = [np.asarray(column, dtype=float) for column in (x, t_x, total)]
    n = np.ones(len(columns[0])) if customers is None else np.asarray(customers, dtype=float)
    many, last, age = columns
    if not (
        (many >= 0) & (many == np.rint(many)) & (last >= 0) & (last <= age) & ((many > 0) | (last == 0)) & (n >= 0)
    ).all():
        raise ValueError("every row needs whole x >= 0, 0 <= t_x <= T, t_x = 0 where x = 0, and customers >= 0")
    if not (n * many).sum() > 0:
        raise FitError("repeat buying needs customers who bought more than once; got none")
    levels = tuple(level_of(column) for column in columns)
    return Buying(x=many, t_x=last, total=age, customers=n, levels=levels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BuyingFit:
    """A fitted model of repeat buying.

    Parameters
    ----------
    r, alpha : float
        Gamma of buying rates: mean r / alpha purchases a unit of time.
    a, b : float
        Beta of drop-out after a purchase; with ``dropout`` "one" a / (a + b) is the probability (a + b = 1), with
        "none" a is 0.
    dropout : {"varied", "one", "none"}
        Which model it is.
    log_likelihood : float
        At the optimum.
    bic : float
        Bayesian information criterion: less is better.
    parameters : (p,) array
        What was estimated: log r, log alpha, then log a and log b, or the log-odds of the one probability.
    hessian : (p, p) array
        Second derivatives of the log-likelihood in ``parameters``.
    """

    r: float
    alpha: float
    a: float
    b: float
    dropout: Dropout
    log_likelihood: float
    bic: float
    parameters: Array
    hessian: Array


def bg_nbd(counts: Buying, *, start: BuyingFit | None = None) -> BuyingFit:
    """Fit BG/NBD by maximum likelihood; on its boundary, the sub-model that is left.

    Parameters
    ----------
    counts : Buying
        See `buying`.
    start : BuyingFit, optional
        A fit of nearly the same customers; its model is kept, so that replicates are of one kind.
    """
    if start is not None:
        return fit_of(counts, dropout=start.dropout, start=start.parameters, tolerance=ROUGH)
    full = fit_of(counts, dropout="varied")
    best = full
    for dropout in ("one", "none") if full.a + full.b > ALIKE or full.a < HARDLY * (full.a + full.b) else ():
        smaller = fit_of(counts, dropout=dropout)
        if smaller.log_likelihood > full.log_likelihood - NO_BETTER:
            best = smaller
    return best


def fit_of(
    counts: Buying, *, dropout: Dropout, start: ArrayLike | None = None, tolerance: float = 1e-9
) -> BuyingFit:
    """Fit one of the three models; boundaries are not looked at."""
    pace = float(counts.customers @ counts.total / (counts.customers @ counts.x))
    starts = {
        "varied": [0.0, np.log(pace), 0.0, 1.0],
        "one": [0.0, np.log(pace), -2.0],
        "none": [0.0, np.log(pace)],
    }
    begin = np.asarray(starts[dropout] if start is None else start, dtype=float)
    if start is None and len(counts.x) > MANY:
        begin = climb(
            _height(_every(counts, len(counts.x) // (MANY // 3)), dropout), start=begin, tolerance=ROUGH
        ).at
    top = climb(_height(counts, dropout), start=begin, tolerance=tolerance)
    return _fitted(counts, dropout, top)


def _every(counts: Buying, rows: int) -> Buying:
    """Every so many rows in the order of x: near the top of all, and found in a fraction of the time."""
    kept = in_order(counts.levels[0])[::rows]
    return buying(counts.x[kept], counts.t_x[kept], counts.total[kept], counts.customers[kept])


def moved(fit: BuyingFit, parameters: Array) -> BuyingFit:
    """Return the same model at other parameters; likelihood and Hessian stay those of the fit."""
    r, alpha, a, b = _natural(fit.dropout, parameters)
    return replace(fit, r=r, alpha=alpha, a=a, b=b, parameters=parameters)


def _natural(dropout: Dropout, at: Array) -> tuple[float, float, float, float]:
    r, alpha = (float(each) for each in np.exp(at[:2]))
    if dropout == "varied":
        return r, alpha, float(np.exp(at[2])), float(np.exp(at[3]))
    if dropout == "one":
        return r, alpha, float(special.expit(at[2])), float(special.expit(-at[2]))
    return r, alpha, 0.0, 1.0


def _fitted(counts: Buying, dropout: Dropout, top: Top) -> BuyingFit:
    r, alpha, a, b = _natural(dropout, top.at)
    return BuyingFit(
        r=r, alpha=alpha, a=a, b=b, dropout=dropout, log_likelihood=top.height,
        bic=float(len(top.at) * np.log(counts.customers.sum()) - 2 * top.height), parameters=top.at,
        hessian=top.hessian,
    )  # fmt: skip


def _height(counts: Buying, dropout: Dropout) -> Height:
    """Log-likelihood of the counts in the model's parameters, with gradient and Hessian.

    A customer is alive, A1 = -(r + x) log(alpha + T), or dropped out after the last purchase, A2 = D - (r + x)
    log(alpha + t_x) with D the log-odds of dropping out then: A1 + log(1 + exp(z)), z = A2 - A1. The sum of A1 is
    one over the distinct T; what belongs to drop-out is a function of x alone: `_DROPOUT` gives it and D by the
    distinct x. Only z is worked out row by row (`either_of`).
    """
    n = counts.customers
    (xs, at_x), (lasts, _), (ages, at_age) = counts.levels
    rows = stretches(counts.levels, counts.customers)
    mass = np.bincount(at_x, weights=n, minlength=len(xs))
    aged, bought = (np.bincount(at_age, weights=each, minlength=len(ages)) for each in (n, n * counts.x))

    def height(at: Array) -> tuple[float, Array, Array]:
        r, alpha = np.exp(at[:2])
        kept, odds = _DROPOUT[dropout](xs, at[2:])
        log_age, by_age, power = np.log(alpha + ages), 1 / (alpha + ages), r * aged + bought
        last_seen = np.array([np.log(alpha + lasts), 1 / (alpha + lasts)])
        value, slope, bend, by_x = either_of(
            rows, power=r + xs, odds=odds.value, ages=np.array([log_age, by_age]), lasts=last_seen
        )
        value += mass @ (special.gammaln(r + xs) - special.gammaln(r) + r * at[1] + kept.value) - power @ log_age
        slope[0] += mass @ (special.digamma(r + xs) - special.digamma(r) + at[1]) - aged @ log_age
        slope[1] += mass.sum() * r / alpha - power @ by_age
        bend[0, 0] += mass @ (special.polygamma(1, r + xs) - special.polygamma(1, r))
        bend[0, 1] += mass.sum() / alpha - aged @ by_age
        bend[1, 0] = bend[0, 1]
        bend[1, 1] += power @ by_age**2 - mass.sum() * r / alpha**2
        scale = np.array([r, alpha])
        gradient, hessian = np.zeros(len(at)), np.zeros((len(at), len(at)))
        gradient[:2] = slope * scale
        hessian[:2, :2] = bend * np.outer(scale, scale) + np.diag(gradient[:2])
        dropped, uncertain, across = by_x[0], by_x[1], by_x[2:]
        gradient[2:] = kept.slope @ mass + odds.slope @ dropped
        hessian[2:, 2:] = kept.bend @ mass + odds.bend @ dropped + (odds.slope * uncertain) @ odds.slope.T
        hessian[:2, 2:] = scale[:, None] * across @ odds.slope.T
        hessian[2:, :2] = hessian[:2, 2:].T
        return float(value), gradient, hessian

    return height


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """A function of x at its distinct values: value (k,), slope (p, k) and bend (p, p, k) in p parameters."""

    value: Array
    slope: Array
    bend: Array


def _varied(x: Array, at: Array) -> tuple[_Part, _Part]:
    """Beta drop-out: log B(a, b + x) / B(a, b), and log a / (b + x - 1), by log a and log b."""
    a, b = np.exp(at)
    later = np.maximum(x, 1) + b - 1
    value = special.betaln(a, b + x) - special.betaln(a, b)
    by_a = special.digamma(a + b) - special.digamma(a + b + x)
    by_b = by_a + special.digamma(b + x) - special.digamma(b)
    bend = special.polygamma(1, a + b) - special.polygamma(1, a + b + x)
    bend_b = bend + special.polygamma(1, b + x) - special.polygamma(1, b)
    nothing, dead = np.zeros_like(x), np.where(x > 0, at[0] - np.log(later), -np.inf)
    kept = _Part(
        value=value,
        slope=np.array([a * by_a, b * by_b]),
        bend=np.array([[a * a * bend + a * by_a, a * b * bend], [a * b * bend, b * b * bend_b + b * by_b]]),
    )
    odds = _Part(
        value=dead,
        slope=np.array([np.ones_like(x), -b / later]),
        bend=np.array([[nothing, nothing], [nothing, b * b / later**2 - b / later]]),
    )
    return kept, odds


def _one(x: Array, at: Array) -> tuple[_Part, _Part]:
    """One drop-out probability p for all: x log(1 - p), and its log-odds, by its log-odds."""
    p = special.expit(at[0])
    kept = _Part(
        value=x * special.log_expit(-at[0]), slope=np.array([-x * p]), bend=np.array([[-x * p * (1 - p)]])
    )
    odds = _Part(value=np.where(x > 0, at[0], -np.inf), slope=np.ones((1, len(x))), bend=np.zeros((1, 1, len(x))))
    return kept, odds


def _none(x: Array, at: Array) -> tuple[_Part, _Part]:
    """Nobody drops out: no parameter."""
    empty = {"slope": np.zeros((0, len(x))), "bend": np.zeros((0, 0, len(x)))}
    return _Part(value=np.zeros_like(x), **empty), _Part(value=np.full_like(x, -np.inf), **empty)


_DROPOUT: dict[Dropout, Callable[[Array, Array], tuple[_Part, _Part]]] = {
    "varied": _varied, "one": _one, "none": _none,
}  # fmt: skip
