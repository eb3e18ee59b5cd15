"""What next quarter will take: money that will go, and who will stay; forecasts, to be graded."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from cxlab.churn.money import (
    Column,
    drift_between,
    hazards_by,
    horizon_of,
    parts_at_risk,
    prediction,
    quarters_check,
)
from cxlab.churn.stored import quantiles, repeated
from cxlab.claim import estimates, finding
from cxlab.finding import Estimate, Finding, Message, Value, definition
from cxlab.maths.risk_money import AtRisk, Drift
from cxlab.quarter import Quarter

LOST_ON: dict[str, Value] = {"graded_on": "churn.value_steps:lost_voluntary+lost_involuntary"}
KEPT_ON: dict[str, Value] = {"graded_on": "churn.kept"}
"""Where next quarter's report counts what is forecast here."""


def next_lost(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    moves: pd.DataFrame | None = None,
    steps: Finding | None = None,
    by: str | None = "plan",
    amount: Literal["margin", "revenue"] = "margin",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding | None:
    """Run-rate that will go with those active at the close who leave next quarter.

    The point is that of ``churn.at_risk``; the interval is a prediction: estimated hazards, chance, drift.

    Parameters
    ----------
    stock, risk
        As for `at_risk`; ``risk`` with ``quarter=True``.
    moves, steps
        ``movements(lives, quarters=...)`` of the past quarters and ``churn.value_steps``, for what repeating the
        last value would forecast.

    Returns
    -------
    Finding or None
        ``churn.next_lost`` about the next quarter, one row. None under 8 quarters, as `next_quarter` says.
    """
    whole, moved, n = _whole(stock, risk, by=by, column=amount, quarter=quarter, minimum=minimum)
    losing = None if whole is None or not stock[amount].sum() else prediction(whole, moved, n=n, level=level)
    last = None
    if steps is not None and len(steps.table):
        gone = steps.table["step"].isin(["lost_voluntary", "lost_involuntary"])
        value = float(steps.table["estimate"][gone].sum())
        last = Estimate(value=value, low=value, high=value, unit="amount", level=level)
    naive = _naive(moves, last, quarter=quarter, level=level)
    said = None if losing is None else Message(f"churn.next_lost.{amount}", {"losing": losing, **LOST_ON, **naive})
    rule = definition("run-rate that leaves next quarter", by=by, amount=amount)
    return _forecast("churn.next_lost", losing, said, risk=risk, moved=moved, rule=rule, quarter=quarter)


def next_kept(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    moves: pd.DataFrame | None = None,
    kept: Finding | None = None,
    by: str | None = "plan",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding | None:
    """Share of those active at the close who will still be there at the next one.

    Parameters
    ----------
    stock, risk
        As for `at_risk`; ``risk`` with ``quarter=True``.
    moves, kept
        As for `next_lost`, with ``churn.kept``.

    Returns
    -------
    Finding or None
        ``churn.next_kept`` about the next quarter, one row. None under 8 quarters, as `next_quarter` says.
    """
    whole, moved, n = _whole(stock, risk, by=by, column="customers", quarter=quarter, minimum=minimum)
    lost = None if whole is None else prediction(whole, moved, n=n, level=level)
    keeping: Estimate | None = None
    if lost is not None and lost.low is not None and lost.high is not None:
        share = Estimate(
            value=lost.value / n,
            low=lost.low / n,
            high=lost.high / n,
            unit="share",
            kind="prediction",
            level=level,
        )
        keeping = _turned(share, n=n)
    naive: dict[str, Value] = {}
    if kept is not None and isinstance(kept.headline, Estimate):
        gone = 1 - kept.headline.value
        last = Estimate(value=gone, low=gone, high=gone, unit="share", level=level)
        found = _naive(moves, last, quarter=quarter, level=level).get("naive")
        if isinstance(found, Estimate):
            naive = {"naive": _turned(found, n=None)}
    said = None if keeping is None else Message("churn.next_kept", {"keeping": keeping, **KEPT_ON, **naive})
    rule = definition("still there at the next close", by=by)
    return _forecast("churn.next_kept", keeping, said, risk=risk, moved=moved, rule=rule, quarter=quarter)


def _turned(lost: Estimate, *, n: int | None) -> Estimate:
    """Share that stays, of a share that leaves."""
    low, high = (None if end is None else min(1.0, max(0.0, 1 - end)) for end in (lost.high, lost.low))
    return Estimate(
        value=1 - lost.value, low=low, high=high, unit="share", n=n, kind="prediction", level=lost.level
    )


def _naive(
    moves: pd.DataFrame | None, last: Estimate | None, *, quarter: Quarter, level: float
) -> dict[str, Value]:
    """What repeating the last value would forecast, to be kept beside the forecast."""
    if moves is None or last is None:
        return {}
    found = repeated(moves, quarter=quarter, level=level, last=last)
    return {} if found is None else {"naive": found}


def _whole(
    stock: pd.DataFrame, risk: pd.DataFrame, *, by: str | None, column: Column, quarter: Quarter, minimum: int
) -> tuple[AtRisk | None, Drift | None, int]:
    """At risk of all groups together, drift, and customers active."""
    if stock.empty or not len(risk):
        return None, None, 0
    horizon = horizon_of(quarter)
    hazards = hazards_by(risk, stock, by=by, horizon=horizon, minimum=minimum)
    found = parts_at_risk(stock, hazards, by=by, column=column, horizon=horizon)
    whole = sum(found.values(), AtRisk(amount=0.0, inside=0.0, parameter=0.0, process=0.0))
    return whole, drift_between(risk, hazards, by=by), int(stock["customers"].sum())


def _forecast(
    name: str, number: Estimate | None, said: Message | None, *, risk: pd.DataFrame, moved: Drift | None,
    rule: str, quarter: Quarter,
) -> Finding | None:  # fmt: skip
    """One row; nothing where nothing can be forecast."""
    if number is None or said is None or moved is None:
        return None
    kept = quantiles(number, degrees=moved.quarters - 1)
    row = {key: [value] for key, value in estimates(number.value, number.low, number.high, number.n).items()}
    return finding(
        name, about=quarter + 1, rule=rule, headline=number,
        message=Message(said.id, {**said.values, "quarter": quarter + 1, **kept}), table=pd.DataFrame(row),
        shape="number", method=Message(f"churn.method.{name.partition('.')[2]}"),
        checks=(quarters_check(risk, moved),),
    )  # fmt: skip
