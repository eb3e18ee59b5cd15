"""A survival curve one quarter on: how far it will move when a quarter's customers are added to its table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cxlab.maths.risk_money import Drift


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedForward:
    """Survival at the end of the clock as the longer table will give it.

    Parameters
    ----------
    survival : float
        What the table gives now; expected of the longer one too.
    variance : float
        Of the logarithm of the longer table's survival around it: hazards estimated, chance of those added.
    pull : float
        Share by which the longer table's survival falls when all hazards of the quarter added are twice as high,
        as a slope: what drift is multiplied by.
    """

    survival: float
    variance: float
    pull: float

    def error(self, moved: Drift) -> float:
        """Standard error of the survival to be read, with drift: S sqrt(V + tau^2 pull^2 (1 + 1 / Q))."""
        drift = moved.variance * self.pull**2 * (1 + 1 / moved.quarters)
        return float(self.survival * np.sqrt(self.variance + drift))


def carried_forward(at_risk: ArrayLike, lost: ArrayLike, coming: ArrayLike) -> CarriedForward:
    """Kaplan-Meier of a table to which a quarter is added whose customers have the hazards seen so far.

    With q = d / n, N coming and w = N / (n + N), log S moves by - sum w (Q - q) / (1 - q), Q the share lost of
    those coming; its variance is sum w^2 (1 / n + 1 / N) q / (1 - q) = sum q / (1 - q) (1 / n - 1 / (n + N)):
    Greenwood's of the table less Greenwood's of the longer one.

    Parameters
    ----------
    at_risk, lost : (T,) arrays
        Counts on days 1 ... T; somebody at risk on each.
    coming : (T,) array
        Customers expected at risk on these days of their tenure in the quarter to come.

    Raises
    ------
    ValueError
        If nobody is at risk on a day, or everybody left.
    """
    n, d, more = (np.asarray(part, dtype=float) for part in (at_risk, lost, coming))
    if not (n > 0).all() or not (d < n).all():
        raise ValueError("a curve is carried forward where somebody is at risk on every day and somebody stays")
    q = d / n
    weight = more / (n + more)
    return CarriedForward(
        survival=float(np.exp(np.log1p(-q).sum())),
        variance=float((q / (1 - q) * (1 / n - 1 / (n + more))).sum()),
        pull=float((weight * q / (1 - q)).sum()),
    )


def chance_above(value: float, error: float, target: float, *, degrees: int) -> float:
    """Chance that a number forecast as ``value`` with ``error`` comes out at ``target`` or above, by Student's t.

    >>> chance_above(0.5, 0.01, 0.5, degrees=11)
    0.5
    """
    if not error > 0:
        return float(value >= target)
    return float(special.stdtr(degrees, (value - target) / error))
