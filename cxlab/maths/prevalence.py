"""Honest shares of coded texts: from labels alone, with a model's scores, with an adjudicated part [1]_.

The labels come from a simple random sample. A score, or one coder's reading, only makes the interval narrower:
where it does not help, the labels are used alone.

References
----------
.. [1] Angelopoulos, A. N. et al. (2023). Prediction-powered inference. Science 382; Wilson's interval at the
   effective number of labels, its ends for small counts as in Brown, Cai and DasGupta (2001), Statistical Science
   16.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxlab.maths.intervals import wilson

Array = NDArray[np.float64]

SMALL_COUNT = 3.5
"""Up to this many expected positives (or negatives) Wilson's end is moved out to the Poisson one."""

LARGEST_GAIN = 3.0
"""Labels are never worth more than this many times their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prevalence:
    """Share of texts, and how many plain labels it is worth.

    Parameters
    ----------
    share : float
        0 to 1.
    labels : float
        Effective number of labels behind it.
    slope : float
        Weight given to the score or the coder; 0 = the labels alone.
    strata : tuple of (float, Prevalence)
        Weights and parts of a stratified share; empty for a plain one.
    """

    share: float
    labels: float
    slope: float = 0.0
    strata: tuple[tuple[float, Prevalence], ...] = ()

    def ends(self, *, level: float = 0.95) -> tuple[float, float]:
        """Interval of the share."""
        if self.strata:
            parts = [(weight, part.share, *part.ends(level=level)) for weight, part in self.strata]
            below = math.sqrt(sum((weight * (share - low)) ** 2 for weight, share, low, _ in parts))
            above = math.sqrt(sum((weight * (high - share)) ** 2 for weight, share, _, high in parts))
            return max(0.0, self.share - below), min(1.0, self.share + above)
        low, high = (float(end) for end in wilson(self.share * self.labels, self.labels, level=level))
        return (
            min(low, _poisson_low(self.share, self.labels, level=level)),
            max(high, 1 - _poisson_low(1 - self.share, self.labels, level=level)),
        )


def _poisson_low(share: float, labels: float, *, level: float) -> float:
    expected = share * labels
    if not 0 < expected <= SMALL_COUNT:
        return share
    return float(special.gammaincinv(expected, 1 - level) / labels)


def from_labels(positives: float, n: int, *, design_effect: float = 1.0) -> Prevalence:
    """Share from a simple random sample of labels alone.

    Parameters
    ----------
    positives, n : float, int
        Texts with the theme, of how many read.
    design_effect : float
        Variance over that of independent texts, where customers wrote several.

    Examples
    --------
    >>> found = from_labels(18, 200)
    >>> found.share, [round(end, 3) for end in found.ends()]
    (0.09, [0.058, 0.138])

    Raises
    ------
    ValueError
        If nothing was read.
    """
    if n < 1 or not 0 <= positives <= n:
        raise ValueError(f"a share needs one text or more, and 0 to n with the theme; got {positives} of {n}")
    return Prevalence(share=positives / n, labels=n / design_effect)


def assisted(
    labels: ArrayLike,
    scores: ArrayLike,
    *,
    counts: ArrayLike | None = None,
    mean_score: float,
    texts: int,
    process: bool = True,
    design_effect: float = 1.0,
) -> Prevalence:
    """Share from labels of a random sample and a model's scores of all texts.

    Parameters
    ----------
    labels, scores : (k,) arrays
        Of the sample: 0 or 1; 0 to 1 from a model not trained on these texts.
    counts : (k,) array, optional
        Texts with this pair; 1 each, unless told.
    mean_score : float
        Over all texts.
    texts : int
        All texts, N.
    process : bool
        Share of what customers say; False: of exactly these N texts.

    Raises
    ------
    ValueError
        If the arrays do not fit, or fewer than two texts were read.
    """
    y, f, w = _aligned(labels, scores, counts)
    n, mean = int(w.sum()), float(w @ y / w.sum())
    alone = from_labels(mean * n, n, design_effect=design_effect)
    slope = _slope(y, f, w)
    share = mean + slope * (mean_score - float(w @ f) / n)
    plain = mean * (1 - mean) * n / (n - 1)
    rest = _variance(y - slope * f, w) * (n - 1) / max(n - 2, 1)
    variance = (1 - n / texts) * rest + (n / texts * plain if process else 0.0)
    gain = min(LARGEST_GAIN, plain / variance) if variance > 0 else LARGEST_GAIN
    if not (slope > 0 and gain > 1 and 0 < share < 1):
        return alone
    return Prevalence(share=share, labels=n * gain / design_effect, slope=slope)


def adjudicated(
    coded: ArrayLike,
    judged: ArrayLike,
    *,
    counts: ArrayLike | None = None,
    texts: int,
    scores: ArrayLike | None = None,
    mean_score: float = 0.0,
    design_effect: float = 1.0,
) -> Prevalence:
    """Share from one reading of a random sample and the adjudicated label of a random part of it.

    The share is K L (mean score of all) + K mean over n of (c - L f) + mean over m of (y - K c).

    Parameters
    ----------
    coded, judged : (k,) arrays
        c: 0 to 1, read by one coder (or the mean of several who read all of them); y: 0 or 1, NaN where it was not
        adjudicated.
    counts : (k,) array, optional
        Texts with this pair; 1 each, unless told.
    texts : int
        All texts, N.
    scores : (k,) array, optional
        f: a model's scores of the sample, with their mean over all texts, ``mean_score``.

    Raises
    ------
    ValueError
        If the arrays do not fit, or fewer than two texts were adjudicated.
    """
    c, y, w = _aligned(coded, judged, counts)
    f = np.zeros_like(c) if scores is None else np.asarray(scores, dtype=float)
    second = ~np.isnan(y)
    n, m = int(w.sum()), int(w[second].sum())
    if m < 2:
        raise ValueError(f"an adjudicated share needs two adjudicated texts or more; got {m}")
    y, part, v = y[second], c[second], w[second]
    mean = float(v @ y / m)
    alone = from_labels(mean * m, m, design_effect=design_effect)
    model, slope = _slope(c, f, w), _slope(y, part, v)
    rest = c - model * f
    share = slope * (model * mean_score + float(w @ rest) / n) + float(v @ (y - slope * part)) / m
    if not (slope > 0 and 0 < share < 1 and 0 < mean < 1):
        return alone
    human = _variance(y - slope * part, v)
    variance = (
        (1 / m - 1 / n) * human
        + (1 / n - 1 / texts) * (slope**2 * _variance(rest, w) + human)
        + share * (1 - share) / texts
    )
    labels = min(n, LARGEST_GAIN * m, mean * (1 - mean) * m / ((m - 1) * variance))
    return alone if labels < m else Prevalence(share=share, labels=labels / design_effect, slope=slope)


def as_coded(
    means: ArrayLike, *, counts: ArrayLike | None = None, coders: int, design_effect: float = 1.0
) -> Prevalence:
    """Share as several coders see it, none of whom was adjudicated: the mean of their readings.

    Parameters
    ----------
    means : (k,) array
        Mean reading of a text, 0 to 1.
    counts : (k,) array, optional
        Texts with this mean; 1 each, unless told.
    coders : int
        Readings behind a mean; n readings by k coders are never worth more than n k labels.

    Raises
    ------
    ValueError
        If nothing was read.
    """
    y, _, w = _aligned(means, means, counts, least=1)
    n, mean = int(w.sum()), float(w @ y / w.sum())
    spread = _variance(y, w) if n > 1 else 0.0
    gain = mean * (1 - mean) * n / (n - 1) / spread if spread > 0 else 1.0
    return replace(
        from_labels(mean * n, n, design_effect=design_effect), labels=n * min(gain, coders) / design_effect
    )


def stratified(parts: Sequence[Prevalence], *, weights: ArrayLike) -> Prevalence:
    """Share over strata sampled each on its own: sum of weight times share.

    Parameters
    ----------
    parts : sequence of Prevalence
        One per stratum.
    weights : (strata,) array
        Shares of the texts, summing to 1.

    Raises
    ------
    ValueError
        If the weights do not fit or do not sum to 1.
    """
    shares = np.asarray(weights, dtype=float)
    if shares.shape != (len(parts),) or (shares < 0).any() or not math.isclose(float(shares.sum()), 1.0):
        raise ValueError(f"{len(parts)} strata need as many weights that sum to 1; got {shares.tolist()}")
    pairs = tuple(zip(shares.tolist(), parts, strict=True))
    share = sum(weight * part.share for weight, part in pairs)
    return Prevalence(share=float(share), labels=sum(part.labels for part in parts), strata=pairs)


def _aligned(
    first: ArrayLike, second: ArrayLike, counts: ArrayLike | None, *, least: int = 2
) -> tuple[Array, Array, Array]:
    a, b = (np.asarray(each, dtype=float) for each in (first, second))
    w = np.ones(len(a)) if counts is None else np.asarray(counts, dtype=float)
    if not a.shape == b.shape == w.shape or a.ndim != 1:
        raise ValueError(f"labels, scores and counts come in pairs; got shapes {a.shape}, {b.shape}, {w.shape}")
    if w.sum() < least or np.isnan(a).any():
        raise ValueError(f"a share needs {least} texts or more, all of them read; got {w.sum():.0f}")
    return a, b, w


def _variance(values: Array, weights: Array) -> float:
    """Sample variance (n - 1) of counted values."""
    n = weights.sum()
    mean = weights @ values / n
    return float(weights @ (values - mean) ** 2 / (n - 1))


def _slope(y: Array, x: Array, weights: Array) -> float:
    """Regression slope of y on x, kept between 0 and 1; 0 where x does not vary."""
    n = weights.sum()
    apart = x - weights @ x / n
    spread = float(weights @ apart**2)
    return 0.0 if spread <= 1e-12 * n else float(np.clip(weights @ (apart * (y - weights @ y / n)) / spread, 0, 1))
