"""What a forecast keeps for the day it is graded: its quantiles, and what repeating the last value would say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.finding import Estimate, Value
from cxlab.maths import intervals
from cxlab.quarter import Quarter

QUANTILES = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)

FEWEST_CHANGES = 4
"""Below so many past changes nobody knows how far repeating the last value is off."""


def quantiles(forecast: Estimate, *, degrees: int) -> dict[str, Value]:
    """Quantiles of the prediction distribution: t around the point, as the interval was made.

    Counts and amounts do not fall below 0, shares not below 0 nor above 1. Empty without a bounded interval.
    """
    if forecast.low is None or forecast.high is None:
        return {}
    reach = max(forecast.high - forecast.value, forecast.value - forecast.low)  # one end may have been cut
    error = reach / intervals.multiplier(forecast.level, degrees=degrees)
    most = 1.0 if forecast.unit == "share" else np.inf
    found: dict[str, Value] = {}
    for share in QUANTILES:
        step = 0.0 if share == 0.5 else np.sign(share - 0.5) * intervals.multiplier(
            abs(2 * share - 1), degrees=degrees
        )  # fmt: skip
        found[f"q{share * 100:g}".replace(".", "_")] = float(np.clip(forecast.value + step * error, 0.0, most))
    return found


def repeated(
    moves: pd.DataFrame, *, quarter: Quarter, level: float, last: Estimate | None = None
) -> Estimate | None:
    """Forecast that next quarter is as this one, as far off as leavers changed from quarter to quarter.

    Parameters
    ----------
    moves : DataFrame
        ``movements(lives, quarters=...)``.
    last : Estimate, optional
        What was last counted of whatever is forecast: an amount lost, a share lost. The leavers, unless told.
        Its changes are taken to be, in proportion, those of the leavers.

    Returns
    -------
    Estimate or None
        A prediction in the unit of ``last``; None under `FEWEST_CHANGES` changes.
    """
    lost = (moves["lost_voluntary"] + moves["lost_involuntary"]).groupby(moves["quarter"]).sum().astype(float)
    past = lost[[text for text in sorted(lost.index) if text <= str(quarter)]].to_numpy()
    if len(past) <= FEWEST_CHANGES or (past <= 0).any():
        return None
    changes = np.diff(past) / past[:-1]
    value = float(past[-1]) if last is None else last.value
    error = value * float(np.sqrt(np.mean(changes**2)))
    low, high = intervals.symmetric(value, error, level=level, degrees=len(changes))
    return Estimate(
        value=value, low=max(0.0, float(low)), high=float(high), unit="count" if last is None else last.unit,
        kind="prediction", level=level,
    )  # fmt: skip
