"""From the coefficients of a panel regression to the prices of a step of the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.claim import estimates
from cxlab.evidence.panel import PanelEvidence
from cxlab.evidence.panel_rows import DETRACTOR, PASSIVE
from cxlab.finding import Estimate
from cxlab.maths import intervals
from cxlab.maths.panel import PanelFit

Array = NDArray[np.float64]

UP = {"detractor_passive": (0.0, -1.0), "passive_promoter": (1.0, 0.0)}
"""Weights of promoter and detractor (against passives) in each step up."""
WHOLE_WAY = (1.0, -1.0)
"""Both steps: a promoter against a detractor."""
REVENUE, STAYING, SPENDING = (1.0, 0.0), (0.0, 1.0), (1.0, -1.0)
"""Weights of the two outcomes; what is not staying is spending."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Amounts:
    """Several amounts with their joint covariance."""

    values: Array
    covariance: Array
    degrees: int

    def estimate(self, place: int, *, n: int, level: float) -> Estimate:
        """Estimate of one of them: t with clusters - 1 degrees."""
        value, error = float(self.values[place]), float(np.sqrt(self.covariance[place, place]))
        low, high = intervals.symmetric(value, error, level=level, degrees=self.degrees)
        return Estimate(value=value, low=float(low), high=float(high), unit="amount", n=n, level=level)


def amounts(fit: PanelFit, *pairs: tuple[tuple[float, float], tuple[float, float]]) -> Amounts:
    """Amounts of several pairs of a step (weights of promoter and detractor) and a path (weights of the outcomes).

    Score columns after the first two (of other quarters) have no weight, and neither have outcomes that the
    regression does not hold.
    """
    k, m = fit.coefficients.shape
    weights = np.zeros((len(pairs), k, m))
    for place, (step, path) in enumerate(pairs):
        weights[place, :2] = np.outer(step, path)[:, :m]
    values, covariance = fit.combined(weights)
    return Amounts(values=values, covariance=covariance, degrees=fit.degrees)


def mix_step(evidence: PanelEvidence) -> tuple[float, float] | None:
    """Weights of one step up for everyone who can take one, in the mix of the last quarter's answers."""
    last = evidence.answers[-1]
    low, middle = float(last[DETRACTOR]), float(last[PASSIVE])
    if low + middle == 0:
        return None
    return middle / (low + middle), -low / (low + middle)


def row_of(estimate: Estimate) -> dict[str, object]:
    """Last four columns of a table's row."""
    return estimates(estimate.value, estimate.low, estimate.high, estimate.n)
