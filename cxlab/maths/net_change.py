"""Change of a score between two waves that share some of their customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.maths.intervals import multiplier, widen
from cxlab.maths.net_score import POINTS, score

Array = NDArray[np.float64]

GROUPS = ("detractor", "passive", "promoter", "absent")
"""Rows (the earlier wave) and columns (the later one) of a table of two waves."""

SIGNS = np.array([-1.0, 0.0, 1.0])
"""What an answer of each group counts."""

FEWEST_TWICE = 10
"""Below as many customers who answered both waves their correlation is not reckoned with."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """A change between two waves, in points; arrays where several tables were given.

    Parameters
    ----------
    value : array
        Score of the later wave less that of the earlier one, as answered.
    low, high : arrays
        Ends of its interval; they hold the value.
    error : array
        Standard error, after adding 3/8 of an answer to each group of each wave.
    p : array
        Two-sided p of no change.
    then, now, both : arrays
        Answers of the earlier wave, of the later one, customers who answered both.
    correlation : array
        Of the answers of those who answered both, shrunk towards zero; 0 under 10 of them.
    """

    value: Array
    low: Array
    high: Array
    error: Array
    p: Array
    then: Array
    now: Array
    both: Array
    correlation: Array


def change(tables: ArrayLike, *, level: float = 0.95, design_effect: ArrayLike = 1.0) -> Change:
    """Change between two waves from the counts of who answered what in which [1]_.

    With P~ = (P + 3/8)/N, N = n + 3/2 and v = p~ + d~ - (p~ - d~)^2 in each wave, V = v1/N1 + v2/N2 - 2 n12 r
    sqrt(v1 v2)/(N1 N2), where r is the correlation of the n12 customers who answered both, times n12/(n12 + 1.5).
    Nobody twice is two independent waves, everybody twice is paired answers: one formula for all between.

    Parameters
    ----------
    tables : (..., 4, 4) array
        Customers by `GROUPS` of the earlier wave (rows) and the later one (columns); absent twice is not read.
    design_effect : array_like
        How many times the variance grows because accounts answer several times.

    Raises
    ------
    ValueError
        If a table is not 4 x 4 or holds negative counts.

    References
    ----------
    .. [1] Bonett, D. G. and Price, R. M. (2012), as in `cxlab.maths.net_score.adjusted_wald`, with the covariance
       of the customers seen twice.

    >>> table = np.diag([20.0, 30.0, 50.0, 0.0])  # everybody answers as before
    >>> found = change(table)
    >>> float(found.value), round(float(found.correlation), 3)
    (0.0, 0.985)
    """
    counts = _checked(tables)
    twice = counts[..., :3, :3]
    earlier, later = counts[..., :3, :].sum(axis=-1), counts[..., :, :3].sum(axis=-2)
    both = twice.sum(axis=(-1, -2))
    (mean_1, v_1, n_1), (mean_2, v_2, n_2) = _wave(earlier), _wave(later)
    r = _correlation(twice, both)
    covariance = 2 * both * r * np.sqrt(v_1 * v_2) / (n_1 * n_2)
    variance = np.maximum(v_1 / n_1 + v_2 / n_2 - covariance, 0) * np.asarray(design_effect, dtype=float)
    error, adjusted = POINTS * np.sqrt(variance), POINTS * (mean_2 - mean_1)
    value = np.asarray(score(*_groups(later)) - score(*_groups(earlier)))
    reach = multiplier(level) * error
    low, high = widen(value, np.clip(adjusted - reach, -200, 200), np.clip(adjusted + reach, -200, 200))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(adjusted == 0, 0.0, np.abs(adjusted) / error)
    return Change(
        value=value, low=low, high=high, error=error, p=np.asarray(2 * special.ndtr(-z)),
        then=earlier.sum(axis=-1), now=later.sum(axis=-1), both=both, correlation=r,
    )  # fmt: skip


def _checked(tables: ArrayLike) -> Array:
    counts = np.asarray(tables, dtype=float)
    if counts.shape[-2:] != (4, 4) or (counts < 0).any():
        raise ValueError(
            "two waves are a 4 x 4 table of counts (detractor, passive, promoter, absent by the same); "
            f"got the shape {counts.shape}" + (" with negative counts" if (counts < 0).any() else "")
        )
    return counts


def _groups(answers: Array) -> tuple[Array, Array, Array]:
    """Promoters, passives, detractors."""
    return answers[..., 2], answers[..., 1], answers[..., 0]


def _wave(answers: Array) -> tuple[Array, Array, Array]:
    """Mean, variance of one answer and answers of a wave, after adding 3/8 to each group that is counted."""
    n = answers.sum(axis=-1) + 1.5
    up, down = (answers[..., 2] + 0.375) / n, (answers[..., 0] + 0.375) / n
    mean = up - down
    return mean, up + down - mean**2, n


def _correlation(twice: Array, both: Array) -> Array:
    """Correlation of the answers of those who answered both waves, shrunk; 0 where it cannot be told."""
    enough = np.maximum(both, 1)
    first, second = twice.sum(axis=-1), twice.sum(axis=-2)
    means = [(each @ SIGNS) / enough for each in (first, second)]
    squares = [(each @ SIGNS**2) / enough - mean**2 for each, mean in zip((first, second), means, strict=True)]
    together = np.einsum("...ij,i,j->...", twice, SIGNS, SIGNS) / enough - means[0] * means[1]
    scale = np.sqrt(np.maximum(squares[0] * squares[1], 0))
    known = (both >= FEWEST_TWICE) & (scale > 1e-12)
    r = np.where(known, together / np.where(known, scale, 1.0), 0.0)
    return np.asarray(np.clip(r, -1, 1) * both / (both + 1.5))


def smallest_seen(error: ArrayLike, *, level: float = 0.95, power: float = 0.80) -> Array:
    """Smallest change that would be called real with that power, given its standard error; same unit.

    >>> spread = 100**2 * (0.50 + 0.20 - 0.30**2)  # NPS 30
    >>> round(float(smallest_seen(np.sqrt(2 * spread / 400))), 1)
    15.5
    """
    return np.asarray((multiplier(level) + _quantile(power)) * np.asarray(error, dtype=float))


def answers_needed(variance: float, *, change: float, level: float = 0.95, power: float = 0.80) -> float:
    """Answers in each of two independent waves to see a change with that power.

    Parameters
    ----------
    variance : float
        Of one answer, in squared points (`cxlab.maths.net_score.spread_of`).
    change : float
        Points.

    Raises
    ------
    ValueError
        If the change is zero.

    >>> round(answers_needed(100**2 * 0.61, change=15.472))
    400
    """
    if not change:
        raise ValueError("no number of answers shows a change of zero")
    return float(2 * variance * ((multiplier(level) + _quantile(power)) / change) ** 2)


def _quantile(power: float) -> float:
    if not 0 < power < 1:
        raise ValueError(f"power must lie between 0 and 1; got {power}")
    return float(special.ndtri(power))
