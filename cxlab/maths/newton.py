"""Damped Newton: climb a smooth function of a few parameters whose gradient and Hessian are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.errors import FitError

Array = NDArray[np.float64]
Height = Callable[[Array], tuple[float, Array, Array]]
"""Parameters in; value, gradient and Hessian there out."""

REACH = 14.0
"""Logarithms of parameters stay between plus and minus this: 1.2 million and its inverse."""

MOST_STEPS = 200

_SMALL = 1e-3

_ROUNDING = 16 * float(np.finfo(float).eps)
"""Share of a value below which it is not told from its rounding."""

ROUGH = 1e-5
"""Tolerance of a replicate: parameters within half a hundredth of their standard error."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Top:
    """Where the climb ended.

    Parameters
    ----------
    at : (p,) array
        Parameters.
    height : float
        Value there.
    hessian : (p, p) array
        Second derivatives there.
    """

    at: Array
    height: float
    hessian: Array


def climb(height: Height, *, start: ArrayLike, tolerance: float = 1e-9) -> Top:
    """Climb from ``start`` to a maximum, every parameter kept within plus and minus `REACH`.

    Each step solves (|H| + ridge) step = gradient with the eigenvalues of H taken as negative, is at most 2 long
    in any parameter, and is halved until it climbs. The end is where a full step would gain less than
    ``tolerance``, or no more than the rounding of the value.

    Raises
    ------
    FitError
        If no end is found, or the function has no value at the start.
    """
    at = np.clip(np.asarray(start, dtype=float), -REACH, REACH)
    value, gradient, hessian = height(at)
    if not np.isfinite(value):
        raise FitError("the likelihood has no value where the search starts: see the counts for impossible rows")
    for _ in range(MOST_STEPS):
        free = ~((at >= REACH) & (gradient > 0) | (at <= -REACH) & (gradient < 0))
        step = np.zeros_like(at)
        step[free] = _uphill(gradient[free], hessian[np.ix_(free, free)])
        if float(gradient @ step) < max(tolerance, _ROUNDING * abs(value)):
            last = step if np.abs(step).max(initial=0.0) < _SMALL else 0.0  # not along a ridge without a top
            return Top(at=np.clip(at + last, -REACH, REACH), height=value, hessian=hessian)
        step *= min(1.0, 2.0 / float(np.abs(step).max()))
        for halving in range(40):
            there = np.clip(at + step / 2**halving, -REACH, REACH)
            found = height(there)
            if np.isfinite(found[0]) and found[0] > value:
                break
        else:
            return Top(at=at, height=value, hessian=hessian)
        at, (value, gradient, hessian) = there, found
    raise FitError(f"no maximum of the likelihood was found in {MOST_STEPS} steps")


def _uphill(gradient: Array, hessian: Array) -> Array:
    """Newton's step on the curvature made negative, so that it always points uphill."""
    if not len(gradient):
        return gradient
    curvature, directions = np.linalg.eigh(hessian)
    steep = np.maximum(np.abs(curvature), 1e-8 * max(1.0, float(np.abs(curvature).max())))
    return np.asarray(directions @ (directions.T @ gradient / steep))
