"""How many will leave next quarter: a forecast, to be graded when the quarter has closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.churn.money import drift_between, hazards_by, horizon_of, parts_at_risk, quarters_check
from cxlab.churn.stored import quantiles, repeated
from cxlab.claim import empty_table, estimates, finding, needs
from cxlab.finding import Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.risk_money import FEWEST_QUARTERS, AtRisk, Hazards, prediction_variance
from cxlab.quarter import Quarter

COUNTED: dict[str, Value] = {"graded_on": "churn.left:lost_voluntary+lost_involuntary"}
"""Where next quarter's report counts what is forecast here, so that it can be graded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """Customers expected to join next quarter and to leave inside it.

    ``joining`` and ``variance`` are the expected number of joiners and its prediction variance; ``leaving`` is a
    joiner's chance of being gone before the quarter closes.
    """

    joining: float
    variance: float
    leaving: float


def next_quarter(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    moves: pd.DataFrame,
    *,
    quarter: Quarter,
    by: str | None = "plan",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Number of customers who will leave next quarter, counted as `left` counts them.

    Those active at the close leave by their group's hazards; to them come customers who will join and leave inside
    the quarter. The interval is a prediction: estimated hazards, chance, drift between quarters, joiners.

    Parameters
    ----------
    stock, risk : DataFrame
        As for `at_risk`; ``risk`` with ``quarter=True``.
    moves : DataFrame
        ``movements(lives, quarters=...)`` of the past quarters: who joined and came back.

    Returns
    -------
    Finding
        ``churn.next_quarter`` about the next quarter; table: ``part`` (active, newcomers). Withheld under 8
        quarters.
    """
    needs(moves, "quarter", "joined", "back", "lost_voluntary", "lost_involuntary", source="movements")
    rule = definition("leavers of next quarter", by=by)
    if stock.empty or not len(risk):
        message = Message("churn.next_quarter.nothing", {"quarter": quarter + 1})
        return finding(
            "churn.next_quarter", about=quarter + 1, rule=rule, headline=None, message=message,
            table=empty_table("part"), shape="number", method=Message("churn.method.next_quarter"),
        )  # fmt: skip
    horizon = horizon_of(quarter)
    hazards = hazards_by(risk, stock, by=by, horizon=horizon, minimum=minimum)
    moved = drift_between(risk, hazards, by=by)
    found = parts_at_risk(stock, hazards, by=by, column="customers", horizon=horizon)
    everyone = hazards_by(risk, stock, by=None, horizon=horizon, minimum=minimum)[""]
    fresh = newcomers(moves, everyone, quarter=quarter, horizon=horizon)
    total = sum(found.values(), _joiners(fresh))
    variance = prediction_variance(total, moved)
    headline: Estimate | None = None
    table = empty_table("part")
    if variance is None or moved is None:
        seen = int(risk["quarter"].nunique()) if "quarter" in risk else 0
        values: dict[str, Value] = {"n": seen, "least": FEWEST_QUARTERS, "quarter": quarter + 1}
        message = Message("churn.next_quarter.too_few_quarters", values)
    else:
        customers = int(stock["customers"].sum())
        headline = _prediction(total.amount, variance, quarters=moved.quarters, n=customers, level=level)
        kept = quantiles(headline, degrees=moved.quarters - 1)
        naive = repeated(moves, quarter=quarter, level=level)
        kept |= {} if naive is None else {"naive": naive}
        message = Message("churn.next_quarter", {"leaving": headline, "quarter": quarter + 1, **COUNTED, **kept})
        table = _parts(total.amount, fresh, customers=customers)
    return finding(
        "churn.next_quarter", about=quarter + 1, rule=rule, headline=headline, message=message, table=table,
        shape="number", method=Message("churn.method.next_quarter"),
        checks=(quarters_check(risk, moved, fails=False),),
    )  # fmt: skip


def _prediction(value: float, variance: float, *, quarters: int, n: int, level: float) -> Estimate:
    low, high = intervals.symmetric(value, np.sqrt(variance), level=level, degrees=quarters - 1)
    return Estimate(
        value=value, low=max(0.0, float(low)), high=float(high), unit="count", n=n, kind="prediction", level=level
    )


def _parts(total: float, fresh: Newcomers, *, customers: int) -> pd.DataFrame:
    joining = fresh.joining * fresh.leaving
    n = np.array([customers, round(fresh.joining)])
    amounts = np.array([total - joining, joining])
    return pd.DataFrame({"part": ["active", "newcomers"], **estimates(amounts, np.nan, np.nan, n)})


def newcomers(moves: pd.DataFrame, hazards: Hazards, *, quarter: Quarter, horizon: int) -> Newcomers:
    """Joiners of next quarter: as many as in the same quarter a year before, or as on average until there is one.

    Their spread is that of past year-on-year changes (four or more), else that of the quarters themselves.
    """
    joined = (moves["joined"] + moves["back"]).groupby(moves["quarter"]).sum().astype(float)
    past = {Quarter.parse(str(text), first_month=quarter.first_month): n for text, n in joined.items()}
    past = {each: n for each, n in past.items() if each <= quarter}
    changes = [n / past[each.year_ago] - 1 for each, n in past.items() if past.get(each.year_ago)]
    same = past.get((quarter + 1).year_ago)
    if same is not None and len(changes) >= 4:
        joining, variance = same, same**2 * float(np.mean(np.square(changes)))
    else:
        numbers = np.array(list(past.values()) or [0.0])
        joining = float(numbers.mean())
        variance = float(numbers.var(ddof=1) * (1 + 1 / len(numbers))) if len(numbers) > 1 else joining
    # joined on day o of the quarter: gone before it closes if the tenure ends within horizon - 1 - o days
    survival = np.concatenate([[1.0], np.cumprod(1 - hazards.hazard[: horizon - 1])])
    return Newcomers(joining=joining, variance=variance, leaving=float(np.mean(1 - survival)))


def _joiners(fresh: Newcomers) -> AtRisk:
    expected = fresh.joining * fresh.leaving
    chance = expected * (1 - fresh.leaving) + fresh.leaving**2 * fresh.variance
    return AtRisk(amount=expected, inside=0.0, parameter=0.0, process=chance)
