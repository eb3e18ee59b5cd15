"""Discounted days to come of customers who stay as a table of hazards says, and what their uncertainty makes of
it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.maths.cohorts import refuse_no_discount

Array = NDArray[np.float64]

YEAR_DAYS = 365.25

_SPAN = 600.0
"""Logarithms that span less than this can be summed as they are."""


def daily_factor(rate: float) -> float:
    """What a unit of money a day from now is worth today, at a yearly rate.

    Raises
    ------
    ValueError
        If the rate is not above 0.

    >>> round(daily_factor(0.10) ** YEAR_DAYS, 6)
    0.909091
    """
    refuse_no_discount(rate)
    return float((1 + rate) ** (-1 / YEAR_DAYS))


def remaining(hazard: ArrayLike, *, factor: float, tail: ArrayLike = 0.0) -> tuple[Array, Array]:
    """Discounted days to come, sum over k >= 1 of v^k S(t + k) / S(t), at tenures t = 0 ... T.

    Parameters
    ----------
    hazard : (..., T) array
        Share lost of those at risk on days 1 ... T, below 1.
    factor : float
        v, what a unit a day later is worth.
    tail : (...) array
        Discounted days to come of a customer with T days behind them: what lies beyond the table.

    Returns
    -------
    days, beyond : (..., T + 1) arrays
        All of them, and the part that lies beyond the table.
    """
    q = np.asarray(hazard, dtype=float)
    logs = np.cumsum(np.log1p(-q) + np.log(factor), axis=-1)
    logs = np.concatenate([np.zeros((*q.shape[:-1], 1)), logs], axis=-1)
    within = np.concatenate([_summed_ahead(logs), np.zeros((*q.shape[:-1], 1))], axis=-1)
    beyond = np.exp(logs[..., -1:] - logs) * np.asarray(tail, dtype=float)[..., None]
    return within + beyond, beyond


def _summed_ahead(logs: Array) -> Array:
    """Sum of exp(logs_u - logs_t) over u > t, at every t but the last; logs fall."""
    if logs[..., 0].max(initial=0.0) - logs[..., -1].min(initial=0.0) < _SPAN:
        values = np.exp(logs)
        return np.asarray(np.cumsum(values[..., :0:-1], axis=-1)[..., ::-1] / values[..., :-1])
    ahead = np.logaddexp.accumulate(logs[..., :0:-1], axis=-1)[..., ::-1]
    return np.asarray(np.exp(ahead - logs[..., :-1]))


def slope(amount: ArrayLike, hazard: ArrayLike, days: ArrayLike, *, factor: float) -> Array:
    """Derivative of sum over t of amount_t days_t by the hazard of each day u = 1 ... T.

    A customer who would be here on day u loses that day and all that follow: -(sum over t < u of amount_t v^(u -
    t) S(u - 1) / S(t)) (1 + days_u).

    Parameters
    ----------
    amount : (T + 1,) array
        What those with t days behind them bring a day, summed.
    hazard : (T,) array
        As for `remaining`.
    days : (T + 1,) array
        Its result.
    """
    q = np.asarray(hazard, dtype=float)
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(-q) + np.log(factor))])
    with np.errstate(divide="ignore"):
        held = np.log(np.asarray(amount, dtype=float)[:-1])
    reach = np.exp(np.logaddexp.accumulate(held - logs[:-1]) + logs[:-1])
    return np.asarray(-reach * factor * (1 + np.asarray(days, dtype=float)[1:]))


def variance(
    amount: ArrayLike, hazard: ArrayLike, days: ArrayLike, exposure: ArrayLike, *, factor: float
) -> float:
    """Variance of sum amount_t days_t because hazards are estimated: sum of slope^2 q (1 - q) / n."""
    q = np.asarray(hazard, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(q > 0, q * (1 - q) / np.asarray(exposure, dtype=float), 0.0)
    return float((slope(amount, q, days, factor=factor) ** 2 * each).sum())
