"""Which of several curves differ: log-rank tests of every pair, adjusted by Holm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.maths import jackknife
from cxlab.maths.multiplicity import holm
from cxlab.maths.survival import log_rank

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pair of groups by their places, the p of equal hazards, and that p adjusted for the other pairs."""

    first: int
    second: int
    p: float
    adjusted: float


def pairwise_log_rank(
    at_risk: ArrayLike, lost: ArrayLike, *, buckets: tuple[ArrayLike, ArrayLike] | None = None
) -> list[Pair]:
    """Test every pair of k groups; pairs never at risk together, or of whom nobody was lost, are left out.

    Parameters
    ----------
    at_risk, lost : (times, k) or (strata, times, k) arrays
        Counts of each group; with strata, groups are compared at the same time within the same stratum.
    buckets : pair of (B, ..., k) arrays, optional
        The same counts bucket by bucket. The p is then that of the one-step log ratio (O - E) / V [1]_ by leaving
        one bucket out, so that customers linked in an account count as linked.

    Raises
    ------
    FitError
        With fewer than 20 occupied buckets.

    References
    ----------
    .. [1] Peto, R. et al. (1977). Design and analysis of randomized clinical trials requiring prolonged
       observation of each patient. II. British Journal of Cancer 35.
    """
    n, d = np.asarray(at_risk, dtype=float), np.asarray(lost, dtype=float)
    parts = None if buckets is None else tuple(np.asarray(part, dtype=float) for part in buckets)
    found = []
    for pair in combinations(range(n.shape[-1]), 2):
        try:
            p = log_rank(n[..., pair], d[..., pair]).p if parts is None else _linked(n, d, parts, pair)
        except ValueError:
            continue
        found.append((*pair, p))
    adjusted = holm([p for *_, p in found]) if found else np.zeros(0)
    return [
        Pair(first=first, second=second, p=p, adjusted=float(each))
        for (first, second, p), each in zip(found, adjusted, strict=True)
    ]


def _linked(n: Array, d: Array, buckets: Sequence[Array], pair: tuple[int, int]) -> float:
    """Test a pair by leaving one bucket out."""
    own_n, own_d = (part[..., pair].reshape(len(part), -1, 2) for part in buckets)
    all_n, all_d = (part[..., pair].reshape(-1, 2) for part in (n, d))
    ratio, left_out = one_step(all_n, all_d), one_step(all_n - own_n, all_d - own_d)
    if not np.isfinite([ratio, *left_out]).all():
        raise ValueError("two groups are never at risk together")
    occupied = int(own_n.reshape(len(own_n), -1).any(axis=1).sum())
    return jackknife.p_value(float(ratio), jackknife.spread(left_out, occupied=occupied))


def one_step(at_risk: Array, lost: Array) -> Array:
    """Log ratio of the second group's hazard to the first's by one step from 0: (O - E) / V.

    Parameters
    ----------
    at_risk, lost : (..., times, 2) arrays
        Counts of both groups.

    Returns
    -------
    (...) array
        NaN where both are never at risk together when somebody is lost.
    """
    total, deaths = at_risk.sum(axis=-1), lost.sum(axis=-1)
    used = (total > 1) & (deaths > 0)
    safe = np.where(used, total, 2.0)
    share = at_risk[..., 1] / safe
    over = np.where(used, lost[..., 1] - deaths * share, 0.0)
    spread = np.where(used, deaths * (safe - deaths) / (safe - 1) * share * (1 - share), 0.0)
    score, variance = over.sum(axis=-1), spread.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(variance > 0, score / variance, np.nan))
