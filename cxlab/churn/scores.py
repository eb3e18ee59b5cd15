"""What a risk table says of every active customer: chance of leaving, months to come, money at risk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.money import hazards_by
from cxlab.maths.risk_money import Hazards, chance_of_leaving
from cxlab.quarter import DAYS_PER_MONTH

Array = NDArray[np.float64]

MONTHS = 24
"""How far ahead remaining months are counted: beyond it nothing is promised of a single customer."""


def scores(
    risk: pd.DataFrame,
    stock: pd.DataFrame,
    *,
    by: str = "plan",
    horizon: int,
    months: int = MONTHS,
    minimum: int = 10,
) -> pd.DataFrame:
    """Chance of leaving and expected months to come of everybody of one group and tenure.

    The chances are those of `cxlab.churn.at_risk`: a customer's amount times ``leaving_share``, summed over all,
    is its headline.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(lives, by=[by], window=...)`` by day.
    stock : DataFrame
        ``stock_table(lives, by=[by], window=...)``.
    horizon : int
        Days ahead, of the chance of leaving.
    months : int
        Months ahead, of the expected months: nobody has more to come than these.
    minimum : int
        A group never seen by as many customers on a day takes the hazards of all.

    Returns
    -------
    DataFrame
        ``by``, ``tenure``, ``leaving_share``, ``remaining_months``, one row for each group and tenure in stock.

    Raises
    ------
    ValueError
        If horizon or months are below 1.
    """
    if horizon < 1 or months < 1:
        raise ValueError(f"scores look at least a day and a month ahead; got {horizon} days, {months} months")
    ahead = round(months * DAYS_PER_MONTH)
    there = stock[[by, "tenure"]].drop_duplicates().sort_values([by, "tenure"], ignore_index=True)
    if there.empty:
        return there.assign(leaving_share=0.0, remaining_months=0.0)
    hazards = hazards_by(risk, stock, by=by, horizon=max(horizon, ahead), minimum=minimum)
    return there.assign(
        leaving_share=_of_groups(there, hazards, by=by, of=lambda of: chance_of_leaving(of, horizon=horizon)),
        remaining_months=_of_groups(there, hazards, by=by, of=lambda of: _months(of, ahead=ahead)),
    )


def _of_groups(
    there: pd.DataFrame, hazards: Mapping[str, Hazards], *, by: str, of: Callable[[Hazards], Array]
) -> Array:
    found = np.zeros(len(there))
    tenure = there["tenure"].to_numpy()
    for code in there[by].unique():
        mine = (there[by] == code).to_numpy()
        found[mine] = of(hazards[str(code)])[tenure[mine]]
    return found


def _months(hazards: Hazards, *, ahead: int) -> Array:
    """Expected months of the next ``ahead`` days at tenures 0 ... T - ahead: area under the step curve."""
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(-hazards.hazard))])
    last = len(logs) - ahead
    area = np.zeros(last)
    for day in range(ahead):
        area += np.exp(logs[day : last + day] - logs[:last])
    return area / DAYS_PER_MONTH
