"""Mean outcome of texts that name a theme: product over label, each corrected by the adjudicated part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.maths import jackknife

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """Scored texts of a random sample by pattern of readings and bucket.

    Parameters
    ----------
    coded, judged : (patterns,) arrays
        c: 0 to 1; y: 0 or 1, NaN where not adjudicated. With no y at all c is taken for it.
    texts, sums, squares : (patterns, buckets) arrays
        Texts with a score, sum of the score and of its square.
    """

    coded: Array
    judged: Array
    texts: Array
    sums: Array
    squares: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Means:
    """Mean score with and without a theme, and the same with each bucket left out.

    Parameters
    ----------
    named, others : float
        Means; NaN where nobody is.
    named_without, others_without : (buckets,) arrays
        With one bucket left out.
    occupied : int
        Buckets that hold anybody.
    """

    named: float
    others: float
    named_without: Array
    others_without: Array
    occupied: int

    def spread(self) -> jackknife.Spread:
        """Variance of the mean among those who name it.

        Raises
        ------
        FitError
            With too few buckets.
        """
        return jackknife.spread(self.named_without, occupied=self.occupied)


def means(scored: Scored) -> Means:
    """Mean outcome of the texts with a theme: PPI(y s) / PPI(y), K of each kept from the whole sample [1]_.

    References
    ----------
    .. [1] Angelopoulos, A. N. et al. (2023). Prediction-powered inference. Science 382.
    """
    left = [scored.texts, scored.sums, scored.squares]
    whole = [part.sum(axis=1, keepdims=True) for part in left]
    all_but = [total - part for total, part in zip(whole, left, strict=True)]
    slopes = _slopes(scored.coded, scored.judged, whole[0], whole[2])
    named, others = _means(scored.coded, scored.judged, whole[0], whole[1], slopes)
    named_b, others_b = _means(scored.coded, scored.judged, all_but[0], all_but[1], slopes)
    return Means(
        named=float(named[0]), others=float(others[0]), named_without=named_b, others_without=others_b,
        occupied=int((scored.texts.sum(axis=0) > 0).sum()),
    )  # fmt: skip


def _slopes(c: Array, y: Array, texts: Array, squares: Array) -> tuple[float, float]:
    """K of the label and of label times score, on the adjudicated part, between 0 and 1."""
    second = ~np.isnan(y)
    n = texts[second, 0]
    if n.sum() < 2:
        return 1.0, 1.0
    yy, cc = y[second], c[second]
    apart = cc - n @ cc / n.sum()
    label = _ratio(n @ (apart * yy), n @ (apart * cc))
    product = _ratio(squares[second, 0] @ (cc * yy), squares[second, 0] @ (cc * cc))
    return label, product


def _ratio(over: ArrayLike, under: ArrayLike) -> float:
    return float(np.clip(np.asarray(over) / np.asarray(under), 0, 1)) if np.asarray(under) > 0 else 0.0


def _means(c: Array, y: Array, texts: Array, sums: Array, slopes: tuple[float, float]) -> tuple[Array, Array]:
    """Means with and without the theme for each column of ``texts``."""
    second = ~np.isnan(y)
    n = texts.sum(axis=0)
    label, product, score = c @ texts / n, c @ sums / n, sums.sum(axis=0) / n
    if texts[second].sum() >= 2:
        m = texts[second].sum(axis=0)
        part, settled = c[second], y[second]
        label = slopes[0] * label + (settled - slopes[0] * part) @ texts[second] / m
        product = slopes[1] * product + (settled - slopes[1] * part) @ sums[second] / m
    with np.errstate(invalid="ignore", divide="ignore"):
        named = np.where(label > 0, product / label, np.nan)
        others = np.where(label < 1, (score - product) / (1 - label), np.nan)
    return np.asarray(named), np.asarray(others)
