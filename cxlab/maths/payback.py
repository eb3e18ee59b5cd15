"""When what newcomers bring has earned the cost of winning them, and who is gone by then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.maths.risk_money import Hazards

Array = NDArray[np.float64]

FIRST_MONTHS = 12
"""Months of tenure whose customers are looked at apart: newcomers bring another amount than those who stayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidBack:
    """The moment the cost of a newcomer is earned.

    Parameters
    ----------
    days : float
        Days since joining, inside the day by proportion.
    error : float
        Standard error of ``days``: hazards are estimated.
    gone : float
        Share of newcomers who have left by then.
    """

    days: float
    error: float
    gone: float


def paid_back(hazards: Hazards, brings: ArrayLike, *, cost: float, discount: float) -> PaidBack | None:
    """Find when the discounted sum of what is brought times the share still here reaches the cost.

    Parameters
    ----------
    hazards : Hazards
        Of T days.
    brings : (T,) array
        What a customer who is here brings on days 1 ... T.
    cost : float
        Of winning one; above 0.
    discount : float
        What a unit a day from now is worth today.

    Returns
    -------
    PaidBack or None
        None where the cost is not earned within T days.
    """
    here = np.asarray(np.cumprod(1 - hazards.hazard), dtype=float)
    worth = np.asarray(np.asarray(brings) * discount ** np.arange(1, len(here) + 1), dtype=float)
    earned = np.concatenate([[0.0], np.cumsum(worth * here)])
    if earned[-1] < cost:
        return None
    day = int(np.searchsorted(earned, cost)) - 1
    rate = earned[day + 1] - earned[day]
    part = float((cost - earned[day]) / rate)
    before = here[day - 1] if day else 1.0
    return PaidBack(
        days=day + part, error=_error(worth[: day + 1], hazards, here) / float(rate),
        gone=float(1 - before * (1 - hazards.hazard[day]) ** part),
    )  # fmt: skip


def brings_by_month(
    tenure_months: ArrayLike, amount: ArrayLike, customers: ArrayLike, *, days_per_month: float, days: int,
    minimum: int,
) -> Array:  # fmt: skip
    """What one customer brings on each day of tenure: mean of those in that month of a first year, then of all.

    Parameters
    ----------
    tenure_months, amount, customers : (k,) arrays
        Customers by tenure, and what they bring together.
    minimum : int
        Months in which fewer are seen take the mean of all.

    Returns
    -------
    (days,) array
        In the unit of ``amount``.
    """
    month = np.minimum(np.asarray(tenure_months, dtype=float), FIRST_MONTHS).astype(int)
    held, people = (
        np.bincount(month, weights=np.asarray(of, dtype=float), minlength=FIRST_MONTHS + 1)
        for of in (amount, customers)
    )
    each = np.where(people >= minimum, held / np.maximum(people, 1), held.sum() / people.sum())
    return np.asarray(each[np.minimum(np.arange(days) / days_per_month, FIRST_MONTHS).astype(int)])


def _error(worth: Array, hazards: Hazards, here: Array) -> float:
    """Standard error of the sum of amounts times share still here: slopes in each day's hazard, days independent.

    The slope in the hazard of day u is -(what comes from day u on) / (1 - q_u).
    """
    q, n = hazards.hazard[: len(worth)], hazards.exposure[: len(worth)]
    ahead = np.cumsum((worth * here[: len(worth)])[::-1])[::-1]
    return float(np.sqrt(((ahead / (1 - q)) ** 2 * q * (1 - q) / n).sum()))
