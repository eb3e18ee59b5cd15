"""The calendar as day numbers: quarters, Tet in the rhythm of recharges, hazards that move with the season."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from cxlab.quarter import Quarter, day_number
from cxlab.synth import company

QUARTERS = tuple(company.FIRST_QUARTER.until(company.LAST_QUARTER))
NAMES = tuple(str(quarter) for quarter in QUARTERS)
BOUNDS: NDArray[np.int32] = np.array(
    [day_number(q.start) for q in QUARTERS] + [day_number(QUARTERS[-1].end)], np.int32
)
"""First day of each quarter, and the close."""
OPEN, CLOSE = int(BOUNDS[0]), int(BOUNDS[-1])
HISTORY_DAYS = 92
"""Money is known this long before its first quarter, so that whoever is active then shows a recharge."""
HORIZON_DAYS = 800
"""Days after the close on which the rhythm of recharges is still defined."""


def day(text: str) -> int:
    """Read an ISO date as a day number.

    >>> day("1970-01-02")
    1
    """
    return day_number(date.fromisoformat(text))


def quarter_index(days: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return the position of each day's quarter; -1 before the window."""
    return np.searchsorted(BOUNDS, days, side="right") - 1


def rhythm(*, calm: bool) -> tuple[int, NDArray[np.float64]]:
    """Return the first day and the accumulated pace of recharges up to the start of each later day.

    A day counts 1; in the weeks before Tet more, after it less. ``calm`` counts every day 1.
    """
    first = OPEN - 2 * HISTORY_DAYS
    pace = np.ones(CLOSE + HORIZON_DAYS - first)
    if not calm:
        for tet in (day(text) - first for text in company.TET_DAYS):
            (before, up), (after, down) = company.TET_BEFORE, company.TET_AFTER
            pace[tet - before : tet] = up
            pace[tet : tet + after] = down
    return first, np.concatenate([[0.0], np.cumsum(pace)])


def hazard_ratios(*, calm: bool) -> NDArray[np.float64]:
    """Return what the calendar multiplies hazards by: an array quarter x plan x region."""
    ratios = np.ones((len(QUARTERS), len(company.PLANS), len(company.REGIONS)))
    if calm:
        return ratios
    ratios[QUARTERS.index(Quarter.parse("2026Q3")), [company.EN90, company.EN120], :] = (
        company.PRICE_RISE_HAZARD_RATIO
    )
    cch = list(company.REGIONS).index("cch")
    for name, ratio in company.OUTAGE_HAZARD_RATIOS.items():
        ratios[NAMES.index(name), :, cch] *= ratio
    return ratios
