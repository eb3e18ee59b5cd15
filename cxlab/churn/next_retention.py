"""Retention as next quarter's report will read it, and the chance that it meets the target: a forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.curves import days_of
from cxlab.churn.forecast import newcomers
from cxlab.churn.layout import risk_grid
from cxlab.churn.money import drift_between, hazards_by, horizon_of, quarters_check
from cxlab.churn.stored import quantiles
from cxlab.churn.target import MONTHS, refuse_no_share
from cxlab.claim import cluster_check, empty_table, estimates, finding, needs
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.carried_forward import CarriedForward, carried_forward, chance_above
from cxlab.maths.risk_money import FEWEST_QUARTERS, Drift, Hazards
from cxlab.quarter import Quarter

NAME = "churn.next_retention"

READ_ON: dict[str, Value] = {"graded_on": "churn.retention"}
"""Where next quarter's report reads what is forecast here."""


def next_retention(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    moves: pd.DataFrame,
    *,
    quarter: Quarter,
    staying: Finding,
    target: float | None,
    due: Quarter | None = None,
    months: int = MONTHS,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding | None:
    """Forecast the retention of newcomers that the next report will read, and how likely it is to meet the target.

    The risk table is carried forward by one quarter: those in stock, and newcomers as `next_quarter` expects them,
    leave by the hazards seen so far. The interval is a prediction: estimated hazards, chance, drift between
    quarters of the hazards inside ``months``.

    Parameters
    ----------
    stock, risk, moves : DataFrame
        As for `next_quarter`.
    staying : Finding
        ``churn.retention``.
    target : float or None
        Share that shall stay, in force in the next quarter; None: nothing was set, so nothing is said.
    due : Quarter, optional
        By when; named where it is later than the next quarter.
    months : int
        Months the target is about; retention after other months is not set against it.

    Returns
    -------
    Finding or None
        ``churn.next_retention`` about the next quarter, one row; message values: ``chance`` (0 to 1). Withheld
        where the retention is, and under 8 quarters.

    Raises
    ------
    ValueError
        If the target is no share.
    """
    needs(moves, "quarter", "joined", "back", source="movements")
    if target is None or staying.message.values.get("months") != months:
        return None
    refuse_no_share(target)
    values: dict[str, Value] = {"target": target, "months": months, "quarter": quarter + 1}
    if stock.empty or not isinstance(staying.headline, Estimate):
        return _finding(None, Message(f"{NAME}.not_seen", values), quarter=quarter)
    day = days_of(months)
    hazards = hazards_by(risk, stock, by=None, horizon=horizon_of(quarter), minimum=minimum)
    moved = drift_between(risk[risk["tenure"] <= day], hazards, by=None)
    checks = (quarters_check(risk, moved, fails=False), cluster_check(None))
    if moved is None:
        seen = int(risk["quarter"].nunique()) if "quarter" in risk else 0
        few = Message(f"{NAME}.too_few_quarters", {**values, "n": seen, "least": FEWEST_QUARTERS})
        return _finding(None, few, quarter=quarter, checks=checks)
    grid = risk_grid(risk)
    coming = _coming(stock, moves, hazards[""], quarter=quarter, days=day)
    ahead = carried_forward(grid.at_risk[0, :day], grid.lost[0, :day], coming)
    number = _reads(ahead, moved, n=int(grid.at_risk[0, day - 1]), level=level)
    chance = chance_above(number.value, ahead.error(moved), target, degrees=moved.quarters - 1)
    values |= {"reads": number, "chance": chance, **READ_ON, **quantiles(number, degrees=moved.quarters - 1)}
    if due is not None and due > quarter + 1:
        return _finding(number, Message(f"{NAME}.due", {**values, "due": due}), quarter=quarter, checks=checks)
    return _finding(number, Message(NAME, values), quarter=quarter, checks=checks)


def _coming(
    stock: pd.DataFrame, moves: pd.DataFrame, hazards: Hazards, *, quarter: Quarter, days: int
) -> NDArray[np.float64]:
    """Customers expected at risk in the next quarter on days 1 ... ``days`` of their tenure.

    Who is t days here at the close is at risk on the days t + 1 ... t + h, who joins on day o of the quarter on
    the days 1 ... h - o.
    """
    horizon = horizon_of(quarter)
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(-hazards.hazard[: days + horizon]))])
    young = stock[stock["tenure"] < days]
    here = np.bincount(young["tenure"], weights=young["customers"], minlength=days)[:days]
    ratio = np.concatenate([[0.0], np.cumsum(here / np.exp(logs[:days]))])
    end = np.arange(1, days + 1)
    found = ratio[end] - ratio[np.maximum(end - horizon, 0)]
    joining = newcomers(moves, hazards, quarter=quarter, horizon=horizon).joining
    found += joining * np.clip(horizon - end + 1, 0, None) / horizon
    return np.asarray(found * np.exp(logs[end - 1]))


def _reads(ahead: CarriedForward, moved: Drift, *, n: int, level: float) -> Estimate:
    low, high = intervals.symmetric(
        ahead.survival, ahead.error(moved), level=level, degrees=moved.quarters - 1
    )  # fmt: skip
    return Estimate(
        value=ahead.survival, low=max(0.0, float(low)), high=min(1.0, float(high)), unit="share", n=n,
        kind="prediction", level=level,
    )  # fmt: skip


def _finding(
    number: Estimate | None, message: Message, *, quarter: Quarter, checks: tuple[Check, ...] = ()
) -> Finding:
    table = empty_table()
    if number is not None:
        table = pd.DataFrame([estimates(number.value, number.low, number.high, number.n)])
    return finding(
        NAME, about=quarter + 1, rule=definition("retention as the next report reads it", months=MONTHS),
        headline=number, message=message, table=table, shape="number", method=Message(f"churn.method.{NAME[6:]}"),
        checks=checks,
    )  # fmt: skip
