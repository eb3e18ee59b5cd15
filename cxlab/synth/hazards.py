"""Tenure hazards by plan as accumulated hazards on a day grid, and draws from them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cxlab.quarter import DAYS_PER_MONTH
from cxlab.synth import company

LONGEST_DAYS = 30_000
"""Nobody stays longer."""
_GAP = 1_000.0


@cache
def accumulated() -> NDArray[np.float64]:
    """Return plan x day: hazard accumulated over tenure days 1 to d, before a customer's own ratios.

    >>> h = accumulated()
    >>> round(float(1 - np.exp(-h[company.EN90, 30])), 2)
    0.14
    """
    grid = np.arange(1, LONGEST_DAYS + 1)
    month = np.ceil(grid / DAYS_PER_MONTH)
    daily = np.empty(LONGEST_DAYS)
    left = np.ones(LONGEST_DAYS, bool)
    for last, hazard in company.HAZARD_BANDS:
        inside = left & (month <= (last or np.inf))
        daily[inside] = -np.log1p(-hazard) / DAYS_PER_MONTH
        left &= ~inside
    table = np.stack([daily * plan.hazard_ratio for plan in company.PLANS])
    table[company.EN_NAM] = _only_at_renewal(table[company.EN_NAM])
    month13 = (grid > 365) & (grid <= 395)
    table[company.SAU150, month13] = -np.log1p(-company.SAU150_SPIKE) / month13.sum()
    return np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)


def _only_at_renewal(daily: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move a year's hazard to the renewal that ends it, all but the part inside the term."""
    moved = daily * company.EN_NAM_IN_TERM
    renewals = np.arange(365, len(daily) + 1, 365)
    totals = np.add.reduceat(daily, np.concatenate([[0], renewals[:-1]]))[: len(renewals)]
    moved[renewals - 1] += totals * (1 - company.EN_NAM_IN_TERM) * company.EN_NAM_RENEWAL
    return moved


@cache
def _stacked() -> NDArray[np.float64]:
    """Return the plans' tables one after another, each lifted above the one before: one sorted array."""
    table = accumulated()
    return (table + _GAP * np.arange(len(table))[:, None]).ravel()


def exit_tenure(
    plan: NDArray[np.intp], survived: NDArray[np.int32], ratio: NDArray[np.float64], luck: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Return the tenure day of the exit, given ``survived`` days, under a constant ratio.

    ``luck`` is a standard exponential: the exit is the first day d with H(d) - H(survived) >= luck / ratio.
    """
    width = LONGEST_DAYS + 1
    stacked = _stacked()
    target = stacked[plan * width + survived] + luck / ratio
    target = np.minimum(target, stacked[plan * width + width - 1])
    days: NDArray[np.int32] = (np.searchsorted(stacked, target, side="left") - plan * width).astype(np.int32)
    return days


@cache
def _ages() -> NDArray[np.float64]:
    """Return plan x age: distribution of tenure, in days from 1, of those present when the window opens."""
    days = int(company.OLDEST_YEARS * 365.25)
    survival = np.exp(-accumulated()[:, 1 : days + 1])
    total = np.cumsum(survival, axis=1)
    distribution: NDArray[np.float64] = total / total[:, -1:]
    return distribution


def stock_tenure(plan: NDArray[np.intp], u: NDArray[np.float64]) -> NDArray[np.int32]:
    """Draw tenure in days at the window's opening from the stationary survivor distribution."""
    ages = _ages()
    lifted = (ages + 2.0 * np.arange(len(ages))[:, None]).ravel()
    found = np.searchsorted(lifted, u + 2.0 * plan, side="left")
    days: NDArray[np.int32] = (found - plan * ages.shape[1] + 1).astype(np.int32)
    return days
