"""Sums over customers lost at the same time, for the Cox likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
Ties = Literal["efron", "breslow"]

DIRECT_BELOW = 50
"""With D (1 - T / R) below this the sum over tied losses is taken term by term."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TieSums:
    """Per time, with D losses of summed risk T out of a summed risk R and w_j = 1 / (R - f_j T).

    f_j = j / D (Efron) or 0 (Breslow), j = 0 ... D - 1. ``logs`` = sum of log(R - f_j T); ``w``, ``fw`` = sums of
    w_j and f_j w_j; ``ww``, ``fww``, ``ffww`` = sums of w_j^2, f_j w_j^2 and f_j^2 w_j^2. All (k,) arrays.
    """

    logs: Array
    w: Array
    fw: Array
    ww: Array
    fww: Array
    ffww: Array


def tie_sums(at_risk: Array, lost: Array, count: Array, *, ties: Ties) -> TieSums:
    """Sum over tied losses; a count of 2 gives what two rows would give.

    Parameters
    ----------
    at_risk, lost : (k,) arrays
        R and T: summed relative risks of those at risk and of those lost.
    count : (k,) array
        D >= 1: customers lost.
    ties : {"efron", "breslow"}
        How ties are taken.
    """
    if ties == "breslow":
        zero = np.zeros_like(at_risk)
        return TieSums(
            logs=count * np.log(at_risk), w=count / at_risk, fw=zero, ww=count / at_risk**2, fww=zero, ffww=zero
        )
    closed = count * (1 - lost / at_risk) >= DIRECT_BELOW
    direct = _direct(at_risk, lost, np.where(closed, 1, count))
    if not closed.any():
        return direct
    found = _closed(at_risk[closed], lost[closed], count[closed])
    for name in TieSums.__slots__:
        getattr(direct, name)[closed] = getattr(found, name)
    return direct


def _direct(at_risk: Array, lost: Array, count: Array) -> TieSums:
    each = count.astype(np.int64)
    first = np.cumsum(each) - each
    where = np.repeat(np.arange(len(each)), each)
    f = (np.arange(len(where)) - first[where]) / count[where]
    rest = at_risk[where] - f * lost[where]
    w = 1 / rest
    fw = f * w
    terms = np.stack([np.log(rest), w, fw, w * w, fw * w, fw * fw])
    logs, w, fw, ww, fww, ffww = np.add.reduceat(terms, first, axis=1) if len(each) else terms
    return TieSums(logs=logs, w=w, fw=fw, ww=ww, fww=fww, ffww=ffww)


def _closed(at_risk: Array, lost: Array, count: Array) -> TieSums:
    """Digamma differences: R - j T / D = (T / D) (z - j) with z = D R / T."""
    step, z = lost / count, count * at_risk / lost
    w = (special.digamma(z + 1) - special.digamma(z - count + 1)) / step
    ww = (special.zeta(2, z - count + 1) - special.zeta(2, z + 1)) / step**2  # trigamma(x) = zeta(2, x)
    fw = (at_risk * w - count) / lost
    fww = (at_risk * ww - w) / lost
    return TieSums(
        logs=count * np.log(step) + special.gammaln(z + 1) - special.gammaln(z - count + 1),
        w=w,
        fw=fw,
        ww=ww,
        fww=fww,
        ffww=(at_risk * fww - fw) / lost,
    )
