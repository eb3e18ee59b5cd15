"""How far coders agree: percent, Cohen, Fleiss, Krippendorff's alpha with its bootstrap interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
Array = NDArray[np.float64]

BLOCK = 2_000_000
"""Resampled counts held in memory at once."""

FEWEST_DEFINED = 0.9
"""Share of the resamples in which alpha must be defined, or no interval is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement beyond chance, 1 = perfect, 0 = as by chance.

    Parameters
    ----------
    value : float or None
        None where it is undefined: one value only was ever used, or nobody read what another read.
    low, high : float or None
        Percentiles of the bootstrap over units; None where undefined.
    units : int
        Units at least two coders read.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int


def percent(readings: ArrayLike, *, counts: ArrayLike | None = None) -> float | None:
    """Share of pairs of readings of one unit that are equal; None where no unit was read twice.

    Parameters
    ----------
    readings : (patterns, coders) array
        One row per distinct pattern of values; NaN = not read.
    counts : (patterns,) array, optional
        Units with this pattern; 1 each, unless told.
    """
    values, weights = _read(readings, counts)
    found = _coincidences(values, weights)
    total = found.sum()
    return None if total == 0 else float(np.trace(found) / total)


def cohen(readings: ArrayLike, *, counts: ArrayLike | None = None) -> float | None:
    """Kappa of two coders [1]_; None where both used one value only.

    Raises
    ------
    ValueError
        If there are not two coders.

    References
    ----------
    .. [1] Cohen, J. (1960). A coefficient of agreement for nominal scales. Educ. Psychol. Meas. 20.
    """
    values, weights = _read(readings, counts)
    if values.shape[1] != 2:
        raise ValueError(f"Cohen's kappa is for two coders; got {values.shape[1]}: ask for alpha")
    both = ~np.isnan(values).any(axis=1)
    values, weights = values[both], weights[both]
    if not weights.sum():
        return None
    scale = np.unique(values)
    used = (values[:, :, None] == scale).astype(float)
    shares = np.einsum("u,ucv->cv", weights, used) / weights.sum()
    expected = float((shares[0] * shares[1]).sum())
    equal = float(weights[values[:, 0] == values[:, 1]].sum() / weights.sum())
    return None if expected == 1 else (equal - expected) / (1 - expected)


def fleiss(readings: ArrayLike, *, counts: ArrayLike | None = None) -> float | None:
    """Kappa of as many readings for every unit, by whomever [1]_; None where one value only was used.

    Raises
    ------
    ValueError
        If units were read a different number of times.

    References
    ----------
    .. [1] Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychol. Bull. 76.
    """
    values, weights = _read(readings, counts)
    times = np.unique((~np.isnan(values)).sum(axis=1)[weights > 0])
    if len(times) != 1 or times[0] < 2:
        raise ValueError(
            f"Fleiss' kappa needs every unit read equally often, twice at least; got {times.tolist()}: "
            "ask for alpha"
        )
    found = _coincidences(values, weights)
    shares = found.sum(axis=1) / found.sum()
    expected = float((shares**2).sum())
    return None if expected == 1 else float((np.trace(found) / found.sum() - expected) / (1 - expected))


def alpha(readings: ArrayLike, *, counts: ArrayLike | None = None, metric: Metric = "nominal") -> float | None:
    """Krippendorff's alpha [1]_: 1 - observed over expected disagreement of pairs of readings.

    Parameters
    ----------
    readings : (patterns, coders) array
        One row per distinct pattern of values; NaN = not read.
    counts : (patterns,) array, optional
        Units with this pattern; 1 each, unless told.
    metric : {"nominal", "ordinal", "interval", "ratio"}
        What the distance of two values is.

    Returns
    -------
    float or None
        None where it is undefined: all readings that can be paired are equal.

    References
    ----------
    .. [1] Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. Univ. of Pennsylvania.

    Examples
    --------
    >>> round(alpha([[0, 0], [1, 1], [0, 1]], counts=[20, 20, 5]), 4)
    0.7802
    """
    values, weights = _read(readings, counts)
    found = _alphas(_pairs(values), weights[None, :], scale=_scale(values), metric=metric)[0]
    return None if np.isnan(found) else float(found)


def alpha_interval(
    readings: ArrayLike,
    *,
    counts: ArrayLike | None = None,
    metric: Metric = "nominal",
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 1,
) -> Agreement:
    """Alpha with the percentile interval of a bootstrap over units.

    Units with one pattern are exchangeable, so a resample is one multinomial draw of the patterns' counts, and
    the coincidences are linear in them: a draw costs the number of patterns, not of units. Units nobody paired do
    not enter.

    Parameters
    ----------
    readings, counts, metric
        As in `alpha`.
    draws : int
        Resamples; at least 999 for an interval.
    seed : int
        Of the resamples.

    Raises
    ------
    ValueError
        If fewer than 999 draws are asked for.
    """
    if draws < 999:
        raise ValueError(f"an interval by percentiles needs 999 draws or more; got {draws}")
    values, weights = _read(readings, counts)
    paired = (~np.isnan(values)).sum(axis=1) >= 2
    values, weights = values[paired], weights[paired]
    units = int(weights.sum())
    value = alpha(values, counts=weights, metric=metric) if units else None
    if value is None:
        return Agreement(value=None, low=None, high=None, units=units)
    pairs, scale = _pairs(values), _scale(values)
    found = np.concatenate(
        [_alphas(pairs, drawn, scale=scale, metric=metric) for drawn in _resamples(weights, draws, seed=seed)]
    )
    found = found[~np.isnan(found)]
    if len(found) < FEWEST_DEFINED * draws:
        return Agreement(value=value, low=None, high=None, units=units)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Agreement(value=value, low=min(float(low), value), high=max(float(high), value), units=units)


def _read(readings: ArrayLike, counts: ArrayLike | None) -> tuple[Array, Array]:
    values = np.asarray(readings, dtype=float)
    if values.ndim != 2:
        raise ValueError(f"readings have one row per unit and one column per coder; got {values.ndim} dimensions")
    weights = np.ones(len(values)) if counts is None else np.asarray(counts, dtype=float)
    if weights.shape != (len(values),) or (weights < 0).any():
        raise ValueError(f"counts needs one number, 0 or more, for each of {len(values)} patterns")
    return values, weights


def _scale(values: Array) -> Array:
    return np.unique(values[~np.isnan(values)])


def _pairs(values: Array) -> Array:
    """Coincidences of each pattern, (patterns, values squared): pairs of values over the readings less one."""
    scale = _scale(values)
    used = (values[:, :, None] == scale).sum(axis=1).astype(float)
    times = used.sum(axis=1)
    both = used[:, :, None] * used[:, None, :] - used[:, :, None] * np.eye(len(scale))
    weight = np.divide(1.0, times - 1, out=np.zeros_like(times), where=times >= 2)
    return np.asarray((both * weight[:, None, None]).reshape(len(values), -1))


def _coincidences(values: Array, weights: Array) -> Array:
    size = len(_scale(values))
    return np.asarray((weights @ _pairs(values)).reshape(size, size))


def _alphas(pairs: Array, weights: Array, *, scale: Array, metric: Metric) -> Array:
    """Alpha for each row of ``weights`` (draws, patterns); NaN where undefined."""
    size = len(scale)
    found = (weights @ pairs).reshape(len(weights), size, size)
    margins = found.sum(axis=2)
    total = margins.sum(axis=1)
    apart = _distances(margins, scale=scale, metric=metric)
    observed = (found * apart).sum(axis=(1, 2))
    expected = np.einsum("di,dij,dj->d", margins, np.broadcast_to(apart, found.shape), margins)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(expected > 0, 1 - (total - 1) * observed / expected, np.nan))


def _distances(margins: Array, *, scale: Array, metric: Metric) -> Array:
    """Squared distance of each two values, (1 or draws, values, values); ordinal ones depend on the margins."""
    if metric == "nominal":
        return (1 - np.eye(len(scale)))[None]
    if metric == "interval":
        return np.asarray(((scale[:, None] - scale) ** 2)[None])
    if metric == "ratio":
        sums = scale[:, None] + scale
        part = np.divide(scale[:, None] - scale, sums, out=np.zeros_like(sums), where=sums != 0)
        return np.asarray((part**2)[None])
    if metric != "ordinal":
        raise ValueError(f"metric must be one of nominal, ordinal, interval, ratio; got {metric!r}")
    middle = np.cumsum(margins, axis=1) - margins / 2
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2)


def _resamples(weights: Array, draws: int, *, seed: int) -> Iterator[Array]:
    """Counts of resampled units, block by block."""
    rng = np.random.default_rng(seed)
    units, block = int(weights.sum()), max(1, BLOCK // len(weights))
    for first in range(0, draws, block):
        yield rng.multinomial(units, weights / weights.sum(), size=min(block, draws - first)).astype(float)
