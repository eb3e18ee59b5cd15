"""Mean time survived within a horizon: the area under the curve up to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.maths.survival import Curve

Array = NDArray[np.float64]
Within = Literal["step", "trapezoid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A restricted mean, in units of the clock, and its variance."""

    value: float
    variance: float

    def __sub__(self, other: Mean) -> Mean:
        """Difference of the means of two groups that share no customer."""
        return Mean(value=self.value - other.value, variance=self.variance + other.variance)


def restricted_mean(curve: Curve, until: float, *, within: Within = "step") -> Mean:
    """Mean time survived up to ``until`` [1]_.

    With A_u the area from u to ``until``, V = sum over u of A_u^2 d_u / (n_u (n_u - d_u)); the trapezoid adds half
    of the step's own period to A_u.

    Parameters
    ----------
    curve : Curve
        Its variance is not read: it is made of the counts.
    until : float
        Horizon, in units of the curve's times.
    within : {"step", "trapezoid"}
        Where in its period somebody is lost: at its end (a clock of days, as in R), or on average in the middle
        (grouped periods, of which the curve has every one).

    Raises
    ------
    ValueError
        If the curve ends before the horizon while some survive, or a trapezoid lacks a period.

    References
    ----------
    .. [1] Klein, J. P. and Moeschberger, M. L. (2003). Survival Analysis, 2nd edition, 4.5.
    """
    last = float(curve.times[-1]) if len(curve.times) else 0.0
    if last < until and (not len(curve.times) or curve.survival[-1] > 0):
        raise ValueError(f"the curve ends at {last:g}: a mean up to {until:g} lies beyond it")
    if within == "trapezoid" and until not in curve.times and last >= until:
        raise ValueError(f"a trapezoid needs the period that ends at {until:g}; the curve has none")
    used = curve.times <= until if within == "trapezoid" else curve.times < until
    edges = np.concatenate([[0.0], curve.times[used], [until]])
    level = np.concatenate([[1.0], curve.survival[used]])
    widths = np.diff(edges)
    after = np.cumsum((level * widths)[::-1])[::-1]
    if within == "trapezoid":
        lower = np.concatenate([level[1:], level[-1:]])
        after = np.cumsum(((level + lower) / 2 * widths)[::-1])[::-1]
    reach = after[1:] + (level[1:] * widths[:-1] / 2 if within == "trapezoid" else 0.0)
    n, d = curve.at_risk[used], curve.lost[used]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(n > d, d / (n * (n - d)), 0.0)
    return Mean(value=float(after[0]), variance=float(reach**2 @ spread))


def dense_mean(survival: ArrayLike, *, within: Within = "step") -> Array:
    """Mean time survived up to T from the curve at each of the periods 1 ... T, whatever comes before that axis.

    Parameters
    ----------
    survival : (..., T) array
        Share surviving each period.

    Returns
    -------
    (...) array
        In periods.

    >>> dense_mean([[0.5, 0.25], [1.0, 1.0]]).tolist()
    [1.5, 2.0]
    >>> dense_mean([0.5, 0.25], within="trapezoid").tolist()
    1.125
    """
    level = np.asarray(survival, dtype=float)
    whole = 1 + level[..., :-1].sum(axis=-1)
    return np.asarray(whole if within == "step" else whole - (1 - level[..., -1]) / 2)
