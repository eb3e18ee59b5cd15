"""What was published last quarter and is another number with the data known now."""

from __future__ import annotations

from math import isclose

from cxlab.finding import Estimate, Finding, Label, Message
from cxlab.overview.reading import Found, number_of, rows_of, value_in
from cxlab.quarter import Quarter

COUNTED_AGAIN = {"nps.score": "nps.trend", "churn.left": "churn.left_trend"}
"""Headlines whose earlier quarters this run counted again, and the finding that holds them by quarter."""

WRITTEN = {"share": 3, "points": 0}
"""Decimals a number of this unit is written with: what differs less was not restated."""


def restated(last: Found, found: Found, *, quarter: Quarter) -> tuple[Message, ...]:
    """Say which published headlines of last quarter are another number by now, in the same definition.

    Parameters
    ----------
    last, found : mapping of str to Finding
        What was published last quarter, and what this run counted, by name.
    quarter : Quarter
        This quarter.

    Returns
    -------
    tuple of Message
        One for each headline that was restated; none where the definition changed or the quarter was not counted
        again in the same way.
    """
    told = (
        _restated(last.get(name), found.get(name), found.get(again), quarter=quarter)
        for name, again in COUNTED_AGAIN.items()
    )
    return tuple(message for message in told if message is not None)


def _restated(
    published: Finding | None, now: Finding | None, again: Finding | None, *, quarter: Quarter
) -> Message | None:
    then, headline = number_of(published), number_of(now)
    if published is None or now is None or then is None or headline is None:
        return None
    counted, check = _of(again, quarter - 1), _of(again, quarter)
    if counted is None or check is None or not isclose(check, headline.value, abs_tol=1e-9):
        return None
    same = published.definition == now.definition and published.about == quarter - 1
    digits = WRITTEN.get(then.unit)
    if not same or digits is None or round(then.value, digits) == round(counted, digits):
        return None
    number = Estimate(value=counted, low=counted, high=counted, unit=then.unit)
    what = Label(of="restated", code=published.name)
    return Message("overview.said.restated", {"what": what, "quarter": quarter - 1, "then": then, "now": number})


def _of(finding: Finding | None, quarter: Quarter) -> float | None:
    """The number of a quarter in a finding whose table goes by quarter."""
    row = next((row for row in rows_of(finding) if row.get("quarter") == str(quarter)), None)
    return None if row is None else value_in(row, "estimate")
