"""Of customers who are here today, each with a time behind them: the share that will still be here later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying:
    """Customers expected to stay, and the variance of that number: curves are estimated, the stock is known."""

    number: float
    variance: float

    def __add__(self, other: Staying) -> Staying:
        """Sum over groups with curves of their own."""
        return Staying(number=self.number + other.number, variance=self.variance + other.variance)


def chances(log_survival: ArrayLike, *, horizon: int) -> Array:
    """Chance to survive ``horizon`` more periods after 0 ... T - horizon of them: S(t + h) / S(t).

    Parameters
    ----------
    log_survival : (..., T) array
        Log survival after periods 1 ... T.

    Returns
    -------
    (..., T - horizon + 1) array
        0 where nobody survives so long; a horizon beyond T leaves no period.
    """
    log = np.asarray(log_survival, dtype=float)
    whole = np.concatenate([np.zeros((*log.shape[:-1], 1)), log], axis=-1)
    if horizon > log.shape[-1]:
        return np.zeros((*log.shape[:-1], 0))
    start = whole[..., : whole.shape[-1] - horizon]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.isfinite(start), np.exp(whole[..., horizon:] - start), 0.0))


def staying(at_risk: ArrayLike, lost: ArrayLike, customers: ArrayLike, *, horizon: int) -> Staying:
    """Customers of a stock who will still be here after ``horizon`` periods.

    With C_t = S(t + h) / S(t) the derivative for the hazard q_u is minus the sum over t < u <= t + h of
    m_t C_t / (1 - q_u), so V = sum over u of (that sum of m_t C_t)^2 q_u / (n_u (1 - q_u)).

    Parameters
    ----------
    at_risk, lost : (T,) arrays
        Counts in periods 1 ... T.
    customers : (T - horizon + 1,) array
        m: customers who have 0, 1, ... periods behind them today.

    Raises
    ------
    ValueError
        If somebody in stock has more behind them than the curve can carry.
    """
    n, d, m = (np.asarray(part, dtype=float) for part in (at_risk, lost, customers))
    if len(m) != max(len(n) - horizon + 1, 0):
        raise ValueError(
            f"a curve of {len(n)} periods and a horizon of {horizon} answer for "
            f"{max(len(n) - horizon + 1, 0)} tenures; got {len(m)}"
        )
    with np.errstate(divide="ignore"):
        chance = chances(np.cumsum(np.log1p(-d / n)), horizon=horizon)
    carried = np.concatenate([[0.0], np.cumsum(m * chance)])
    period = np.arange(1, len(n) + 1)
    reach = carried[np.minimum(period, len(m))] - carried[np.clip(period - horizon, 0, len(m))]
    spread = np.where(n > d, d / (n * np.where(n > d, n - d, 1.0)), 0.0)
    return Staying(number=float(m @ chance), variance=float(reach**2 @ spread))
