"""How unequally value is held: the concentration curve, the share of the top, Gini's coefficient."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def held_by_top(value: ArrayLike, customers: ArrayLike, top: ArrayLike) -> Array:
    """Share of all value held by the share ``top`` of customers with the highest value each.

    Parameters
    ----------
    value : (k,) array
        Value of each customer in the row; a row of several counts as many equal ones.
    customers : (k,) array
        How many they are.
    top : (m,) array
        Shares of customers, 0 to 1.

    Raises
    ------
    ValueError
        If a value is negative or nothing is held.
    """
    share, held = _curve(value, customers)
    return np.asarray(np.interp(np.asarray(top, dtype=float), share, held))


def gini(value: ArrayLike, customers: ArrayLike) -> float:
    """Gini's coefficient: 0 when all hold the same, near 1 when one holds everything."""
    share, held = _curve(value, customers)
    return float(np.diff(share) @ (held[1:] + held[:-1]) - 1)


def _curve(value: ArrayLike, customers: ArrayLike) -> tuple[Array, Array]:
    value, n = np.asarray(value, dtype=float), np.asarray(customers, dtype=float)
    if (value < 0).any() or not value @ n > 0:
        raise ValueError("concentration needs values of 0 or more, not all of them 0")
    order = np.argsort(-value, kind="stable")
    share, held = np.cumsum(n[order]), np.cumsum((value * n)[order])
    return np.concatenate([[0.0], share / share[-1]]), np.concatenate([[0.0], held / held[-1]])
