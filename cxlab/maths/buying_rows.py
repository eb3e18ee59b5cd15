"""Rows of repeat buying looked up by distinct values, and the one sum of their likelihood that needs every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Level = tuple[Array, NDArray[np.intp]]
"""Distinct values, sorted, and the place of every row among them."""

_LOOKED_UP = 1_000_000
"""Whole numbers up to this are looked up instead of sorted."""

_AT_ONCE = 8_192
"""Rows worked out at a time: they stay in a processor's own memory, and are too few for threads to share a product
of: such threads wait for each other longer than they work."""


def level_of(column: Array) -> Level:
    """Find the distinct values of a column, of which none is negative.

    >>> [each.tolist() for each in level_of(np.array([7.0, 2.0, 7.0]))]
    [[2.0, 7.0], [1, 0, 1]]
    """
    if not len(column) or column.max() > _LOOKED_UP or (column != np.rint(column)).any():
        values, place = np.unique(column, return_inverse=True)
        return values, place
    whole = column.astype(np.intp)
    there = np.zeros(whole.max() + 1, dtype=bool)
    there[whole] = True
    return np.flatnonzero(there).astype(float), (np.cumsum(there) - 1)[whole]


def in_order(level: Level) -> NDArray[np.intp]:
    """Rows in order of their values, equal ones as they were."""
    values, place = level
    return np.argsort(
        place.astype(np.uint16) if len(values) < 2**16 else place, kind="stable"
    )  # few bits: counted


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """Some rows in order of x.

    Parameters
    ----------
    heads, size, at_x : (h,) arrays
        Of each x among them: its first row, how many rows, its place among all distinct x.
    at_age, at_last : (k,) arrays
        Place of T and of t_x of each row.
    customers : (k,) array
        How many each row stands for.
    """

    heads: NDArray[np.intp]
    size: NDArray[np.intp]
    at_x: NDArray[np.int32]
    at_age: NDArray[np.int32]
    at_last: NDArray[np.int32]
    customers: Array


def stretches(levels: Sequence[Level], customers: Array) -> list[Stretch]:
    """Cut rows, in order of x, into stretches.

    Parameters
    ----------
    levels : sequence
        Of x, t_x and T.
    customers : (k,) array
        How many share the triple.
    """
    x, t_x, total = (place.astype(np.int32) for _, place in levels)
    order, found = in_order(levels[0]), []
    for first in range(0, len(order), _AT_ONCE):
        at = order[first : first + _AT_ONCE]
        at_x = x[at]
        heads = np.flatnonzero(np.append(True, at_x[1:] != at_x[:-1]))
        size = np.diff(np.append(heads, len(at_x)))
        found.append(Stretch(
            heads=heads, size=size, at_x=at_x[heads], at_age=total[at], at_last=t_x[at], customers=customers[at],
        ))  # fmt: skip
    return found


def either_of(
    rows: Sequence[Stretch], *, power: Array, odds: Array, ages: Array, lasts: Array
) -> tuple[float, Array, Array, Array]:
    """Sum log(1 + exp(z)) over customers, z = D + (r + x) log((alpha + T) / (alpha + t_x)).

    With w = exp(z) / (1 + exp(z)), z_r and z_a the slopes of z in r and alpha:

    Parameters
    ----------
    power, odds : (k,) arrays
        r + x and D by the distinct x.
    ages, lasts : (2, k) arrays
        log(alpha + T) and 1 / (alpha + T) by the distinct T; the same of t_x.

    Returns
    -------
    value : float
        The sum.
    slope, bend : (2,), (2, 2) arrays
        Its slopes and bends in r and alpha.
    by_x : (4, k) array
        Sums of w, w (1 - w), w (1 - w) z_r and w (1 - w) z_a by the distinct x.
    """
    totals, by_x = np.zeros(6), np.zeros((4, len(odds)))
    for stretch in rows:
        sums, of_x = _summed(stretch, power=power, odds=odds, ages=ages, lasts=lasts)
        totals += sums
        by_x[:, stretch.at_x] += of_x
    return float(totals[0]), totals[1:3], totals[[3, 4, 4, 5]].reshape(2, 2), by_x


def _summed(rows: Stretch, *, power: Array, odds: Array, ages: Array, lasts: Array) -> tuple[Array, Array]:
    """Value, slopes, and bends on and above the diagonal, of the customers of a stretch; sums by its x."""
    n, by_age, by_last = rows.customers, ages[1].take(rows.at_age), lasts[1].take(rows.at_last)
    by_r, steep = ages[0].take(rows.at_age) - lasts[0].take(rows.at_last), by_age - by_last
    of_row = np.repeat(power[rows.at_x], rows.size)
    by_alpha = of_row * steep
    z = of_row * by_r + np.repeat(odds[rows.at_x], rows.size)
    small = np.exp(-np.abs(z))
    share = 1 / (1 + small)
    gone = n * share * np.where(z > 0, 1.0, small)
    spread = n * small * share**2
    spread_r, spread_alpha = spread * by_r, spread * by_alpha
    totals = [
        n @ (np.maximum(z, 0.0) - np.log(share)), gone @ by_r, gone @ by_alpha, spread_r @ by_r,
        spread_r @ by_alpha + gone @ steep, spread_alpha @ by_alpha - (gone * by_alpha) @ (by_age + by_last),
    ]  # fmt: skip
    return np.array(totals), np.array(
        [np.add.reduceat(each, rows.heads) for each in (gone, spread, spread_r, spread_alpha)]
    )
